"""Records a brain's turn: our own action ids, each action before the gate, and what follows from its word.

All in one transaction, committed before anything is done about it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from opsconsole.domain.action import ActionType, Proposal
from opsconsole.domain.canonical import canonical, jsonable
from opsconsole.domain.enums import ActionState, ApprovalKind, Effect, EffectState, Verdict
from opsconsole.domain.event import Event
from opsconsole.domain.ids import ActionId, ApprovalId, RunId, action_id
from opsconsole.domain.ruling import UNTIL_RELEASED
from opsconsole.engine.agents import Version
from opsconsole.engine.digests import action_digest, card_digest, idempotency_key
from opsconsole.engine.gatekeeper import Judgement, Wanted
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ports import ASK_PERSON, Turn
from opsconsole.store.queries import content, work
from opsconsole.store.rows import RunRow
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import people
from opsconsole.store.writes import work as write_work


class ArgumentError(ValueError):
    """Arguments do not fit their tool's schema; the message is for brain and person."""


def validate(kind: ActionType, args: Mapping[str, Any]) -> dict[str, Any]:
    """Give the arguments as the schema reads them, without what was not given.

    Raises:
        ArgumentError: they do not fit.
    """
    try:
        model = kind.arguments.model_validate(dict(args))
    except ValidationError as error:
        found = [
            f"{'.'.join(str(p) for p in one['loc']) or 'arguments'}: {one['msg']}"
            for one in error.errors(include_url=False)
        ]
        raise ArgumentError(f"{kind.name} cannot take these arguments: {'; '.join(found[:4])}") from error
    return jsonable(model.model_dump(mode="json", exclude_unset=True))


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a turn happens."""

    run: RunRow
    version: Version
    event: Event
    is_tainted: bool
    """Untrusted text has reached the brain by now."""


def record_turn(kernel: Kernel, tx: Transaction, setting: Setting, turn: Turn, *, now: datetime) -> None:
    """Store a turn with its actions, rulings, requests and intents."""
    run = setting.run
    body = turn_body(turn)
    kept = write_work.add_turn(
        tx,
        run.id,
        run.turns,
        body=body,
        category=turn.category,
        confidence=turn.confidence,
        cost_micros=turn.cost_micros,
        now=now,
    )
    tx.record(
        "turn",
        at=now,
        actor=f"agent:{run.agent_id}",
        run=run.id,
        number=run.turns,
        version=run.version_id,
        category=turn.category,
        confidence=None if turn.confidence is None else round(turn.confidence, 4),
        content=tx.content_digest(kept),
        cost_micros=turn.cost_micros or None,
    )
    for position, proposal in enumerate(_distinct(turn.proposals)):
        _record_action(kernel, tx, setting, turn, proposal, position, now=now)


def turn_body(turn: Turn) -> dict[str, Any]:
    """Give the stored form of a turn."""
    return {
        "category": turn.category,
        "confidence": turn.confidence,
        "is_abstained": turn.is_abstained,
        "rationale": turn.rationale,
        "proposals": [
            {
                "tool": one.tool,
                "args": jsonable(one.args),
                "step": one.step,
                "slots": jsonable(one.slots),
                "because": one.because,
            }
            for one in _distinct(turn.proposals)
        ],
        "final": turn.final,
        "is_handled": turn.is_handled,
        "memo": jsonable(turn.memo),
        "evidence": jsonable(turn.evidence),
        "cost_micros": turn.cost_micros,
        "tokens": turn.tokens,
    }


def turn_from(body: Mapping[str, Any]) -> Turn:
    """Read a stored turn."""
    facts = dict(body)
    facts["proposals"] = tuple(
        Proposal(
            tool=one["tool"],
            args=one["args"],
            step=one["step"],
            slots={name: tuple(some) for name, some in one["slots"].items()},
            because=one["because"],
        )
        for one in facts.get("proposals", ())
    )
    facts["evidence"] = tuple(facts.get("evidence", ()))
    return Turn(**facts)


def _distinct(proposals: tuple[Proposal, ...]) -> list[Proposal]:
    """Identical calls of one turn are one action."""
    if len(proposals) < 2:
        return list(proposals)
    seen: set[bytes] = set()
    kept: list[Proposal] = []
    for proposal in proposals:
        mark = canonical([proposal.tool, jsonable(proposal.args)])
        if mark not in seen:
            seen.add(mark)
            kept.append(proposal)
    return kept


def _record_action(
    kernel: Kernel, tx: Transaction, setting: Setting, turn: Turn, proposal: Proposal, position: int, *, now: datetime
) -> None:
    run = setting.run
    identity = action_id(run.id, run.turns, position)
    kind = kernel.registry.type(proposal.tool)
    is_question = proposal.tool == ASK_PERSON
    is_write = not is_question and (kind is None or kind.effect is not Effect.READ)
    args, problem = dict(jsonable(proposal.args)), ""
    if kind is not None:
        try:
            args = validate(kind, args)
        except ArgumentError as error:
            problem = str(error)
    args_id, digest = keep_arguments(kernel, tx, proposal.tool, setting.event.subject, args)
    write_work.add_action(
        tx,
        identity,
        run=run.id,
        turn=run.turns,
        position=position,
        tool=proposal.tool,
        subject=run.subject_id,
        args_id=args_id,
        digest=digest,
        is_write=is_write,
        category=turn.category,
        now=now,
    )
    if problem:
        _refuse(tx, setting, identity, proposal.tool, digest, problem, now=now)
        return
    wanted = Wanted(
        action_id=identity,
        run_id=run.id,
        subject_id=run.subject_id,
        tool=proposal.tool,
        args=args,
        category=turn.category,
        confidence=turn.confidence,
        is_abstained=turn.is_abstained,
        is_tainted=setting.is_tainted,
        is_ratified_step=proposal.step is not None,
        slots=proposal.slots,
    )
    judged = kernel.gatekeeper.judge(
        tx, wanted, version=setting.version, event=setting.event, phase="proposed", now=now
    )
    tx.record(
        "action.ruled",
        at=now,
        actor=f"agent:{run.agent_id}",
        run=run.id,
        action=identity,
        tool=proposal.tool,
        digest=digest,
        verdict=judged.ruling.verdict.name,
        reasons=audit_reasons(judged),
        if_live=None if judged.if_live is None else judged.if_live.verdict.name,
        step=proposal.step,
    )
    _follow(kernel, tx, setting, identity, proposal, digest, judged, is_write=is_write, now=now)


def keep_arguments(
    kernel: Kernel, tx: Transaction, tool: str, subject: str, args: Mapping[str, Any]
) -> tuple[int, str]:
    """Store arguments; give their content id and the digest of the action."""
    args_id = tx.keep(args)
    salt = content.salt_of(tx.conn, args_id)
    return args_id, action_digest(
        tool=tool, fingerprint=kernel.registry.fingerprint(tool), subject=subject, args=args, salt=salt
    )


def audit_reasons(judged: Judgement) -> list[str]:
    """Give the reasons as they stand in the audit trail: rule and text, binding ones first."""
    binding = judged.ruling.binding
    ordered = [*binding, *(reason for reason in judged.ruling.reasons if reason not in binding)]
    return [f"{reason.rule}: {reason.text}" for reason in ordered]


def _refuse(
    tx: Transaction, setting: Setting, identity: ActionId, tool: str, digest: str, problem: str, *, now: datetime
) -> None:
    result = {"ok": False, "error": problem}
    write_work.set_action(tx, identity, ActionState.FAILED, now=now, result=result)
    tx.record(
        "action.invalid",
        at=now,
        actor=f"agent:{setting.run.agent_id}",
        run=setting.run.id,
        action=identity,
        tool=tool,
        digest=digest,
    )


def _follow(
    kernel: Kernel,
    tx: Transaction,
    setting: Setting,
    identity: ActionId,
    proposal: Proposal,
    digest: str,
    judged: Judgement,
    *,
    is_write: bool,
    now: datetime,
) -> None:
    verdict = judged.ruling.verdict
    if verdict is Verdict.REFUSE:
        result = {"ok": False, "error": f"refused: {judged.ruling.explain()}", "refused": True}
        write_work.set_action(tx, identity, ActionState.REFUSED, now=now, result=result)
    elif verdict is Verdict.ASK:
        kind = ApprovalKind.QUESTION if proposal.tool == ASK_PERSON else ApprovalKind.ACTION
        ask(
            tx,
            kind=kind,
            action=identity,
            run=setting.run.id,
            agent=setting.run.agent_id,
            digest=digest,
            ruling_id=judged.ruling_id,
            subject=setting.run.subject_id,
            because=judged.ruling.explain(),
            expires_h=setting.version.spec.approvals.expires_h,
            now=now,
        )
    elif verdict is Verdict.ACT and is_write:
        veto = setting.version.spec.approvals.veto_s if judged.context.effect is Effect.EXTERNAL else 0.0
        intend(
            kernel,
            tx,
            action=identity,
            digest=digest,
            judged=judged,
            approval=None,
            agent=setting.run.agent_id,
            veto_s=veto,
            now=now,
        )
        if judged.grant_id is not None:
            people.use_grant(tx, judged.grant_id)


def ask(
    tx: Transaction,
    *,
    kind: ApprovalKind,
    action: ActionId,
    run: RunId,
    agent: str,
    digest: str,
    ruling_id: int,
    subject: int,
    because: str,
    expires_h: float,
    now: datetime,
) -> ApprovalId:
    """Park an action as a row that waits for a person."""
    mark = work.subject_mark(tx.conn, subject, without_run=run)
    expires_at = now + timedelta(hours=expires_h)
    card = card_digest(action=digest, ruling_id=ruling_id, subject_mark=mark)
    approval = people.add_approval(
        tx,
        kind=kind,
        action=action,
        agent=agent,
        digest=card,
        mark=mark,
        because=because,
        expires_at=expires_at,
        now=now,
    )
    write_work.set_action(tx, action, ActionState.WAITING, now=now)
    write_work.set_timer(tx, "approval_expiry", str(approval), due=expires_at)
    tx.record("approval.asked", at=now, actor=f"agent:{agent}", run=run, action=action, approval=approval, card=card)
    return approval


def intend(
    kernel: Kernel,
    tx: Transaction,
    *,
    action: ActionId,
    digest: str,
    judged: Judgement,
    approval: ApprovalId | None,
    agent: str,
    veto_s: float,
    now: datetime,
) -> None:
    """Write the intent of an effect: at once in `sending` where nothing holds it, else prepared until its time."""
    hold = judged.ruling.hold_until
    is_held = hold == UNTIL_RELEASED
    not_before = now + timedelta(seconds=veto_s)
    if hold is not None and not is_held:
        not_before = max(not_before, hold)
    is_now = not_before <= now and not is_held and approval is None
    key = idempotency_key(workspace=kernel.workspace, action_id=action, action=digest)
    write_work.add_effect(
        tx,
        action,
        ruling=judged.ruling_id,
        verdict=judged.ruling.verdict,
        approval=approval,
        state=EffectState.SENDING if is_now else EffectState.PREPARED,
        key=key,
        not_before=not_before,
        is_held=is_held,
        agent=agent,
        grant=judged.grant_id,
        recipient=judged.recipient,
        now=now,
    )
    write_work.set_action(tx, action, ActionState.WAITING, now=now)
    if not is_now:
        tx.record(
            "effect.prepared",
            at=now,
            actor=f"agent:{agent}",
            action=action,
            approval=approval,
            not_before=None if is_held else not_before.isoformat(),
            held=is_held or None,
        )
