"""What stands on pages and on screens is counted by the same queries: the sample's two weeks, number by number."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from opsconsole.app.cli import app
from opsconsole.app.commands.reports.text import lines_of
from opsconsole.app.session import Session, opened
from opsconsole.domain.enums import ApprovalKind
from opsconsole.doubles.clock import FakeClock
from opsconsole.engine.agents import versions as agentversions
from opsconsole.engine.agents.deployments import furthest
from opsconsole.engine.commands.snooze import snooze
from opsconsole.engine.evidence.report import consistency
from opsconsole.engine.ladder.standing import progress_of, progress_then
from opsconsole.engine.oversight.charter import charter
from opsconsole.engine.oversight.charterpage import charter_page
from opsconsole.engine.oversight.digest import digest
from opsconsole.engine.oversight.digestpage import digest_page
from opsconsole.engine.oversight.page import Figure, Figures, Page, Table
from opsconsole.engine.oversight.review import review
from opsconsole.engine.oversight.reviewpage import review_page
from opsconsole.engine.oversight.span import Span, days_of
from opsconsole.store.queries import approvals, pairs
from opsconsole.store.queries.views.insights import insights
from opsconsole.store.queries.views.outcomes import waited_by_agent, waiting_by_agent
from opsconsole.store.queries.views.overview import overview
from opsconsole.ui.panels.agents.data import rows_of, shown
from opsconsole.ui.paper.html import html_of

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("sample") / "ws"
    done = CliRunner().invoke(app, ["demo", "--headless", "-w", str(place)])
    assert done.exit_code == 0, done.output
    return place


@pytest.fixture(scope="module")
def session(folder: Path) -> Iterator[Session]:
    with opened(folder) as session:
        yield session


@pytest.fixture(scope="module")
def ever() -> Span:
    """Everything there is; it ends tomorrow."""
    return days_of(date(1971, 1, 1), (datetime.now(UTC) + 2 * DAY).date())


def figures(page: Page) -> dict[str, Figure]:
    return {
        figure.caption: figure
        for section in page.sections
        for part in section.parts
        if isinstance(part, Figures)
        for figure in part.figures
    }


def rows(page: Page, section: str) -> list[tuple[str, ...]]:
    parts = next(found.parts for found in page.sections if found.title == section)
    return [line.cells for part in parts if isinstance(part, Table) for line in part.lines]


def test_a_digest_says_what_overview_shows(session: Session, ever: Span) -> None:
    now, told = session.kernel.clock.now(), digest(session.kernel, ever)
    seen = overview(session.kernel.reader, since=ever.since, now=now)
    assert told.outcomes == seen.outcomes and seen.outcomes.waiting and seen.outcomes.shadow and seen.outcomes.alone
    assert [(week.agent, week.name, week.outcomes, week.requests, week.cost) for week in told.agents] == [
        (glance.agent, glance.name, glance.outcomes, glance.requests, glance.cost) for glance in seen.agents
    ]
    assert told.refused == seen.refused and told.refused_events == seen.refused_events and seen.refused
    assert (told.cost, told.currency, told.median_s) == (seen.cost, seen.currency, seen.median_s)
    assert told.shadow == sum(count for _, _, count in seen.shadow) and told.without_agent == seen.without_agent
    found = figures(digest_page(told))
    assert found["Handled alone"].value == f"{seen.outcomes.alone:,}"
    assert found["Handled with people"].value == f"{seen.outcomes.with_you:,}"
    assert (
        found["Waiting"].value == f"{seen.outcomes.waiting:,}" and found["Failed"].value == f"{seen.outcomes.failed:,}"
    )
    assert [int(cell.replace("–", "0")) for cell in rows(digest_page(told), "What became of the events")[-1][1:4]] == [
        seen.outcomes.alone, seen.outcomes.with_you, seen.outcomes.shadow,
    ]  # fmt: skip


def test_the_price_of_oversight_is_the_one_of_overview(session: Session) -> None:
    end = session.kernel.clock.now().date()
    told = digest(session.kernel, week := days_of(end - 7 * DAY, end))
    seen = insights(session.kernel.reader, until=week.until, days=7)
    assert told.decisions == seen.now and seen.now.decided > 50 and told.hour_price == seen.hour_price
    text = " ".join(" ".join(lines_of(digest_page(told))).split())
    assert seen.price.partition(": ")[2].partition(";")[0].rstrip(".") in text


def test_a_week_is_overview_since_its_begin_less_overview_since_its_end(session: Session) -> None:
    """What overview counts by when it ended adds up over days, so a week of it can be taken out."""
    now, conn = session.kernel.clock.now(), session.kernel.reader
    end = (now - 3 * DAY).date()
    told = digest(session.kernel, week := days_of(end - 7 * DAY, end)).outcomes
    since, later = (overview(conn, since=at, now=now).outcomes for at in (week.since, week.until))
    for place in ("alone", "with_you", "shadow", "not_done", "failed", "stopped"):
        assert getattr(told, place) == getattr(since, place) - getattr(later, place), place
    assert told.alone and told.with_you and told.shadow


def test_next_in_sight_is_what_shadow_says(session: Session, ever: Span) -> None:
    now, conn = session.kernel.clock.now(), session.kernel.reader
    cells = {(cell.agent, cell.category): cell for cell in progress_of(conn, now=now)}
    assert len(cells) > 4
    for agent in {agent for agent, _ in cells}:
        for cell in progress_then(conn, agent, until=ever.until):
            same = cells[agent, cell.category]
            assert cell.standing == same.standing and cell.days == same.days and cell.number == same.number
            assert (cell.pairs, cell.judged, cell.severe, cell.reasons) == (
                same.pairs, same.judged, same.severe, same.reasons,
            )  # fmt: skip
    ahead = digest(session.kernel, ever).ahead
    assert {(each.progress.agent, each.progress.category) for each in ahead} <= set(cells) and ahead[
        0
    ].progress.standing.is_open


@pytest.mark.parametrize("agent", ["customer-mail", "deal-watch", "helpdesk", "inbound-leads", "supplier-invoices"])
def test_a_review_counts_the_blind_as_shadow_does(session: Session, ever: Span, agent: str) -> None:
    now, conn = session.kernel.clock.now(), session.kernel.reader
    told = review(session.kernel, agent, ever)
    cells = progress_of(conn, now=now, agent=agent)
    assert [(sample.total, sample.wrong, sample.severe) for sample in told.samples] == [
        (cell.standing.total, cell.standing.total - cell.standing.right, cell.standing.severe)
        for cell in sorted(cells, key=lambda cell: cell.category)
    ], "in the sample all pairs are blind"
    every = told.every
    assert every.total == sum(cell.standing.total for cell in cells) and every.seen == 0 and told.earlier == 0
    assert every.error.low <= every.wrong / every.total <= every.error.high
    right = told.standing.interval
    assert every.error.high == pytest.approx(1 - right.low) and every.error.low == pytest.approx(1 - right.high)
    assert f"{every.error.high:.1%}" in figures(review_page(told))["Error at most"].value
    assert (told.consistency.ever_same, told.consistency.ever_shown) == consistency(conn)
    runs = conn.execute("SELECT count(*) FROM run WHERE agent_id = ?", (agent,)).fetchone()[0]
    assert sum(drift.now for drift in told.drift) == runs
    assert sum(drift.share_now for drift in told.drift) == pytest.approx(1)


def test_a_charter_says_what_its_tab_shows(session: Session) -> None:
    for row in rows_of(session.kernel):
        seen, told = shown(session.kernel, row), charter(session.kernel, row.id)
        assert told.spec == seen.spec and told.in_use.number == row.number
        assert [each.id for each in told.categories] == [each.id for each in seen.spec.playbook.categories]
        held = {(fall.category, fall.tool): fall.ceiling for fall in row.marks.fallen}
        for level in told.levels:
            names = {each.name: each.id for each in seen.spec.playbook.categories}
            category = names.get(level.category, "")
            set_to = seen.spec.autonomy.level(level.tool, category)
            assert level.level is held.get((category, level.tool), set_to)
        for each in told.categories:
            assert each.stands == furthest(seen.spec, each.id)
        writes = {tool for tool, kind in seen.tools.items() if kind.effect.value != "read"}
        assert {level.tool for level in told.levels} == writes


def test_the_clock_changes_nothing_once_a_time_is_over(folder: Path, session: Session) -> None:
    end = (session.kernel.clock.now() - DAY).date()
    week, month = days_of(end - 7 * DAY, end), days_of(end - 28 * DAY, end)

    def made(clock: FakeClock | None) -> list[str]:
        with opened(folder, clock=clock) as other:
            kernel = other.kernel
            return [
                html_of(digest_page(digest(kernel, week))),
                html_of(review_page(review(kernel, "inbound-leads", month))),
                html_of(charter_page(charter(kernel, "helpdesk"))),
            ]

    years = FakeClock(datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC))
    assert made(None) == made(years) == made(FakeClock(week.until))
    assert "not over" in made(FakeClock(week.until - timedelta(seconds=1)))[0]


def test_pages_name_nobody_from_outside(session: Session, ever: Span) -> None:
    conn = session.kernel.reader
    strangers: set[str] = set()
    for (body,) in conn.execute("SELECT CAST(c.bytes AS TEXT) FROM event e JOIN content c ON c.id = e.content_id"):
        facts = json.loads(body)
        strangers |= {
            text for name in ("sender", "sender_name", "title") if len(text := str(facts.get(name) or "")) > 12
        }
    pages = [digest_page(digest(session.kernel, ever))]
    for agent in ("customer-mail", "deal-watch", "helpdesk", "inbound-leads", "supplier-invoices"):
        pages += [charter_page(charter(session.kernel, agent)), review_page(review(session.kernel, agent, ever))]
    text = "\n".join(line for page in pages for line in lines_of(page))
    assert len(strangers) > 200 and not [name for name in strangers if name in text]


def test_what_is_done_later_changes_nothing_of_a_time_that_is_over(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "later"
    shutil.copytree(folder, place)

    def typed(*words: object) -> str:
        done = CliRunner().invoke(app, [*map(str, words), "-w", str(place)])
        assert done.exit_code == 0, f"{done.output} {done.exception}"
        return done.output

    def pages(session: Session, end: date) -> list[str]:
        week, month = days_of(end - 7 * DAY, end), days_of(end - 28 * DAY, end)
        made = [html_of(digest_page(digest(session.kernel, week)))]
        return made + [
            html_of(review_page(review(session.kernel, agent, month))) for agent in ("helpdesk", "deal-watch")
        ]

    with opened(place) as session:
        conn, end = session.kernel.reader, session.kernel.clock.now().astimezone().date()
        before = pages(session, end)
        waiting = [
            row.id
            for row in approvals.waiting_approvals(conn)
            if row.kind is ApprovalKind.ACTION and row.created_at < days_of(end - DAY, end).until
        ]
        (pair, *_) = [pair for pair in pairs.pairs(conn, agent="helpdesk") if pair.said is None and pair.severity]
        sources = {agent: agentversions.in_use(conn, agent).source for agent in ("helpdesk", "deal-watch")}
    assert len(waiting) > 2
    typed("approvals", "approve", waiting[0])
    typed("approvals", "reject", waiting[1], "not so")
    with opened(place) as session:
        later = session.kernel.clock.now() + timedelta(hours=4)
        session.write(
            lambda tx: snooze(session.kernel, tx, waiting[2], until=later, actor="person:test"), name="snooze"
        )
    typed("shadow", "judge", pair.id, "agent")
    for agent, source in sources.items():
        file = tmp_path / f"{agent}.yaml"
        file.write_text(source.replace("name: ", "name: Another ", 1).replace("shadow", "full"))
        typed("agents", "apply", file, "--without-evidence", "tried for a test")
    typed("agents", "dismiss", "deal-watch")
    with opened(place) as session:
        assert pages(session, end) == before
        assert pages(session, end + DAY) != before


def test_what_is_put_off_waits_at_no_moment_until_it_is_back(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "off")
    with opened(tmp_path / "off") as session:
        conn, now = session.kernel.reader, session.kernel.clock.now()
        request = next(row for row in approvals.waiting_approvals(conn) if row.kind is ApprovalKind.ACTION)
        before = waiting_by_agent(conn, now=now)
        back = now + timedelta(hours=4)
        session.write(lambda tx: snooze(session.kernel, tx, request.id, until=back, actor="person:test"), name="snooze")
        less = waiting_by_agent(conn, now=now)
        assert less[request.agent_id].requests == before[request.agent_id].requests - 1
        for at, told in (
            (now - timedelta(seconds=5), before), (now + timedelta(minutes=5), less), (back, before),
        ):  # fmt: skip
            assert waited_by_agent(conn, until=at) == told
