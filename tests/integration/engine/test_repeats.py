"""What may have been done, or taken back, and does not get done at its repeat: not known, and never called failed."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from opsconsole.domain.action import Call, Result
from opsconsole.domain.enums import ApprovalKind, UndoState
from opsconsole.domain.errors import AmbiguousError, PermanentError, TransientError
from opsconsole.domain.ids import EffectId
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands import takeback
from opsconsole.engine.effects.doubt import is_perhaps_done
from opsconsole.engine.effects.send import backoff_s
from opsconsole.store.queries import undos
from tests.support.rig import agent, call, mail, rig
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
        assert is_perhaps_done(asked.because) and state(r) == ["cancelled"]


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
