"""Cancelling a run: what has not begun never will; what was sent stays, and is told."""

from datetime import datetime

from opsconsole.domain.enums import ActionState, ApprovalState, EffectState, RunState
from opsconsole.domain.errors import DecisionError, NotFoundError
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder import draws
from opsconsole.engine.pairs import pairing
from opsconsole.engine.runstate import grace
from opsconsole.store.queries import approvals, runs
from opsconsole.store.rows import ActionRow, EffectRow, present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import people
from opsconsole.store.writes import work as write_work

_OPEN = (ActionState.PROPOSED, ActionState.WAITING)
_BEGUN = (EffectState.SENDING, EffectState.UNKNOWN)


def cancel_run(kernel: Kernel, tx: Transaction, run_id: int, *, actor: str, reason: str) -> int:
    """Cancel a run; give how many of its actions were still open.

    Raises:
        NotFoundError: there is no such run.
        DecisionError: it is over, or something of it is being sent or in doubt at this moment.
    """
    now = kernel.clock.now()
    run = runs.run(tx.conn, run_id)
    if run is None:
        raise NotFoundError(f"There is no run {run_id}.", hint="`opsconsole feed` shows their numbers.")
    if run.state.is_over:
        raise DecisionError(f"Run {run_id} is over ({run.state.value}); there is nothing to cancel.")
    for action in runs.actions(tx.conn, run_id):
        effect = runs.effect_of(tx.conn, action.id)
        if action.state in _OPEN and _has_begun(action, effect):
            raise DecisionError(
                f"Run {run_id} is sending, or in doubt about, {action.tool}. Try again when that is settled."
            )
    closed = close_open_actions(tx, run_id, why="the run was cancelled", actor=actor, now=now)
    for timer in ("run_retry", grace.TIMER):
        write_work.drop_timer(tx, timer, str(run_id))
    write_work.set_run(tx, run_id, RunState.CANCELLED, now=now, outcome=reason or "cancelled by a person")
    tx.audit("run.cancelled", at=now, actor=actor, run=run_id, open_actions=closed)
    draws.close(tx, run_id, "cancelled", actor=actor, now=now)
    draws.settle(kernel, tx, run_id, now=now)
    pairing.expect(kernel, tx, present(runs.run(tx.conn, run_id), f"run {run_id}"), now=now)
    return closed


def _has_begun(action: ActionRow, effect: EffectRow | None) -> bool:
    """A call of it is on its way, or may have done it."""
    return action.is_in_doubt or (effect is not None and effect.state in _BEGUN)


def close_open_actions(tx: Transaction, run_id: int, *, why: str, actor: str, now: datetime) -> int:
    """Close what has not begun of a run: its requests, its prepared effects; give how many actions that were.

    What is being sent or in doubt stays: it must still be settled.
    """
    closed = 0
    for action in runs.actions(tx.conn, run_id):
        effect, approval = runs.effect_of(tx.conn, action.id), approvals.approval_of(tx.conn, action.id)
        if action.state not in _OPEN or _has_begun(action, effect):
            continue
        if effect is not None and effect.state is EffectState.PREPARED:
            write_work.set_effect(tx, effect.id, EffectState.CANCELLED, now=now)
        if approval is not None and approval.state is ApprovalState.WAITING:
            people.close_approval(tx, approval.id, ApprovalState.VOID, now=now)
            write_work.drop_timer(tx, "approval_expiry", str(approval.id))
        write_work.set_action(tx, action.id, ActionState.CANCELLED, now=now, result={"ok": False, "error": why})
        tx.audit(
            "action.cancelled",
            at=now,
            actor=actor,
            run=run_id,
            action=action.id,
            effect=None if effect is None else effect.id,
            approval=None if approval is None else approval.id,
        )
        closed += 1
    return closed
