"""What a person can say to a request. Short functions: a decision and its audit entry in one transaction.

They run in any process (window, command line); the engine learns of them from the file. Each re-validates and
re-decides with what holds now: arguments, policy, stage, expiry, and whether the subject changed meanwhile.
"""

import difflib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from opsconsole.domain.enums import ActionState, ApprovalKind, ApprovalState, Effect, Hold, Verb, Verdict
from opsconsole.domain.errors import DecisionError
from opsconsole.domain.ruling import UNTIL_RELEASED
from opsconsole.engine.commands.changes import changes_since
from opsconsole.engine.commands.decisions import Card, Grant, close, note, open_card
from opsconsole.engine.commands.decisions import grant as give_grant
from opsconsole.engine.commands.results import DecisionOutcome, DecisionResult, GivenGrant
from opsconsole.engine.commands.takeback import settle_unknown
from opsconsole.engine.effects.prepare import intend
from opsconsole.engine.gate.arguments import ArgumentError, keep_arguments, validate
from opsconsole.engine.gate.digests import card_digest
from opsconsole.engine.gate.gatekeeper import Judgement
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.runstate.loaded import wanted_again
from opsconsole.store import cases
from opsconsole.store.queries import runs
from opsconsole.store.rows import ActionRow, ApprovalRow, present
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import people
from opsconsole.store.writes import work as write_work

_DONE = frozenset(("already_done", "repeated"))
"""Rules of the gate that say: the same was done here. Who approves must have seen that."""


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
        DecisionError: the verb does not fit, the request expired, or the edited arguments do not fit the schema.
    """
    card, now = open_card(kernel, tx, approval_id, digest=digest), kernel.clock.now()
    approval = card.approval
    if approval.kind is ApprovalKind.UNKNOWN:
        return settle_unknown(kernel, tx, card, actor=actor, is_done=True, reason="")
    _refuse_unfit(approval, now)
    _refuse_unconnected(kernel, card)
    if (changed := _changed(kernel, tx, card, now=now)) is not None:
        return changed
    args, told = _arguments(kernel, card, edited or {}), _done_told(tx, card)
    wanted = wanted_again(kernel, card.loaded, replace(card.action, args=args), grant=None)
    judged = kernel.gatekeeper.judge(
        tx, wanted, version=card.loaded.version, event=card.loaded.event, phase="decided", now=now
    )
    if done := [reason.text for reason in judged.ruling.reasons if reason.rule in _DONE and reason.rule not in told]:
        return _shown_anew(tx, card, tuple(done), because=judged.ruling.explain(), now=now)
    action = _keep(kernel, tx, card, args)
    verb = Verb.EDIT if edited else Verb.APPROVE
    note(
        tx,
        card,
        verb,
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
        now=now,
    )
    given = None if grant is None else give_grant(kernel, tx, card, action.args, grant, actor=actor, now=now)
    return _approved(kernel, approval, judged, now + timedelta(seconds=veto), given)


def reject(
    kernel: Kernel, tx: Transaction, approval_id: int, *, actor: str, reason: str, digest: str | None = None
) -> DecisionResult:
    """Say no, with a reason; the agent gets it and may try another way."""
    card, now = open_card(kernel, tx, approval_id, digest=digest), kernel.clock.now()
    if card.approval.kind is ApprovalKind.UNKNOWN:
        return settle_unknown(kernel, tx, card, actor=actor, is_done=False, reason=reason)
    note(tx, card, Verb.REJECT, actor=actor, words={"reason": reason}, now=now)
    close(tx, card, ActionState.REJECTED, {"ok": False, "rejected": True, "error": reason}, now=now)
    return DecisionResult(outcome=DecisionOutcome.REJECTED, request=approval_id)


def respond(
    kernel: Kernel, tx: Transaction, approval_id: int, *, actor: str, answer: str, digest: str | None = None
) -> DecisionResult:
    """Answer an agent's question; the run goes on with it. A category that was named is a case learnt at once.

    Raises:
        DecisionError: the request is no question.
    """
    card, now = open_card(kernel, tx, approval_id, digest=digest), kernel.clock.now()
    if card.approval.kind is not ApprovalKind.QUESTION:
        raise DecisionError(
            f"Request {approval_id} asks for a yes or no: approve or reject it.",
            hint=f"`opsconsole approvals approve {approval_id}`, or reject.",
        )
    if not answer.strip():
        raise DecisionError("The answer is empty. Nothing was changed.")
    answer = _one_of(card, answer)
    note(tx, card, Verb.RESPOND, actor=actor, words={"answer": answer}, now=now)
    close(tx, card, ActionState.DONE, {"ok": True, "answer": answer.strip(), "error": ""}, now=now)
    is_learnt = card.action.args.get("about") == "category" and _learn(tx, card, answer, actor=actor, now=now)
    return DecisionResult(outcome=DecisionOutcome.ANSWERED, request=approval_id, is_learnt=is_learnt)


def ignore(
    kernel: Kernel, tx: Transaction, approval_id: int, *, actor: str, digest: str | None = None
) -> DecisionResult:
    """Let a request lapse: nothing is done, and the agent is told so."""
    card, now = open_card(kernel, tx, approval_id, digest=digest), kernel.clock.now()
    if card.approval.kind is ApprovalKind.UNKNOWN:
        raise DecisionError("This asks whether something was done: say approve (it was) or reject (it was not).")
    note(tx, card, Verb.IGNORE, actor=actor, words=None, now=now)
    close(tx, card, ActionState.LAPSED, {"ok": False, "lapsed": True, "error": "a person let it lapse"}, now=now)
    return DecisionResult(outcome=DecisionOutcome.LET_GO, request=approval_id)


def _one_of(card: Card, answer: str) -> str:
    """Where a question offers answers, take one of them (or `none`); a slip of the pen must not end a run."""
    options = [str(option) for option in card.action.args.get("options") or ()]
    names = {option.casefold(): option for option in options}
    if card.action.args.get("about") == "category":
        names |= {category.name.casefold(): category.id for category in card.loaded.version.spec.playbook.categories}
    wanted = answer.strip()
    if not options or wanted.casefold() == "none":
        return wanted
    if (found := names.get(wanted.casefold())) is not None:
        return found
    close = difflib.get_close_matches(wanted.casefold(), names, n=1, cutoff=0.4)
    hint = f" Did you mean {names[close[0]]}?" if close else ""
    raise DecisionError(f"{wanted!r} is none of the answers: {', '.join(options)}, or none.{hint} Nothing was changed.")


def _learn(tx: Transaction, card: Card, answer: str, *, actor: str, now: datetime) -> bool:
    """Keep the event with the category a person gave it as a precedent; False where it names none."""
    wanted = answer.strip().casefold()
    for category in card.loaded.version.spec.playbook.categories:
        if wanted in (category.id.casefold(), category.name.casefold()):
            event, at = card.loaded.event, to_micros(now)
            case = cases.add_case(
                tx.conn,
                scope=card.approval.agent_id,
                category=category.id,
                text=event.precedent,
                source="person",
                occurred_at=to_micros(event.occurred_at),
                created_at=at,
                event_id=str(event.id),
            )
            tx.audit("case.learnt", at=now, actor=actor, case=case, agent=card.approval.agent_id, event=event.id)
            tx.touch("cases")
            return True
    return False


def _refuse_unfit(approval: ApprovalRow, now: datetime) -> None:
    if approval.kind is ApprovalKind.QUESTION:
        raise DecisionError(
            f"Request {approval.id} is a question: it wants an answer.",
            hint=f'Answer it: `opsconsole approvals respond {approval.id} "…"`.',
        )
    if approval.expires_at is not None and approval.expires_at <= now:
        raise DecisionError(
            f"Request {approval.id} expired {approval.expires_at:%Y-%m-%d %H:%M} UTC; it is never approved by time."
        )


def _refuse_unconnected(kernel: Kernel, card: Card) -> None:
    if kernel.registry.type(card.action.tool) is None:
        connection = card.action.tool.partition(".")[0]
        raise DecisionError(
            f"{connection} is not connected, so this cannot be done now. Connect it, or reject the request.",
            hint="`opsconsole connect list` shows what is connected.",
        )


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
    return _shown_anew(tx, card, changes, because=None, now=now) if changes else None


def _shown_anew(
    tx: Transaction, card: Card, changes: tuple[str, ...], *, because: str | None, now: datetime
) -> DecisionResult:
    """Bind the card to what holds now, and have it looked at again; `because` is why it asks, where that is new."""
    approval, action = card.approval, card.action
    mark = runs.subject_mark(tx.conn, action.subject_id, without_run=action.run_id)
    latest = runs.rulings(tx.conn, action.id)[-1].id
    digest = card_digest(action=action.digest, ruling_id=latest, subject_mark=mark)
    people.refresh_approval(tx, approval.id, digest=digest, mark=mark, because=because)
    tx.audit("approval.changed", at=now, actor="engine", approval=approval.id, action=action.id, changes=len(changes))
    return DecisionResult(outcome=DecisionOutcome.CHANGED, request=approval.id, changes=changes)


def _void(tx: Transaction, card: Card, judged: Judgement, *, now: datetime) -> DecisionResult:
    why = judged.ruling.explain()
    people.close_approval(tx, card.approval.id, ApprovalState.VOID, now=now)
    write_work.drop_timer(tx, "approval_expiry", str(card.approval.id))
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
