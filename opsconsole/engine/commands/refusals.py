"""What a request does not take: each refusal says so, and what to do instead."""

from datetime import datetime

from opsconsole.domain.enums import ApprovalKind
from opsconsole.domain.errors import DecisionError, StaleCardError
from opsconsole.engine.commands.decisions import Card
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import approvals
from opsconsole.store.rows import ApprovalRow
from opsconsole.store.transaction import Transaction


def refuse_unasked(approval: ApprovalRow) -> None:
    """Refuse an answer to what is no question; raises DecisionError, as all here do."""
    if approval.kind is not ApprovalKind.QUESTION:
        raise DecisionError(
            f"Request {approval.id} asks for a yes or no: approve or reject it.",
            hint=f"`opsconsole approvals approve {approval.id}`, or reject.",
        )


def refuse_unseen(tx: Transaction, card: Card) -> None:
    """Refuse what is not bound to a card where that was shown anew (StaleCardError)."""
    if approvals.was_shown_anew(tx.conn, number := card.approval.id, run=card.action.run_id):
        raise StaleCardError(
            f"Request {number} changed since it was asked. Approve it by the card as it is now.",
            hint=f"`opsconsole approvals show {number}` shows it, and how to approve just that.",
        )


def refuse_unfit(tx: Transaction, card: Card, *, digest: str | None, now: datetime) -> None:
    """Refuse to approve a question, or what is over; without a card's digest also what was shown anew."""
    approval = card.approval
    if approval.kind is ApprovalKind.QUESTION:
        raise DecisionError(
            f"Request {approval.id} is a question: it wants an answer.",
            hint=f'Answer it: `opsconsole approvals respond {approval.id} "…"`.',
        )
    if approval.expires_at is not None and approval.expires_at <= now:
        raise DecisionError(
            f"Request {approval.id} expired {approval.expires_at:%Y-%m-%d %H:%M} UTC; it is never approved by time."
        )
    if digest is None:
        refuse_unseen(tx, card)


def refuse_unconnected(kernel: Kernel, card: Card) -> None:
    """Refuse what no connection can do now."""
    if kernel.registry.type(card.action.tool) is None:
        connection = card.action.tool.partition(".")[0]
        raise DecisionError(
            f"{connection} is not connected, so this cannot be done now. Connect it, or reject the request.",
            hint="`opsconsole connect list` shows what is connected.",
        )
