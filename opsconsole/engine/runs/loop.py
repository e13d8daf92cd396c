"""The run loop: perform what is open, think, record, until the run ends or must wait.

A run holds nothing in memory that is not in the file: `advance` may be called again at any time, by any engine.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from opsconsole.domain.action import Call, Result
from opsconsole.domain.enums import ActionState, RunState, Verdict
from opsconsole.domain.errors import ConnectorError, MachineError, TransientError
from opsconsole.domain.ids import RunId
from opsconsole.engine.calls import together
from opsconsole.engine.effects.send import Effects
from opsconsole.engine.kernel import Kernel, Writes
from opsconsole.engine.ladder import draws
from opsconsole.engine.ports.brain import Brain, Turn
from opsconsole.engine.ports.connector import RecordReader
from opsconsole.engine.runs import breaker
from opsconsole.engine.runs.cancel import close_open_actions
from opsconsole.engine.runs.clock import RunClock
from opsconsole.engine.runs.spending import Spending
from opsconsole.engine.runs.turns import Setting, store_turn
from opsconsole.engine.runstate import grace
from opsconsole.engine.runstate.loaded import (
    OVERLAY,
    Loaded,
    call_of,
    is_tainted,
    load,
    overlay,
    refresh,
    shows_precedents,
    view,
)
from opsconsole.engine.runstate.turnbody import ratified
from opsconsole.store import faults
from opsconsole.store.queries import limits, runs
from opsconsole.store.rows import ActionRow
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import work as write_work

_log = logging.getLogger(__name__)
READ_TRIES = 3
READ_TIMEOUT_S = 60.0
BACKOFF_S = (5.0, 30.0, 120.0, 600.0)


class RunLoop:
    """Advances runs, one call at a time each."""

    def __init__(self, kernel: Kernel, writes: Writes, brain: Brain, effects: Effects) -> None:
        self._kernel = kernel
        self._writes = writes
        self._brain = brain
        self._effects = effects
        self._spending = Spending(kernel)

    async def advance(self, run_id: RunId) -> None:
        """Take a run as far as it goes now."""
        clock = RunClock()
        await self._writes.write(lambda tx: self._begin(tx, run_id), name="run.begin")
        known: Loaded | None = None
        while True:
            reader = self._kernel.reader
            loaded = load(self._kernel, reader, run_id) if known is None else refresh(self._kernel, reader, known)
            known = loaded
            if loaded.run.state is not RunState.RUNNING:
                return
            if self._is_paused(loaded):
                await self._writes.write(lambda tx: self._requeue(tx, run_id), name="run.pause")
                return
            if loaded.open_actions:
                await self._perform(loaded)
            if grace.must_wait(reader, run_id):
                if await self._writes.write(lambda tx: self._park(tx, run_id), name="run.park"):
                    return
                continue
            if loaded.open_actions:
                continue
            if stop := self._limit(loaded, clock.used_s):
                await self._writes.write(
                    lambda tx, stop=stop: self._end(tx, run_id, RunState.FAILED, stop), name="run.stop"
                )
                return
            if not await self._think(loaded, clock):
                return

    async def fail(self, run_id: RunId, error: Exception) -> None:
        """End a run that met a bug of ours; the event stays, and the run says so."""
        _log.error("run %d failed", run_id, exc_info=error)
        text = f"stopped by an error in opsconsole ({type(error).__name__}); a person should look"
        await self._writes.write(lambda tx: self._end(tx, run_id, RunState.FAILED, text), name="run.fail")

    def _now(self) -> Any:
        return self._kernel.clock.now()

    def _begin(self, tx: Transaction, run_id: RunId) -> None:
        run = runs.run(tx.conn, run_id)
        if run is not None and run.state in (RunState.QUEUED, RunState.WAITING):
            write_work.set_run(tx, run_id, RunState.RUNNING, now=self._now())

    def _requeue(self, tx: Transaction, run_id: RunId) -> None:
        if self._is_running(tx, run_id):
            write_work.set_run(tx, run_id, RunState.QUEUED, now=self._now())

    def _is_running(self, tx: Transaction, run_id: RunId) -> bool:
        """A person may have cancelled it meanwhile; then nothing of this engine's work on it is kept."""
        run = runs.run(tx.conn, run_id)
        return run is not None and run.state is RunState.RUNNING

    def _is_paused(self, loaded: Loaded) -> bool:
        return bool({"all", f"agent:{loaded.run.agent_id}"} & limits.paused(self._kernel.reader))

    def _limit(self, loaded: Loaded, seconds: float) -> str:
        caps, run = loaded.version.spec.limits, loaded.run
        if run.turns >= caps.turns:
            return f"stopped at its limit of {caps.turns} turns; a person should look"
        if seconds > caps.seconds:
            return f"stopped at its limit of {caps.seconds:g} seconds; a person should look"
        if caps.cost is not None and run.cost_micros >= caps.cost * 1e6:
            return f"stopped at its cost limit of {caps.cost:g}; a person should look"
        return ""

    async def _think(self, loaded: Loaded, clock: RunClock) -> bool:
        try:
            return await self._think_and_record(loaded, clock)
        finally:
            self._spending.end(loaded.run.id)

    async def _think_and_record(self, loaded: Loaded, clock: RunClock) -> bool:
        run, caps = loaded.run, loaded.version.spec.limits
        try:
            left = max(0.1, caps.seconds - clock.used_s)
            async with clock.bounded(left):
                turn = await self._ask(loaded, clock)
        except TransientError as error:
            await self._writes.write(lambda tx, e=error: self._later(tx, loaded, e), name="run.retry")
            return False
        except TimeoutError:
            stop = f"stopped at its limit of {caps.seconds:g} seconds; a person should look"
            await self._writes.write(lambda tx: self._end(tx, run.id, RunState.FAILED, stop), name="run.stop")
            return False
        except ConnectorError as error:
            text = f"could not be thought through: {error}"
            await self._writes.write(lambda tx: self._end(tx, run.id, RunState.FAILED, text), name="run.stop")
            return False
        faults.reach("brain.answered")
        return await self._writes.write(lambda tx: self._record(tx, loaded, turn), name="turn.record")

    async def _ask(self, loaded: Loaded, clock: RunClock) -> Turn:
        """Ask the brain; where a model thinks, only while there is money for it."""
        if loaded.version.spec.brain != "model":
            return await self._brain.turn(view(self._kernel, loaded))
        async with self._spending.first_alone(loaded.version, clock.standing):
            why_not = self._spending.why_not(loaded.version)
            seen = replace(view(self._kernel, loaded), is_over_budget=why_not, queueing=clock.standing)
            self._spending.begin(loaded.run.id, loaded.run.agent_id)
            turn = await self._brain.turn(seen)
            self._spending.learn(loaded.run.agent_id, turn.cost_micros)
        return turn

    def _record(self, tx: Transaction, loaded: Loaded, turn: Turn) -> bool:
        now = self._now()
        if not self._is_running(tx, loaded.run.id):
            return False
        turn = ratified(turn, loaded.version.spec)
        tainted = shows_precedents(turn) or is_tainted(self._kernel, loaded, before_turn=loaded.run.turns)
        store_turn(self._kernel, tx, Setting(loaded.run, loaded.version, loaded.event, tainted), turn, now=now)
        if turn.proposals or turn.goes_on:
            return True
        outcome = turn.final if turn.final is not None else "ended without an outcome"
        self._end(tx, loaded.run.id, RunState.DONE, outcome, is_handled=turn.is_handled)
        return False

    def _later(self, tx: Transaction, loaded: Loaded, error: TransientError) -> None:
        run, now = loaded.run, self._now()
        if not self._is_running(tx, run.id):
            return
        attempts = write_work.count_attempt(tx, run.id)
        if attempts >= loaded.version.spec.limits.attempts:
            self._end(tx, run.id, RunState.FAILED, f"gave up after {attempts} tries: {error}")
            return
        wait_s = error.retry_after_s or BACKOFF_S[min(attempts - 1, len(BACKOFF_S) - 1)]
        write_work.set_run(tx, run.id, RunState.WAITING, now=now, error=str(error))
        write_work.set_timer(tx, "run_retry", str(run.id), due=now + timedelta(seconds=wait_s))
        tx.audit("run.retry", at=now, actor=f"agent:{run.agent_id}", run=run.id, attempt=attempts, wait_s=int(wait_s))

    def _end(self, tx: Transaction, run_id: RunId, state: RunState, outcome: str, *, is_handled: bool = True) -> None:
        now = self._now()
        run = runs.run(tx.conn, run_id)
        if run is None or run.state.is_over:
            return
        if state is RunState.FAILED:
            close_open_actions(tx, run_id, why=outcome, actor="engine", now=now)
        write_work.set_run(tx, run_id, state, now=now, outcome=outcome, is_handled=is_handled)
        breaker.count(self._kernel.roster, tx, run, state, outcome, now=now)
        tx.audit(
            "run.finished",
            at=now,
            actor=f"agent:{run.agent_id}",
            run=run_id,
            state=state.value,
            handled=is_handled,
            category=run.category,
            cost_micros=run.cost_micros or None,
        )
        draws.run_ended(self._kernel, tx, run_id, now=now)

    def _park(self, tx: Transaction, run_id: RunId) -> bool:
        """Wait where something is open; decided in the transaction, so that a decision cannot slip past."""
        if not self._is_running(tx, run_id):
            return True
        if not grace.must_wait(tx.conn, run_id):
            return False
        write_work.set_run(tx, run_id, RunState.WAITING, now=self._now())
        return True

    async def _perform(self, loaded: Loaded) -> None:
        """Begin what was recorded as being sent at once, and look things up beside it."""
        waiting = [action.id for action in loaded.open_actions if action.state is ActionState.WAITING]
        proposed = [action for action in loaded.open_actions if action.state is ActionState.PROPOSED]
        jobs = [self._effects.perform_sending(waiting, loaded)] if waiting else []
        await together([*jobs, self._look_all(loaded, proposed)] if proposed else jobs)

    async def _look_all(self, loaded: Loaded, proposed: list[ActionRow]) -> None:
        results = await together([self._look(loaded, action) for action in proposed])
        found = [(action, result) for action, result in zip(proposed, results, strict=True) if result is not None]
        if found:
            await self._writes.write(lambda tx: self._store(tx, loaded, found), name="results.store")

    def _store(self, tx: Transaction, loaded: Loaded, found: list[tuple[ActionRow, Mapping[str, Any]]]) -> None:
        now = self._now()
        if not self._is_running(tx, loaded.run.id):
            return
        for action, result in found:
            state = {
                Verdict.SIMULATE: ActionState.SIMULATED,
                Verdict.RECOMMEND: ActionState.RECOMMENDED,
            }.get(action.verdict or Verdict.ACT, ActionState.DONE if result.get("ok") else ActionState.FAILED)
            kept = write_work.set_action(tx, action.id, state, now=now, result=result)
            tx.audit(
                f"action.{state.value}",
                at=now,
                actor=f"agent:{loaded.run.agent_id}",
                run=loaded.run.id,
                action=action.id,
                result=None if kept is None else tx.content_digest(kept),
            )

    async def _look(self, loaded: Loaded, action: ActionRow) -> Mapping[str, Any] | None:
        """Read, or simulate a write; None leaves it open."""
        call = call_of(loaded, action)
        registry, records = self._kernel.registry, overlay(loaded.actions)
        actor, reader = registry.actor(action.tool), registry.reader(action.tool)
        if action.verdict in (Verdict.SIMULATE, Verdict.RECOMMEND):
            if actor is None:
                return {"ok": reader is None, "error": "" if reader is None else "not done in shadow", "answer": ""}
            try:
                async with asyncio.timeout(READ_TIMEOUT_S):
                    simulated = await actor.simulate(call, records)
            except ConnectorError as error:
                return {"ok": False, "error": str(error)}
            except MachineError:
                raise
            except Exception as error:
                _log.warning("%s could not be simulated", call.tool, exc_info=True)
                return {"ok": False, "error": f"{call.tool} could not be simulated: {type(error).__name__}"}
            return {**simulated.result.to_json(), OVERLAY: {k: dict(v) for k, v in simulated.records.items()}}
        connection = registry.connection(action.tool)
        if reader is None or connection is None:
            return {"ok": False, "error": f"there is no tool {action.tool}"}
        if f"connection:{connection.id}" in limits.paused(self._kernel.reader):
            return None
        return (await self._read(reader, call, records)).to_json()

    async def _read(self, reader: RecordReader, call: Call, records: Mapping[str, Mapping[str, Any]]) -> Result:
        for attempt in range(READ_TRIES):
            try:
                async with asyncio.timeout(READ_TIMEOUT_S):
                    return await reader.read(call, records, None)
            except TransientError as error:
                if attempt == READ_TRIES - 1:
                    return Result(is_ok=False, error=str(error))
                await asyncio.sleep(min(error.retry_after_s or 0.2 * 2**attempt, 5.0))
            except TimeoutError:
                return Result(is_ok=False, error=f"{call.tool} gave no answer within {READ_TIMEOUT_S:g} s")
            except ConnectorError as error:
                return Result(is_ok=False, error=str(error))
            except MachineError:
                raise
            except Exception as error:
                _log.warning("%s failed", call.tool, exc_info=True)
                return Result(is_ok=False, error=f"{call.tool} failed: {type(error).__name__}")
        raise AssertionError("unreachable")
