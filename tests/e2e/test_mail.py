"""A mailbox on a real server worked by the offline brain: triaged, looked up, answered or parked, moved."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opsconsole.app.session import playbook_brain
from opsconsole.domain.agent import AgentSpec
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.engine.commands import approvals as commands
from opsconsole.engine.engine import Engine
from opsconsole.engine.gate.disclosure import DEFAULT as AI_LINE
from opsconsole.engine.systemclock import SystemClock
from opsconsole.store import audit
from opsconsole.store import workspace as workspaces
from opsconsole.store.queries import approvals
from opsconsole.store.writes import connections
from tests.crash.mailworker import mail_connector
from tests.support.mail.mailrig import ANN, SUPPORT, MailRig, letter, mail_rig, until

BUG = "The calendar shows an error and does not load any more since this morning"
BILL = "The invoice shows a wrong amount and we were charged twice this month"
STEPS: dict[str, Any] = {
    "bug": [
        {"look_up": "mail.thread", "as": "thread"},
        {
            "do": "mail.acknowledge",
            "with": {"to": "{{ event.sender }}", "text": "Dear {{ event.sender_name }}, we look into it."},
            "when": "!thread.has_our_reply",
        },
        {"do": "mail.move", "with": {"folder": "Bugs"}},
    ],
    "billing": [
        {
            "do": "mail.reply",
            "with": {"to": "{{ event.sender }}", "text": "Dear {{ event.sender_name }}, we check it."},
            "as": "reply",
        },
        {"do": "mail.archive", "when": "reply.ok"},
    ],
}
EXAMPLES = {
    "bug": ["The calendar does not load any more", "An error appears when I save", "The page shows an error"],
    "billing": ["The invoice shows a wrong amount", "We were charged twice this month", "Please correct the invoice"],
}
CLERK = AgentSpec.model_validate(
    {
        "agent": "mira",
        "name": "Mira",
        "subscribes": [{"connection": "mail", "kinds": ["mail.received"]}],
        "stage": {"default": "full"},
        "autonomy": {"default": 3},
        "approvals": {"veto_s": 0},
        "raised": [
            {"action": "mail.acknowledge", "ceiling": ceiling, "reason": "a template, to who wrote to us"}
            for ceiling in ("irreversible", "first_contact")
        ],
        "playbook": {
            "purpose": "support mail",
            "threshold": 0.0,
            "categories": [
                {"id": name, "name": name, "examples": EXAMPLES[name], "steps": steps} for name, steps in STEPS.items()
            ],
        },
    }
)


@dataclass
class Worked:
    """An engine at a mailbox."""

    rig: MailRig
    engine: Engine

    def waiting(self) -> list[Any]:
        return approvals.waiting_approvals(self.engine.reader)

    def runs(self) -> list[str]:
        return [row[0] for row in self.engine.reader.execute("SELECT state FROM run ORDER BY id")]

    def actions(self) -> list[str]:
        rows = self.engine.reader.execute("SELECT tool, state FROM action ORDER BY at, id").fetchall()
        return [f"{tool} {state}" for tool, state in rows]


@asynccontextmanager
async def worked(folder: Path) -> AsyncGenerator[Worked]:
    """Run an engine with the clerk at the support mailbox; at the end the record must be whole."""
    async with mail_rig() as rig:
        workspace = workspaces.create(folder / "workspace", at=SystemClock().now(), actor="person:test")
        brain_reader = workspace.database.reader()
        try:
            async with Engine(
                workspace, lambda e: [mail_connector(e, rig.config)], playbook_brain(brain_reader)
            ) as engine:
                now, kept = engine.clock.now(), rig.config.model_dump(mode="json")
                await engine.writer.write(
                    lambda tx: connections.put(tx, "mail", kind="mail", config=kept, now=now), name="connection.put"
                )
                await engine.writer.write(
                    lambda tx: apply_agent(tx, AgentFile(CLERK, ""), engine.registry, actor="person:test", now=now),
                    name="agent.apply",
                )
                running = asyncio.create_task(engine.run())
                yield Worked(rig, engine)
                assert not running.done(), running.exception()
                engine.stop()
                await running
                report = audit.verify(engine.reader)
                assert report.is_ok, report.findings
        finally:
            brain_reader.close()
            workspace.close()


async def test_a_bug_is_acknowledged_in_its_thread_and_moved(tmp_path: Path) -> None:
    async with worked(tmp_path) as at:
        await at.rig.deliver(letter(1, text=BUG))
        answer = (await at.rig.until_mails(ANN, 1))[0]
        assert answer["In-Reply-To"] == "<m1@harbour.example>"
        assert answer.get_content().splitlines() == ["Dear Ann Harbour, we look into it.", "", AI_LINE]
        await at.rig.until_mails(SUPPORT, 1, "Bugs")
        await until(lambda: at.runs() == ["done"], "the run")
        await at.rig.deliver(letter(2, text=BUG, In_Reply_To="<m1@harbour.example>", References="<m1@harbour.example>"))
        await at.rig.until_mails(SUPPORT, 2, "Bugs")
        await until(lambda: at.runs() == ["done", "done"], "the second run")
        assert len(await at.rig.mails(ANN)) == 1, "it saw its own reply in the thread"


async def test_a_bill_waits_for_a_person_and_then_goes_out(tmp_path: Path) -> None:
    async with worked(tmp_path) as at:
        await at.rig.deliver(letter(1, text=BILL))
        await until(at.waiting, "a request")
        assert await at.rig.mails(ANN) == []
        asked = at.waiting()[0]
        await at.engine.writer.write(
            lambda tx: commands.approve(at.engine.kernel, tx, asked.id, actor="person:test"), name="decision"
        )
        assert (await at.rig.until_mails(ANN, 1))[0]["References"] == "<m1@harbour.example>"
        await at.rig.until_mails(SUPPORT, 1, "Archive")
        await until(lambda: at.runs() == ["done"], "the run")


async def test_machines_are_not_answered(tmp_path: Path) -> None:
    async with worked(tmp_path) as at:
        await at.rig.deliver(letter(1, text=BUG, Auto_Submitted="auto-replied"))
        await at.rig.deliver(letter(2, text=BUG, List_Id="<all.harbour.example>"))
        await until(lambda: len(at.runs()) == 2 and set(at.runs()) <= {"done", "failed", "waiting"}, "the runs")
        assert at.actions().count("mail.acknowledge refused") == 2
        assert await at.rig.mails(ANN) == []
        await at.rig.deliver(letter(3, sender=SUPPORT, text=BUG))
        await at.rig.deliver(letter(4, text="Hello?"))
        await until(lambda: at.engine.reader.execute("SELECT count(*) FROM event").fetchone()[0] == 4, "the events")
        assert len(at.runs()) == 3, "our own address is nobody to work for"
