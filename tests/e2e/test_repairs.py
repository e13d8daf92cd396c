"""Taking back what was done: an effect too, with doubt where doubt is."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.action import Call, Result
from opsconsole.domain.enums import ApprovalKind
from opsconsole.domain.errors import AmbiguousError, TransientError
from opsconsole.domain.ids import EffectId
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands import takeback
from opsconsole.engine.effects import send as effects
from opsconsole.engine.effects import undo as undos
from tests.support.rig import ANN, Rig, agent, call, mail, rig
from tests.support.running import beside, by_hand, make, running, state, until

DO = call("out.do", what="x")


def undoable(take_back: Callable[[Call], Any], **facts: Any) -> FakeConnector:
    return FakeConnector(take_back=take_back, undo="it is taken back", **facts)


async def fine(_: Call) -> Result:
    return Result(is_ok=True)


async def never(_: Call) -> Result:
    await asyncio.Event().wait()
    raise AssertionError


async def done(r: Rig, number: int = 1) -> None:
    """Approve and let it be done."""
    await r.approve(number)
    await r.wait(seconds=11)


def error(r: Rig) -> str:
    return str(r.engine.reader.execute("SELECT error FROM effect").fetchone()[0])


@pytest.mark.parametrize(("is_idempotent", "times"), [(False, 1), (True, 2)])
async def test_an_undo_that_a_crash_cut_off_is_repeated_only_where_that_is_safe(
    tmp_path: Path, is_idempotent: bool, times: int
) -> None:
    out = undoable(fine, is_idempotent=is_idempotent)
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        await done(r)
        await r.say(takeback.undo, 1)
        persist = r.engine.effects.persist

        async def dies(job: Any, name: str) -> Any:
            if name == "effect.undo":
                raise asyncio.CancelledError
            return await persist(job, name)

        r.engine.effects.persist = dies  # type: ignore[method-assign]
        await r.settle()
        assert state(r, "undo") == ["sending"]
    async with rig(tmp_path, [DO], connectors=beside(out), clock=r.clock) as r:
        await r.wait(seconds=5)
        assert len(out.undone) == times
        assert len({undone.undo_key for undone in out.undone}) == 1 and out.undone[0].undo_key != out.undone[0].key
        assert state(r) == ["undone" if is_idempotent else "done"]
        if not is_idempotent:
            assert state(r, "undo") == ["unknown"] and "not known whether" in error(r)
            assert [character["why"] for character in r.audit("effect.undo_failed")] == ["not known"]


async def test_an_undo_that_was_certainly_not_done_is_tried_again_and_then_given_up(tmp_path: Path) -> None:
    async def busy(_: Call) -> Result:
        if len(out.undone) < 3 or is_shut:
            raise TransientError("busy")
        return Result(is_ok=True)

    out, is_shut = undoable(busy), False
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail(1), mail(2))
        await done(r, 1)
        await r.say(takeback.undo, 1)
        for _ in range(4):
            await r.wait(minutes=1)
        assert state(r) == ["undone"] and len(out.undone) == 3
        is_shut = True
        await done(r, 2)
        await r.say(takeback.undo, 2)
        for _ in range(8):
            await r.wait(minutes=11)
        assert len(out.undone) == 3 + effects.TRIES and state(r, "undo") == ["done", "failed"]
        assert [character["why"] for character in r.audit("effect.undo_failed")] == ["gave up"]


async def test_an_undo_without_a_clear_answer_is_not_repeated_but_told(tmp_path: Path) -> None:
    async def hangs_up(_: Call) -> Result:
        raise AmbiguousError("no answer")

    out = undoable(hangs_up)
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        await done(r)
        await r.say(takeback.undo, 1)
        await r.wait(hours=1)
        assert len(out.undone) == 1 and "no answer" in error(r) and len(r.audit("effect.undo_failed")) == 1
        await r.say(takeback.undo, 1)  # a person looked, and wants it once more
        await r.settle()
        assert len(out.undone) == 2


async def test_an_effect_is_sent_only_while_it_is_prepared_due_and_not_held(tmp_path: Path) -> None:
    out = FakeConnector()
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        await r.approve(1)
        await r.engine.effects.send(EffectId(1))
        assert state(r) == ["prepared"] and out.calls == [], "its time has not come"
        await r.pause()
        await r.wait(seconds=11)
        assert len(r.audit("effect.held")) == 1
        await r.engine.effects.send(EffectId(1))
        assert state(r) == ["prepared"] and len(r.audit("effect.held")) == 1, "what is held is not asked about again"
        await r.resume()
        await r.settle()
        assert state(r) == ["done"] and len(out.calls) == 1
        await r.engine.effects.send(EffectId(1))
        await r.engine.doubts.reconcile(EffectId(1))
        assert state(r) == ["done"] and len(out.calls) == 1 and r.waiting() == [], "it is done"


async def test_a_recipient_is_counted_by_a_digest_that_no_other_workspace_has(tmp_path: Path) -> None:
    send = call("out.send", what="x", to=ANN, slots={"what": (), "to": (ANN,)})
    spec = agent(raised=[{"action": "out.send", "ceiling": "first_contact", "reason": "they know us"}])
    seen: list[str] = []
    for name in ("one", "two"):
        async with rig(tmp_path / name, [send], spec, connectors=beside(FakeConnector())) as r:
            await r.take(mail())
            seen += [row[0] for row in r.engine.reader.execute("SELECT recipient FROM effect_recipient")]
    assert len({*seen}) == 2 and all(len(key) == 32 and ANN not in key for key in seen)


async def test_an_undo_that_may_be_repeated_is_repeated_five_times_and_then_a_person_must_look(tmp_path: Path) -> None:
    async def hangs_up(_: Call) -> Result:
        raise AmbiguousError("no answer")

    out = undoable(hangs_up, is_idempotent=True)
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        await done(r)
        await r.say(takeback.undo, 1)
        for _ in range(2 * effects.TRIES):
            await r.wait(minutes=11)
        assert len(out.undone) == effects.TRIES and state(r, "undo") == ["unknown"] and state(r) == ["done"]
        entries = sorted(r.audit("effect.undo_unknown"), key=lambda entry: entry["seq"])
        assert [(entry["run"], entry["effect"], entry["attempt"]) for entry in entries] == [
            (1, 1, attempt) for attempt in range(1, effects.TRIES)
        ]
        assert [character["why"] for character in r.audit("effect.undo_failed")] == ["not known"]


async def test_an_effect_that_never_gets_an_answer_is_sent_a_few_times_and_then_asked_about(tmp_path: Path) -> None:
    async def hangs_up(_: Call) -> Result:
        raise AmbiguousError("no answer")

    out = FakeConnector(hangs_up, is_idempotent=True)
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        for _ in range(40):
            await r.wait(seconds=14)
        assert len(out.calls) <= effects.TRIES + 1 and len({call.key for call in out.calls}) == 1
        await r.wait(minutes=11)
        assert [approval.kind for approval in r.waiting()] == [ApprovalKind.UNKNOWN] and state(r) == ["unknown"]


async def test_an_undo_that_hangs_stops_nothing_else_and_ends_in_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = undoable(never)
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail(1), mail(2))
        await done(r)
        monkeypatch.setattr(undos, "CALL_TIMEOUT_S", 0.5)
        async with running(r):
            await r.say(takeback.undo, 1)
            await until(lambda: out.undone, "the undo is under way")
            await r.approve(2)
            r.clock.move(seconds=11)
            await until(lambda: len(out.calls) == 2, "the other effect is done meanwhile")
            await until(lambda: state(r, "undo") == ["unknown"], "the undo is given up")


async def test_undoing_a_tag_takes_off_that_tag_only(tmp_path: Path) -> None:
    tags = [call("desk.tag_mail", tag="a"), call("desk.tag_mail", tag="b"), call("desk.tag_mail", tag="a")]
    async with rig(tmp_path, tags, agent(level=2)) as r:
        await r.take(mail())
        for number in (1, 2, 3):
            await done(r, number)
        await r.say(takeback.undo, 3)  # it was there before: nothing to take off
        await r.settle()
        assert tags_of(r) == "a b"
        await r.say(takeback.undo, 1)
        await r.settle()
        assert tags_of(r) == "b"


def tags_of(r: Rig) -> str:
    return str(r.engine.reader.execute("SELECT tags FROM desk_mail").fetchone()[0])


async def test_undoing_leaves_what_somebody_changed_since(tmp_path: Path) -> None:
    script = [call("desk.update_ticket", id=1, queue="tech", priority="high")]
    async with rig(tmp_path, script, agent(level=2)) as r:
        await make(r, "ticket", title="T", queue="new", priority="low", status="open")
        await r.take(mail())
        await done(r)
        await by_hand(r, "ticket", 1, queue="law")
        await r.say(takeback.undo, 1)
        await r.settle()
        row = r.engine.reader.execute("SELECT queue, priority FROM desk_ticket").fetchone()
        assert row == ("law", "low") and state(r) == ["undone"] and "queue" in error(r)
        assert r.audit("effect.undone")[0]["is_partial"] is True


async def test_a_record_somebody_worked_on_is_not_removed_by_an_undo(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("desk.create_contact", email="new@x.example", name="N")], agent(level=2)) as r:
        await r.take(mail())
        await done(r)
        await by_hand(r, "contact", 1, phone="1")
        await r.say(takeback.undo, 1)
        await r.settle()
        assert r.count("desk_contact") == 1 and state(r) == ["done"] and "changed since (phone)" in error(r)
