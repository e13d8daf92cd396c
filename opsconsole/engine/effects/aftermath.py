"""What is known once something was done: its subject changed, and whom it reached is a stranger no more."""

from datetime import datetime

from opsconsole.domain.action import ActionType
from opsconsole.policy.context import texts_in
from opsconsole.store.rows import ActionRow
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events as write_events


def note_done(
    tx: Transaction, action: ActionRow, kind: ActionType, *, connection: str, is_by_person: bool, now: datetime
) -> None:
    """Note that a write was done.

    Args:
        tx: the transaction.
        action: what was done.
        kind: the type it was done by.
        connection: the event's, whose correspondents are meant.
        is_by_person: a person wrote, or approved, it.
        now: aware.
    """
    write_events.change_subject(tx, action.subject_id, at=now, what=kind.title, run=action.run_id)
    reached = texts_in([action.args.get(name) for name in kind.destinations])
    write_events.correspond(tx, connection, reached, at=now, is_by_person=is_by_person)
