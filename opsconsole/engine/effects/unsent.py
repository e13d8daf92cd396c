"""Prepared effects that do not go out: no longer allowed, forged, or asked about once more."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from opsconsole.domain.enums import ActionState, ApprovalKind, EffectState, Verdict
from opsconsole.engine.effects.doubt import because_of_doubt
from opsconsole.engine.effects.prepare import ask
from opsconsole.engine.gate.gatekeeper import Judgement
from opsconsole.policy.rules import age_in_words
from opsconsole.store.rows import ActionRow, EffectRow
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import work as write_work

ASKED_AGAIN = "asked again: "
EXPIRES_H = 48


def why_late(effect: EffectRow, *, late_s: float) -> str:
    """Return why what is past its time is asked about again; `late_s`: how long it is past, in seconds.

    What was in doubt is late by the looking: empty.
    """
    return "" if effect.error else f"it is {age_in_words(late_s)} late (sleep, restart or pause)"


def stop_forged(tx: Transaction, effect: EffectRow, action: ActionRow, *, now: datetime) -> None:
    """Stop an effect whose arguments are not those that were decided on."""
    error = "stopped: the stored arguments are not those that were decided on; somebody changed the file"
    write_work.set_effect(tx, effect.id, EffectState.CANCELLED, now=now, error=error)
    write_work.set_action(tx, action.id, ActionState.REFUSED, now=now, result={"ok": False, "error": error})
    write_work.wake(tx, action.run_id)
    tx.audit("effect.void", at=now, actor="engine", action=action.id, effect=effect.id, reasons=[error])


def void(
    tx: Transaction,
    effect: EffectRow,
    action: ActionRow,
    judged: Judgement,
    facts: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    """Stop an effect that the gate no longer allows; the agent is told."""
    result = {"ok": False, "refused": True, "error": f"no longer allowed: {judged.ruling.explain()}"}
    write_work.set_effect(tx, effect.id, EffectState.CANCELLED, now=now)
    write_work.set_action(tx, action.id, ActionState.REFUSED, now=now, result=result)
    write_work.wake(tx, action.run_id)
    tx.audit("effect.void", at=now, actor="engine", verdict=judged.ruling.verdict.name, **facts)


def ask_again(
    tx: Transaction,
    effect: EffectRow,
    action: ActionRow,
    judged: Judgement,
    why: str,
    facts: Mapping[str, Any],
    *,
    account: str | None,
    now: datetime,
) -> None:
    """Put an effect before a person once more.

    Args:
        tx: the transaction.
        effect: what was prepared.
        action: what it would do.
        judged: the gate's newest word.
        why: what came in between; empty where the gate itself asks, whose reasons are told then, or doubt alone does.
        facts: for the record.
        account: which one of its connection it would go through now.
        now: aware.
    """
    asks = judged.ruling.explain() if not action.is_in_doubt or judged.ruling.verdict is Verdict.ASK else ""
    because = because_of_doubt(action, f"{ASKED_AGAIN}{why}" if why else asks)
    write_work.set_effect(tx, effect.id, EffectState.CANCELLED, now=now)
    write_work.set_account(tx, action.id, account)
    tx.audit("effect.asked_again", at=now, actor="engine", because=because, **facts)
    ask(
        tx,
        kind=ApprovalKind.ACTION,
        action=action.id,
        run=action.run_id,
        agent=effect.agent_id,
        digest=action.digest,
        ruling_id=judged.ruling_id,
        subject=action.subject_id,
        because=because,
        expires_h=EXPIRES_H,
        now=now,
    )
