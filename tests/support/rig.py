"""A workspace with an engine, a clock that is moved, and a brain that follows a script: real everything else."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from opsconsole.connectors.desk.connector import DeskConnector
from opsconsole.connectors.texts.connector import TextsConnector
from opsconsole.domain.action import ActionType, Proposal
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.event import IncomingEvent
from opsconsole.doubles.brain import FakeBrain, Script, one_by_one
from opsconsole.doubles.clock import FakeClock
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.engine.commands import approvals as commands
from opsconsole.engine.commands import switches
from opsconsole.engine.commands.results import DecisionResult
from opsconsole.engine.engine import Engine
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ports.brain import Brain
from opsconsole.engine.ports.connector import Connector
from opsconsole.engine.registry import Registry
from opsconsole.store import audit
from opsconsole.store import workspace as workspaces
from opsconsole.store.crosscheck import crosscheck
from opsconsole.store.queries import approvals, runs
from opsconsole.store.queries.views import feed
from opsconsole.store.rows import ActionRow, ApprovalRow
from opsconsole.store.workspace import Workspace

ANN = "ann@harbour.example"


def call(
    tool: str, step: str | None = "case#0", slots: dict[str, tuple[str, ...]] | None = None, **args: Any
) -> Proposal:
    """A wanted call."""
    return Proposal(tool=tool, args=args, step=step, slots=slots or {})


def agent(name: str = "mira", *, level: int = 3, **changes: Any) -> AgentSpec:
    """An agent that is live in one category, `case`."""
    body: dict[str, Any] = {
        "agent": name,
        "name": name.title(),
        "subscribes": [{"kinds": ["mail.received"]}],
        "stage": {"default": "full"},
        "disclosure": "",
        "autonomy": {"default": level},
        "playbook": {"purpose": "a test", "categories": [{"id": "case", "name": "Case"}]},
    }
    return AgentSpec.model_validate(body | changes)


def mail(number: int = 1, **changes: Any) -> IncomingEvent:
    """A mail from a verified sender."""
    facts: dict[str, Any] = {
        "external_id": f"<m{number}@harbour.example>",
        "kind": "mail.received",
        "subject": f"thread:<m{number}@harbour.example>",
        "occurred_at": FakeClock().now(),
        "title": f"Question {number}",
        "text": "Could you have a look, please?",
        "sender": ANN,
        "sender_name": "Ann Harbour",
        "is_verified": True,
        "recipients": ("support@slotwise.example",),
        "fields": {"message_id": f"<m{number}@harbour.example>", "folder": "Inbox", "is_auto": False},
    }
    return IncomingEvent(**(facts | changes))


@dataclass
class Rig:
    """An engine at work, and the person beside it."""

    workspace: Workspace
    clock: FakeClock
    engine: Engine
    brain: Brain
    results: list[DecisionResult] = field(default_factory=list[DecisionResult])
    is_forged: bool = False
    """The test itself put rows there that the record knows nothing of."""

    @property
    def kernel(self) -> Kernel:
        return self.engine.kernel

    async def hire(self, *specs: AgentSpec) -> None:
        """Put agents in use."""
        now = self.clock.now()
        for spec in specs:
            file = AgentFile(spec, "")
            await self.engine.writer.write(
                lambda tx, f=file: apply_agent(tx, f, self.engine.registry, actor="person:test", now=now),
                name="agent.apply",
            )

    async def take(self, *events: IncomingEvent) -> None:
        """Take events in and work until only people and time are waited for."""
        for event in events:
            await self.engine.take("desk", event)
        await self.engine.settle()

    async def settle(self) -> None:
        """Work until only people and time are waited for."""
        await self.engine.settle()

    async def wait(self, **span: float) -> None:
        """Let time pass, then work."""
        self.clock.move(**span)
        await self.engine.settle()

    def waiting(self) -> list[ApprovalRow]:
        """Requests that wait, oldest first."""
        return approvals.waiting_approvals(self.engine.reader)

    async def say(self, verb: Callable[..., DecisionResult], approval: int, **words: Any) -> DecisionResult:
        """Decide as the person, in a transaction of its own, as another process would."""
        result = await self.engine.writer.write(
            lambda tx: verb(self.kernel, tx, approval, actor="person:test", **words), name="decision"
        )
        self.results.append(result)
        return result

    async def approve(self, approval: int, **words: Any) -> DecisionResult:
        return await self.say(commands.approve, approval, **words)

    async def pause(self, scope: str = "all") -> None:
        await self.engine.writer.write(
            lambda tx: switches.pause(self.kernel, tx, scope, actor="person:test", reason=""), name="switch.on"
        )

    async def resume(self, scope: str = "all") -> None:
        await self.engine.writer.write(
            lambda tx: switches.resume(self.kernel, tx, scope, actor="person:test"), name="switch.off"
        )
        self.engine.dispatcher.kick()

    def actions(self, run: int = 1) -> list[ActionRow]:
        return runs.actions(self.engine.reader, run)

    def states(self, run: int = 1) -> list[str]:
        """`tool state` of each action of a run."""
        return [f"{action.tool} {action.state.value}" for action in self.actions(run)]

    def run(self, number: int = 1) -> Any:
        return runs.run(self.engine.reader, number)

    def audit(self, kind: str) -> list[dict[str, Any]]:
        """Audit entries of a kind."""
        return [entry for entry in feed.audit_tail(self.engine.reader, limit=100_000) if entry["kind"] == kind]

    def sent(self) -> list[str]:
        """Texts of the mails that left the desk."""
        rows = self.engine.reader.execute("SELECT text FROM desk_mail WHERE direction = 'out' ORDER BY id").fetchall()
        return [row[0] for row in rows]

    def count(self, table: str) -> int:
        return int(self.engine.reader.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def timers(self) -> int:
        """Return how many durable waits there are, besides the daily look at the ladder."""
        return int(self.engine.reader.execute("SELECT count(*) FROM timer WHERE kind <> 'ladder'").fetchone()[0])

    def verify(self) -> None:
        """The record is whole."""
        report = audit.verify(self.engine.reader)
        assert report.is_ok, report.findings
        differs = crosscheck(self.engine.reader)
        assert bool(differs) == self.is_forged, differs


def desk_only(engine: Engine) -> list[Connector]:
    """The desk, without its own watch."""
    return [DeskConnector(engine.reader, engine.writer, engine.clock, stalled_after_days=None)]


@asynccontextmanager
async def rig(
    folder: Path,
    script: Script | Sequence[Proposal] | Brain,
    *specs: AgentSpec,
    clock: FakeClock | None = None,
    connectors: Callable[[Engine], list[Connector]] = desk_only,
    width: int = 24,
) -> AsyncGenerator[Rig]:
    """Start a workspace with these agents; at the end the record must be whole."""
    time = clock or FakeClock()
    brain: Any = script
    if isinstance(script, Sequence):
        brain = FakeBrain(one_by_one("case", cast(Sequence[Proposal], script)))
    elif callable(script):
        brain = FakeBrain(script)
    workspace = workspaces.create(folder, at=time.now(), actor="person:test")
    try:
        async with Engine(workspace, connectors, brain, clock=time, width=width) as engine:
            made = Rig(workspace, time, engine, brain)
            await made.hire(*specs)
            yield made
            made.verify()
    finally:
        workspace.close()


def registry() -> Registry:
    """The tools of the desk and of the sample's text messages, for checking files."""

    class Tools(FakeConnector):
        def action_types(self) -> Sequence[ActionType]:
            from opsconsole.connectors.desk.tools import desk_tools

            return desk_tools()

    return Registry([Tools(name="desk"), TextsConnector()])
