"""What a person can say to a request. Short functions: a decision and its audit entry in one transaction.

They run in any process (window, command line); the engine learns of them from the file. Each re-validates and
re-decides with what holds now: arguments, policy, stage, expiry, and whether the subject changed meanwhile.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from opsconsole.domain.enums import ActionState, ApprovalKind, ApprovalState, Effect, Hold, Verb, Verdict
from opsconsole.domain.errors import DecisionError
from opsconsole.domain.ruling import UNTIL_RELEASED
from opsconsole.engine.commands.answers import learn, one_of
from opsconsole.engine.commands.changes import changes_since
from opsconsole.engine.commands.decisions import Card, Grant, close, note, open_card
from opsconsole.engine.commands.decisions import grant as give_grant
from opsconsole.engine.commands.refusals import refuse_unasked, refuse_unconnected, refuse_unfit
from opsconsole.engine.commands.results import DecisionOutcome, DecisionResult, GivenGrant
from opsconsole.engine.commands.takeback import settle_unknown
from opsconsole.engine.effects.doubt import because_of_doubt, still_open
from opsconsole.engine.effects.prepare import intend
from opsconsole.engine.gate.arguments import ArgumentError, keep_arguments, validate
from opsconsole.engine.gate.digests import card_digest
from opsconsole.engine.gate.gatekeeper import Judgement
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.runstate.loaded import wanted_again
from opsconsole.store.queries import runs
from opsconsole.store.rows import ActionRow, ApprovalRow, present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import people
from opsconsole.store.writes import work as write_work

_DONE = frozenset(("already_done", "repeated"))
"""Rules of the gate that say: the same was done here. Who approves must have seen that."""
LEFT = "a person deals with it"
"""What an agent hears whose question is left to people."""


def approve(
    kernel: Kernel,
    tx: Transaction,
    approval_id: int,
    *,
    actor: str,
    digest: str | None = None,
    edited: Mapping[str, Any] | None = None,
    grant: Grant | None = None,
) -> DecisionResult:
    """Approve an action, perhaps with edited arguments; the gate decides anew.

    Raises:
        DecisionError: the verb or the arguments do not fit, the request expired, or its card is another one by now.
    """
    card, now = open_card(kernel, tx, approval_id, digest=digest), kernel.clock.now()
    approval = card.approval
    if approval.kind is ApprovalKind.UNKNOWN:
        return settle_unknown(kernel, tx, card, actor=actor, is_done=True, reason="")
    refuse_unfit(tx, card, digest=digest, now=now)
    refuse_unconnected(kernel, card)
    if (changed := _changed(kernel, tx, card, now=now)) is not None:
        return changed
    args, told = _arguments(kernel, card, edited or {}), _done_told(tx, card)
    wanted = wanted_again(kernel, card.loaded, replace(card.action, args=args), grant=None)
    judged = kernel.gatekeeper.judge(
        tx, wanted, version=card.loaded.version, event=card.loaded.event, phase="decided", now=now
    )
    if done := [reason.text for reason in judged.ruling.reasons if reason.rule in _DONE and reason.rule not in told]:
        return _shown_anew(kernel, tx, card, tuple(done), because=judged.ruling.explain(), now=now)
    action = _keep(kernel, tx, card, args)
    note(
        tx,
        card,
        Verb.EDIT if edited else Verb.APPROVE,
        actor=actor,
        words={"args": dict(action.args)} if edited else None,
        judged=judged,
        action_digest=action.digest,
        now=now,
    )
    if judged.ruling.verdict < Verdict.ASK:
        return _void(tx, card, judged, now=now)
    people.close_approval(tx, approval.id, ApprovalState.DECIDED, now=now)
    write_work.drop_timer(tx, "approval_expiry", str(approval.id))
    veto = card.version.spec.approvals.veto_s if judged.context.effect is not Effect.READ else 0.0
    intend(
        kernel,
        tx,
        action=action.id,
        digest=action.digest,
        judged=judged,
        approval=approval.id,
        agent=approval.agent_id,
        veto_s=veto,
        account=kernel.registry.account_name(action.tool) if action.account is None else action.account,
        now=now,
    )
    given = None if grant is None else give_grant(kernel, tx, card, action.args, grant, actor=actor, now=now)
    return _approved(kernel, approval, judged, now + timedelta(seconds=veto), given)


def reject(
    kernel: Kernel, tx: Transaction, approval_id: int, *, actor: str, reason: str, digest: str | None = None
) -> DecisionResult:
    """Say no to an action, with a reason; the agent gets it and may try another way.

    Raises:
        DecisionError: the request is a question.
    """
    card, now = open_card(kernel, tx, approval_id, digest=digest), kernel.clock.now()
    if card.approval.kind is ApprovalKind.UNKNOWN:
        return settle_unknown(kernel, tx, card, actor=actor, is_done=False, reason=reason)
    if card.approval.kind is ApprovalKind.QUESTION:
        raise DecisionError(
            f"Request {approval_id} is a question: it wants an answer, or to be left to people.",
            hint=f'`opsconsole approvals respond {approval_id} "…"`, or `opsconsole approvals leave {approval_id}`.',
        )
    note(tx, card, Verb.REJECT, actor=actor, words={"reason": reason}, now=now)
    if (asked := _left_open(tx, card, DecisionOutcome.REJECTED, now=now)) is not None:
        return asked
    result = {"ok": False, "rejected": True, "error": reason}
    return _told(kernel, tx, card, ActionState.REJECTED, result, outcome=DecisionOutcome.REJECTED)


def respond(
    kernel: Kernel, tx: Transaction, approval_id: int, *, actor: str, answer: str, digest: str | None = None
) -> DecisionResult:
    """Answer an agent's question; the run goes on with it. A category that was named is a case learnt at once.

    Raises:
        DecisionError: the request is no question.
    """
    card, now = open_card(kernel, tx, approval_id, digest=digest), kernel.clock.now()
    refuse_unasked(card.approval)
    if not answer.strip():
        raise DecisionError("The answer is empty. Nothing was changed.")
    answer = one_of(card, answer)
    note(tx, card, Verb.RESPOND, actor=actor, words={"answer": answer}, now=now)
    is_learnt = card.action.args.get("about") == "category" and learn(tx, card, answer, actor=actor, now=now)
    result = {"ok": True, "answer": answer.strip(), "error": ""}
    told = _told(kernel, tx, card, ActionState.DONE, result, outcome=DecisionOutcome.ANSWERED)
    return replace(told, is_learnt=is_learnt)


def ignore(
    kernel: Kernel, tx: Transaction, approval_id: int, *, actor: str, digest: str | None = None
) -> DecisionResult:
    """Let a request lapse: nothing is done, and the agent is told so. Of a question this is to leave it to people."""
    return _lapse(kernel, tx, open_card(kernel, tx, approval_id, digest=digest), actor=actor)


def _lapse(kernel: Kernel, tx: Transaction, card: Card, *, actor: str) -> DecisionResult:
    now = kernel.clock.now()
    if card.approval.kind is ApprovalKind.UNKNOWN:
        raise DecisionError("This asks whether something was done: say approve (it was) or reject (it was not).")
    note(tx, card, Verb.IGNORE, actor=actor, words=None, now=now)
    if (asked := _left_open(tx, card, DecisionOutcome.LET_GO, now=now)) is not None:
        return asked
    is_question = card.approval.kind is ApprovalKind.QUESTION
    result = {"ok": False, "lapsed": True, "error": LEFT if is_question else "a person let it lapse"}
    outcome = DecisionOutcome.LEFT_TO_PEOPLE if is_question else DecisionOutcome.LET_GO
    return _told(kernel, tx, card, ActionState.LAPSED, result, outcome=outcome)


def leave(
    kernel: Kernel, tx: Transaction, approval_id: int, *, actor: str, digest: str | None = None
) -> DecisionResult:
    """Leave a question to people: it gets no answer, and the agent does nothing more about it.

    Raises:
        DecisionError: the request is no question.
    """
    card = open_card(kernel, tx, approval_id, digest=digest)
    refuse_unasked(card.approval)
    return _lapse(kernel, tx, card, actor=actor)


def _left_open(tx: Transaction, card: Card, outcome: DecisionOutcome, *, now: datetime) -> DecisionResult | None:
    """Not to do it again does not say that it was not done: that is asked then. None where nothing is in doubt."""
    if not card.action.is_in_doubt:
        return None
    people.close_approval(tx, card.approval.id, ApprovalState.DECIDED, now=now)
    write_work.drop_timer(tx, "approval_expiry", str(card.approval.id))
    still_open(tx, card.action, "it is not to be done again", now=now)
    return DecisionResult(outcome=outcome, request=card.approval.id)


def _told(
    kernel: Kernel,
    tx: Transaction,
    card: Card,
    state: ActionState,
    result: Mapping[str, Any],
    *,
    outcome: DecisionOutcome,
) -> DecisionResult:
    """Close a request with what the agent hears, once the seconds are over in which it can be taken back."""
    grace_s = card.version.spec.approvals.veto_s
    at = close(tx, card, state, result, now=kernel.clock.now(), grace_s=grace_s)
    return DecisionResult(outcome=outcome, request=card.approval.id, at=at if kernel.is_engine_running else None)


def _arguments(kernel: Kernel, card: Card, edited: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the arguments as today's schema reads them, with a person's over the agent's."""
    action, kind = card.action, kernel.registry.type(card.action.tool)
    args = {**action.args, **edited}
    if kind is None:
        return args
    try:
        return validate(kind, args)
    except ArgumentError as error:
        raise DecisionError(f"{error}. Nothing was changed.") from error


def _keep(kernel: Kernel, tx: Transaction, card: Card, args: Mapping[str, Any]) -> ActionRow:
    """Keep the arguments where they are others than the agent's."""
    action = card.action
    if dict(args) == dict(action.args):
        return action
    args_id, digest = keep_arguments(kernel.registry, tx, action.tool, card.loaded.event.subject, args)
    write_work.set_arguments(tx, action.id, args_id=args_id, digest=digest)
    return present(runs.action(tx.conn, action.id), action.id)


def _done_told(tx: Transaction, card: Card) -> set[str]:
    """Return which rules the card names that say that the same was done already."""
    latest = runs.rulings(tx.conn, card.action.id)[-1:]
    return {reason["rule"] for ruling in latest for reason in ruling.reasons} & _DONE


def _changed(kernel: Kernel, tx: Transaction, card: Card, *, now: datetime) -> DecisionResult | None:
    """Where the subject changed since the question was asked: show what, bind the card anew, ask again."""
    changes = changes_since(kernel, tx.conn, card.action, card.approval)
    return _shown_anew(kernel, tx, card, changes, because=None, now=now) if changes else None


def _shown_anew(
    kernel: Kernel, tx: Transaction, card: Card, changes: tuple[str, ...], *, because: str | None, now: datetime
) -> DecisionResult:
    """Bind the card to what holds now, and have it looked at again; `because` is why it asks, where that is new."""
    approval, action = card.approval, card.action
    mark = runs.subject_mark(tx.conn, action.subject_id, without_run=action.run_id)
    latest = runs.rulings(tx.conn, action.id)[-1].id
    account = kernel.registry.account_name(action.tool)
    digest = card_digest(action=action.digest, ruling_id=latest, subject_mark=mark, account=account)
    write_work.set_account(tx, action.id, account)
    told = because_of_doubt(action, because) if because else because  # what may have been done may still have been
    people.refresh_approval(tx, approval.id, digest=digest, mark=mark, because=told)
    facts = {"approval": approval.id, "run": action.run_id, "action": action.id, "changes": len(changes)}
    tx.audit("approval.changed", at=now, actor="engine", **facts)
    return DecisionResult(outcome=DecisionOutcome.CHANGED, request=approval.id, changes=changes)


def _void(tx: Transaction, card: Card, judged: Judgement, *, now: datetime) -> DecisionResult:
    why = judged.ruling.explain()
    people.close_approval(tx, card.approval.id, ApprovalState.VOID, now=now)
    write_work.drop_timer(tx, "approval_expiry", str(card.approval.id))
    if still_open(tx, card.action, f"it may not be done again: {why}", now=now):
        return DecisionResult(outcome=DecisionOutcome.NOT_ALLOWED, request=card.approval.id, why=why)
    result = {"ok": False, "refused": True, "error": f"no longer allowed: {why}"}
    write_work.set_action(tx, card.action.id, ActionState.REFUSED, now=now, result=result)
    write_work.wake(tx, card.action.run_id)
    return DecisionResult(outcome=DecisionOutcome.NOT_ALLOWED, request=card.approval.id, why=why)


def _approved(
    kernel: Kernel, approval: ApprovalRow, judged: Judgement, at: datetime, grant: GivenGrant | None
) -> DecisionResult:
    """Return when it is done, and what holds it; what else the gate said is settled by the approval."""
    until = judged.ruling.hold_until
    hold = Hold.SWITCH if until == UNTIL_RELEASED else Hold.NONE if kernel.is_engine_running else Hold.ENGINE
    return DecisionResult(
        outcome=DecisionOutcome.APPROVED,
        request=approval.id,
        at=(at if until is None else max(at, until)) if hold is Hold.NONE else None,
        hold=hold,
        held_by=tuple(
            reason.text.partition(": waits")[0] for reason in judged.ruling.reasons if reason.hold_until is not None
        ),
        grant=grant,
    )
