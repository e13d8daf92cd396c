"""Sending what was intended: what the gate says at that moment, what the call gives back, and what is kept of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from opsconsole.domain.action import ActionType, Call, Result
from opsconsole.domain.enums import ApprovalState, Hold
from opsconsole.domain.errors import AmbiguousError, DiskError, PermanentError, WorkspaceBusyError
from opsconsole.domain.ids import EffectId
from opsconsole.doubles.clock import FakeClock
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.effects import send
from opsconsole.engine.effects.send import Effects
from opsconsole.store.queries import approvals, events, runs
from opsconsole.store.rows import EffectRow, present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import work as write_work
from tests.support.rig import Rig, agent, call, mail, rig
from tests.support.running import beside, state, told

DO = call("out.do", what="x")
ID = "1/0.0"
QUIET = [{"from": "20:00", "to": "07:00", "zone": "UTC"}]
_T = TypeVar("_T")


def effect(r: Rig) -> EffectRow:
    return present(runs.effect(r.engine.reader, EffectId(1)), "effect 1")


def failing(error: BaseException, **facts: Any) -> FakeConnector:
    async def execute(_: Call) -> Result:
        raise error

    return FakeConnector(execute, **facts)


async def finish(r: Rig, result: Result) -> None:
    """Hear once more what came of the effect."""
    loaded, action = r.engine.effects.load(effect(r))
    await r.engine.effects.finish(effect(r), loaded, action, result, r.engine.registry.type(action.tool))


async def test_quiet_hours_that_come_before_it_is_sent_hold_it_till_morning_and_no_longer(tmp_path: Path) -> None:
    clock, out = FakeClock(datetime(2026, 11, 23, 22, 0, tzinfo=UTC)), FakeConnector()
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out), clock=clock) as r:
        await r.take(mail(occurred_at=clock.now()))
        await r.approve(1)
        await r.hire(agent(level=2, quiet_hours=QUIET))
        await r.wait(seconds=10)
        morning = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
        assert (state(r), effect(r).hold, effect(r).not_before) == (["prepared"], Hold.NONE, morning)
        (entry,) = told(r, "effect.held")
        facts = {"actor": "engine", "action": ID, "effect": 1, "run": 1, "until": morning.isoformat()}
        assert entry.items() >= facts.items() and any(text.startswith("quiet_hours: ") for text in entry["reasons"])
        r.clock.move(seconds=(morning - r.clock.now()).total_seconds())
        await r.settle()
        assert len(out.calls) == 1 and state(r) == ["done"] and r.waiting() == []


async def test_a_switch_that_comes_before_it_is_sent_holds_it_without_an_end(tmp_path: Path) -> None:
    out = FakeConnector()
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        await r.approve(1)
        await r.pause()
        await r.wait(seconds=10)
        due = r.clock.now()
        assert (effect(r).hold, effect(r).not_before, out.calls) == (Hold.SWITCH, due, [])
        (entry,) = told(r, "effect.held")
        assert entry["actor"] == "engine" and "until" not in entry


async def test_what_nobody_approved_and_must_be_asked_today_is_asked_and_not_sent(tmp_path: Path) -> None:
    clock, out = FakeClock(datetime(2026, 11, 23, 22, 0, tzinfo=UTC)), FakeConnector()
    async with rig(tmp_path, [DO], agent(quiet_hours=QUIET), connectors=beside(out), clock=clock) as r:
        await r.take(mail(occurred_at=clock.now()))
        await r.hire(agent(level=2))
        await r.wait(hours=9)
        (asked,) = r.waiting()
        assert out.calls == [] and state(r) == ["cancelled"] and "autonomy level 2" in asked.because
        (entry,) = told(r, "effect.asked_again")
        facts = {"actor": "engine", "action": ID, "effect": 1, "run": 1, "because": asked.because}
        assert entry.items() >= facts.items()
        await r.approve(asked.id)
        await r.wait(seconds=10)
        assert len(out.calls) == 1 and state(r) == ["done"]


async def test_what_is_sent_stands_on_the_ruling_of_that_moment(tmp_path: Path) -> None:
    out = FakeConnector()
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        await r.approve(1)
        await r.wait(seconds=10)
        latest = runs.rulings(r.engine.reader, ID)[-1]
        stored = r.engine.reader.execute("SELECT ruling_id FROM effect").fetchone()
        assert (latest.phase, stored) == ("sending", (latest.id,)) and state(r) == ["done"]


async def test_what_has_no_connection_any_more_fails_says_so_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = FakeConnector()
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        await r.approve(1)
        reload = r.engine.effects.reload

        def unplugged(row: EffectRow) -> EffectRow:
            r.engine.registry.replace(["out"], [])
            return reload(row)

        # The connection goes between the gate's word and the call.
        monkeypatch.setattr(r.engine.effects, "reload", unplugged)
        await r.wait(seconds=10)
        why = "out is not connected any more; nothing was done"
        assert (state(r), effect(r).error, out.calls) == (["failed"], why, [])
        assert r.actions()[0].result == {"ok": False, "error": why} and r.run().state == "done"


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (AmbiguousError("the line broke"), "the line broke"),
        (AmbiguousError(""), "no answer"),
        (ValueError("password hunter2"), "ValueError"),
    ],
)
async def test_why_it_is_in_doubt_is_said_without_what_a_stray_error_may_hold(
    tmp_path: Path, error: Exception, why: str
) -> None:
    async with rig(tmp_path, [DO], agent(), connectors=beside(failing(error))) as r:
        await r.take(mail())
        assert (state(r), effect(r).error) == (["unknown"], why)


async def test_a_call_that_is_cut_off_is_neither_done_nor_in_doubt_before_the_next_start(tmp_path: Path) -> None:
    out = failing(asyncio.CancelledError())
    async with rig(tmp_path, [DO], connectors=beside(FakeConnector())) as r:
        await r.hire(agent())
        await r.pause("connection:out")
        await r.take(mail())
        r.engine.registry.replace(["out"], [out])
        with pytest.raises(asyncio.CancelledError):
            await r.engine.effects.perform(effect(r))
        assert r.audit("effect.unknown") == r.audit("effect.done") == []


@pytest.mark.parametrize(
    ("facts", "arrival_s"),
    [
        ({"is_findable": True, "arrival_s": 40.0}, 40.0),
        ({"arrival_s": 40.0}, 0.0),
        ({"is_findable": True, "is_idempotent": True, "arrival_s": 40.0}, 0.0),
    ],
)
async def test_only_what_must_be_looked_for_is_waited_for(
    tmp_path: Path, facts: dict[str, Any], arrival_s: float
) -> None:
    async with rig(tmp_path, [], agent(), connectors=beside(FakeConnector(**facts))) as r:
        assert send.arrival_s(r.engine.registry.type("out.do")) == arrival_s and send.arrival_s(None) == 0.0


class Full:
    """A disk that is full, or a file that is locked, for so many tries."""

    def __init__(self, times: int) -> None:
        self.left = times

    async def write(self, job: Callable[[Transaction], _T], *, name: str) -> _T:
        if self.left == 0:
            return job(None)  # type: ignore[arg-type]
        self.left -= 1
        raise DiskError("the disk is full") if self.left % 2 else WorkspaceBusyError("locked")


async def test_a_full_disk_is_waited_out_ever_longer_up_to_half_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    async def waited(span_s: float) -> None:
        waits.append(span_s)

    async with rig(tmp_path, []) as r:
        with monkeypatch.context() as patch:
            patch.setattr(asyncio, "sleep", waited)
            assert await Effects(r.kernel, Full(8)).persist(lambda _: "kept", "test") == "kept"
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


async def test_what_is_settled_stays_settled_whatever_is_heard_later(tmp_path: Path) -> None:
    out = failing(PermanentError("queue is closed"))
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        assert effect(r).error == "queue is closed"
        await finish(r, Result(is_ok=True))
        assert state(r) == ["failed"] and r.states() == ["out.do failed"] and r.audit("effect.done") == []
        assert effect(r).error == "queue is closed"


async def test_what_came_of_it_ends_the_search_for_it_and_the_question_about_it(tmp_path: Path) -> None:
    out = failing(AmbiguousError("no answer"))
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        await r.wait(seconds=2)
        (asked,) = r.waiting()
        due = r.clock.now() + timedelta(seconds=5)
        await r.engine.writer.write(lambda tx: write_work.set_timer(tx, "reconcile", "1", due=due), name="test")
        await finish(r, Result(is_ok=True))
        closed = present(approvals.approval(r.engine.reader, asked.id), "the request")
        assert state(r) == ["done"] and r.waiting() == [] and closed.state is ApprovalState.VOID
        assert not runs.has_timer(r.engine.reader, "reconcile", "1")


async def test_a_request_that_was_decided_stays_decided_when_its_effect_is_done(tmp_path: Path) -> None:
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(FakeConnector())) as r:
        await r.take(mail())
        await r.approve(1)
        await r.wait(seconds=10)
        decided = present(approvals.approval(r.engine.reader, 1), "the request")
        assert state(r) == ["done"] and decided.state is ApprovalState.DECIDED


class Egress(FakeConnector):
    """Its look-up sends the arguments outside, so that a person is asked first."""

    def action_types(self) -> Sequence[ActionType]:
        *writes, look = super().action_types()
        return (*writes, replace(look, is_egress=True, destinations=("to",)))


async def test_only_what_was_done_and_writes_changes_its_subject_and_makes_its_receiver_known(tmp_path: Path) -> None:
    async def execute(call: Call) -> Result:
        return Result(is_ok=call.args["what"] == "done")

    names = ("eve@quay.example", "zoe@quay.example", "Bob@quay.example")
    script = [
        call("out.send", what="refused", to=names[0]),
        call("out.look", what="done", to=names[1]),
        call("out.send", what="done", to=names[2]),
    ]
    async with rig(tmp_path, script, agent(level=2), connectors=beside(Egress(execute))) as r:
        await r.take(mail())
        changes: list[list[str]] = []
        for _ in script:
            await r.approve(r.waiting()[0].id)
            await r.wait(seconds=10)
            noted = runs.subject_changes(r.engine.reader, 1, after=0, without_run=0)
            changes.append([f"{change.what} by {change.agent}" for change in noted if change.agent])
        assert r.states() == ["out.send failed", "out.look done", "out.send done"] and state(r).count("done") == 2
        assert changes == [[], [], ["send by mira"]]
        known = [events.is_known_correspondent(r.engine.reader, "desk", name.lower()) for name in names]
        assert known == [False, False, True]
