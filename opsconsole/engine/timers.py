"""Durable waits that came due: expiries, retries, doubts, undoings."""

import logging
from datetime import timedelta

from opsconsole.domain.action import Call
from opsconsole.domain.enums import ActionState, ApprovalState, EffectState
from opsconsole.domain.ids import EffectId
from opsconsole.engine.doubts import Doubts
from opsconsole.engine.kernel import Kernel, Writes
from opsconsole.engine.runview import load, shown
from opsconsole.store.queries import work
from opsconsole.store.rows import present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import people
from opsconsole.store.writes import work as write_work

_log = logging.getLogger(__name__)


class Timers:
    """Acts on timers; each is dropped in the transaction that acts on it."""

    def __init__(self, kernel: Kernel, writes: Writes, doubts: Doubts) -> None:
        self._kernel = kernel
        self._writes = writes
        self._doubts = doubts

    async def run_due(self) -> int:
        """Act on every timer that is due; give how many."""
        due = work.due_timers(self._kernel.reader, now=self._kernel.clock.now())
        for _, kind, ref in due:
            if kind == "approval_expiry":
                await self._writes.write(lambda tx, r=ref: self._expire(tx, int(r)), name="timer.expiry")
            elif kind == "run_retry":
                await self._writes.write(lambda tx, r=ref: self._retry(tx, int(r)), name="timer.retry")
            elif kind == "reconcile":
                await self._writes.write(
                    lambda tx, r=ref: write_work.drop_timer(tx, "reconcile", r), name="timer.reconcile"
                )
                await self._doubts.reconcile(EffectId(int(ref)))
            elif kind == "undo":
                await self._undo(EffectId(int(ref)))
            else:
                _log.error("unknown timer %s %s dropped", kind, ref)
                await self._writes.write(lambda tx, k=kind, r=ref: write_work.drop_timer(tx, k, r), name="timer.drop")
        return len(due)

    def _retry(self, tx: Transaction, run: int) -> None:
        write_work.drop_timer(tx, "run_retry", str(run))
        write_work.wake(tx, run)

    def _expire(self, tx: Transaction, approval_id: int) -> None:
        now = self._kernel.clock.now()
        approval = work.approval(tx.conn, approval_id)
        write_work.drop_timer(tx, "approval_expiry", str(approval_id))
        if approval is None or approval.state is not ApprovalState.WAITING:
            return
        if approval.expires_at is not None and approval.expires_at > now:
            write_work.set_timer(tx, "approval_expiry", str(approval_id), due=approval.expires_at)
            return
        action = present(work.action(tx.conn, approval.action_id), approval.action_id)
        loaded = load(self._kernel, tx.conn, action.run_id)
        rules = loaded.version.spec.approvals
        facts = {"approval": approval_id, "action": action.id, "run": action.run_id}
        if rules.on_expiry == "escalate" and not approval.is_escalated:
            until = now + timedelta(hours=rules.expires_h)
            people.escalate_approval(tx, approval_id, expires_at=until)
            write_work.set_timer(tx, "approval_expiry", str(approval_id), due=until)
            tx.record("approval.escalated", at=now, actor="engine", until=until.isoformat(), **facts)
            return
        people.close_approval(tx, approval_id, ApprovalState.LAPSED, now=now)
        result = {"ok": False, "lapsed": True, "error": "nobody decided in time; nothing was done"}
        write_work.set_action(tx, action.id, ActionState.LAPSED, now=now, result=result)
        write_work.wake(tx, action.run_id)
        tx.record("approval.lapsed", at=now, actor="engine", **facts)

    async def _undo(self, effect_id: EffectId) -> None:
        effect = work.effect(self._kernel.reader, effect_id)
        action = None if effect is None else work.action(self._kernel.reader, effect.action_id)
        owner = None if action is None else self._kernel.registry.owner(action.tool)
        text, is_undone = "it is gone", False
        if effect is not None and action is not None and owner is not None and effect.state is EffectState.DONE:
            loaded = load(self._kernel, self._kernel.reader, action.run_id)
            call = Call(
                action_id=action.id,
                tool=action.tool,
                args=action.args,
                subject=loaded.event.subject,
                actor="person",
                key=effect.key,
                fields=loaded.event.fields,
            )
            try:
                result = await owner.undo(call, shown(action.result))
                is_undone, text = result.is_ok, result.error
            except Exception as error:
                text = str(error)

        def job(tx: Transaction) -> None:
            now = self._kernel.clock.now()
            write_work.drop_timer(tx, "undo", str(effect_id))
            if is_undone:
                write_work.set_effect(tx, effect_id, EffectState.UNDONE, now=now)
            word = "effect.undone" if is_undone else "effect.undo_failed"
            tx.record(word, at=now, actor="engine", effect=effect_id, action=None if action is None else action.id)

        await self._writes.write(job, name="effect.undo")
        if not is_undone:
            _log.warning("effect %d could not be undone: %s", effect_id, text)
