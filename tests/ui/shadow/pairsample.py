"""Workspaces with pairs for the tests of the shadow panel: as many as are asked for, of every kind."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from opsconsole.app.session import Session, opened
from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.engine.pairs.compared import compared_call
from opsconsole.engine.pairs.pair import Origin, Sides, keep
from opsconsole.policy.comparison import ComparedAction
from opsconsole.store.queries import events as read_events
from opsconsole.store.rows import present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events
from tests.support.rig import agent
from tests.ui.sample import make_empty

PLAYBOOK: dict[str, Any] = {
    "purpose": "a test",
    "categories": [{"id": "case", "name": "Case"}, {"id": "billing", "name": "Billing"}],
}
KINDS = ("differs", "extra", "missing", "same")


def make_pairs(
    folder: Path, number: int, *, kinds: tuple[str, ...] = KINDS, is_blind: bool = True, excluded: str = ""
) -> Path:
    """Pairs 1 to `number`, their kinds in turn, the newest event first in number."""
    add_pairs(make_empty(folder), number, kinds=kinds, is_blind=is_blind, excluded=excluded)
    return folder


def add_pairs(
    folder: Path, number: int, *, kinds: tuple[str, ...] = KINDS, is_blind: bool = True, excluded: str = ""
) -> None:
    """Put pairs into a workspace."""
    with opened(folder) as session:
        session.write(lambda tx: _fill(session, tx, number, kinds, is_blind=is_blind, excluded=excluded), name="sample")


def _fill(
    session: Session, tx: Transaction, number: int, kinds: tuple[str, ...], *, is_blind: bool, excluded: str
) -> None:
    kernel, now = session.kernel, session.kernel.clock.now()
    spec = agent(level=2, playbook=PLAYBOOK)
    apply_agent(tx, AgentFile(spec, ""), kernel.registry, actor="person:test", now=now)
    for place in range(1, number + 1):
        at = now - timedelta(hours=place)
        incoming = IncomingEvent(
            external_id=f"e{place}", kind="mail.received", subject=f"thread:{place}", occurred_at=at,
            title=f"Question {place}", text=f"Please answer question {place}.", sender=f"p{place}@example.com",
        )  # fmt: skip
        event, _ = events.add(tx, "desk", incoming, now=now)
        kind = kinds[(place - 1) % len(kinds)]
        mine = [_note(session, f"She called about {place}; wants a demo")]
        theirs = [_note(session, f"She called about {place}; wants her money back and an apology in writing")]
        origin = Origin(
            source="history", agent=spec.agent, version=1, run=None, category="case", confidence=0.9,
            is_blind=is_blind, is_failed=False, excluded=excluded, because="It reads like a call.",
        )  # fmt: skip
        sides = Sides(
            agent=[] if kind == "missing" else mine, human={"extra": [], "same": mine}.get(kind, theirs), acts=(),
            event=present(read_events.event(tx.conn, event), "event"), origin=origin,
        )  # fmt: skip
        assert keep(tx, sides, now=now) is not None


def _note(session: Session, text: str) -> ComparedAction:
    args = {"text": text, "about": "contact:1"}
    return compared_call(session.kernel.registry.type("desk.add_note"), "desk.add_note", args, "contact:1")
