"""Effects in doubt: what is not known to have happened is looked up, or a person is asked; never silently repeated."""

import asyncio
import logging
from datetime import datetime, timedelta

from opsconsole.domain.enums import EffectState, Hold, Verdict
from opsconsole.domain.ids import EffectId
from opsconsole.engine.effects.accounts import other_account
from opsconsole.engine.effects.doubt import ask_whether_done
from opsconsole.engine.effects.send import Effects
from opsconsole.engine.effects.waits import CALL_TIMEOUT_S, TRIES, arrival_s, backoff_s
from opsconsole.engine.kernel import Kernel, Writes
from opsconsole.engine.ports.connector import Actor
from opsconsole.engine.runstate.loaded import Loaded
from opsconsole.store import faults
from opsconsole.store.queries import approvals, connections, runs
from opsconsole.store.rows import EffectRow, present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import work as write_work

_log = logging.getLogger(__name__)
_NOT_ASKED = "the system cannot be asked"
RESEND_S = 600.0
"""How long after its time an effect may be sent once more to find out about it, in seconds; later a person is asked."""


class Doubts:
    """Settles unknown effects.

    A system that does not honour keys is asked only some time after the doubtful call, which may still be on its way.
    """

    def __init__(self, kernel: Kernel, writes: Writes, effects: Effects) -> None:
        self._kernel = kernel
        self._writes = writes
        self._effects = effects

    async def doubt_what_was_sending(self) -> int:
        """At start: what a dead engine was sending is unknown now. Give how many."""
        return await self._writes.write(self._doubt, name="effects.doubt")

    async def reconcile(self, effect_id: EffectId) -> None:
        """Settle one effect in doubt: by its idempotency key, by looking for it, else by asking a person."""
        if effect_id not in self._effects.busy:
            await self._effects.guarded(effect_id, self._reconcile(effect_id))

    async def _reconcile(self, effect_id: EffectId) -> None:
        effect = runs.effect(self._kernel.reader, effect_id)
        if effect is None or effect.state is not EffectState.UNKNOWN:
            return
        loaded, action = self._effects.load(effect)
        kind, owner = self._kernel.registry.type(action.tool), self._kernel.registry.connection(action.tool)
        why = "" if owner is None else self._why_elsewhere(effect, action.tool, owner.id)
        if (
            why
            or kind is None
            or not isinstance(owner, Actor)
            or effect.attempts > TRIES
            or not (kind.is_idempotent or kind.is_findable)
        ):
            words = why or _NOT_ASKED
            await self._effects.persist(
                lambda tx: ask_whether_done(tx, effect, action, why=words, now=self._now()), "effect.ask_unknown"
            )
            return
        if kind.is_findable:
            try:
                async with asyncio.timeout(CALL_TIMEOUT_S):
                    found = await owner.find(self._effects.call(loaded, action, effect))
            except Exception as error:
                text = f"could not be looked up: {error}"
                await self._effects.persist(lambda tx: self._look_later(tx, effect, text), "effect.look_later")
                return
            faults.reach("connector.found")
            if found is not None:
                await self._effects.finish(effect, loaded, action, found, kind)
            else:
                await self._effects.persist(lambda tx: self._back(tx, effect.id), "effect.back")
        elif await self._effects.persist(lambda tx: self._again(tx, effect.id, loaded), "effect.again"):
            await self._effects.perform(self._effects.reload(effect), is_repeat=True)

    def _now(self) -> datetime:
        return self._kernel.clock.now()

    def _why_elsewhere(self, effect: EffectRow, tool: str, connection: str) -> str:
        """Say why this connection is not, or need not be, where the call went: there it says nothing; else empty."""
        if moved := other_account(self._kernel.registry, tool, effect.account):
            return moved
        today = self._kernel.registry.account(tool)
        if effect.account is not None and today is not None and today.is_whole:
            return ""
        settled_at = connections.settled_at(self._kernel.reader, connection)
        if settled_at is None or runs.sent_at(self._kernel.reader, effect.id) >= settled_at:
            return ""
        return f"{connection} was connected anew since, perhaps to another account"

    def _doubt(self, tx: Transaction) -> int:
        effects = runs.effects_in(tx.conn, EffectState.SENDING)
        for effect in effects:
            write_work.set_effect(
                tx, effect.id, EffectState.UNKNOWN, now=self._now(), error="the engine stopped meanwhile"
            )
            action = present(runs.action(tx.conn, effect.action_id), effect.action_id)
            if (wait_s := arrival_s(self._kernel.registry.type(action.tool))) > 0:
                due = self._now() + timedelta(seconds=wait_s)
                write_work.set_timer(tx, "reconcile", str(effect.id), due=due)
            tx.audit(
                "effect.unknown",
                at=self._now(),
                actor="engine",
                action=effect.action_id,
                effect=effect.id,
                why="engine stopped",
            )
        return len(effects)

    def _unasked(self, tx: Transaction, effect_id: EffectId) -> EffectRow | None:
        """Return the effect where it is still in doubt, and no person is being asked about it."""
        effect = runs.effect(tx.conn, effect_id)
        is_open = effect is not None and effect.state is EffectState.UNKNOWN
        return effect if effect and is_open and not approvals.is_asked(tx.conn, effect.action_id) else None

    def _back(self, tx: Transaction, effect_id: EffectId) -> None:
        """It is not there: it is prepared as before, is due, and comes before the gate like any other.

        Where looking took longer than a time may be past (`LATE_S`), as it does by the types' own arrival time, a
        person is asked, and told that it was sent once.
        """
        effect = self._unasked(tx, effect_id)
        if effect is None:
            return
        write_work.hold_effect(tx, effect_id, not_before=None, hold=Hold.NONE)
        now = self._now()
        tx.audit("effect.not_found", at=now, actor="engine", action=effect.action_id, effect=effect_id)

    def _again(self, tx: Transaction, effect_id: EffectId, loaded: Loaded) -> bool:
        """Only sending it once more, which does nothing new, can tell; and only if the gate lets it today."""
        effect = self._unasked(tx, effect_id)
        if effect is None:
            return False
        action = present(runs.action(tx.conn, effect.action_id), effect.action_id)
        ruling = self._effects.judge_again(tx, effect, action, loaded).ruling
        is_late = (self._now() - effect.not_before).total_seconds() > RESEND_S
        needed = Verdict.ACT if effect.approval_id is None else Verdict.ASK
        if ruling.hold_until is not None:
            self._look_later(tx, effect, "held by the gate")
            return False
        if ruling.verdict < needed or is_late:
            ask_whether_done(tx, effect, action, why=_NOT_ASKED, now=self._now())
            return False
        write_work.set_effect(tx, effect_id, EffectState.SENDING, now=self._now())
        tx.audit(
            "effect.sending_again",
            at=self._now(),
            actor="engine",
            action=effect.action_id,
            effect=effect_id,
        )
        return True

    def _look_later(self, tx: Transaction, effect: EffectRow, error: str) -> None:
        attempts = write_work.count_effect_attempt(tx, effect.id)
        now = self._now()
        due = now + timedelta(seconds=backoff_s(attempts))
        write_work.set_timer(tx, "reconcile", str(effect.id), due=due)
        tx.audit("effect.look_later", at=now, actor="engine", action=effect.action_id, effect=effect.id)
        _log.info("effect %d %s", effect.id, error)
