"""The life of an effect that does not go smoothly: tried again, looked for, given up, settled by a person; each with
its entry in the record."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.action import Call, Result
from opsconsole.domain.enums import ApprovalKind
from opsconsole.domain.errors import AmbiguousError, DecisionError, PermanentError, TransientError
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands import approvals, takeback
from opsconsole.engine.commands.results import DecisionOutcome
from opsconsole.engine.effects.waits import BACKOFF_S, TRIES
from tests.support.rig import Rig, agent, call, mail, rig
from tests.support.running import beside, state, told

DO = call("out.do", what="x")
ID = "1/0.0"


def failing(error: Exception, **facts: Any) -> FakeConnector:
    async def execute(_: Call) -> Result:
        raise error

    return FakeConnector(execute, **facts)


def result(r: Rig) -> dict[str, Any]:
    return dict(r.actions()[0].result or {})


async def test_a_busy_system_is_asked_again_after_growing_waits_and_then_given_up(tmp_path: Path) -> None:
    out = failing(TransientError("busy"))
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        for attempt in range(1, TRIES):
            assert len(out.calls) == attempt and state(r) == ["prepared"]
            await r.wait(seconds=BACKOFF_S[attempt - 1] - 0.5)
            assert len(out.calls) == attempt
            await r.wait(seconds=1)
        assert len(out.calls) == TRIES and state(r) == ["failed"] and len({call.key for call in out.calls}) == 1
        assert result(r) == {"ok": False, "error": "gave up after 5 tries: busy"} and r.run().state == "done"
        facts = {"actor": "engine", "action": ID, "effect": 1}
        assert told(r, "effect.retry") == [facts | {"attempt": attempt} for attempt in range(1, TRIES)]
        assert len(told(r, "effect.failed")) == 1


async def test_a_system_that_says_when_is_asked_then(tmp_path: Path) -> None:
    out = failing(TransientError("busy", retry_after_s=17.0))
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        await r.wait(seconds=16.5)
        assert len(out.calls) == 1
        await r.wait(seconds=1)
        assert len(out.calls) == 2


class Lost(FakeConnector):
    """Gives no clear answer; what it says when it is looked for is the test's."""

    def __init__(self, found: list[Result | Exception | None], *, arrival_s: float = 0.0) -> None:
        async def execute(_: Call) -> Result:
            raise AmbiguousError("no answer")

        super().__init__(execute, is_findable=True, arrival_s=arrival_s)
        self.found = found

    async def find(self, call: Call) -> Result | None:
        answer = self.found.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_what_is_found_is_done_and_what_cannot_be_looked_up_is_looked_for_later(tmp_path: Path) -> None:
    out = Lost([TransientError("busy"), Result(is_ok=True, data={"id": 7})])
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        assert r.engine.reader.execute("SELECT state, error FROM effect").fetchall() == [("unknown", "no answer")]
        assert told(r, "effect.unknown") == [{"actor": "engine", "action": ID, "effect": 1, "why": "no clear answer"}]
        await r.wait(seconds=1.5)
        assert len(out.found) == 1 and state(r) == ["unknown"]
        assert told(r, "effect.look_later") == [{"actor": "engine", "action": ID, "effect": 1}]
        await r.wait(seconds=4)
        assert len(out.found) == 1, "the second wait is five seconds"
        await r.wait(seconds=1.5)
        assert out.found == [] and state(r) == ["done"] and len(out.calls) == 1
        assert result(r) == {"ok": True, "error": "", "id": 7}


async def test_what_certainly_never_arrived_is_sent_past_the_gate_again(tmp_path: Path) -> None:
    out = Lost([None, Result(is_ok=True)])
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        await r.wait(seconds=2)
        assert len(out.calls) == 2 and len({call.key for call in out.calls}) == 1
        assert told(r, "effect.not_found") == [{"actor": "engine", "action": ID, "effect": 1}]
        await r.wait(minutes=1)
        assert state(r) == ["done"] and len(out.calls) == 2


async def test_a_call_still_on_its_way_is_looked_for_when_it_must_have_arrived(tmp_path: Path) -> None:
    out = Lost([Result(is_ok=True)], arrival_s=40.0)
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        await r.wait(seconds=39.5)
        assert len(out.found) == 1
        await r.wait(seconds=1)
        assert out.found == [] and state(r) == ["done"]


async def test_what_cannot_be_looked_up_for_long_is_asked_about(tmp_path: Path) -> None:
    out = Lost([TransientError("busy")] * 20)
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        for _ in range(10):
            await r.wait(minutes=11)
        (asked,) = r.waiting()
        assert asked.kind is ApprovalKind.UNKNOWN and len(out.calls) == 1
        assert 20 - len(out.found) == TRIES, "one call, and looked for five times"
        assert asked.expires_at == asked.created_at + timedelta(days=365)


@pytest.mark.parametrize("is_done", [True, False])
async def test_a_person_settles_what_is_not_known(tmp_path: Path, is_done: bool) -> None:
    out = failing(AmbiguousError("no answer"))
    async with rig(tmp_path, [DO, call("out.look", what="y")], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        await r.wait(seconds=2)
        (asked,) = r.waiting()
        assert asked.kind is ApprovalKind.UNKNOWN and "Look there, then say." in asked.because
        if is_done:
            answer = await r.approve(asked.id)
        else:
            answer = await r.say(approvals.reject, asked.id, reason="it is not there")
        await r.settle()
        assert answer.is_done and state(r) == ["done" if is_done else "failed"] and r.waiting() == []
        assert answer.outcome is (DecisionOutcome.NOTED_DONE if is_done else DecisionOutcome.NOTED_NOT_DONE)
        error = "" if is_done else "a person says it was not done. it is not there"
        assert result(r) == {"ok": is_done, "by_person": True, "error": error}
        assert r.states()[0] == f"out.do {'done' if is_done else 'failed'}" and len(out.reads) == 1
        person = {"actor": "person:test", "run": 1, "action": ID, "effect": 1, "by": "person"}
        assert told(r, f"effect.{'done' if is_done else 'failed'}") == [person]
        (said,) = told(r, f"decision.{'approve' if is_done else 'reject'}")
        assert (said["actor"], said["approval"]) == ("person:test", asked.id)
        kept = r.engine.reader.execute("SELECT c.bytes FROM decision d LEFT JOIN content c ON c.id = d.content_id")
        assert kept.fetchall() == [(None if is_done else b'{"reason":"it is not there"}',)]
        await r.wait(days=2)
        assert len(out.calls) == 1


async def test_a_refusal_is_the_result_and_ends_the_effect(tmp_path: Path) -> None:
    out = failing(PermanentError("queue is closed"))
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        assert state(r) == ["failed"] and result(r) == {"ok": False, "error": "queue is closed"}
        (entry,) = told(r, "effect.failed")
        assert entry.items() >= {"actor": "engine", "run": 1, "action": ID, "effect": 1}.items() and entry["result"]


async def test_what_is_no_longer_allowed_is_void_and_the_run_goes_on_with_that(tmp_path: Path) -> None:
    out = FakeConnector()
    script = [DO, call("out.look", what="y")]
    async with rig(tmp_path, script, agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        await r.approve(r.waiting()[0].id)
        await r.hire(agent(stage={"default": "shadow"}))
        await r.wait(seconds=11)
        why = "category case is in shadow: recorded, not done"
        assert result(r) == {"ok": False, "refused": True, "error": f"no longer allowed: {why}"}
        assert state(r) == ["cancelled"] and out.calls == [] and len(out.reads) == 1 and r.run().state == "done"
        (entry,) = told(r, "effect.void")
        facts = {"actor": "engine", "action": ID, "effect": 1, "run": 1, "verdict": "SIMULATE"}
        assert entry.items() >= facts.items() and entry["reasons"][0] == f"stage: {why}"


async def test_a_request_asked_again_waits_two_days_and_says_why(tmp_path: Path) -> None:
    out = FakeConnector()
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        await r.approve(r.waiting()[0].id)
        await r.wait(seconds=10 + 61)
        (again,) = r.waiting()
        assert again.expires_at == again.created_at + timedelta(hours=48) and "late" in again.because
        (entry,) = told(r, "effect.asked_again")
        facts = {"actor": "engine", "action": ID, "effect": 1, "run": 1, "because": again.because}
        assert entry.items() >= facts.items() and entry["reasons"]
        assert state(r) == ["cancelled"] and out.calls == []


async def test_just_a_minute_late_is_not_late(tmp_path: Path) -> None:
    out = FakeConnector()
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        await r.approve(r.waiting()[0].id)
        await r.wait(seconds=10 + 60)
        assert state(r) == ["done"] and len(out.calls) == 1


def once_lost(**facts: Any) -> FakeConnector:
    async def execute(_: Call) -> Result:
        if len(out.calls) == 1:
            raise AmbiguousError("no answer")
        return Result(is_ok=True)

    out = FakeConnector(execute, is_idempotent=True, **facts)
    return out


async def test_what_a_person_approved_is_sent_once_more_to_find_out(tmp_path: Path) -> None:
    out = once_lost()
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        await r.approve(r.waiting()[0].id)
        await r.wait(seconds=11)
        assert state(r) == ["unknown"]
        await r.wait(seconds=2)
        assert state(r) == ["done"] and len(out.calls) == 2
        assert told(r, "effect.sending_again") == [{"actor": "engine", "action": ID, "effect": 1}]


async def test_what_nobody_approved_is_not_sent_again_where_it_would_be_asked_about_today(tmp_path: Path) -> None:
    out = once_lost()
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        await r.hire(agent(level=2))
        await r.wait(seconds=2)
        assert [approval.kind for approval in r.waiting()] == [ApprovalKind.UNKNOWN] and len(out.calls) == 1


async def test_what_is_held_is_neither_sent_again_nor_asked_about_but_looked_at_later(tmp_path: Path) -> None:
    out = once_lost()
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        await r.pause("connection:out")
        await r.wait(seconds=2)
        assert r.waiting() == [] and len(out.calls) == 1 and state(r) == ["unknown"]
        assert len(told(r, "effect.look_later")) == 1
        await r.resume("connection:out")
        await r.wait(seconds=40)
        assert state(r) == ["done"] and len(out.calls) == 2


async def test_an_undo_is_tried_again_after_growing_waits_or_when_the_system_says(tmp_path: Path) -> None:
    async def busy(_: Call) -> Result:
        raise TransientError("busy", retry_after_s=17.0 if len(out.undone) == 2 else None)

    out = FakeConnector(take_back=busy, undo="it is taken back")
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        await r.approve(1)
        await r.wait(seconds=11)
        await r.say(takeback.undo, 1)
        await r.settle()
        for number, wait_s in enumerate((1.0, 17.0, 30.0), start=1):
            assert len(out.undone) == number and state(r, "undo") == ["wanted"]
            await r.wait(seconds=wait_s - 0.5)
            assert len(out.undone) == number
            await r.wait(seconds=1)
        assert len(out.undone) == 4 and {undo.actor for undo in out.undone} == {"person"}
        assert {(undo.key, undo.undo_key) for undo in out.undone} == {(out.calls[0].key, f"{out.calls[0].key}:undo")}
        facts = {"actor": "engine", "run": 1, "action": ID, "effect": 1}
        assert told(r, "effect.undoing") == [facts | {"attempt": attempt} for attempt in (1, 2, 3, 4)]
        assert told(r, "effect.undo_retry") == [facts | {"attempt": attempt} for attempt in (1, 2, 3, 4)]


async def test_an_undo_that_is_refused_or_done_says_so(tmp_path: Path) -> None:
    async def answers(_: Call) -> Result:
        if len(out.undone) == 1:
            raise PermanentError("too late")
        return Result(is_ok=len(out.undone) == 3, error="" if len(out.undone) == 3 else "not yours")

    out = FakeConnector(take_back=answers, undo="it is taken back")
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        await r.approve(1)
        await r.wait(seconds=11)
        for why in ("too late", "not yours", None):
            await r.say(takeback.undo, 1)
            await r.settle()
            error = str(r.engine.reader.execute("SELECT error FROM undo").fetchone()[0])
            assert error == ("" if why is None else f"could not be undone: {why}")
            assert state(r, "undo") == ["done" if why is None else "failed"]
        facts = {"actor": "engine", "run": 1, "action": ID, "effect": 1}
        assert told(r, "effect.undo_failed") == [facts | {"why": "refused"}] * 2
        assert told(r, "effect.undone") == [facts] and state(r) == ["undone"]
        with pytest.raises(DecisionError, match=r"cannot be taken back now \(undone\)"):
            await r.say(takeback.undo, 1)
