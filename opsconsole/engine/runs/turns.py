"""Records a brain's turn: our own action ids, each action before the gate, and what follows from its word.

All in one transaction, committed before anything is done about it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from opsconsole.domain.action import ActionType, Proposal
from opsconsole.domain.canonical import jsonable
from opsconsole.domain.enums import ActionState, ApprovalKind, Effect, Verdict
from opsconsole.domain.event import Event
from opsconsole.domain.ids import ActionId, action_id
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.effects.prepare import ask, intend
from opsconsole.engine.gate.arguments import ArgumentError, keep_arguments, validate
from opsconsole.engine.gate.disclosure import disclosed, line_of
from opsconsole.engine.gate.gatekeeper import Judgement, WantedAction, audit_reasons
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder import basis, draws
from opsconsole.engine.ladder.canary import watch
from opsconsole.engine.ports.brain import ASK_PERSON, Turn
from opsconsole.engine.runstate.turnbody import distinct, turn_body
from opsconsole.store.queries import limits
from opsconsole.store.rows import RunRow
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import people
from opsconsole.store.writes import work as write_work

UNNAMED = "unknown.tool"
_TOOL_NAME = re.compile(r"[a-z][a-z0-9_-]{0,60}(\.[a-z][a-z0-9_]{0,60})+")


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a turn happens."""

    run: RunRow
    version: Version
    event: Event
    is_tainted: bool
    """Untrusted text has reached the brain by now."""


def store_turn(kernel: Kernel, tx: Transaction, setting: Setting, turn: Turn, *, now: datetime) -> None:
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
        tokens=turn.tokens,
        now=now,
    )
    tx.audit(
        "turn",
        at=now,
        actor=f"agent:{run.agent_id}",
        run=run.id,
        number=run.turns,
        version=run.version_id,
        category=turn.category,
        confidence=None if turn.confidence is None else round(turn.confidence, 4),
        content=tx.content_digest(kept),
        model=turn.model or None,
        cost_micros=turn.cost_micros or None,
        tokens=turn.tokens or None,
    )
    if turn.answered_as and (in_use := kernel.roster.in_use(tx.conn, run.agent_id)) is not None:
        asked = turn.model.partition(":")[0]
        basis.answered(kernel, tx, in_use, model=asked, name=turn.answered_as, now=now)
    for position, proposal in enumerate(distinct(turn.proposals)):
        _store_action(kernel, tx, setting, turn, proposal, position, now=now)


def _store_action(
    kernel: Kernel, tx: Transaction, setting: Setting, turn: Turn, proposal: Proposal, position: int, *, now: datetime
) -> None:
    if not _TOOL_NAME.fullmatch(proposal.tool):
        proposal = replace(proposal, tool=UNNAMED)  # what a model wrote as a name stays in the turn, not in the record
    run = setting.run
    identity = action_id(run.id, run.turns, position)
    kind = kernel.registry.type(proposal.tool)
    is_question = proposal.tool == ASK_PERSON
    is_write = not is_question and (kind is None or kind.effect is not Effect.READ)
    args, problem = dict(jsonable(proposal.args)), ""
    if kind is not None and not proposal.problem:
        try:
            args = _disclosed(kernel, tx, setting, turn, kind, validate(kind, args), now=now)
        except ArgumentError as error:
            problem = str(error)
    account = kernel.registry.account_name(proposal.tool)  # once: it may be replaced meanwhile
    args_id, digest = keep_arguments(kernel.registry, tx, proposal.tool, setting.event.subject, args)
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
        account=account,
    )
    if problem := proposal.problem or problem:
        _refuse(tx, setting, identity, proposal.tool, digest, problem, now=now)
        return
    wanted = _wanted(setting, turn, proposal, identity, args)
    if is_write and (in_use := kernel.roster.in_use(tx.conn, run.agent_id)) is not None:
        basis.look(kernel, tx, in_use, tool=proposal.tool, now=now)
    judged = kernel.gatekeeper.judge(
        tx, wanted, version=setting.version, event=setting.event, phase="proposed", now=now
    )
    _record_ruling(tx, run, identity, proposal, digest, judged, now=now)
    watch.ruled(tx, setting.version.id, identity, judged.ruling, now=now)
    if is_write:
        draws.maybe_draw(kernel, tx, run, setting.version, judged, now=now)
    _follow(kernel, tx, setting, identity, proposal, digest, judged, is_write=is_write, account=account, now=now)


def _record_ruling(
    tx: Transaction,
    run: RunRow,
    identity: ActionId,
    proposal: Proposal,
    digest: str,
    judged: Judgement,
    *,
    now: datetime,
) -> None:
    tx.audit(
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
        grant=judged.grant_id,
    )


def _disclosed(
    kernel: Kernel,
    tx: Transaction,
    setting: Setting,
    turn: Turn,
    kind: ActionType,
    args: Mapping[str, Any],
    *,
    now: datetime,
) -> dict[str, Any]:
    spec = setting.version.spec
    line = line_of(tx.conn, spec) if kind.message else ""
    if not line:
        return dict(args)
    fingerprint = kernel.registry.fingerprint(kind.name)
    grant = limits.grant_for(tx.conn, agent=spec.agent, tool=kind.name, fingerprint=fingerprint, args=args, now=now)
    return disclosed(
        spec,
        kind,
        args,
        category=turn.category,
        event=setting.event,
        line=line,
        has_grant=grant is not None,
    )


def _wanted(
    setting: Setting, turn: Turn, proposal: Proposal, identity: ActionId, args: Mapping[str, Any]
) -> WantedAction:
    return WantedAction(
        action_id=identity,
        run_id=setting.run.id,
        subject_id=setting.run.subject_id,
        tool=proposal.tool,
        args=args,
        category=turn.category,
        confidence=turn.confidence,
        is_abstained=turn.is_abstained,
        is_tainted=setting.is_tainted,
        is_ratified_step=proposal.step is not None,
        slots=proposal.slots,
        is_disputed=turn.is_disputed,
    )


def _refuse(
    tx: Transaction, setting: Setting, identity: ActionId, tool: str, digest: str, problem: str, *, now: datetime
) -> None:
    result = {"ok": False, "error": problem}
    write_work.set_action(tx, identity, ActionState.FAILED, now=now, result=result)
    tx.audit(
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
    account: str | None,
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
            account=account,
            now=now,
        )
        if judged.grant_id is not None:
            people.use_grant(tx, judged.grant_id)
