"""The sample's two weeks: its lead decided most of them by the real commands, and what she left is worth a look."""

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from opsconsole.app.cli import app
from opsconsole.app.place import resources
from opsconsole.app.sample import company, feed
from opsconsole.app.sample.lead import about, short, words_of
from opsconsole.app.session import Session, opened
from opsconsole.connectors.desk.connector import DeskConnector
from opsconsole.domain.enums import Adjudication, Agreement, ApprovalKind, EffectState, Risk, Severity, Verb, Verdict
from opsconsole.engine.commands.risks import risk_of
from opsconsole.engine.evidence.lessons import lessons
from opsconsole.engine.ladder.standing import progress_of
from opsconsole.engine.past.simulate import as_then
from opsconsole.engine.runstate.loaded import load
from opsconsole.engine.systemclock import SystemClock
from opsconsole.store import audit
from opsconsole.store import workspace as workspaces
from opsconsole.store.queries import approvals, cases, limits, pairs, runs
from opsconsole.store.queries.views import feed as feedview
from opsconsole.store.queries.views.overview import overview
from opsconsole.store.rows import ActionRow, ApprovalRow, Reader, present

SHIPPED = resources() / "sample"
LEAD = "person:Vera Stijnen"


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    place = tmp_path_factory.mktemp("sample") / "ws"
    done = CliRunner().invoke(app, ["demo", "--headless", "-w", str(place)])
    assert done.exit_code == 0, done.output
    with opened(place) as session:
        yield session


def entries(session: Session) -> list[dict[str, Any]]:
    return [json.loads(row[0]) for row in session.kernel.reader.execute("SELECT blob FROM audit ORDER BY seq")]


def waiting(session: Session) -> dict[str, tuple[str, str, ApprovalKind]]:
    """What waits, by event: (tool, category, kind)."""
    conn, found = session.kernel.reader, dict[str, tuple[str, str, ApprovalKind]]()
    for request in approvals.waiting_approvals(conn):
        action = present(runs.action(conn, request.action_id), "action")
        event = load(session.kernel, conn, action.run_id).event
        found[short(event.external_id)] = (action.tool, action.category or "", request.kind)
    return found


def test_a_few_things_of_every_kind_wait(session: Session) -> None:
    found, conn = waiting(session), session.kernel.reader
    assert 15 <= len(found) <= 20
    asked = {
        row[0] for row in conn.execute("SELECT DISTINCT a.tool FROM approval p JOIN action a ON a.id = p.action_id")
    }
    assert {tool for tool, _, _ in found.values()} >= asked - {"desk.update_contact", "desk.add_note"}
    assert {kind for _, _, kind in found.values()} == {*ApprovalKind}
    questions = {about(row, action_of(conn, row)) for row in approvals.waiting_approvals(conn)}
    assert questions >= {"category", "person.ask", "doubt"}
    risks = {risk_of(session.kernel, action_of(conn, request)) for request in approvals.waiting_approvals(conn)}
    assert risks == {*Risk}


def action_of(conn: Reader, request: ApprovalRow) -> ActionRow:
    return present(runs.action(conn, request.action_id), "action")


def test_whether_the_text_message_arrived_is_really_not_known(session: Session) -> None:
    conn = session.kernel.reader
    (asked,) = [row for row in approvals.waiting_approvals(conn) if row.kind is ApprovalKind.UNKNOWN]
    effect = present(runs.effect_of(conn, asked.action_id), "effect")
    assert effect.state is EffectState.UNKNOWN
    told = [entry["kind"] for entry in entries(session) if entry.get("action") == asked.action_id]
    assert told.index("decision.approve") < told.index("effect.sending") < told.index("effect.unknown")
    done = conn.execute("SELECT count(*) FROM action WHERE tool = 'texts.send' AND state = 'done'").fetchone()[0]
    assert done == 1, "a short one is confirmed"


def test_the_last_day_reads_as_agents_that_save_work(session: Session) -> None:
    now = session.kernel.clock.now()
    for days in (1, 2, 7):
        at = overview(session.kernel.reader, since=now - timedelta(days=days), now=now).outcomes
        assert at.alone > at.waiting and at.handled > 1.3 * at.waiting, f"{days} days: {at}"


def test_three_of_what_waits_are_bad(session: Session) -> None:
    labels = {short(event.incoming.external_id): event for event in sample_events(session)}
    bad = {
        name
        for name, (tool, category, _) in waiting(session).items()
        if (category and category != labels[name].label) or (labels[name].is_hostile and tool != "desk.forward")
    }
    assert bad == {"hd-injection-2", "hd-vpn", "ld-weekend-pitch"}


def sample_events(session: Session) -> list[company.SampleEvent]:
    deals = company.deals_by_name(session.kernel.reader)
    return company.events(SHIPPED, now=SystemClock().now(), deals=deals)


def test_agents_worked_nearly_all_of_it(session: Session) -> None:
    counts = feedview.totals(session.kernel.reader).runs
    assert counts["done"] >= 0.93 * sum(counts.values()) and not counts.get("failed")


def test_the_lead_decided_with_her_name_in_the_hours_of_those_days(session: Session) -> None:
    said = [entry for entry in entries(session) if entry["kind"].startswith("decision.")]
    assert len(said) > 120 and {entry["actor"] for entry in said} == {LEAD}
    assert {entry["kind"] for entry in said} == {f"decision.{verb.value}" for verb in Verb}
    days = {datetime.fromisoformat(entry["at"]).date() for entry in said}
    assert len(days) in (9, 10), "the last day too, as far as she looked"
    assert all(8 <= datetime.fromisoformat(entry["at"]).hour <= 19 for entry in said)


def test_the_record_is_whole_and_its_time_never_goes_back(session: Session) -> None:
    times = [entry["at"] for entry in entries(session)]
    assert times == sorted(times) and audit.verify(session.kernel.reader).is_ok


def test_everything_the_lead_says_was_asked(session: Session) -> None:
    words, conn = words_of(SHIPPED), session.kernel.reader
    asked: set[str] = set()
    for (action_id,) in conn.execute("SELECT DISTINCT action_id FROM approval"):
        action = present(runs.action(conn, action_id), "action")
        numbers = conn.execute("SELECT id FROM approval WHERE action_id = ?", (action_id,)).fetchall()
        requests = [present(approvals.approval(conn, number[0]), "request") for number in numbers]
        event = short(load(session.kernel, conn, action.run_id).event.external_id)
        asked |= {event, *(f"{event} {about(request, action)}" for request in requests)}
    assert {*words.left, *words.rejected, *words.let_go, *words.edited, *words.answers} <= asked
    judged = {
        short(row[0])
        for row in conn.execute(
            "SELECT e.external_id FROM adjudication a JOIN pair p ON p.id = a.pair_id JOIN event e ON e.id = p.event_id"
        )
    }
    assert judged == {*words.judged}


def test_every_ruling_and_every_kind_of_pair_is_there_and_waits(session: Session) -> None:
    conn = session.kernel.reader
    verdicts = {row[0] for row in conn.execute("SELECT DISTINCT verdict FROM ruling WHERE phase = 'proposed'")}
    assert verdicts == {verdict.name for verdict in Verdict}
    unsaid = [pair for pair in pairs.pairs(conn, limit=1000) if pair.said is None and pair.source == "live"]
    assert {pair.agreement for pair in unsaid} == {*Agreement}
    assert {pair.severity for pair in unsaid} == {*Severity}
    assert {pair.said for pair in pairs.pairs(conn, limit=1000)} == {*Adjudication, None}


def test_two_lessons_are_there_and_what_was_tried_on_the_past_is_proven(session: Session) -> None:
    kernel = session.kernel
    found = [lesson for agent in cases.agents(kernel.reader) for lesson in lessons(kernel, agent)]
    assert [lesson.agent for lesson in found] == ["inbound-leads", "supplier-invoices"]
    assert "kwame@slotwise.example" in found[0].text and "hilde@slotwise.example" in found[1].text
    at = progress_of(kernel.reader, now=kernel.clock.now())
    assert [cell.category for cell in at if cell.standing.is_open] == ["deal_stalled", "deal_no_next_step", "auto_mail"]


def test_an_engine_that_goes_on_with_it_raises_nothing_of_the_days_again(session: Session) -> None:
    desk = session.kernel.registry.connectors["desk"]
    assert isinstance(desk, DeskConnector) and desk.stalled() == []


def test_a_making_that_was_cut_short_goes_on(tmp_path: Path) -> None:
    class Cut(Exception):
        pass

    def cut(_: int, number: int) -> None:
        if number == 12:
            raise Cut

    place = workspaces.create(tmp_path / "w", at=company.opened(SystemClock().now()), actor=LEAD)
    reader = place.database.reader()
    try:
        with pytest.raises(Cut):
            asyncio.run(feed.work_days(place, reader, SHIPPED, days=3, tell=cut))
        assert feed.is_new(reader) and limits.setting(reader, "sample")
        asyncio.run(feed.work_days(place, reader, SHIPPED, days=3))
        assert not feed.is_new(reader)
        found = company.events(SHIPPED, now=SystemClock().now(), deals=company.deals_by_name(reader))
        came = [event for event in found if event.day <= 3]
        assert sum(feedview.totals(reader).runs.values()) == len(came)
        evening = company.first_day(SystemClock().now()) + timedelta(days=2) + feed.HOURS[-1]
        assert all(request.created_at > evening for request in approvals.waiting_approvals(reader))
        times = [json.loads(row[0])["at"] for row in reader.execute("SELECT blob FROM audit ORDER BY seq")]
        assert times == sorted(times)
    finally:
        reader.close()
        place.close()


def test_risk_on_the_cards_follows_from_what_would_happen(session: Session) -> None:
    conn, found = session.kernel.reader, dict[str, str]()
    for request in approvals.waiting_approvals(conn):
        action = present(runs.action(conn, request.action_id), "action")
        event = load(session.kernel, conn, action.run_id).event
        found[short(event.external_id)] = risk_of(session.kernel, action).value
    assert found["hd-spoof-it"] == "medium", "a forward to one's own domain"
    assert found["cu-thief"] == "medium", "to a customer, with the AI line: no fixed text any more"
    assert found["cu-twice"] == "high", "money"
    assert found["ld-price-night"] == "low", "a deal in our own books"


def test_every_ruling_of_two_weeks_comes_out_again_when_it_is_gone_through(session: Session) -> None:
    rulings = session.kernel.reader.execute("SELECT id, action_id FROM ruling ORDER BY id").fetchall()
    again = [as_then(session.kernel, action, number) for number, action in rulings]
    assert len(again) > 1_000 and all(each.is_then for each in again)
    assert [each.stored.id for each in again if each.stored is not None and not each.is_as_then] == []
