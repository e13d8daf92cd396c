"""Putting a request off for a while. It stays as it is, and its own end does not move; it is only not shown."""

from datetime import datetime

from opsconsole.domain.errors import DecisionError
from opsconsole.engine.commands.decisions import open_card
from opsconsole.engine.commands.results import DecisionOutcome, DecisionResult
from opsconsole.engine.kernel import Kernel
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import people


def snooze(
    kernel: Kernel, tx: Transaction, approval_id: int, *, actor: str, until: datetime, digest: str | None = None
) -> DecisionResult:
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
    tx.audit(
        "approval.snoozed", at=now, actor=actor, approval=approval_id, action=card.action.id, until=until.isoformat()
    )
    return DecisionResult(outcome=DecisionOutcome.PUT_OFF, request=approval_id, at=until)


def wake(kernel: Kernel, tx: Transaction, approval_id: int, *, actor: str) -> DecisionResult:
    """Show a request that was put off again. That it was put off stays known: its wait was not all for a person."""
    card, now = open_card(kernel, tx, approval_id, digest=None), kernel.clock.now()
    people.snooze_approval(tx, approval_id, until=now)
    tx.audit("approval.woken", at=now, actor=actor, approval=approval_id, action=card.action.id)
    return DecisionResult(outcome=DecisionOutcome.WOKEN, request=approval_id)
