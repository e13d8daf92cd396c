"""What follows from the gate's word: a request that waits for a person, or the intent of an effect."""

from datetime import datetime, timedelta

from opsconsole.domain.canonical import digest as digest_of
from opsconsole.domain.enums import ActionState, ApprovalKind, EffectState, Hold
from opsconsole.domain.ids import ActionId, ApprovalId, RunId
from opsconsole.domain.ruling import UNTIL_RELEASED
from opsconsole.engine.gate.digests import card_digest, idempotency_key
from opsconsole.engine.gate.gatekeeper import Judgement
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import runs
from opsconsole.store.rows import ActionRow, ApprovalRow
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import people
from opsconsole.store.writes import work as write_work


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
    mark = runs.subject_mark(tx.conn, subject, without_run=run)
    expires_at = now + timedelta(hours=expires_h)
    account = runs.account(tx.conn, action)
    card = card_digest(action=digest, ruling_id=ruling_id, subject_mark=mark, account=account)
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
    tx.audit("approval.asked", at=now, actor=f"agent:{agent}", run=run, action=action, approval=approval, card=card)
    return approval


def ask_again(
    tx: Transaction, before: ApprovalRow, action: ActionRow, *, because: str, expires_h: float, now: datetime
) -> tuple[ApprovalId, datetime | None]:
    """Ask anew what a person took back: in the place of the request before it, and with what happened since that one.

    Its deadline is that one's too; where that is over, it would lapse at once, and gets a fresh one.

    Args:
        tx: the transaction.
        before: the request that was decided.
        action: what is asked about.
        because: why it is asked.
        expires_h: how long a request of this agent waits, in hours.
        now: aware.

    Returns:
        The new request, and its deadline where that is a fresh one.
    """
    latest = runs.rulings(tx.conn, action.id)[-1].id
    mark = before.subject_mark
    card = card_digest(action=action.digest, ruling_id=latest, subject_mark=mark, account=action.account)
    fresh = now + timedelta(hours=expires_h) if before.expires_at is not None and before.expires_at <= now else None
    expires_at = fresh or before.expires_at
    approval = people.add_approval(
        tx,
        kind=before.kind,
        action=action.id,
        agent=before.agent_id,
        digest=card,
        mark=mark,
        because=because,
        expires_at=expires_at,
        now=before.created_at,
    )
    if expires_at is not None:
        if before.is_escalated:
            people.escalate_approval(tx, approval, expires_at=expires_at)
        write_work.set_timer(tx, "approval_expiry", str(approval), due=expires_at)
    write_work.reopen_action(tx, action.id)
    actor = f"agent:{before.agent_id}"
    facts = {"run": action.run_id, "action": action.id, "approval": approval, "card": card}
    tx.audit("approval.asked", at=now, actor=actor, until=fresh and fresh.isoformat(), **facts)
    return approval, fresh


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
    account: str | None,
    now: datetime,
) -> None:
    """Write the intent of an effect through an account: in `sending` where nothing holds it, else prepared."""
    until = judged.ruling.hold_until
    is_switched_off = until == UNTIL_RELEASED
    not_before = now + timedelta(seconds=veto_s)
    if until is not None and not is_switched_off:
        not_before = max(not_before, until)
    is_now = not_before <= now and not is_switched_off and approval is None
    if is_switched_off:
        hold = Hold.SWITCH
    else:
        hold = Hold.NONE if approval is None or kernel.is_engine_running else Hold.ENGINE
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
        hold=hold,
        agent=agent,
        grant=judged.grant_id,
        recipients=judged.recipients,
        account=account,
        now=now,
    )
    write_work.set_action(tx, action, ActionState.WAITING, now=now)
    tx.audit(
        "effect.sending" if is_now else "effect.prepared",
        at=now,
        actor=f"agent:{agent}",
        action=action,
        approval=approval,
        key=key[:16],
        account=digest_of(account)[:16] if account else None,
        not_before=None if is_switched_off or is_now else not_before.isoformat(),
        held=is_switched_off or None,
    )
