"""What a person can say to a request. Short functions: a decision and its audit entry in one transaction.

They run in any process (window, command line); the engine learns of them from the file. Each re-validates and
re-decides with what holds now: arguments, policy, stage, expiry, and whether the subject changed meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from opsconsole.domain.enums import ActionState, ApprovalKind, ApprovalState, Effect, EffectState, Verb, Verdict
from opsconsole.domain.errors import DecisionError, NotFoundError, StaleCardError
from opsconsole.domain.ruling import UNTIL_RELEASED
from opsconsole.engine.agents import Version
from opsconsole.engine.digests import card_digest
from opsconsole.engine.gatekeeper import Judgement
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.runview import Loaded, load, wanted_again
from opsconsole.engine.turns import ArgumentError, audit_reasons, intend, keep_arguments, validate
from opsconsole.store.queries import work
from opsconsole.store.rows import ActionRow, ApprovalRow, present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import people
from opsconsole.store.writes import work as write_work


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command did. `is_done` False: nothing was decided, and `text` says why and what to do."""

    is_done: bool
    text: str
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """Allow the same from now on: for how long, how often, with which arguments pinned."""

    lasts: timedelta
    pinned: tuple[str, ...]
    uses: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A request with all it stands on."""

    approval: ApprovalRow
    action: ActionRow
    loaded: Loaded
    version: Version
    """In use now; it may be newer than the run's own."""


def open_card(kernel: Kernel, tx: Transaction, approval_id: int, *, digest: str | None) -> Card:
    """Load a request that still waits.

    Raises:
        NotFoundError: there is none of that number.
        DecisionError: it was decided, or is over.
        StaleCardError: `digest` is of a card that was shown before.
    """
    approval = work.approval(tx.conn, approval_id)
    if approval is None:
        raise NotFoundError(f"There is no request {approval_id}. `opsconsole approvals list` shows what waits.")
    if approval.state is not ApprovalState.WAITING:
        word = {"decided": "was decided already", "lapsed": "has lapsed", "void": "is no longer needed"}[approval.state]
        raise DecisionError(f"Request {approval_id} {word}; nothing was changed.")
    if digest is not None and not approval.digest.startswith(digest):
        raise StaleCardError(
            f"Request {approval_id} changed since you saw it. Look again: `opsconsole approvals show {approval_id}`."
        )
    action = present(work.action(tx.conn, approval.action_id), approval.action_id)
    loaded = load(kernel, tx.conn, action.run_id)
    current = work.current_version_of(tx.conn, approval.agent_id)
    version = loaded.version if current is None else kernel.roster.version(tx.conn, current)
    return Card(approval, action, loaded, version)


def approve(
    kernel: Kernel,
    tx: Transaction,
    approval_id: int,
    *,
    actor: str,
    digest: str | None = None,
    edited: Mapping[str, Any] | None = None,
    grant: Grant | None = None,
) -> Answer:
    """Approve an action, perhaps with edited arguments; the gate decides anew.

    Raises:
        DecisionError: the verb does not fit, the request expired, or the edited arguments do not fit the schema.
    """
    card, now = open_card(kernel, tx, approval_id, digest=digest), kernel.clock.now()
    approval, action = card.approval, card.action
    if approval.kind is ApprovalKind.UNKNOWN:
        return _settle_unknown(kernel, tx, card, actor=actor, is_done=True, reason="")
    if approval.kind is ApprovalKind.QUESTION:
        raise DecisionError(
            f'Request {approval_id} is a question. Answer it: `opsconsole approvals respond {approval_id} "…"`.'
        )
    if approval.expires_at is not None and approval.expires_at <= now:
        raise DecisionError(
            f"Request {approval_id} expired {approval.expires_at:%Y-%m-%d %H:%M} UTC; it is never approved by time."
        )
    if (changed := _changed(tx, card, now=now)) is not None:
        return changed
    args, changed_digest = dict(action.args), action.digest
    kind = kernel.registry.type(action.tool)
    if kind is not None:
        try:
            args = validate(kind, {**args, **(edited or {})})
        except ArgumentError as error:
            raise DecisionError(f"{error}. Nothing was changed.") from error
    elif edited:
        args = {**args, **edited}
    if args != dict(action.args):
        args_id, changed_digest = keep_arguments(kernel, tx, action.tool, card.loaded.event.subject, args)
        write_work.set_arguments(tx, action.id, args_id=args_id, digest=changed_digest)
        action = work.action(tx.conn, action.id) or action
    wanted = wanted_again(kernel, card.loaded, action, grant=None)
    judged = kernel.gatekeeper.judge(
        tx, wanted, version=card.version, event=card.loaded.event, phase="decided", now=now
    )
    verb = Verb.EDIT if edited else Verb.APPROVE
    _note(
        tx,
        card,
        verb,
        actor=actor,
        words={"args": args} if edited else None,
        judged=judged,
        action_digest=changed_digest,
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
        digest=changed_digest,
        judged=judged,
        approval=approval.id,
        agent=approval.agent_id,
        veto_s=veto,
        now=now,
    )
    if grant is not None:
        _grant(kernel, tx, card, args, grant, actor=actor, now=now)
    return _sent_when(judged, now + timedelta(seconds=veto))


def reject(
    kernel: Kernel, tx: Transaction, approval_id: int, *, actor: str, reason: str, digest: str | None = None
) -> Answer:
    """Say no, with a reason; the agent gets it and may try another way."""
    card, now = open_card(kernel, tx, approval_id, digest=digest), kernel.clock.now()
    if card.approval.kind is ApprovalKind.UNKNOWN:
        return _settle_unknown(kernel, tx, card, actor=actor, is_done=False, reason=reason)
    _note(tx, card, Verb.REJECT, actor=actor, words={"reason": reason}, now=now)
    _close(tx, card, ActionState.REJECTED, {"ok": False, "rejected": True, "error": reason}, now=now)
    return Answer(True, "Rejected. The agent gets your reason and goes on from there.")


def respond(
    kernel: Kernel, tx: Transaction, approval_id: int, *, actor: str, answer: str, digest: str | None = None
) -> Answer:
    """Answer an agent's question; the run goes on with it.

    Raises:
        DecisionError: the request is no question.
    """
    card, now = open_card(kernel, tx, approval_id, digest=digest), kernel.clock.now()
    if card.approval.kind is not ApprovalKind.QUESTION:
        raise DecisionError(
            f"Request {approval_id} asks for a yes or no: `approvals approve {approval_id}` or `reject`."
        )
    if not answer.strip():
        raise DecisionError("The answer is empty. Nothing was changed.")
    _note(tx, card, Verb.RESPOND, actor=actor, words={"answer": answer}, now=now)
    _close(tx, card, ActionState.DONE, {"ok": True, "answer": answer.strip(), "error": ""}, now=now)
    return Answer(True, "Answered. The agent goes on with it.")


def ignore(kernel: Kernel, tx: Transaction, approval_id: int, *, actor: str, digest: str | None = None) -> Answer:
    """Let a request lapse: nothing is done, and the agent is told so."""
    card, now = open_card(kernel, tx, approval_id, digest=digest), kernel.clock.now()
    if card.approval.kind is ApprovalKind.UNKNOWN:
        raise DecisionError("This asks whether something was done: say approve (it was) or reject (it was not).")
    _note(tx, card, Verb.IGNORE, actor=actor, words=None, now=now)
    _close(tx, card, ActionState.LAPSED, {"ok": False, "lapsed": True, "error": "a person let it lapse"}, now=now)
    return Answer(True, "Let go. Nothing was done.")


def undo(kernel: Kernel, tx: Transaction, approval_id: int, *, actor: str) -> Answer:
    """Take an approval back inside its veto window; the request waits again. After it, have the effect undone.

    Raises:
        NotFoundError: there is none of that number.
        DecisionError: it was not approved, or what was done cannot be undone.
    """
    now = kernel.clock.now()
    approval = work.approval(tx.conn, approval_id)
    effect = None if approval is None else work.effect_of(tx.conn, approval.action_id)
    action = None if approval is None else work.action(tx.conn, approval.action_id)
    if approval is None or action is None:
        raise NotFoundError(f"There is no request {approval_id}.")
    kind = kernel.registry.type(action.tool)
    if effect is None or effect.approval_id != approval.id:
        raise DecisionError(f"Request {approval_id} was not approved; there is nothing to take back.")
    if effect.state is EffectState.PREPARED:
        write_work.set_effect(tx, effect.id, EffectState.CANCELLED, now=now)
        tx.record("decision.undone", at=now, actor=actor, approval=approval.id, action=action.id)
        again = people.add_approval(
            tx,
            kind=ApprovalKind.ACTION,
            action=action.id,
            agent=approval.agent_id,
            digest=approval.digest,
            mark=approval.subject_mark,
            because=approval.because,
            expires_at=now + timedelta(hours=48),
            now=now,
        )
        write_work.set_timer(tx, "approval_expiry", str(again), due=now + timedelta(hours=48))
        return Answer(True, f"Taken back; nothing was sent. It waits again as request {again}.")
    if effect.state is EffectState.DONE and kind is not None and kind.undo is not None:
        write_work.set_timer(tx, "undo", str(effect.id), due=now)
        tx.record("effect.undo_wanted", at=now, actor=actor, action=action.id, effect=effect.id)
        return Answer(True, f"It was done already; it is being undone: {kind.undo}.")
    raise DecisionError(
        f"Request {approval_id}: what was done cannot be undone."
        if effect.state is EffectState.DONE
        else f"Request {approval_id} cannot be taken back now ({effect.state.value})."
    )


def _changed(tx: Transaction, card: Card, *, now: datetime) -> Answer | None:
    """Where the subject changed since the question was asked: show what, bind the card anew, ask again."""
    approval, action = card.approval, card.action
    changes = work.subject_changes(tx.conn, action.subject_id, after=approval.subject_mark, without_run=action.run_id)
    if not changes:
        return None
    mark = work.subject_mark(tx.conn, action.subject_id, without_run=action.run_id)
    latest = work.rulings(tx.conn, action.id)[-1].id
    people.refresh_approval(
        tx, approval.id, digest=card_digest(action=action.digest, ruling_id=latest, subject_mark=mark), mark=mark
    )
    tx.record("approval.changed", at=now, actor="engine", approval=approval.id, action=action.id, changes=len(changes))
    return Answer(
        False, f"Not approved yet: since you were asked, this happened: {'; '.join(changes)}. Look again, then decide."
    )


def _note(
    tx: Transaction,
    card: Card,
    verb: Verb,
    *,
    actor: str,
    words: Mapping[str, Any] | None,
    now: datetime,
    judged: Judgement | None = None,
    action_digest: str | None = None,
) -> None:
    kept = people.add_decision(tx, card.approval.id, verb, actor=actor, content=words, now=now)
    waited = now - card.approval.created_at
    tx.record(
        f"decision.{verb.value}",
        at=now,
        actor=actor,
        run=card.action.run_id,
        action=card.action.id,
        approval=card.approval.id,
        card=card.approval.digest,
        digest=action_digest,
        words=None if kept is None else tx.content_digest(kept),
        waited_s=int(waited.total_seconds()),
        verdict=None if judged is None else judged.ruling.verdict.name,
        reasons=None if judged is None else audit_reasons(judged),
    )


def _close(tx: Transaction, card: Card, state: ActionState, result: Mapping[str, Any], *, now: datetime) -> None:
    people.close_approval(tx, card.approval.id, ApprovalState.DECIDED, now=now)
    write_work.drop_timer(tx, "approval_expiry", str(card.approval.id))
    write_work.set_action(tx, card.action.id, state, now=now, result=result)
    write_work.wake(tx, card.action.run_id)


def _void(tx: Transaction, card: Card, judged: Judgement, *, now: datetime) -> Answer:
    why = judged.ruling.explain()
    people.close_approval(tx, card.approval.id, ApprovalState.VOID, now=now)
    write_work.drop_timer(tx, "approval_expiry", str(card.approval.id))
    result = {"ok": False, "refused": True, "error": f"no longer allowed: {why}"}
    write_work.set_action(tx, card.action.id, ActionState.REFUSED, now=now, result=result)
    write_work.wake(tx, card.action.run_id)
    return Answer(False, f"Not done: your approval does not lift this rule: {why}.")


def _sent_when(judged: Judgement, at: datetime) -> Answer:
    hold = judged.ruling.hold_until
    if hold == UNTIL_RELEASED:
        return Answer(True, f"Approved; held until you resume ({judged.ruling.explain()}).", None)
    when = at if hold is None else max(at, hold)
    note = "" if hold is None else f" ({judged.ruling.explain()})"
    return Answer(
        True, f"Approved; done at {when:%H:%M:%S} UTC{note}. Until then `approvals undo` takes it back.", when
    )


def _settle_unknown(kernel: Kernel, tx: Transaction, card: Card, *, actor: str, is_done: bool, reason: str) -> Answer:
    now = kernel.clock.now()
    effect = work.effect_of(tx.conn, card.action.id)
    _note(
        tx,
        card,
        Verb.APPROVE if is_done else Verb.REJECT,
        actor=actor,
        words={"reason": reason} if reason else None,
        now=now,
    )
    if effect is not None:
        write_work.set_effect(tx, effect.id, EffectState.DONE if is_done else EffectState.FAILED, now=now)
        tx.record(
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
    _close(tx, card, ActionState.DONE if is_done else ActionState.FAILED, result, now=now)
    return Answer(True, "Noted as done." if is_done else "Noted as not done; the agent goes on from there.")


def _grant(
    kernel: Kernel, tx: Transaction, card: Card, args: Mapping[str, Any], grant: Grant, *, actor: str, now: datetime
) -> None:
    tool = card.action.tool
    unknown = [name for name in grant.pinned if name not in args]
    if unknown:
        raise DecisionError(f"{tool} has no {', '.join(unknown)} here to pin; it has {', '.join(args)}.")
    pinned = {name: args[name] for name in grant.pinned}
    number = people.add_grant(
        tx,
        agent=card.approval.agent_id,
        tool=tool,
        fingerprint=kernel.registry.fingerprint(tool),
        pinned=pinned,
        actor=actor,
        expires_at=now + grant.lasts,
        uses=grant.uses,
        now=now,
    )
    tx.record(
        "grant.given",
        at=now,
        actor=actor,
        grant=number,
        agent=card.approval.agent_id,
        tool=tool,
        pinned=sorted(pinned),
        uses=grant.uses,
    )
