"""Taking back what was decided, and settling what is in doubt."""

from opsconsole.domain.enums import ActionState, ApprovalKind, EffectState, Verb
from opsconsole.domain.errors import DecisionError, NotFoundError
from opsconsole.engine.commands.decisions import Card, close, note
from opsconsole.engine.commands.results import DecisionOutcome, DecisionResult
from opsconsole.engine.effects.prepare import ask
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import approvals, runs
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import work as write_work


def undo(kernel: Kernel, tx: Transaction, approval_id: int, *, actor: str) -> DecisionResult:
    """Take an approval back inside its veto window; the request waits again. After it, have the effect undone.

    Raises:
        NotFoundError: there is none of that number.
        DecisionError: it was not approved, or what was done cannot be undone.
    """
    now = kernel.clock.now()
    approval = approvals.approval(tx.conn, approval_id)
    effect = None if approval is None else runs.effect_of(tx.conn, approval.action_id)
    action = None if approval is None else runs.action(tx.conn, approval.action_id)
    if approval is None or action is None:
        raise NotFoundError(f"There is no request {approval_id}.")
    kind = kernel.registry.type(action.tool)
    if effect is None or effect.approval_id != approval.id:
        raise DecisionError(f"Request {approval_id} was not approved; there is nothing to take back.")
    if effect.state is EffectState.PREPARED:
        write_work.set_effect(tx, effect.id, EffectState.CANCELLED, now=now)
        tx.audit("decision.undone", at=now, actor=actor, approval=approval.id, action=action.id)
        again = ask(
            tx,
            kind=ApprovalKind.ACTION,
            action=action.id,
            run=action.run_id,
            agent=approval.agent_id,
            digest=action.digest,
            ruling_id=runs.rulings(tx.conn, action.id)[-1].id,
            subject=action.subject_id,
            because=approval.because,
            expires_h=48,
            now=now,
        )
        return DecisionResult(outcome=DecisionOutcome.TAKEN_BACK, request=approval_id, again=again)
    if effect.state is EffectState.DONE and kind is not None and kind.undo is not None:
        write_work.set_timer(tx, "undo", str(effect.id), due=now)
        tx.audit("effect.undo_wanted", at=now, actor=actor, action=action.id, effect=effect.id)
        return DecisionResult(outcome=DecisionOutcome.BEING_UNDONE, request=approval_id, undone_by=kind.undo)
    raise DecisionError(
        f"Request {approval_id}: what was done cannot be undone."
        if effect.state is EffectState.DONE
        else f"Request {approval_id} cannot be taken back now ({effect.state.value})."
    )


def settle_unknown(
    kernel: Kernel, tx: Transaction, card: Card, *, actor: str, is_done: bool, reason: str
) -> DecisionResult:
    """Close a doubt with what a person found out."""
    now = kernel.clock.now()
    effect = runs.effect_of(tx.conn, card.action.id)
    note(
        tx,
        card,
        Verb.APPROVE if is_done else Verb.REJECT,
        actor=actor,
        words={"reason": reason} if reason else None,
        now=now,
    )
    if effect is not None:
        write_work.set_effect(tx, effect.id, EffectState.DONE if is_done else EffectState.FAILED, now=now)
        tx.audit(
            f"effect.{'done' if is_done else 'failed'}",
            at=now,
            actor=actor,
            run=card.action.run_id,
            action=card.action.id,
            effect=effect.id,
            by="person",
        )
    result = {
        "ok": is_done,
        "by_person": True,
        "error": "" if is_done else f"a person says it was not done. {reason}".strip(),
    }
    close(tx, card, ActionState.DONE if is_done else ActionState.FAILED, result, now=now)
    outcome = DecisionOutcome.NOTED_DONE if is_done else DecisionOutcome.NOTED_NOT_DONE
    return DecisionResult(outcome=outcome, request=card.approval.id)
