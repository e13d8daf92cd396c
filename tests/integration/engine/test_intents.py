"""What follows from the gate's word: an intent that is sent, prepared or held, or a request; each with its entry."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from opsconsole.domain.enums import Hold
from opsconsole.doubles.clock import FakeClock
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands import approvals
from opsconsole.engine.gate.digests import card_digest
from opsconsole.store.queries import runs
from tests.support.rig import ANN, Rig, agent, call, mail, rig
from tests.support.running import beside, state, told

DO = call("out.do", what="x")
SEND = call("out.send", what="x", to=ANN, slots={"what": (), "to": (ANN,)})
RAISED = [{"action": "out.send", "ceiling": "irreversible", "reason": "a template"}]
ID = "1/0.0"


def effect(r: Rig, columns: str) -> tuple[Any, ...]:
    (row,) = r.engine.reader.execute(f"SELECT {columns} FROM effect").fetchall()
    return tuple(row)


async def test_what_nothing_holds_is_sent_by_the_turn_itself_and_ruled_on_once(tmp_path: Path) -> None:
    out = FakeConnector()
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        (key,) = effect(r, "key")
        assert told(r, "effect.sending") == [{"actor": "agent:mira", "action": ID, "key": key[:16]}]
        assert r.audit("effect.prepared") == [] and r.count("ruling") == 1
        assert state(r) == ["done"] and out.calls[0].key == key


async def test_what_can_be_vetoed_is_prepared_for_just_that_long_and_ruled_on_again(tmp_path: Path) -> None:
    out = FakeConnector()
    async with rig(tmp_path, [SEND], agent(raised=RAISED), connectors=beside(out)) as r:
        await r.take(mail())
        key, number = effect(r, "key, id")
        until = "2026-11-23T09:00:10+00:00"
        assert told(r, "effect.prepared") == [
            {"actor": "agent:mira", "action": ID, "key": key[:16], "not_before": until}
        ]
        assert state(r) == ["prepared"] and r.audit("effect.sending") == []
        r.clock.move(seconds=9.9)
        await r.engine.effects.send(number)
        assert out.calls == [] and state(r) == ["prepared"]
        r.clock.move(seconds=0.1)
        await r.engine.effects.send(number)
        assert len(out.calls) == 1 and state(r) == ["done"]
        (entry,) = told(r, "effect.sending")
        assert entry.pop("reasons") == []
        assert entry == {"actor": "engine", "action": ID, "effect": number, "run": 1, "key": key[:16]}
        assert effect(r, "ruling_id")[0] == runs.rulings(r.engine.reader, ID)[-1].id and r.count("ruling") == 2


async def test_what_a_switch_holds_is_kept_until_it_is_lifted_and_never_sent_at_once(tmp_path: Path) -> None:
    out = FakeConnector()
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.pause("connection:out")
        await r.take(mail())
        key, hold = effect(r, "key, is_held")
        assert (state(r), out.calls, hold) == (["prepared"], [], Hold.SWITCH)
        assert told(r, "effect.prepared") == [{"actor": "agent:mira", "action": ID, "key": key[:16], "held": True}]
        await r.resume("connection:out")
        await r.settle()
        assert len(out.calls) == 1 and state(r) == ["done"]


async def test_what_is_approved_while_no_engine_works_waits_for_one(tmp_path: Path) -> None:
    for is_running, hold in ((True, Hold.NONE), (False, Hold.ENGINE)):
        out = FakeConnector()
        async with rig(tmp_path / str(is_running), [DO], agent(level=2), connectors=beside(out)) as r:
            await r.take(mail())
            (asked,) = r.waiting()
            kernel = replace(r.kernel, is_engine_running=is_running)
            await r.engine.writer.write(
                lambda tx, k=kernel, a=asked.id: approvals.approve(k, tx, a, actor="person:test"), name="decision"
            )
            key, kept = effect(r, "key, is_held")
            assert kept == hold
            until = "2026-11-23T09:00:10+00:00"
            facts = {"actor": "agent:mira", "action": ID, "approval": asked.id, "key": key[:16], "not_before": until}
            assert told(r, "effect.prepared") == [facts]
            await r.wait(seconds=11)
            assert len(out.calls) == is_running


async def test_an_approved_action_with_no_time_for_a_veto_is_still_ruled_on_again_before_it_is_sent(
    tmp_path: Path,
) -> None:
    out = FakeConnector()
    async with rig(tmp_path, [DO], agent(level=2, approvals={"veto_s": 0}), connectors=beside(out)) as r:
        await r.take(mail())
        await r.approve(1)
        assert state(r) == ["prepared"]
        await r.hire(agent(stage={"default": "shadow"}))
        await r.settle()
        assert out.calls == [] and state(r) == ["cancelled"]


async def test_the_time_of_quiet_hours_counts_where_it_is_later_than_the_veto(tmp_path: Path) -> None:
    clock, out = FakeClock(datetime(2026, 11, 23, 22, 0, tzinfo=UTC)), FakeConnector()
    quiet = [{"from": "20:00", "to": "07:00", "zone": "UTC"}]
    async with rig(tmp_path, [SEND], agent(raised=RAISED, quiet_hours=quiet), connectors=beside(out), clock=clock) as r:
        await r.take(mail(occurred_at=clock.now()))
        (entry,) = told(r, "effect.prepared")
        assert entry["not_before"] == "2026-11-24T07:00:00+00:00" and "held" not in entry
        assert effect(r, "is_held")[0] == Hold.NONE


async def test_a_request_is_bound_to_what_others_did_on_its_subject_and_says_all_of_it(tmp_path: Path) -> None:
    out = FakeConnector()
    script = [DO, call("out.send", what="y", to="eve@evil.example")]
    async with rig(tmp_path, script, agent(), connectors=beside(out)) as r:
        await r.take(mail())
        assert r.states() == ["out.do done", "out.send waiting"]
        action, (asked,) = r.actions()[1], r.waiting()
        ruling = runs.rulings(r.engine.reader, action.id)[-1].id
        own = runs.subject_mark(r.engine.reader, action.subject_id)
        mark = runs.subject_mark(r.engine.reader, action.subject_id, without_run=1)
        assert own > mark == asked.subject_mark, "the run's own act does not make its next request stale"
        card = card_digest(action=action.digest, ruling_id=ruling, subject_mark=mark)
        assert asked.digest == card
        facts = {"actor": "agent:mira", "run": 1, "action": action.id, "approval": asked.id, "card": card}
        assert told(r, "approval.asked") == [facts]
