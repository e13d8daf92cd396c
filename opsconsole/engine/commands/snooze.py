"""Putting a request off for a while. It stays as it is, and its own end does not move; it is only not shown."""

from datetime import datetime

from opsconsole.domain.errors import DecisionError
from opsconsole.engine.commands.decisions import Answer, open_card
from opsconsole.engine.kernel import Kernel
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import people


def snooze(
    kernel: Kernel, tx: Transaction, approval_id: int, *, actor: str, until: datetime, digest: str | None = None
) -> Answer:
    """Hide a request until a time; it comes back by itself, for the time is kept in the file.

    Raises:
        DecisionError: the time is past, or the request ends before it.
    """
    card, now = open_card(kernel, tx, approval_id, digest=digest), kernel.clock.now()
    ends = card.approval.expires_at
    if until <= now:
        raise DecisionError("That time is past. Nothing was changed.")
    if ends is not None and until >= ends:
        raise DecisionError(
            f"Request {approval_id} has to be decided by {ends.astimezone():%A %d %B, %H:%M}, before it is back."
        )
    people.snooze_approval(tx, approval_id, until=until)
    tx.record(
        "approval.snoozed", at=now, actor=actor, approval=approval_id, action=card.action.id, until=until.isoformat()
    )
    back = until.astimezone()
    day = "" if back.date() == now.astimezone().date() else f"{back:%A} "
    return Answer(True, f"Put off until {day}{back:%H:%M}.", until)


def wake(kernel: Kernel, tx: Transaction, approval_id: int, *, actor: str) -> Answer:
    """Show a request that was put off again."""
    card, now = open_card(kernel, tx, approval_id, digest=None), kernel.clock.now()
    people.snooze_approval(tx, approval_id, until=None)
    tx.record("approval.woken", at=now, actor=actor, approval=approval_id, action=card.action.id)
    return Answer(True, "It waits again.")
