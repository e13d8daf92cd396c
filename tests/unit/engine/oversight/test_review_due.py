"""When a review is owed: a month after something came to full or after the last one; and that clocks cannot fool it."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.app.session import Session, opened
from opsconsole.domain.enums import ReviewDecision
from opsconsole.doubles.clock import FakeClock
from opsconsole.engine.agents import versions as agentversions
from opsconsole.engine.agents.file import read_agent_text
from opsconsole.engine.commands import dismissal
from opsconsole.engine.ladder.climb import lower_stage
from opsconsole.engine.ladder.reviewdue import NONE_OWED, ReviewDue, due
from opsconsole.engine.oversight.review import review
from opsconsole.engine.oversight.signing import sign
from opsconsole.engine.oversight.span import month_of
from opsconsole.policy.ladder import REVIEW_DAYS, review_due
from opsconsole.store import workspace
from tests.support.shell import AGENT

FULL = AGENT
EXPANDED = AGENT.replace("stage: {default: full}", "stage: {default: expanded}")
HELD = FULL.replace("autonomy:", "deployments: [{connection: '*', stage: expanded}]\nautonomy:")
BEGAN = datetime(2026, 10, 10, 12, tzinfo=UTC)


@contextmanager
def at_work(folder: Path, text: str = FULL, *, since: datetime = BEGAN) -> Generator[tuple[Session, FakeClock]]:
    """A workspace with an agent in use since a moment, and the clock there."""
    workspace.create(folder, at=since, actor="person:test").close()
    clock = FakeClock(since)
    with opened(folder, clock=clock) as session:
        put(session, text)
        yield session, clock


def put(session: Session, text: str) -> None:
    kernel = session.kernel
    file, now = read_agent_text(text, "mira.yaml", kernel.registry), kernel.clock.now()
    session.write(
        lambda tx: agentversions.apply(tx, file, kernel.registry, actor="person:test", now=now), name="agent.apply"
    )


def signed(session: Session, month: str) -> None:
    """Sign the review of a month as a person who saw it."""
    told = review(session.kernel, "mira", month_of(month))
    session.write(
        lambda tx: sign(
            session.kernel, tx, "mira", told.span, ReviewDecision.KEEP, actor="person:Vera", seen=told.digest
        ),
        name="review.sign",
    )


def stands(session: Session) -> ReviewDue:
    kernel = session.kernel
    return due(kernel.reader, kernel.roster, "mira", now=kernel.clock.now())


@pytest.mark.parametrize(
    ("begin", "wanted"),
    [
        ("2026-01-31", "2026-03-02"),
        ("2028-01-31", "2028-03-01"),  # a leap year's February
        ("2026-02-01", "2026-03-03"),
        ("2026-04-01", "2026-05-01"),
        ("2026-10-01", "2026-11-01"),  # October has 31 days: on the 31st it is not over
        ("2026-10-02", "2026-11-01"),
        ("2026-12-31", "2027-01-30"),
        ("2026-12-01", "2027-01-01"),
    ],
)
def test_it_is_due_thirty_days_later_and_not_before_the_month_is_over(begin: str, wanted: str) -> None:
    assert review_due(date.fromisoformat(begin)) == date.fromisoformat(wanted)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_whenever_it_begins_a_whole_month_is_over_when_it_is_due(begin: date) -> None:
    found = review_due(begin)
    assert timedelta(days=REVIEW_DAYS) <= found - begin <= timedelta(days=REVIEW_DAYS + 1)
    assert (found.year, found.month) != (begin.year, begin.month)


def test_who_is_not_at_full_owes_none(tmp_path: Path) -> None:
    for number, text in enumerate((EXPANDED, HELD)):
        with at_work(tmp_path / f"w{number}", text) as (session, clock):
            clock.move(days=400)
            told = stands(session)
            assert (told.on, told.words, told.is_near, told.is_overdue) == (None, "", False, False), "shown as full"
            assert told.sentence == NONE_OWED and told.full_since is None


def test_it_counts_from_when_something_came_to_full(tmp_path: Path) -> None:
    with at_work(tmp_path / "w", EXPANDED) as (session, clock):
        clock.move(days=20)
        put(session, FULL)  # 30 October
        clock.move(days=5)
        put(session, FULL.replace("name: Mira", "name: Mira Two"))
        told = stands(session)
        assert told.on == date(2026, 11, 29) and told.full_since == BEGAN + timedelta(days=20), "a new name is no step"
        said: list[str] = []
        for days in (17, 1, 6, 1, 1, 1):  # 21, 22, 28, 29, 30 November, 1 December
            clock.move(days=days)
            said.append(f"{stands(session).words} {stands(session).is_near}")
    assert said == [
        "Review due in 8 days False", "Review due in 7 days True", "Review due in 1 day True",
        "Review due today True", "Review overdue by 1 day True", "Review overdue by 2 days True",
    ]  # fmt: skip


def test_it_counts_from_the_last_one_signed(tmp_path: Path) -> None:
    with at_work(tmp_path / "w") as (session, clock):
        clock.move(days=40)  # 19 November: overdue since the 9th
        assert stands(session).words == "Review overdue by 10 days"
        signed(session, "2026-10")
        told = stands(session)
        assert told.on == date(2026, 12, 19) and told.last is not None and told.last.actor == "person:Vera"
        assert told.sentence == "Review due in 30 days, on 19 December 2026."


def test_a_month_long_past_does_not_stand_in_for_the_newest(tmp_path: Path) -> None:
    with at_work(tmp_path / "w") as (session, clock):
        clock.move(days=100)  # 18 January
        signed(session, "2026-10")
        assert stands(session).on == date(2027, 1, 1) and stands(session).is_overdue
        signed(session, "2026-12")
        assert stands(session).on == date(2027, 2, 17)


def test_who_left_full_and_came_back_begins_anew_and_who_was_dismissed_too(tmp_path: Path) -> None:
    with at_work(tmp_path / "w") as (session, clock):
        kernel = session.kernel
        clock.move(days=60)
        session.write(
            lambda tx: lower_stage(kernel, tx, "mira", "mail_received", actor="person:Vera", reason=""), name="lower"
        )
        assert stands(session).on is None
        put(session, FULL)
        assert stands(session).days == REVIEW_DAYS
        clock.move(days=50)
        session.write(lambda tx: dismissal.dismiss(kernel, tx, "mira", actor="person:Vera", reason=""), name="dismiss")
        assert stands(session).on is None, "who is gone owes nothing"
        clock.move(days=50)
        put(session, FULL)
        assert stands(session).days == REVIEW_DAYS, "nobody could review who was not there"


def test_a_clock_that_jumps_back_a_little_changes_nothing(tmp_path: Path) -> None:
    with at_work(tmp_path / "w") as (session, clock):
        clock.move(days=40)
        signed(session, "2026-10")
        before = stands(session)
        clock.move(hours=-8)
        assert stands(session).on == before.on


def test_what_was_signed_while_the_clock_was_years_ahead_does_not_count(tmp_path: Path) -> None:
    with at_work(tmp_path / "w") as (session, clock):
        clock.move(days=2000)
        signed(session, "2026-10")
        clock.move(days=-1960)
        told = stands(session)
        assert told.last is None and told.words == "Review overdue by 10 days", "else none would be due for years"


def test_whole_days_count_also_where_an_hour_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        with at_work(tmp_path / "w", since=datetime(2026, 10, 10, 21, 30, tzinfo=UTC)) as (session, clock):
            assert stands(session).days == REVIEW_DAYS and stands(session).on == date(2026, 11, 9)
            clock.move(days=29, hours=1, minutes=29)  # 8 November, 23:59: winter began on 25 October
            assert stands(session).days == 1
            clock.move(minutes=1)
            assert stands(session).days == 0
    finally:
        monkeypatch.undo()
        time.tzset()
