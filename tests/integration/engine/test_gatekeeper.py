"""What the gatekeeper gathers for the gate: switches, grants, receivers, what was done; what is kept of its word."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from opsconsole.domain.action import ActionType
from opsconsole.domain.enums import Level, Verdict
from opsconsole.domain.ruling import Reason, Ruling
from opsconsole.doubles.brain import FakeBrain
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands import recommendations
from opsconsole.engine.commands.decisions import Grant
from opsconsole.engine.gate.gatekeeper import audit_reasons
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.engine.runstate.loaded import load
from opsconsole.store.queries import runs
from opsconsole.store.rows import Reader
from tests.support.judging import BOB, EVE, as_told, judged, newer, seen
from tests.support.rig import ANN, agent, call, mail, rig
from tests.support.running import beside


async def test_the_ruling_is_stored_with_its_phase_its_time_and_what_the_next_rung_would_say(tmp_path: Path) -> None:
    async with rig(tmp_path, as_told, agent(level=2), connectors=beside(FakeConnector())) as r:
        await r.take(mail(title="do"))
        r.clock.move(minutes=1)
        found = await judged(r)
        row = runs.rulings(r.engine.reader, "1/0.0")[-1]
        assert (row.id, row.phase, row.at) == (found.ruling_id, "decided", r.clock.now())
        assert (row.verdict, row.if_live) == (Verdict.ASK, "ACT") == (found.ruling.verdict, found.if_live.verdict.name)  # type: ignore[union-attr]


@pytest.mark.parametrize(("first", "then"), [(2, 3), (3, 2), (2, 2)])
async def test_the_version_a_run_began_with_and_the_one_in_use_both_rule(tmp_path: Path, first: int, then: int) -> None:
    async with rig(tmp_path, as_told, agent(level=first), connectors=beside(FakeConnector())) as r:
        await r.take(mail(title="do"))
        await r.hire(newer(then))
        found = await judged(r)
        assert found.ruling.verdict is Verdict.ASK
        assert [reason.rule for reason in found.ruling.reasons] == ["autonomy"]
        assert found.context.level is Level(first), "the run's own version is what is shown"


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ("all", ("everything",)),
        ("agent:mira", ("agent mira",)),
        ("connection:out", ("connection out",)),
        ("agent:otto", ()),
        ("connection:desk", ()),
    ],
)
async def test_only_switches_that_reach_an_action_are_seen(tmp_path: Path, on: str, words: tuple[str, ...]) -> None:
    async with rig(tmp_path, as_told, agent(), agent("otto", subscribes=[]), connectors=beside(FakeConnector())) as r:
        await r.take(mail(title="do"))
        await r.pause(on)
        context = await seen(r)
        assert context.switches == words
        assert (await seen(r, tool="no.tool")).switches == (words if on != "connection:out" else ())


async def test_a_grant_is_looked_for_where_a_person_would_be_asked_and_only_for_what_writes(tmp_path: Path) -> None:
    async with rig(tmp_path, as_told, agent(level=2), connectors=beside(FakeConnector())) as r:
        await r.take(mail(title="do"))
        await r.approve(1, grant=Grant(timedelta(days=2), ("what",), uses=None))
        found = await judged(r)
        assert found.grant_id == 1 and found.context.has_grant
        others: tuple[dict[str, Any], ...] = (
            {"args": {"what": "y"}},
            {"tool": "out.send"},
            {"tool": "out.look"},
            {"tool": "no.tool"},
        )
        for changes in others:
            other = await judged(r, **changes)
            assert other.grant_id is None and not other.context.has_grant, changes
        await r.hire(newer(2))
        assert (await judged(r, grant_id=1)).grant_id == 1, "used before the version changed"
        r.clock.move(days=2)
        late = await judged(r, grant_id=1)
        assert late.grant_id is None and not late.context.has_grant


@pytest.mark.parametrize(("level", "has_grant"), [(1, False), (2, True), (3, False)])
async def test_a_grant_neither_lifts_a_recommendation_nor_is_used_up_where_nobody_is_asked(
    tmp_path: Path, level: int, has_grant: bool
) -> None:
    async with rig(tmp_path, as_told, agent(level=2), connectors=beside(FakeConnector())) as r:
        await r.take(mail(1, title="do"))
        await r.approve(1, grant=Grant(timedelta(days=2), ("what",), uses=None))
        await r.hire(newer(level))
        await r.take(mail(2, title="do"))
        found = await judged(r, 2)
        assert found.context.has_grant is has_grant and found.grant_id == (1 if has_grant else None)


async def test_a_recommendation_counts_as_approved_only_where_a_person_asked_for_it(tmp_path: Path) -> None:
    for level, is_requested, counts in ((1, False, 1), (1, True, 2), (2, True, 2), (3, True, 3)):
        folder = tmp_path / f"{level}{is_requested}"
        async with rig(folder, as_told, agent(level=level), connectors=beside(FakeConnector())) as r:
            await r.take(mail(title="do"))
            assert (await seen(r, is_requested=is_requested)).level == counts


async def test_what_a_person_asked_for_counts_as_approved_whenever_it_is_ruled_on_again(tmp_path: Path) -> None:
    async with rig(tmp_path, as_told, agent(level=1), connectors=beside(FakeConnector())) as r:
        await r.take(mail(title="do"))
        assert (await seen(r)).level == 1
        await r.engine.writer.write(
            lambda tx: recommendations.do_it(r.kernel, tx, "1/0.0", actor="person:test"), name="recommendation.asked"
        )
        assert (await seen(r)).level == 2


class Zoned(FakeConnector):
    """Knows where Bob lives, and takes more than one receiver; asks whether the same was done in the last hour."""

    def __init__(self, **facts: Any) -> None:
        class Deed(BaseModel):
            what: str = ""
            to: tuple[str, ...] = ()

        super().__init__(schema=Deed, **facts)

    def zone_of(self, conn: Reader, address: str) -> str:
        return "Asia/Tokyo" if address == BOB.lower() else ""


async def test_zones_are_looked_up_for_each_receiver_where_quiet_hours_go_by_them(tmp_path: Path) -> None:
    to = call("out.send", what="x", to=[ANN, BOB])
    for zone, zones in (("recipient", ("", "Asia/Tokyo")), ("UTC", ())):
        quiet = [{"from": "20:00", "to": "07:00", "zone": zone}, {"from": "20:00", "to": "07:00", "zone": "UTC"}]
        async with rig(tmp_path / zone, [to], agent(quiet_hours=quiet), connectors=beside(Zoned())) as r:
            await r.take(mail())
            assert (await seen(r)).recipient_zones == zones


async def test_a_first_contact_is_any_receiver_outside_that_nobody_had_mail_with(tmp_path: Path) -> None:
    script = [call("out.send", what="x", to=[ANN])]
    async with rig(tmp_path, script, agent(), connectors=beside(Zoned())) as r:
        await r.take(mail())
        for tool, to, is_first in (
            ("out.send", [ANN], False),
            ("out.send", [ANN.upper()], False),
            ("out.send", [ANN, EVE], True),
            ("out.send", [], False),
            ("out.do", [EVE], False),
            ("out.look", [EVE], False),
        ):
            assert (await seen(r, tool=tool, args={"what": "x", "to": to})).is_first_contact is is_first, (tool, to)


async def test_what_was_done_here_just_before_is_seen_where_its_type_asks_for_it(tmp_path: Path) -> None:
    subject = mail().subject
    for window, ago in ((3600.0, 90.0), (None, None)):
        out = FakeConnector(repeat_window_s=window)
        async with rig(tmp_path / str(window), as_told, agent(), connectors=beside(out)) as r:
            await r.take(mail(1, title="do"))
            await r.wait(seconds=90)
            await r.take(mail(2, title="do", subject=subject))
            assert (await seen(r, 2)).done_ago_s == ago
            assert (await seen(r, 2, tool="out.send")).done_ago_s is None
            assert (await seen(r, 2, tool="no.tool")).done_ago_s is None


async def test_the_same_again_in_one_run_is_seen_unless_a_step_of_the_playbook_wants_it(tmp_path: Path) -> None:
    script = [call("out.do", what="x"), call("out.do", what="y")]
    async with rig(tmp_path, script, agent(), connectors=beside(FakeConnector())) as r:
        await r.take(mail())
        for args, is_step, is_repeated in (("x", False, True), ("x", True, False), ("z", False, False)):
            context = await seen(r, args={"what": args}, is_ratified_step=is_step)
            assert context.is_repeated_in_run is is_repeated
        assert not (await seen(r, action_id="1/0.0", args={"what": "x"})).is_repeated_in_run, "not itself"
        assert (await seen(r, category="other")).has_category_changed and not (await seen(r)).has_category_changed


async def test_the_age_of_an_event_counts_from_when_it_happened_and_of_brought_in_past_from_its_arrival(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path, as_told, agent(), connectors=beside(FakeConnector())) as r:
        happened = r.clock.now() - timedelta(days=2)
        await r.take(mail(title="do", occurred_at=happened))
        r.clock.move(seconds=5)
        assert (await seen(r)).event_age_s == 2 * 86_400 + 5
        ahead = replace(load(r.kernel, r.engine.reader, 1).event, occurred_at=r.clock.now() + timedelta(hours=1))
        assert (await seen(r, event=ahead)).event_age_s == 0.0, "another system's clock is ahead"
        await r.engine.writer.write(
            lambda tx: tx.conn.execute("UPDATE connection SET is_replay = 1 WHERE id = 'desk'"), name="test.replay"
        )
        assert (await seen(r)).event_age_s == 5.0


async def test_a_tool_with_another_schema_than_the_version_was_made_with_is_seen_as_changed(tmp_path: Path) -> None:
    class Wider(BaseModel):
        what: str
        more: str = ""

    async with rig(tmp_path, as_told, agent(), connectors=beside(FakeConnector())) as r:
        await r.take(mail(title="do"))
        assert not (await seen(r)).is_type_changed and not (await seen(r, tool="no.tool")).is_type_changed
        r.engine.registry.replace(["out"], [FakeConnector(schema=Wider)])
        assert (await seen(r)).is_type_changed


async def test_a_read_is_seen_without_what_only_writes_are_asked_about(tmp_path: Path) -> None:
    class Egress(FakeConnector):
        def action_types(self) -> Sequence[ActionType]:
            return [replace(kind, destinations=("to",)) for kind in super().action_types()]

    async with rig(tmp_path, as_told, agent(budgets={"actions_per_day": 1}), connectors=beside(Egress())) as r:
        await r.take(mail(1, title="do"), mail(2, title=f"look {EVE}"))
        found = await judged(r, 2)
        assert (found.context.usages, found.recipients, found.ruling.verdict) == ((), (), Verdict.ACT)
        assert (await seen(r, 2, tool="no.tool")).usages[0].used == 1, "what nobody knows counts as a write"


@pytest.mark.parametrize(
    ("stages", "category", "verdict"),
    [
        ({"default": "shadow"}, "case", Verdict.SIMULATE),
        ({"default": "expanded"}, "case", Verdict.ASK),
        ({"default": "shadow", "categories": {"case": "limited"}}, "case", Verdict.ASK),
        ({"default": "full", "categories": {"case": "shadow"}}, "case", Verdict.SIMULATE),
        ({"default": "shadow"}, None, Verdict.SIMULATE),
        ({"default": "expanded"}, None, Verdict.ASK),
        ({"default": "shadow", "categories": {"case": "limited"}}, None, Verdict.ASK),
        ({"default": "shadow", "categories": {"case": "shadow"}}, None, Verdict.SIMULATE),
    ],
)
async def test_a_question_is_asked_where_its_category_is_live_or_any_is_when_it_has_none(
    tmp_path: Path, stages: dict[str, Any], category: str | None, verdict: Verdict
) -> None:
    def script(view: RunView) -> Turn:
        if view.past:
            return Turn(category=category, final="done")
        return Turn(category=category, proposals=(call("person.ask", question="go?"),))

    async with rig(tmp_path, FakeBrain(script), agent(stage=stages)) as r:
        await r.take(mail())
        found = await judged(r)
        assert found.ruling.verdict is verdict and found.if_live is None and found.ruling.hold_until is None
        (reason,) = found.ruling.reasons
        asked = Reason("question", "the agent asks a person", Verdict.ASK)
        recorded = Reason("stage", "in shadow: the question is recorded, not asked", Verdict.SIMULATE)
        assert reason == (asked if verdict is Verdict.ASK else recorded)
        await r.pause()
        paused = (await judged(r)).ruling
        assert Reason("kill_switch", "paused: everything") in paused.reasons and paused.verdict is verdict


async def test_a_question_outside_of_what_the_agent_is_for_is_recorded_only(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("person.ask", question="go?")], agent(scope=["other"], playbook=OTHER)) as r:
        await r.take(mail())
        assert (await judged(r)).ruling.verdict is Verdict.SIMULATE


OTHER = {
    "purpose": "a test",
    "categories": [{"id": "case", "name": "Case"}, {"id": "other", "name": "Other"}],
}


async def test_reasons_stand_in_the_record_with_those_that_bind_first(tmp_path: Path) -> None:
    until = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    loose = Reason("loose", "it does not bind", Verdict.ASK)
    first, second = Reason("strict", "it binds", Verdict.SIMULATE), Reason("hours", "it holds", hold_until=until)
    ruling = Ruling(Verdict.SIMULATE, until, (loose, first, second))
    async with rig(tmp_path, as_told, agent(), connectors=beside(FakeConnector())) as r:
        await r.take(mail(title="do"))
        found = replace(await judged(r), ruling=ruling)
    assert audit_reasons(found) == ["strict: it binds", "hours: it holds", "loose: it does not bind"]
