"""A workspace in which people decided: requests written as the engine writes them, at the times a test names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from opsconsole.app.session import Session, opened
from opsconsole.domain.enums import ApprovalKind, ApprovalState, RunState, Verb
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.ids import ActionId
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events, people
from opsconsole.store.writes import work as write_work
from tests.support.rig import agent
from tests.ui.sample import make_empty

AGENTS = ("mira", "vito")
CATEGORIES = [{"id": "billing", "name": "Billing"}, {"id": "how_to", "name": "How-to"}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, and what was said to it so many minutes later."""

    days_ago: float
    verb: Verb | None = Verb.APPROVE
    minutes: float = 3
    agent: str = "mira"
    category: str = "billing"
    tool: str = "desk.reply"


def make_decided(folder: Path, asked: Sequence[Asked]) -> Path:
    """Two agents, Mira and Vito, and these requests."""
    make_empty(folder)
    with opened(folder) as session:
        session.write(lambda tx: _fill(session, tx, asked), name="test")
    return folder


def _fill(session: Session, tx: Transaction, asked: Sequence[Asked]) -> None:
    now = datetime.now(UTC)
    for name in AGENTS:
        hire(session, tx, name)
    for number, request in enumerate(asked, 1):
        _ask(tx, number, request, at=now - timedelta(days=request.days_ago))


def hire(session: Session, tx: Transaction, name: str) -> None:
    """Put an agent in use."""
    spec = agent(name, level=2, playbook={"purpose": "a test", "categories": CATEGORIES})
    file = AgentFile(spec, "")
    apply_agent(tx, file, session.kernel.registry, actor="person:test", now=session.kernel.clock.now())


def _ask(tx: Transaction, number: int, asked: Asked, *, at: datetime) -> None:
    incoming = IncomingEvent(external_id=f"e{number}", kind="mail.received", subject=f"thread:{number}", occurred_at=at)
    event, subject = events.add(tx, "desk", incoming, now=at)
    version = AGENTS.index(asked.agent) + 1
    run = write_work.add_run(tx, event=event, agent=asked.agent, version=version, subject=subject, now=at)
    assert run is not None
    action = ActionId(f"{run}/0.0")
    write_work.add_action(
        tx, action, run=run, turn=0, position=0, tool=asked.tool, subject=subject, args_id=tx.keep({}), digest="d",
        is_write=True, category=asked.category, now=at,
    )  # fmt: skip
    request = people.add_approval(
        tx, kind=ApprovalKind.ACTION, action=action, agent=asked.agent, digest="d", mark=0, because="", expires_at=None,
        now=at,
    )  # fmt: skip
    if asked.verb is not None:
        decided_at = at + timedelta(minutes=asked.minutes)
        people.add_decision(tx, request, asked.verb, actor="person:test", content=None, now=decided_at)
        people.close_approval(tx, request, ApprovalState.DECIDED, now=decided_at)
        write_work.set_run(tx, run, RunState.DONE, now=decided_at)
