"""Requests of decisions that a person makes first: who, and about what event; not what the agent wants."""

from datetime import datetime
from typing import Any

from opsconsole.app.session import Session
from opsconsole.app.words import ago, count, say
from opsconsole.engine.pairs.judging import mark_seen
from opsconsole.engine.runstate.loaded import load
from opsconsole.store.queries.ladder import is_undecided
from opsconsole.store.queries.views import drawn
from opsconsole.store.queries.views.unseen import DRAWN
from opsconsole.store.rows import ApprovalRow


def undecided(session: Session, run: int, approval: ApprovalRow) -> dict[str, Any] | None:
    """Return what a list says of a request while it is to be decided first; None where it may be seen."""
    if not is_undecided(session.kernel.reader, run):
        return None
    event = load(session.kernel, session.kernel.reader, run).event
    return {
        "id": approval.id,
        "run": run,
        "agent": approval.agent_id,
        "decide_first": True,
        "from": event.sender_name or event.sender,
        "title": event.title,
        "asked_at": approval.created_at,
        "expires_at": approval.expires_at,
    }


def line(facts: dict[str, Any], now: datetime) -> tuple[str, str, str, str, str, str]:
    """Return such a request as a line of the table."""
    what = f"{facts['title']} from {facts['from']}" if facts["from"] else facts["title"]
    why = f"{DRAWN}: `opsconsole ladder decide {facts['run']}`"
    return f"{facts['id']}", "first", facts["agent"], ago(facts["asked_at"], now), what, why


def see_anyway(session: Session, number: int | None) -> None:
    """Mark the run of a request as seen, where a person was to decide it first; None: of none."""
    run = None if number is None else drawn.run_of_request(session.kernel.reader, number)
    if run is not None and is_undecided(session.kernel.reader, run):
        session.write(lambda tx: mark_seen(session.kernel, tx, run, actor=session.actor), name="proposal.seen")


def tell_waiting(number: int) -> None:
    """Say that decisions wait to be made first."""
    if number:
        say(f"{count(number, 'decision')} to make first: `opsconsole ladder waiting` lists them.")
