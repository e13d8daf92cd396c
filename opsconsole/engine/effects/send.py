"""Effects: the intent first, the call, then what came of it. What is in doubt is never silently repeated."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from opsconsole.domain.action import ActionType, Call, Result
from opsconsole.domain.enums import ActionState, ApprovalState, Effect, EffectState, Hold, Verdict
from opsconsole.domain.errors import AmbiguousError, DiskError, PermanentError, TransientError, WorkspaceBusyError
from opsconsole.domain.ids import EffectId
from opsconsole.domain.ruling import UNTIL_RELEASED
from opsconsole.engine.calls import together
from opsconsole.engine.effects import unsent
from opsconsole.engine.effects.accounts import other_account
from opsconsole.engine.effects.aftermath import note_done
from opsconsole.engine.effects.doubt import ask_whether_done
from opsconsole.engine.effects.waits import CALL_TIMEOUT_S, TRIES, arrival_s, backoff_s
from opsconsole.engine.gate.digests import action_digest
from opsconsole.engine.gate.gatekeeper import Judgement, audit_reasons
from opsconsole.engine.kernel import Kernel, Writes
from opsconsole.engine.ladder import basis, breach
from opsconsole.engine.runstate.loaded import Loaded, call_of, load, shown, wanted_again
from opsconsole.store import faults
from opsconsole.store.queries import approvals, runs
from opsconsole.store.rows import ActionRow, EffectRow, present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import people
from opsconsole.store.writes import work as write_work

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
LATE_S = 60.0
"""A prepared effect this long past its time is asked about again, in seconds: the machine slept, or it was in doubt."""
_NOT_CONNECTED = "{} is not connected any more; nothing was done"


class Effects:
    """Sends what is prepared and due, and settles what is in doubt."""

    def __init__(self, kernel: Kernel, writes: Writes) -> None:
        self._kernel = kernel
        self._writes = writes
        self.busy: set[EffectId] = set()

    async def perform_sending(self, actions: Iterable[str], loaded: Loaded) -> None:
        """Perform the effects that were recorded in `sending` for these actions by the turn just stored."""
        effects = [effect for action in actions if (effect := runs.effect_of(self._kernel.reader, action)) is not None]
        sending = [effect for effect in effects if effect.state is EffectState.SENDING and effect.id not in self.busy]
        await together([self.guarded(effect.id, self.perform(effect, loaded)) for effect in sending])

    def _now(self) -> datetime:
        return self._kernel.clock.now()

    async def guarded(self, effect: EffectId, work_: Any) -> None:
        """Run while no other part touches the effect."""
        self.busy.add(effect)
        try:
            await work_
        finally:
            self.busy.discard(effect)

    def load(self, effect: EffectRow, known: Loaded | None = None) -> tuple[Loaded, ActionRow]:
        """Load the run and the action of an effect."""
        run = int(effect.action_id.partition("/")[0])
        loaded = known or load(self._kernel, self._kernel.reader, run)
        return loaded, next(action for action in loaded.actions if action.id == effect.action_id)

    def reload(self, effect: EffectRow) -> EffectRow:
        """Return an effect as it stands now."""
        return present(runs.effect(self._kernel.reader, effect.id), f"effect {effect.id}")

    def call(self, loaded: Loaded, action: ActionRow, effect: EffectRow) -> Call:
        """Return the call as the connector gets it; the key is the same for every try."""
        return call_of(loaded, action, key=effect.key)

    async def send(self, effect_id: EffectId) -> None:
        """From prepared to sending, past the gate once more, in one transaction; then the call."""
        effect = runs.effect(self._kernel.reader, effect_id)
        if effect is None:
            return
        loaded, _ = self.load(effect)
        if await self._writes.write(lambda tx: self._begin(tx, effect_id, loaded), name="effect.begin"):
            await self.perform(self.reload(effect))

    def _begin(self, tx: Transaction, effect_id: EffectId, loaded: Loaded) -> bool:
        now = self._now()
        effect = runs.effect(tx.conn, effect_id)
        if (
            effect is None
            or effect.state is not EffectState.PREPARED
            or effect.hold is not Hold.NONE
            or effect.not_before > now
        ):
            return False
        action = present(runs.action(tx.conn, effect.action_id), effect.action_id)
        if not self._is_as_decided(tx, action, loaded):
            unsent.stop_forged(tx, effect, action, now=now)
            return False
        judged = self.judge_again(tx, effect, action, loaded)
        hold, verdict = judged.ruling.hold_until, judged.ruling.verdict
        facts = _facts(effect, action, judged, loaded)
        if verdict < Verdict.ASK and action.is_in_doubt:
            why = f"it may not be done again: {judged.ruling.explain()}"
            ask_whether_done(tx, effect, action, why=why, now=now)
        elif verdict < Verdict.ASK:
            unsent.void(tx, effect, action, judged, facts, now=now)
        elif hold is not None:
            until = None if hold == UNTIL_RELEASED else hold
            kept = Hold.SWITCH if until is None else Hold.NONE
            write_work.hold_effect(tx, effect.id, not_before=until, hold=kept)
            tx.audit("effect.held", at=now, actor="engine", until=until and until.isoformat(), **facts)
        elif (why := self._why_again(effect, action, verdict, now)) is not None:
            self._ask_again(tx, effect, action, judged, why, loaded)
        else:
            write_work.rule_effect(tx, effect.id, ruling=judged.ruling_id, verdict=verdict)
            write_work.set_effect(tx, effect.id, EffectState.SENDING, now=now)
            tx.audit("effect.sending", at=now, actor="engine", key=effect.key[:16], **facts)
            return True
        return False

    def _why_again(self, effect: EffectRow, action: ActionRow, verdict: Verdict, now: datetime) -> str | None:
        """Return what came in between, so that a person is asked again; empty: the gate asks; None: nobody is asked."""
        if moved := other_account(self._kernel.registry, action.tool, effect.account):
            return moved
        if (late_s := (now - effect.not_before).total_seconds()) > LATE_S:
            return unsent.why_late(effect, late_s=late_s)
        return "" if verdict is Verdict.ASK and effect.approval_id is None else None

    def _is_as_decided(self, tx: Transaction, action: ActionRow, loaded: Loaded) -> bool:
        """The stored arguments are still those that the action's digest, and so the decision, was about."""
        salt, tool = runs.args_salt(tx.conn, action.id), action.tool
        schemas = {self._kernel.registry.fingerprint(tool), loaded.version.tools.get(tool, "")}
        return action.digest in {
            action_digest(tool=tool, fingerprint=schema, subject=loaded.event.subject, args=action.args, salt=salt)
            for schema in schemas
        }

    def judge_again(self, tx: Transaction, effect: EffectRow, action: ActionRow, loaded: Loaded) -> Judgement:
        """Ask the gate once more, with what holds now."""
        if (in_use := self._kernel.roster.in_use(tx.conn, effect.agent_id)) is not None:
            basis.look(self._kernel, tx, in_use, tool=action.tool, now=self._now())
        wanted = wanted_again(self._kernel, loaded, action, grant=effect.grant_id)
        return self._kernel.gatekeeper.judge(
            tx, wanted, version=loaded.version, event=loaded.event, phase="sending", now=self._now()
        )

    def _stop_elsewhere(self, tx: Transaction, effect_id: EffectId, loaded: Loaded, moved: str) -> None:
        """Nothing was called yet: ask whether it shall go through the account that is connected now."""
        effect = runs.effect(tx.conn, effect_id)
        if effect is None or effect.state is not EffectState.SENDING:
            return
        action = present(runs.action(tx.conn, effect.action_id), effect.action_id)
        judged = self.judge_again(tx, effect, action, loaded)
        self._ask_again(tx, effect, action, judged, moved, loaded)

    def _ask_again(
        self, tx: Transaction, effect: EffectRow, action: ActionRow, judged: Judgement, why: str, loaded: Loaded
    ) -> None:
        facts, account = _facts(effect, action, judged, loaded), self._kernel.registry.account_name(action.tool)
        unsent.ask_again(tx, effect, action, judged, why, facts, account=account, now=self._now())

    async def perform(self, effect: EffectRow, known: Loaded | None = None, *, is_repeat: bool = False) -> None:
        """Make the call of an effect that is in `sending`.

        `known` saves loading a run that was just loaded; `is_repeat`: perhaps it was done before.
        """
        loaded, action = self.load(effect, known)
        make, kind = self._kernel.registry.caller(action.tool), self._kernel.registry.type(action.tool)
        if make is None:
            error = _NOT_CONNECTED.format(action.tool.partition(".")[0])
            gone = Result(is_ok=False, error=error)
            await self.persist(lambda tx: self._come_in(tx, effect, loaded, action, gone, kind), "effect.finish")
            return
        if moved := other_account(self._kernel.registry, action.tool, effect.account):
            if is_repeat:
                await self._doubt_one(effect, moved, arrival_s=0.0)
            else:
                await self.persist(lambda tx: self._stop_elsewhere(tx, effect.id, loaded, moved), "effect.elsewhere")
            return
        call = self.call(loaded, action, effect)
        faults.reach("connector.before_call")
        try:
            async with asyncio.timeout(CALL_TIMEOUT_S):
                result = await make(call)
        except TransientError as error:
            await self.persist(lambda tx, e=error: self._retry(tx, effect, loaded, action, e), "effect.retry")
            return
        except PermanentError as error:
            result = Result(is_ok=False, error=str(error))
        except Exception as error:
            why = str(error) if isinstance(error, AmbiguousError) else f"{type(error).__name__}"
            await self._doubt_one(effect, why or "no answer", arrival_s=arrival_s(kind))
            return
        faults.reach("connector.after_call")
        await self.persist(lambda tx: self._come_in(tx, effect, loaded, action, result, kind), "effect.finish")

    def _come_in(
        self, tx: Transaction, effect: EffectRow, loaded: Loaded, action: ActionRow, result: Result,
        kind: ActionType | None,
    ) -> None:  # fmt: skip
        """Store an end: what does not get done now may still have been done by the call before it."""
        current, known = runs.effect(tx.conn, effect.id), runs.action(tx.conn, action.id)
        if result.is_ok or current is None or known is None or not known.is_in_doubt or self._is_looked_for(action):
            self._finish_in(tx, effect, loaded, action, result, kind)
        elif current.state is EffectState.SENDING:
            told = f"trying it once more did not tell: {result.error}"
            ask_whether_done(tx, current, action, why=told, now=self._now())

    def _is_looked_for(self, action: ActionRow) -> bool:
        """What is sent again because it was not found was not done before; later than that a person is asked first."""
        kind = self._kernel.registry.type(action.tool)
        return kind is not None and kind.is_findable and kind.arrival_s <= LATE_S

    async def _doubt_one(self, effect: EffectRow, why: str, *, arrival_s: float) -> None:
        def job(tx: Transaction) -> None:
            now = self._now()
            write_work.set_effect(tx, effect.id, EffectState.UNKNOWN, now=now, error=why)
            wait_s = max(arrival_s, backoff_s(effect.attempts))
            write_work.set_timer(tx, "reconcile", str(effect.id), due=now + timedelta(seconds=wait_s))
            tx.audit(
                "effect.unknown",
                at=now,
                actor="engine",
                action=effect.action_id,
                effect=effect.id,
                why="no clear answer",
            )

        await self.persist(job, "effect.unknown")

    def _retry(
        self, tx: Transaction, effect: EffectRow, loaded: Loaded, action: ActionRow, error: TransientError
    ) -> None:
        now = self._now()
        if effect.attempts >= (tries := error.tries or TRIES):
            gone = Result(is_ok=False, error=f"gave up after {tries} tries: {error}")
            self._come_in(tx, effect, loaded, action, gone, None)
            return
        wait_s = error.retry_after_s or backoff_s(effect.attempts)
        write_work.hold_effect(tx, effect.id, not_before=now + timedelta(seconds=wait_s), hold=Hold.NONE)
        tx.audit("effect.retry", at=now, actor="engine", action=action.id, effect=effect.id, attempt=effect.attempts)

    async def finish(
        self, effect: EffectRow, loaded: Loaded, action: ActionRow, result: Result, kind: ActionType | None
    ) -> None:
        """Store what came of it; `kind` is the type the call was made by, whose connection may be gone by now."""
        await self.persist(lambda tx: self._finish_in(tx, effect, loaded, action, result, kind), "effect.finish")

    async def persist(self, job: Callable[[Transaction], _T], name: str) -> _T:
        """Store what the outside world did. A full disk is waited out: forgetting it would mean doubt."""
        wait_s = 0.5
        while True:
            try:
                return await self._writes.write(job, name=name)
            except (DiskError, WorkspaceBusyError) as error:
                _log.error("%s: trying again in %.0f s: %s", name, wait_s, error)
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, 30.0)

    def _finish_in(
        self, tx: Transaction, effect: EffectRow, loaded: Loaded, action: ActionRow, result: Result,
        kind: ActionType | None,
    ) -> None:  # fmt: skip
        now = self._now()
        current = runs.effect(tx.conn, effect.id)
        if current is None or current.state not in (EffectState.SENDING, EffectState.UNKNOWN):
            return
        state = EffectState.DONE if result.is_ok else EffectState.FAILED
        write_work.set_effect(tx, effect.id, state, now=now, error=result.error)
        action_state = ActionState.DONE if result.is_ok else ActionState.FAILED
        kept = write_work.set_action(tx, action.id, action_state, now=now, result=shown(result.to_json()))
        write_work.drop_timer(tx, "reconcile", str(effect.id))
        if (asked := approvals.approval_of(tx.conn, action.id)) is not None and asked.state is ApprovalState.WAITING:
            people.close_approval(tx, asked.id, ApprovalState.VOID, now=now)
        if result.is_ok and kind is not None and kind.effect is not Effect.READ:
            connection, is_by_person = loaded.event.connection, current.approval_id is not None
            note_done(tx, action, kind, connection=connection, is_by_person=is_by_person, now=now)
            if not is_by_person:
                breach.look(self._kernel, tx, loaded, action, now=now)
        write_work.wake(tx, action.run_id)
        tx.audit(
            f"effect.{state.value}",
            at=now,
            actor="engine",
            run=action.run_id,
            action=action.id,
            effect=effect.id,
            result=tx.content_digest(present(kept, action.id)),
        )


def _facts(effect: EffectRow, action: ActionRow, judged: Judgement, loaded: Loaded) -> dict[str, Any]:
    return {"action": action.id, "effect": effect.id, "run": loaded.run.id, "reasons": audit_reasons(judged)}
