"""An agent is dismissed: nothing of it begins any more, what it did stays, and it can be hired again."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.action import Call, Result
from opsconsole.domain.enums import ApprovalKind, ApprovalState, RunState
from opsconsole.domain.errors import AmbiguousError, DecisionError, TransientError
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands import approvals, dismissal
from opsconsole.engine.commands.dismissal import WHY, Ending
from opsconsole.engine.commands.snooze import snooze
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.engine.runstate import grace
from opsconsole.store.queries import versions
from opsconsole.store.queries.approvals import approval
from opsconsole.store.queries.dismissals import dismissal as dismissed
from opsconsole.store.queries.views.console import shell_state
from opsconsole.store.queries.views.names import agent_names
from opsconsole.store.queries.views.overview import overview
from tests.e2e.agents.dismissing import dismiss, hire_again
from tests.support.rig import ANN, agent, call, mail, rig
from tests.support.running import beside, state

REPLY = call("desk.reply", to=ANN, text="We are on it.")
DO = call("out.do", what="x")


async def test_who_is_dismissed_gets_no_event_and_the_record_says_who_when_and_why(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent(), agent("nora")) as r:
        ending = await dismiss(r, reason="  the\nwrong one ")
        await r.take(mail())
        assert [row[0] for row in r.engine.reader.execute("SELECT agent_id FROM run")] == ["nora"]
        assert ending == Ending("mira", "Mira", 1, 0, 0, 0, 0, 0)
        (entry,) = r.audit("agent.dismissed")
        assert (entry["actor"], entry["agent"], entry["number"]) == ("person:test", "mira", 1) and entry["words"]
        gone = dismissed(r.engine.reader, "mira")
        assert gone is not None and (gone.by, gone.reason, gone.at) == ("person:test", "the wrong one", r.clock.now())
        assert dismissed(r.engine.reader, "nora") is None
        assert versions.numbered(r.engine.reader, "mira", 1) is not None, "its versions stay"
        assert shell_state(r.engine.reader, now=r.clock.now()).agents == 1


async def test_what_is_asked_of_a_person_lapses_with_a_word_and_its_run_ends(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent(level=2)) as r:
        await r.take(mail(1), mail(2))
        first, second = r.waiting()
        await r.say(snooze, second.id, until=r.clock.now() + timedelta(hours=1))
        expected = dismissal.what_ends(r.engine.reader, "mira", now=r.clock.now())
        ending = await dismiss(r)
        assert ending == expected and (ending.requests, ending.runs) == (2, 2)
        for asked in (first, second):
            row = approval(r.engine.reader, asked.id)
            assert row is not None and row.state is ApprovalState.LAPSED
        (action,) = r.actions()
        assert action.state == "lapsed" and action.result is not None and action.result["error"].startswith(WHY)
        assert (r.run().state, r.run().outcome) == (RunState.CANCELLED, WHY)
        assert [entry["actor"] for entry in r.audit("approval.lapsed")] == ["person:test"] * 2
        with pytest.raises(DecisionError, match="has lapsed"):
            await r.approve(first.id)
        await r.wait(hours=100)
        assert r.waiting() == [] and r.sent() == [] and r.timers() == 0


async def test_what_is_approved_and_not_sent_is_cancelled(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent(level=2)) as r:
        await r.take(mail())
        await r.approve(r.waiting()[0].id)
        ending = await dismiss(r)
        assert (ending.requests, ending.effects) == (0, 1)
        await r.wait(minutes=5)
        assert r.sent() == [] and state(r) == ["cancelled"] and r.states() == ["desk.reply cancelled"]
        (entry,) = r.audit("action.cancelled")
        assert entry["actor"] == "person:test" and entry["effect"] == 1


async def test_what_a_pause_holds_is_cancelled_and_stays_so_when_it_is_lifted(tmp_path: Path) -> None:
    out = FakeConnector()
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.pause("connection:out")
        await r.take(mail(1))
        assert (await dismiss(r)).effects == 1
        await r.resume("connection:out")
        await r.wait(hours=1)
        assert out.calls == [] and state(r) == ["cancelled"]


async def test_what_is_queued_is_not_begun_and_what_waits_for_another_try_is_not_tried(tmp_path: Path) -> None:
    calls = 0

    def later(view: RunView) -> Turn:
        nonlocal calls
        calls += 1
        raise TransientError("busy")

    async with rig(tmp_path, later, agent()) as r:
        await r.take(mail(1))
        await r.pause("agent:mira")
        await r.take(mail(2))
        assert [r.run(1).state, r.run(2).state, calls] == ["waiting", "queued", 1]
        ending = await dismiss(r)
        assert ending.runs == 2
        await r.resume("agent:mira")
        await r.wait(hours=5)
        assert [r.run(1).state, r.run(2).state, calls] == ["cancelled", "cancelled", 1]
        assert r.timers() == 0


async def test_a_run_under_way_ends_with_what_it_thinks_next(tmp_path: Path) -> None:
    thinks, goes_on = asyncio.Event(), asyncio.Event()

    class Slow:
        is_playbook = True

        async def turn(self, view: RunView) -> Turn:
            thinks.set()
            await goes_on.wait()
            return Turn(category="case", confidence=1.0, proposals=(REPLY,))

        def learn(self, lesson: object) -> None: ...

        def forget(self, cases: object) -> None: ...

        async def close(self) -> None: ...

    brain: Any = Slow()
    async with rig(tmp_path, brain, agent()) as r:
        await r.engine.take("desk", mail())
        work = asyncio.create_task(r.settle())
        await thinks.wait()
        await dismiss(r)
        goes_on.set()
        await work
        assert (r.run().state, r.run().outcome, r.run().turns) == ("cancelled", WHY, 0)
        assert r.sent() == [] and r.actions() == []


async def test_a_word_that_could_still_be_taken_back_does_not_wake_its_run(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY, REPLY], agent(level=2)) as r:
        await r.take(mail())
        await r.say(approvals.reject, r.waiting()[0].id, reason="No.")
        assert grace.is_on(r.engine.reader, 1)
        await dismiss(r)
        await r.wait(minutes=1)
        assert r.run().state == "cancelled" and r.run().turns == 1
        assert r.timers() == 0


async def test_what_was_done_stays_done_and_is_told(tmp_path: Path) -> None:
    out = FakeConnector()
    async with rig(tmp_path, [DO], agent(approvals={"veto_s": 0}), connectors=beside(out)) as r:
        await r.take(mail())
        before = r.clock.now() - timedelta(hours=1)
        await dismiss(r)
        await r.settle()
        assert len(out.calls) == 1 and state(r) == ["done"] and r.run().state == "done"
        seen = overview(r.engine.reader, since=before, now=r.clock.now())
        assert [(each.name, each.is_dismissed, each.outcomes.alone) for each in seen.agents] == [("Mira", True, 1)]
        later = overview(r.engine.reader, since=r.clock.now() + timedelta(hours=1), now=r.clock.now())
        assert later.agents == () and agent_names(r.engine.reader) == {"mira": "Mira"}


async def test_what_may_have_been_done_is_asked_and_not_sent_again(tmp_path: Path) -> None:
    async def lost(_: Call) -> Result:
        raise AmbiguousError("no answer")

    out = FakeConnector(lost, is_findable=True, arrival_s=120.0)
    async with rig(tmp_path, [DO], agent(approvals={"veto_s": 0}), connectors=beside(out)) as r:
        await r.take(mail())
        ending = await dismiss(r)
        assert (ending.doubts, ending.effects, state(r)) == (1, 0, ["unknown"])
        await r.wait(minutes=3)
        (asked,) = r.waiting()
        assert asked.kind is ApprovalKind.UNKNOWN and len(out.calls) == 1
        await r.approve(asked.id)
        await r.wait(minutes=1)
        assert state(r) == ["done"] and r.run().state == "cancelled" and len(out.calls) == 1


async def test_a_request_about_what_may_have_been_done_becomes_the_question_whether_it_was(tmp_path: Path) -> None:
    async def lost(_: Call) -> Result:
        raise AmbiguousError("no answer")

    out = FakeConnector(lost, is_findable=True, arrival_s=120.0)
    async with rig(tmp_path, [DO], agent(approvals={"veto_s": 0}), connectors=beside(out)) as r:
        await r.take(mail())
        await r.wait(minutes=3)
        (asked,) = r.waiting()
        assert asked.kind is ApprovalKind.ACTION
        await dismiss(r)
        (left,) = r.waiting()
        assert left.kind is ApprovalKind.UNKNOWN and WHY in left.because


@pytest.mark.parametrize("is_hired_again", [False, True])
async def test_what_is_being_sent_is_not_tried_again_even_by_who_is_hired_again(
    tmp_path: Path, is_hired_again: bool
) -> None:
    sent, answers = asyncio.Event(), asyncio.Event()

    async def busy(_: Call) -> Result:
        sent.set()
        await answers.wait()
        raise TransientError("busy")

    out = FakeConnector(busy)
    async with rig(tmp_path, [DO], agent(approvals={"veto_s": 0}), connectors=beside(out)) as r:
        await r.engine.take("desk", mail())
        work = asyncio.create_task(r.settle())
        await sent.wait()
        assert (await dismiss(r)).doubts == 1
        if is_hired_again:
            await hire_again(r)
        answers.set()
        await work
        await r.wait(minutes=1)
        assert (state(r), len(out.calls)) == (["cancelled"], 1)
        assert "the agent was dismissed" in str(r.audit("effect.void")[0]["reasons"])
