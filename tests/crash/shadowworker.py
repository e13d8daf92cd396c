"""An engine at a mailbox in a process that is killed: one agent in shadow on every mail, one live on some of them."""

import argparse
import asyncio
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from opsconsole.connectors.mail.people import acts
from opsconsole.doubles.brain import FakeBrain
from opsconsole.engine import engine as engines
from opsconsole.engine import watches
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.engine.engine import Engine
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.store import workspace as workspaces
from opsconsole.store.writes import connections
from tests.crash.jobs import call, spec
from tests.crash.mailworker import RAISED, configured, mail_connector

ON_MAIL: dict[str, Any] = {"subscribes": [{"connection": "mail", "kinds": ["mail.received"]}]}
SHADOW = spec("mira", stage={"default": "shadow"}, **ON_MAIL)
LIVE = spec("otto", raised=RAISED, **ON_MAIL)


class FileClock:
    """The machine's clock, ahead by as many seconds as a file says."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self._path.read_text(encoding="ascii") or 0))


def think(view: RunView) -> Turn:
    """In shadow: answer, mark and file every question. Live: the same, for real, with what is not a question."""
    is_question = view.event.title.startswith("Question")
    is_mine = is_question is (view.agent.agent == "mira")
    steps = [
        call("mail.flag", flag="flagged"),
        call("mail.move", folder="Billing" if is_question else "Done"),
        call("mail.reply", to=view.event.sender, text="We look into it."),
    ]
    done = len(view.past)
    proposals = (steps[done],) if is_mine and done < len(steps) else ()
    final = None if proposals else "done"
    return Turn(category="case", confidence=1.0, proposals=proposals, final=final, is_by_playbook=True)


async def work(options: argparse.Namespace) -> None:
    """Work until killed."""
    clock = FileClock(options.clock)
    workspace = workspaces.create(options.workspace, at=clock.now(), actor="person:test")
    since = datetime.fromisoformat(options.since)
    config = configured(options.imap, options.smtp, since, user=options.user, is_relay=options.relay)
    async with Engine(workspace, lambda e: [mail_connector(e, config)], FakeBrain(think), clock=clock) as engine:
        now, kept = clock.now(), config.model_dump(mode="json")
        await engine.writer.write(
            lambda tx: connections.put(tx, "mail", kind="mail", config=kept, now=now), name="connection.put"
        )
        for agent_spec in (SHADOW, LIVE):
            await engine.writer.write(
                lambda tx, s=agent_spec: apply_agent(
                    tx, AgentFile(s, ""), engine.registry, actor="person:test", now=now
                ),
                name="agent.apply",
            )
        await engine.run()


def main() -> None:
    """Run until killed."""
    made = argparse.ArgumentParser()
    for name in ("--workspace", "--clock"):
        made.add_argument(name, type=Path, required=True)
    for name in ("--imap", "--smtp"):
        made.add_argument(name, type=int, required=True)
    made.add_argument("--since", required=True)
    made.add_argument("--user", required=True)
    made.add_argument("--relay", action="store_true")
    logging.basicConfig(level=logging.INFO)
    watches.AGAIN_S = (0.1, 1.0)
    engines.POLL_S = 0.05
    acts.LOOK_S = 0.1
    asyncio.run(work(made.parse_args()))


if __name__ == "__main__":
    main()
