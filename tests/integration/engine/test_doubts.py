"""What is in doubt, or being taken back: settled once, by whoever comes first, and never done twice."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.action import Call, Result
from opsconsole.domain.enums import ApprovalKind, EffectState, UndoState
from opsconsole.domain.errors import AmbiguousError
from opsconsole.domain.ids import EffectId
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands import approvals, takeback
from opsconsole.store.queries import events, runs, undos
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import undos as write_undos
from opsconsole.store.writes import work as write_work
from tests.support.rig import Rig, agent, call, mail, rig
from tests.support.running import beside, state, told

DO = call("out.do", what="x")
ONE = EffectId(1)


async def lost(_: Call) -> Result:
    raise AmbiguousError("no answer")


class Looked(FakeConnector):
    """Gives no clear answer; `look` is what happens while it is looked for."""

    def __init__(self, look: Callable[[], Awaitable[Result | None]], *, arrival_s: float = 0.0) -> None:
        super().__init__(lost, is_findable=True, arrival_s=arrival_s)
        self.look, self.looks = look, 0

    async def find(self, call: Call) -> Result | None:
        self.looks += 1
        return await self.look()


async def settled(r: Rig, to: EffectState) -> None:
    """Have somebody else settle the effect."""
    now = r.clock.now()
    await r.engine.writer.write(lambda tx: write_work.set_effect(tx, ONE, to, now=now), name="test.settle")
    r.is_forged = True


async def test_what_is_settled_while_it_is_looked_for_is_not_sent_again(tmp_path: Path) -> None:
    async def look() -> Result | None:
        await settled(r, EffectState.DONE)
        return None

    out = Looked(look)
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        await r.wait(seconds=2)
        assert (out.looks, len(out.calls), state(r)) == (1, 1, ["done"])
        assert r.audit("effect.not_found") == []


async def test_what_is_settled_just_before_it_would_be_sent_again_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = FakeConnector(lost, is_idempotent=True)
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        persist = r.engine.effects.persist

        async def too_late(job: Callable[[Transaction], Any], name: str) -> Any:
            if name == "effect.again":
                await settled(r, EffectState.DONE)
            return await persist(job, name)

        monkeypatch.setattr(r.engine.effects, "persist", too_late)
        await r.wait(seconds=2)
        assert (len(out.calls), state(r)) == (1, ["done"]) and r.audit("effect.sending_again") == []


async def test_two_look_for_the_same_effect_one_after_the_other_never_at_once(tmp_path: Path) -> None:
    looking, go = asyncio.Event(), asyncio.Event()

    async def look() -> Result | None:
        looking.set()
        await go.wait()
        return Result(is_ok=True)

    out = Looked(look)
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        first = asyncio.create_task(r.engine.doubts.reconcile(ONE))
        await looking.wait()
        second = asyncio.create_task(r.engine.doubts.reconcile(ONE))
        await asyncio.wait([second], timeout=0.1)
        go.set()
        await asyncio.gather(first, second)
        assert (out.looks, state(r)) == (1, ["done"])


async def test_a_tool_that_its_connection_no_longer_has_is_asked_about(tmp_path: Path) -> None:
    async def look() -> Result | None:
        raise AssertionError("it cannot be looked for")

    class Without(Looked):
        def action_types(self) -> Any:
            return [kind for kind in super().action_types() if kind.name != "out.do"]

    out = Looked(look)
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        r.engine.registry.replace(["out"], [Without(look)])
        await r.wait(seconds=2)
        assert [asked.kind for asked in r.waiting()] == [ApprovalKind.UNKNOWN] and state(r) == ["unknown"]


async def undoable(r: Rig) -> None:
    """Have it done, and taken back once."""
    await r.take(mail())
    await r.approve(1)
    await r.wait(seconds=10)
    await r.say(takeback.undo, 1)


async def fine(_: Call) -> Result:
    return Result(is_ok=True)


async def test_what_was_taken_back_is_not_taken_back_twice(tmp_path: Path) -> None:
    out = FakeConnector(take_back=fine, undo="it is taken back")
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await undoable(r)
        await r.settle()
        assert state(r) == ["undone"]
        await r.engine.undos.run(ONE)
        assert len(out.undone) == 1 and len(r.audit("effect.undoing")) == 1


async def test_what_is_being_taken_back_is_not_taken_back_by_another_too(tmp_path: Path) -> None:
    out = FakeConnector(take_back=fine, undo="it is taken back")
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await undoable(r)

        def begun(tx: Transaction) -> None:
            write_undos.begin_undo(tx, ONE, key="k", tries=5, now=r.clock.now())

        await r.engine.writer.write(begun, name="test.begin")
        await r.engine.undos.run(ONE)
        assert out.undone == [] and state(r, "undo") == ["sending"] and r.audit("effect.undoing") == []


async def test_an_undo_without_its_connection_has_failed_and_is_not_in_doubt(tmp_path: Path) -> None:
    out = FakeConnector(take_back=fine, undo="it is taken back", is_idempotent=True)
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await undoable(r)
        r.engine.registry.replace(["out"], [])
        await r.settle()
        undo = undos.undo_of_effect(r.engine.reader, ONE)
        assert undo is not None and undo.state is UndoState.FAILED
        assert undo.error == "could not be undone: there is no tool out.do any more"


@pytest.mark.parametrize("arrival_s", [0.0, 0.5, 40.0])
async def test_what_was_being_sent_when_an_engine_died_is_in_doubt_and_looked_for_when_it_must_have_arrived(
    tmp_path: Path, arrival_s: float
) -> None:
    async def look() -> Result | None:
        return Result(is_ok=True)

    out = Looked(look, arrival_s=arrival_s)
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.pause("connection:out")
        await r.take(mail())
        assert await r.engine.doubts.doubt_what_was_sending() == 0 and state(r) == ["prepared"]
        await settled(r, EffectState.SENDING)
        r.is_forged = False
        assert await r.engine.doubts.doubt_what_was_sending() == 1
        stored = r.engine.reader.execute("SELECT state, error FROM effect").fetchone()
        assert stored == ("unknown", "the engine stopped meanwhile")
        facts = {"actor": "engine", "action": "1/0.0", "effect": 1, "why": "engine stopped"}
        assert told(r, "effect.unknown") == [facts]
        due = r.clock.now() + timedelta(seconds=arrival_s)
        timers = runs.due_timers(r.engine.reader, now=due)
        assert [kind for _, kind, _ in timers] == (["reconcile"] if arrival_s else [])
        if arrival_s:
            await r.wait(seconds=arrival_s - 0.1)
            assert out.looks == 0
            r.clock.move(seconds=0.1)
        await r.settle()
        assert (out.looks, out.calls, state(r)) == (1, [], ["done"])


@pytest.mark.parametrize(("is_idempotent", "times", "then"), [(False, 0, "unknown"), (True, 1, "done")])
async def test_what_was_being_taken_back_when_an_engine_died_is_in_doubt(
    tmp_path: Path, is_idempotent: bool, times: int, then: str
) -> None:
    out = FakeConnector(take_back=fine, undo="it is taken back", is_idempotent=is_idempotent)
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        await r.approve(1)
        await r.wait(seconds=10)
        now = r.clock.now()
        await r.engine.writer.write(
            lambda tx: write_undos.begin_undo(tx, ONE, key="k", tries=5, now=now), name="test.begin"
        )
        await r.engine.undos.doubt_what_was_sending()
        undo = undos.undo_of_effect(r.engine.reader, ONE)
        assert undo is not None and "the engine stopped meanwhile" in undo.error
        await r.wait(seconds=2)
        assert (undo.state, len(out.undone), state(r, "undo")) == (UndoState.UNKNOWN, times, [then])


@pytest.mark.parametrize("is_done", [True, False])
async def test_what_a_person_says_was_done_is_known_like_what_was_seen(tmp_path: Path, is_done: bool) -> None:
    stranger = "zoe@quay.example"
    wanted = call("out.send", what="x", to=stranger)
    async with rig(tmp_path, [wanted], agent(level=2), connectors=beside(FakeConnector(lost))) as r:
        await r.take(mail())
        await r.approve(1)
        await r.wait(seconds=11)
        await r.wait(seconds=2)
        (asked,) = r.waiting()
        assert asked.kind is ApprovalKind.UNKNOWN
        await (r.approve(asked.id) if is_done else r.say(approvals.reject, asked.id, reason="it is not there"))
        changes = r.engine.reader.execute("SELECT what, run_id FROM subject_change WHERE run_id = 1").fetchall()
        assert changes == ([("send", 1)] if is_done else [])
        assert events.is_written_to(r.engine.reader, "desk", stranger) is is_done
