"""Taking back what was decided, and settling what is in doubt."""

from datetime import datetime

from opsconsole.domain.enums import ActionState, ApprovalKind, Effect, EffectState, RunState, Verb
from opsconsole.domain.errors import DecisionError, NotFoundError
from opsconsole.engine.commands.decisions import Card, close, note
from opsconsole.engine.commands.results import DecisionOutcome, DecisionResult
from opsconsole.engine.effects.accounts import other_account
from opsconsole.engine.effects.aftermath import note_done
from opsconsole.engine.effects.doubt import because_of_doubt
from opsconsole.engine.effects.prepare import ask_again
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.runstate import grace
from opsconsole.store import cases
from opsconsole.store.queries import approvals, grants, runs
from opsconsole.store.rows import ActionRow, ApprovalRow, EffectRow, present
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import people
from opsconsole.store.writes import work as write_work

_CLOSED = {
    Verb.REJECT: ActionState.REJECTED,
    Verb.RESPOND: ActionState.DONE,
    Verb.IGNORE: ActionState.LAPSED,
}
"""The state in which a decision leaves its action where nothing is sent for it."""


def undo(kernel: Kernel, tx: Transaction, approval_id: int, *, actor: str) -> DecisionResult:
    """Take a decision back; the request waits again, in its place and with its deadline.

    An approval can be taken back until its time; after it, what was done is undone where that can be. A rejection,
    an answer and a letting go can be taken back until the agent goes on with it, which it does a grace later.

    Raises:
        NotFoundError: there is none of that number.
        DecisionError: there is nothing to take back, or it is too late for it.
    """
    approval = approvals.approval(tx.conn, approval_id)
    action = None if approval is None else runs.action(tx.conn, approval.action_id)
    if approval is None or action is None:
        raise NotFoundError(f"There is no request {approval_id}.")
    effect, said = runs.effect_of(tx.conn, action.id), approvals.last_decision(tx.conn, approval_id)
    if approval.kind is ApprovalKind.UNKNOWN and said is not None:
        raise DecisionError(f"Request {approval_id}: what you found out is on record, and the agent goes on with it.")
    if effect is not None and effect.approval_id == approval.id:
        return _undo_approval(kernel, tx, approval, action, effect, actor=actor)
    if said is not None and said[0] in _CLOSED:
        return _reopen(kernel, tx, approval, action, *said, actor=actor)
    raise DecisionError(
        f"Request {approval_id} was not decided; there is nothing to take back."
        if said is None
        else f"Request {approval_id}: nothing was done for it; there is nothing to take back."
    )


def _undo_approval(
    kernel: Kernel, tx: Transaction, approval: ApprovalRow, action: ActionRow, effect: EffectRow, *, actor: str
) -> DecisionResult:
    now, kind = kernel.clock.now(), kernel.registry.type(action.tool)
    is_revoked = _revoke_grants(tx, approval, action, actor=actor, now=now)
    if effect.state is EffectState.PREPARED:
        write_work.set_effect(tx, effect.id, EffectState.CANCELLED, now=now)
        tx.audit("decision.undone", at=now, actor=actor, approval=approval.id, action=action.id)
        return _asked_again(kernel, tx, approval, action, now=now)
    moved = other_account(kernel.registry, action.tool, effect.account)
    if effect.state is EffectState.DONE and kind is not None and kind.undo is not None and not moved:
        write_work.set_timer(tx, "undo", str(effect.id), due=now)
        tx.audit("effect.undo_wanted", at=now, actor=actor, action=action.id, effect=effect.id)
        return DecisionResult(outcome=DecisionOutcome.BEING_UNDONE, request=approval.id, undone_by=kind.undo)
    is_done = effect.state is EffectState.DONE
    done = f"what was done cannot be undone from here: {moved}" if moved else "what was done cannot be undone"
    stands = done if is_done else f"it cannot be taken back now ({effect.state.value})"
    if is_revoked:
        return DecisionResult(outcome=DecisionOutcome.GRANT_REVOKED, request=approval.id, why=stands)
    raise DecisionError(f"Request {approval.id}: {stands}.")


def _revoke_grants(tx: Transaction, approval: ApprovalRow, action: ActionRow, *, actor: str, now: datetime) -> bool:
    """Who takes an approval back no longer allows always what was allowed beside it; False where nothing was."""
    said = approvals.last_decision(tx.conn, approval.id)
    found = [] if said is None else grants.given_at(tx.conn, agent=approval.agent_id, tool=action.tool, at=said[1])
    for grant in found:
        people.revoke_grant(tx, grant, now=now)
        tx.audit("grant.revoked", at=now, actor=actor, grant=grant)
    return bool(found)


def _reopen(
    kernel: Kernel,
    tx: Transaction,
    approval: ApprovalRow,
    action: ActionRow,
    verb: Verb,
    at: datetime,
    *,
    actor: str,
) -> DecisionResult:
    """Have a request wait again whose decision sent nothing, while the agent has not gone on with it."""
    now, run = kernel.clock.now(), present(runs.run(tx.conn, action.run_id), f"run {action.run_id}")
    latest = present(approvals.approval_of(tx.conn, action.id), action.id)
    if latest.id != approval.id or action.state is not _CLOSED[verb]:  # taken back before, and asked again
        raise DecisionError(f"Request {approval.id} was taken back before; there is nothing to take back.")
    stands_still = grace.is_on(tx.conn, run.id) or run.state in (RunState.QUEUED, RunState.WAITING)
    if run.turns != action.turn + 1 or not stands_still:
        raise DecisionError(f"Request {approval.id}: the agent has gone on with what you said.")
    if verb is Verb.RESPOND:
        for case in cases.of_event(tx.conn, str(run.event_id), scope=approval.agent_id, source="person"):
            if cases.retire_case(tx.conn, case, retired_at=to_micros(now)):
                tx.audit("case.retired", at=now, actor=actor, case=case, agent=approval.agent_id, event=run.event_id)
                tx.touch("cases")
    tx.audit(
        "approval.reopened",
        at=now,
        actor=actor,
        run=action.run_id,
        action=action.id,
        approval=approval.id,
        decided=at.isoformat(),
    )
    return _asked_again(kernel, tx, approval, action, now=now)


def _asked_again(
    kernel: Kernel, tx: Transaction, approval: ApprovalRow, action: ActionRow, *, now: datetime
) -> DecisionResult:
    run = present(runs.run(tx.conn, action.run_id), f"run {action.run_id}")
    expires_h = kernel.roster.version(tx.conn, run.version_id).spec.approvals.expires_h
    because = because_of_doubt(action, approval.because)
    again, fresh = ask_again(tx, approval, action, because=because, expires_h=expires_h, now=now)
    return DecisionResult(outcome=DecisionOutcome.TAKEN_BACK, request=approval.id, again=again, fresh_deadline=fresh)


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
    kind = kernel.registry.type(card.action.tool)
    if is_done and kind is not None and kind.effect is not Effect.READ:
        connection = card.loaded.event.connection
        note_done(tx, card.action, kind, connection=connection, is_by_person=True, now=now)
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
