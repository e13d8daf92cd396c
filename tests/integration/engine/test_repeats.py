"""What may have been done, or taken back, and does not get done at its repeat: not known, and never called failed."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.action import Call, Result
from opsconsole.domain.enums import ApprovalKind, UndoState
from opsconsole.domain.errors import AmbiguousError, DecisionError, PermanentError, TransientError
from opsconsole.domain.ids import EffectId
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands import approvals, takeback
from opsconsole.engine.commands.cards import card
from opsconsole.engine.effects.waits import backoff_s
from opsconsole.engine.runs.cancel import cancel_run
from opsconsole.store.queries import undos
from opsconsole.store.rows import ApprovalRow
from tests.support.rig import Rig, agent, call, mail, rig
from tests.support.running import beside, state

DO = call("out.do", what="x")
ONE = EffectId(1)


def ending(*ends: Exception | Result) -> Callable[[Call], Awaitable[Result]]:
    """Give no clear answer to the first call, then end so; the last end for all that follow."""
    left = [AmbiguousError("no answer"), *ends]

    async def call_(_: Call) -> Result:
        end = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(end, Exception):
            raise end
        return end

    return call_


@pytest.mark.parametrize(
    "ends",
    [
        (Result(is_ok=False, error="no such thing"),),
        (PermanentError("no such thing"),),
        (TransientError("busy", tries=3), PermanentError("no such thing")),
        (TransientError("no such thing", tries=1),),
    ],
)
async def test_what_may_have_been_done_and_is_refused_at_its_repeat_is_asked_about_not_called_failed(
    tmp_path: Path, ends: tuple[Exception | Result, ...]
) -> None:
    out = FakeConnector(ending(*ends), is_idempotent=True)
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        await r.wait(seconds=2)
        await r.wait(seconds=6)
        (asked,) = r.waiting()
        assert asked.kind is ApprovalKind.UNKNOWN and state(r) == ["unknown"]
        assert "no such thing" in asked.because and "not known whether this was done" in asked.because
        assert not r.audit("effect.failed")
        times = len(out.calls)
        await r.engine.doubts.reconcile(ONE)
        await r.wait(hours=2)
        assert len(out.calls) == times, "while a person is asked, it is not tried again"
        await r.approve(asked.id)
        assert state(r) == ["done"]


async def test_what_may_have_been_done_and_loses_its_connection_at_its_repeat_is_asked_about(tmp_path: Path) -> None:
    out = FakeConnector(ending(TransientError("busy")), is_idempotent=True)
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        await r.wait(seconds=2)
        assert state(r) == ["prepared"]
        r.engine.registry.replace(["out"], [])
        await r.wait(seconds=6)
        (asked,) = r.waiting()
        assert asked.because.startswith("it may have been done already") and state(r) == ["cancelled"]


async def test_what_may_have_been_done_and_was_approved_again_is_not_called_failed_where_it_is_refused(
    tmp_path: Path,
) -> None:
    out = FakeConnector(ending(PermanentError("no such thing")), is_findable=True, arrival_s=120.0)
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        await r.wait(minutes=3)
        await r.approve(r.waiting()[0].id)
        await r.wait(seconds=11)
        (asked,) = r.waiting()
        assert (asked.kind, len(out.calls), state(r)) == (ApprovalKind.UNKNOWN, 2, ["unknown"])


async def test_what_may_have_been_done_and_is_no_longer_allowed_is_asked_about(tmp_path: Path) -> None:
    out = FakeConnector(ending(TransientError("busy")), is_idempotent=True)
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        await r.wait(seconds=2)
        assert state(r) == ["prepared"]
        await r.hire(agent(level=1))
        await r.wait(seconds=6)
        assert [asked.kind for asked in r.waiting()] == [ApprovalKind.UNKNOWN] and state(r) == ["unknown"]
        assert "may not be done again" in r.waiting()[0].because


@pytest.mark.parametrize(
    "ends", [(PermanentError("no such thing"),), (TransientError("busy"), PermanentError("no such thing"))]
)
async def test_what_may_have_been_taken_back_and_is_refused_at_its_repeat_is_not_called_failed(
    tmp_path: Path, ends: tuple[Exception, ...]
) -> None:
    out = FakeConnector(take_back=ending(*ends), undo="it is taken back", is_idempotent=True)
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        await r.approve(1)
        await r.wait(seconds=10)
        await r.say(takeback.undo, 1)
        for attempt in (1, 2, 3):
            await r.wait(seconds=backoff_s(attempt) + 0.5)
        undo = undos.undo_of_effect(r.engine.reader, ONE)
        assert undo is not None and undo.state is UndoState.UNKNOWN
        assert (
            undo.error == "could not be undone: it is not known whether it was taken back (no such thing); look there"
        )


class Unfound(FakeConnector):
    """Gives no clear answer the first time, and what it did is not found."""

    def __init__(self, *, execute: Any = None, **facts: Any) -> None:
        super().__init__(execute or ending(Result(is_ok=True)), is_findable=True, arrival_s=120.0, **facts)


async def doubted(r: Rig) -> ApprovalRow:
    """Have something done without a clear answer, and not found; give the request about it."""
    await r.take(mail())
    await r.wait(minutes=3)
    (asked,) = r.waiting()
    return asked


async def test_an_approval_that_is_taken_back_keeps_the_doubt_of_the_call_before_it(tmp_path: Path) -> None:
    async with rig(tmp_path, [DO], agent(), connectors=beside(Unfound())) as r:
        asked = await doubted(r)
        await r.approve(asked.id)
        await r.say(takeback.undo, asked.id)
        (again,) = r.waiting()
        assert again.because.startswith("it may have been done already")
        assert (await card(r.engine.kernel, again.id)).is_perhaps_done


async def test_a_first_call_in_doubt_is_told_where_its_approval_is_taken_back(tmp_path: Path) -> None:
    out = FakeConnector(ending(TransientError("busy")), is_idempotent=True)
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        await r.approve(1)
        await r.wait(seconds=10)
        await r.wait(seconds=2)
        assert state(r) == ["prepared"]
        await r.say(takeback.undo, 1)
        (again,) = r.waiting()
        assert again.because.startswith("it may have been done already")


async def test_what_may_have_been_done_counts_as_done_while_a_person_is_asked(tmp_path: Path) -> None:
    """Else the next mail would have it done a second time, alone."""
    out = Unfound(repeat_window_s=3600.0)
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await doubted(r)
        await r.take(mail(2, subject=mail().subject))
        assert len(out.calls) == 1
        assert "already on its way here" in r.waiting()[-1].because


async def test_what_may_have_been_done_counts_in_the_caps(tmp_path: Path) -> None:
    out = Unfound()
    async with rig(tmp_path, [DO], agent(budgets={"actions_per_day": 1}), connectors=beside(out)) as r:
        await doubted(r)
        await r.take(mail(2))
        assert len(out.calls) == 1 and "parked at cap" in r.waiting()[-1].because


async def test_a_doubt_that_nobody_decides_in_time_is_never_told_as_not_done(tmp_path: Path) -> None:
    spec = agent(approvals={"expires_h": 1, "on_expiry": "lapse"})
    async with rig(tmp_path, [DO], spec, connectors=beside(Unfound())) as r:
        await doubted(r)
        await r.wait(hours=49)
        (asked,) = r.waiting()
        assert asked.kind is ApprovalKind.UNKNOWN and "nobody decided in time" in asked.because
        assert state(r) == ["unknown"] and r.run(1).state == "waiting"


async def test_a_doubt_that_may_not_be_repeated_is_never_told_as_not_done(tmp_path: Path) -> None:
    async with rig(tmp_path, [DO], agent(), connectors=beside(Unfound())) as r:
        asked = await doubted(r)
        await r.hire(agent(stage={"default": "shadow"}))
        await r.approve(asked.id)
        (again,) = r.waiting()
        assert again.kind is ApprovalKind.UNKNOWN and "may not be done again" in again.because


async def test_a_run_with_a_doubt_in_it_is_not_cancelled(tmp_path: Path) -> None:
    async with rig(tmp_path, [DO], agent(), connectors=beside(Unfound())) as r:
        await doubted(r)
        with pytest.raises(DecisionError, match="in doubt about"):
            await r.engine.writer.write(
                lambda tx: cancel_run(r.kernel, tx, 1, actor="person:test", reason=""), name="cancel"
            )


async def test_what_was_looked_for_sent_again_and_refused_was_not_done(tmp_path: Path) -> None:
    """Not to find it was enough to send it again; so it is enough to believe the refusal."""
    out = FakeConnector(ending(PermanentError("no such thing")), is_findable=True, arrival_s=5.0)
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        await r.wait(seconds=6)
        assert (len(out.calls), state(r), r.waiting()) == (2, ["failed"], [])


@pytest.mark.parametrize("verb", ["reject", "ignore"])
async def test_not_to_do_it_again_does_not_say_that_it_was_not_done(tmp_path: Path, verb: str) -> None:
    async with rig(tmp_path, [DO], agent(), connectors=beside(Unfound())) as r:
        asked = await doubted(r)
        words = {"reason": "not again"} if verb == "reject" else {}
        await r.say(getattr(approvals, verb), asked.id, **words)
        (again,) = r.waiting()
        assert again.kind is ApprovalKind.UNKNOWN and "not to be done again" in again.because
        await r.say(approvals.reject, again.id, reason="it is not there")
        action = r.actions()[0]
        assert not action.is_in_doubt and action.state.value == "failed" and r.waiting() == []
