"""Taking done effects back: an effect too, with its intent first, a key of its own, and doubt where doubt is."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

from opsconsole.domain.action import Result
from opsconsole.domain.enums import EffectState, UndoState
from opsconsole.domain.errors import PermanentError, TransientError
from opsconsole.domain.ids import EffectId
from opsconsole.domain.redaction import redacted
from opsconsole.engine.effects.accounts import other_account
from opsconsole.engine.effects.send import Effects
from opsconsole.engine.effects.waits import CALL_TIMEOUT_S, TRIES, backoff_s
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.runstate.loaded import call_of, shown
from opsconsole.store import faults
from opsconsole.store.queries import runs, undos
from opsconsole.store.rows import EffectRow, UndoRow, present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import undos as write
from opsconsole.store.writes import work as write_work

_log = logging.getLogger(__name__)
TIMER = "undo"


class Undos:
    """Takes back what a person wants undone. What is not known to be undone is repeated only where a repeat is safe."""

    def __init__(self, kernel: Kernel, effects: Effects) -> None:
        self._kernel = kernel
        self._effects = effects

    async def doubt_what_was_sending(self) -> None:
        """At start: what a dead engine was taking back is unknown now."""
        if undos.sending(self._kernel.reader):
            await self._effects.persist(self._doubt_all, "undo.doubt")

    async def run(self, effect_id: EffectId) -> None:
        """Take one effect back, or try to."""
        begun = await self._effects.persist(lambda tx: self._begin(tx, effect_id), "undo.begin")
        if begun is None:
            return
        undo, is_repeat = begun
        effect = present(runs.effect(self._kernel.reader, effect_id), f"effect {effect_id}")
        try:
            async with asyncio.timeout(CALL_TIMEOUT_S):
                result = await self._call(effect, undo)
        except TransientError as error:
            await self._effects.persist(
                lambda tx, e=error: self._later(tx, effect, undo, e, is_repeat=is_repeat), "undo.retry"
            )
            return
        except PermanentError as error:
            result = Result(is_ok=False, error=str(error))
        except Exception as error:
            why = redacted(f"{type(error).__name__}: {error}")
            await self._effects.persist(lambda tx: self._doubt(tx, effect, undo, why), "undo.unknown")
            return
        faults.reach("connector.after_undo")
        await self._effects.persist(lambda tx: self._finish(tx, effect, result, is_repeat=is_repeat), "effect.undo")

    def _begin(self, tx: Transaction, effect_id: EffectId) -> tuple[UndoRow, bool] | None:
        """Write the intent; give it, and whether an earlier call may have taken it back already."""
        now = self._kernel.clock.now()
        write_work.drop_timer(tx, TIMER, str(effect_id))
        effect, earlier = runs.effect(tx.conn, effect_id), undos.undo_of_effect(tx.conn, effect_id)
        is_under_way = earlier is not None and earlier.state is UndoState.SENDING
        if effect is None or effect.state is not EffectState.DONE or is_under_way:
            return None
        write.begin_undo(tx, effect_id, key=f"{effect.key}:undo", tries=TRIES, now=now)
        undo = present(undos.undo_of_effect(tx.conn, effect_id), f"undo of {effect_id}")
        self._record(tx, "effect.undoing", effect, attempt=undo.attempts)
        return undo, earlier is not None and earlier.state is UndoState.UNKNOWN

    async def _call(self, effect: EffectRow, undo: UndoRow) -> Result:
        loaded, action = self._effects.load(effect)
        actor = self._kernel.registry.actor(action.tool)
        if actor is None:
            raise PermanentError(f"there is no tool {action.tool} any more")
        if moved := other_account(self._kernel.registry, action.tool, effect.account):
            raise PermanentError(f"{moved}. Take it back there")
        call = replace(call_of(loaded, action, key=effect.key), actor="person", undo_key=undo.key)
        faults.reach("connector.before_undo")
        return await actor.undo(call, shown(action.result))

    def _finish(self, tx: Transaction, effect: EffectRow, result: Result, *, is_repeat: bool) -> None:
        if not result.is_ok:
            self._not_done(tx, effect, result.error or "the system refused", "refused", is_repeat=is_repeat)
            return
        now = self._kernel.clock.now()
        write_work.set_effect(tx, effect.id, EffectState.UNDONE, now=now)
        write.set_undo(tx, effect.id, UndoState.DONE, error=result.error, now=now)
        self._record(tx, "effect.undone", effect, is_partial=True if result.error else None)

    def _later(
        self, tx: Transaction, effect: EffectRow, undo: UndoRow, error: TransientError, *, is_repeat: bool
    ) -> None:
        if undo.attempts >= TRIES:
            self._not_done(tx, effect, f"gave up after {TRIES} tries: {error}", "gave up", is_repeat=is_repeat)
            return
        state, text = UndoState.WANTED, f"not undone yet, will be tried again: {error}"
        if is_repeat:
            state, text = UndoState.UNKNOWN, f"not known yet whether it was undone: {error}"
        self._again(tx, effect, undo, state, text, wish_s=error.retry_after_s)
        self._record(tx, "effect.undo_retry", effect, attempt=undo.attempts)

    def _doubt(self, tx: Transaction, effect: EffectRow, undo: UndoRow, why: str) -> None:
        """Only a system that honours keys is asked once more; else a person must look."""
        action = present(runs.action(tx.conn, effect.action_id), effect.action_id)
        kind = self._kernel.registry.type(action.tool)
        if kind is None or not kind.is_idempotent or undo.attempts >= TRIES:
            self._not_done(tx, effect, why, "not known", is_repeat=True)
            return
        self._again(tx, effect, undo, UndoState.UNKNOWN, f"not known yet whether it was undone: {why}")
        self._record(tx, "effect.undo_unknown", effect, attempt=undo.attempts)

    def _doubt_all(self, tx: Transaction) -> None:
        for undo in undos.sending(tx.conn):
            effect = present(runs.effect(tx.conn, undo.effect_id), f"effect {undo.effect_id}")
            self._doubt(tx, effect, undo, "the engine stopped meanwhile")

    def _again(
        self,
        tx: Transaction,
        effect: EffectRow,
        undo: UndoRow,
        state: UndoState,
        text: str,
        *,
        wish_s: float | None = None,
    ) -> None:
        now = self._kernel.clock.now()
        wait_s = wish_s or backoff_s(undo.attempts)
        write.set_undo(tx, effect.id, state, error=text, now=now)
        write_work.set_timer(tx, TIMER, str(effect.id), due=now + timedelta(seconds=wait_s))

    def _not_done(self, tx: Transaction, effect: EffectRow, text: str, why: str, *, is_repeat: bool) -> None:
        """Give up: what may have been taken back by a call before is not known, and not said to have failed."""
        if is_repeat:
            text = f"it is not known whether it was taken back ({text}); look there"
        self._fail(tx, effect, UndoState.UNKNOWN if is_repeat else UndoState.FAILED, text, why)

    def _fail(self, tx: Transaction, effect: EffectRow, state: UndoState, text: str, why: str) -> None:
        error = f"could not be undone: {text}"
        write.set_undo(tx, effect.id, state, error=error, now=self._kernel.clock.now())
        self._record(tx, "effect.undo_failed", effect, why=why)
        _log.warning("effect %d %s", effect.id, error)

    def _record(self, tx: Transaction, kind: str, effect: EffectRow, **facts: object) -> None:
        run = int(effect.action_id.partition("/")[0])
        now = self._kernel.clock.now()
        tx.audit(kind, at=now, actor="engine", run=run, action=effect.action_id, effect=effect.id, **facts)
