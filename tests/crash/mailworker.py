"""The engine of the mail storm, in a process that is killed: answers each mail and files it, resuming what it finds."""

import argparse
import asyncio
import contextlib
import logging
import signal
from datetime import UTC, datetime
from pathlib import Path

from opsconsole.connectors.mail import watch
from opsconsole.connectors.mail.config import Login, MailConfig, Server
from opsconsole.connectors.mail.connector import MailConnector
from opsconsole.domain.errors import WorkspaceBusyError
from opsconsole.doubles.brain import FakeBrain
from opsconsole.engine import engine as engines
from opsconsole.engine import watches
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.engine.connectionmemory import ConnectionMemory
from opsconsole.engine.effects import reconcile, waits
from opsconsole.engine.effects import send as effects
from opsconsole.engine.engine import Engine
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.engine.ports.connector import Connector
from opsconsole.engine.systemclock import SystemClock
from opsconsole.store import workspace as workspaces
from opsconsole.store.writes import connections
from tests.crash.jobs import call, spec
from tests.support.mail.mailrig import SUPPORT, WORDS, KeptSecrets

ARRIVAL_S = 3.0
RAISED = [
    {"action": "mail.reply", "ceiling": ceiling, "reason": "answers go out by themselves"}
    for ceiling in ("irreversible", "first_contact")
]
AGENT = spec(
    "mira",
    subscribes=[{"connection": "mail", "kinds": ["mail.received"]}],
    raised=RAISED,
    budgets={"actions_per_day": 1_000_000},
)


def folder_of(title: str) -> str:
    """Return where a mail of this subject is filed."""
    return "Done" if sum(title.encode()) % 2 else "Later"


def think(view: RunView) -> Turn:
    """Answer, then file."""
    steps = [
        call("mail.reply", to=view.event.sender, text=f"About {view.event.title}: we look into it."),
        call("mail.move", folder=folder_of(view.event.title)),
    ]
    done = len(view.past)
    proposals = (steps[done],) if done < len(steps) else ()
    return Turn(
        category="case", confidence=1.0, proposals=proposals, final=None if proposals else "done", is_by_playbook=True
    )


def mail_connector(engine: Engine, config: MailConfig) -> MailConnector:
    """Make the connector with what it remembers in the workspace."""
    memory = ConnectionMemory("mail", engine.reader, engine.writer, engine.clock)
    return MailConnector(
        "mail", config, secrets=KeptSecrets(support=WORDS[SUPPORT]), memory=memory, health=memory, clock=engine.clock
    )


def configured(
    imap: int, smtp: int, since: datetime, *, arrival_s: float = ARRIVAL_S, user: str = SUPPORT, is_relay: bool = False
) -> MailConfig:
    """Configure the support mailbox behind these ports."""
    return MailConfig(
        address=SUPPORT, imap=Server(host="127.0.0.1", port=imap, tls="none"),
        smtp=Server(host="127.0.0.1", port=smtp, tls="none"), login=Login(user=user, secret="support"),
        is_relay=is_relay, authserv="mx.slotwise.example", authserv_strips=True, arrival_s=arrival_s, since=since,
    )  # fmt: skip


async def work(folder: Path, config: MailConfig, *, stop: asyncio.Event) -> None:
    """Work until told to stop."""
    workspace = workspaces.create(folder, at=datetime.now(UTC), actor="person:storm")

    def connectors(engine: Engine) -> list[Connector]:
        return [mail_connector(engine, config)]

    with contextlib.closing(workspace):
        async with Engine(workspace, connectors, FakeBrain(think), clock=SystemClock()) as engine:
            now, kept = engine.clock.now(), config.model_dump(mode="json")
            await engine.writer.write(
                lambda tx: connections.put(tx, "mail", kind="mail", config=kept, now=now), name="connection.put"
            )
            await engine.writer.write(
                lambda tx: apply_agent(tx, AgentFile(AGENT, ""), engine.registry, actor="person:storm", now=now),
                name="agent.apply",
            )
            running = asyncio.create_task(engine.run())
            await asyncio.wait({running, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
            engine.stop()
            await running


async def _main(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    since = datetime.fromisoformat(options.since)
    config = configured(options.imap, options.smtp, since, user=options.user, is_relay=options.relay)
    for _ in range(50):
        try:
            await work(options.workspace, config, stop=stop)
            return
        except WorkspaceBusyError:  # the one before is only just dying
            await asyncio.sleep(0.05)


def main() -> None:
    """Run until killed, or told to stop."""
    made = argparse.ArgumentParser()
    made.add_argument("--workspace", type=Path, required=True)
    made.add_argument("--imap", type=int, required=True)
    made.add_argument("--smtp", type=int, required=True)
    made.add_argument("--since", required=True)
    made.add_argument("--user", default=SUPPORT)
    made.add_argument("--relay", action="store_true")
    logging.basicConfig(level=logging.INFO)
    # Faster than outside, and more patient: here the servers fail twice a second for minutes.
    waits.BACKOFF_S = (0.3, 0.6, 1.0, 1.5, 2.0)
    effects.TRIES = reconcile.TRIES = 40
    effects.LATE_S = 600.0
    watches.AGAIN_S = (0.1, 1.0)
    watch.BACKOFF_S = (0.05, 1.0)
    engines.POLL_S = 0.05
    asyncio.run(_main(made.parse_args()))


if __name__ == "__main__":
    main()
