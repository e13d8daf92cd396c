"""Durable waits that came due: expiries, retries, doubts, undoings."""

import logging
from collections.abc import Callable
from datetime import timedelta

from opsconsole.domain.enums import ActionState, ApprovalState
from opsconsole.domain.errors import MachineError
from opsconsole.domain.ids import EffectId
from opsconsole.engine.calls import Calls
from opsconsole.engine.effects.doubt import still_open
from opsconsole.engine.effects.reconcile import Doubts
from opsconsole.engine.effects.undo import TIMER as UNDO
from opsconsole.engine.effects.undo import Undos
from opsconsole.engine.kernel import Kernel, Writes
from opsconsole.engine.ladder import daily
from opsconsole.engine.ladder.canary import watch
from opsconsole.engine.pairs import pairing
from opsconsole.engine.runstate import grace
from opsconsole.engine.runstate.loaded import load
from opsconsole.store.queries import approvals, runs
from opsconsole.store.rows import present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import people
from opsconsole.store.writes import work as write_work

_log = logging.getLogger(__name__)
PUT_OFF_S = 60.0
"""A timer whose work fails unexpectedly is tried again so much later, in seconds."""


class Timers:
    """Acts on timers; each is dropped in the transaction that acts on it."""

    def __init__(self, kernel: Kernel, writes: Writes, calls: Calls, doubts: Doubts, undos: Undos) -> None:
        self._kernel = kernel
        self._writes = writes
        self._calls = calls
        self._doubts = doubts
        self._undos = undos

    async def run_due(self) -> int:
        """Act on every timer that is due; give how many were acted on. Calls are started, not waited for."""
        due = runs.due_timers(self._kernel.reader, now=self._kernel.clock.now())
        count = 0
        for _, kind, ref in due:
            try:
                count += await self._act(kind, ref)
            except MachineError:
                raise
            except Exception:
                _log.exception("timer %s %s is put off", kind, ref)
                later = self._kernel.clock.now() + timedelta(seconds=PUT_OFF_S)
                await self._write(lambda tx, k=kind, r=ref, d=later: write_work.set_timer(tx, k, r, due=d), "put_off")
        return count

    async def _act(self, kind: str, ref: str) -> bool:
        if kind == "reconcile":
            return self._calls.start(f"reconcile {ref}", lambda: self.reconcile(EffectId(int(ref))))
        if kind == UNDO:
            return self._calls.start(f"undo {ref}", lambda: self._undos.run(EffectId(int(ref))))
        if kind == "approval_expiry":
            await self._write(lambda tx: self._expire(tx, int(ref)), "expiry")
        elif kind == pairing.TIMER:
            await self._write(lambda tx: self._pair(tx, int(ref)), "pair")
        elif kind == daily.TIMER:
            await self._write(lambda tx: daily.look(self._kernel, tx), "ladder")
        elif kind == grace.TIMER:
            await self._write(lambda tx: grace.end(tx, int(ref)), "go_on")
        elif kind == "run_retry":
            await self._write(lambda tx: self._retry(tx, int(ref)), "retry")
        else:
            _log.error("unknown timer %s %s dropped", kind, ref)
            await self._write(lambda tx: write_work.drop_timer(tx, kind, ref), "drop")
        return True

    async def reconcile(self, effect: EffectId) -> None:
        """Settle a doubt; where that fails unexpectedly, it is tried again later."""
        ref = str(effect)
        await self._write(lambda tx: write_work.drop_timer(tx, "reconcile", ref), "reconcile")
        try:
            await self._doubts.reconcile(effect)
        except Exception:
            later = self._kernel.clock.now() + timedelta(seconds=PUT_OFF_S)
            await self._write(lambda tx: write_work.set_timer(tx, "reconcile", ref, due=later), "put_off")
            raise

    async def _write(self, job: Callable[[Transaction], None], name: str) -> None:
        await self._writes.write(job, name=f"timer.{name}")

    def _pair(self, tx: Transaction, run: int) -> None:
        if pairing.close(self._kernel, tx, run) is not None:
            watch.look(self._kernel, tx)

    def _retry(self, tx: Transaction, run: int) -> None:
        write_work.drop_timer(tx, "run_retry", str(run))
        write_work.wake(tx, run)

    def _expire(self, tx: Transaction, approval_id: int) -> None:
        now = self._kernel.clock.now()
        approval = approvals.approval(tx.conn, approval_id)
        write_work.drop_timer(tx, "approval_expiry", str(approval_id))
        if approval is None or approval.state is not ApprovalState.WAITING:
            return
        if approval.expires_at is not None and approval.expires_at > now:
            write_work.set_timer(tx, "approval_expiry", str(approval_id), due=approval.expires_at)
            return
        action = present(runs.action(tx.conn, approval.action_id), approval.action_id)
        loaded = load(self._kernel, tx.conn, action.run_id)
        rules = loaded.version.spec.approvals
        facts = {"approval": approval_id, "action": action.id, "run": action.run_id}
        if rules.on_expiry == "escalate" and not approval.is_escalated:
            until = now + timedelta(hours=rules.expires_h)
            people.escalate_approval(tx, approval_id, expires_at=until)
            write_work.set_timer(tx, "approval_expiry", str(approval_id), due=until)
            tx.audit("approval.escalated", at=now, actor="engine", until=until.isoformat(), **facts)
            return
        people.close_approval(tx, approval_id, ApprovalState.LAPSED, now=now)
        if not still_open(tx, action, "nobody decided in time whether to do it again", now=now):
            result = {"ok": False, "lapsed": True, "error": "nobody decided in time; nothing was done"}
            write_work.set_action(tx, action.id, ActionState.LAPSED, now=now, result=result)
            write_work.wake(tx, action.run_id)
        tx.audit("approval.lapsed", at=now, actor="engine", **facts)
