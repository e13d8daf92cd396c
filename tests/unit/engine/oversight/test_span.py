"""The time of a page: whole days of this machine's zone, half-open, and said in words where it is none."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.engine.oversight.span import (
    Span,
    before,
    days_of,
    month_before,
    month_of,
    week_before,
    week_of,
)


@pytest.fixture(params=["UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """This machine's zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_a_week_is_from_monday_to_monday_whatever_the_zone(zone: str) -> None:
    week = week_of("2026-W13")  # in Berlin an hour is lost on its Sunday
    assert (week.first, week.end) == (date(2026, 3, 23), date(2026, 3, 30))
    assert week.since.astimezone().strftime("%F %T") == "2026-03-23 00:00:00"
    assert week.until.astimezone().strftime("%F %T") == "2026-03-30 00:00:00"
    assert week.until - week.since == timedelta(days=7, hours=-1 if zone == "Europe/Berlin" else 0)
    assert week.title == "Week 13, 2026: 23 to 29 March 2026"


def test_the_zone_is_said_and_that_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, told in (
        ("UTC", "UTC"), ("Europe/Berlin", "UTC+01:00 to UTC+02:00"), ("America/New_York", "UTC-04:00"),
        ("Asia/Kathmandu", "UTC+05:45"),
    ):  # fmt: skip
        monkeypatch.setenv("TZ", name)
        time.tzset()
        assert week_of("2026-W13").zone == told
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles"], indirect=True)
def test_the_last_whole_week_and_month_are_those_that_are_over_here(zone: str) -> None:
    sunday_here = {"UTC": 0, "America/Los_Angeles": 8}[zone]
    late = datetime(2026, 11, 29, 23, 59, tzinfo=UTC) + timedelta(hours=sunday_here)
    assert week_before(late).first == date(2026, 11, 16)
    assert week_before(late + timedelta(minutes=1)).first == date(2026, 11, 23)
    end = datetime(2026, 12, 31, 23, 59, tzinfo=UTC) + timedelta(hours=sunday_here)
    assert month_before(end).name == "November 2026"
    assert month_before(end + timedelta(minutes=1)).name == "December 2026"


def test_a_month_and_the_one_before_it_touch() -> None:
    january = month_of("2026-01")
    assert (january.first, january.end) == (date(2026, 1, 1), date(2026, 2, 1))
    assert before(january).end == january.first and before(january).first == date(2025, 12, 1)
    assert month_of("2028-2").days == "1 to 29 February 2028"


@pytest.mark.parametrize(
    ("first", "end", "told"),
    [
        ("2026-03-02", "2026-03-03", "2 March 2026"),
        ("2026-03-30", "2026-04-02", "30 March to 1 April 2026"),
        ("2025-12-31", "2026-01-02", "31 December 2025 to 1 January 2026"),
    ],
)
def test_days_are_told_with_the_last_one(first: str, end: str, told: str) -> None:
    assert days_of(date.fromisoformat(first), date.fromisoformat(end)).days == told


@pytest.mark.parametrize("text", ["2026-W54", "2026-W00", "2025-W53", "W12", "soon", "0001-W01", "9999-W20", ""])
def test_what_is_no_week_is_said(text: str) -> None:
    with pytest.raises(UserError, match="is no week"):
        week_of(text)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026", "November", "0001-01", "9999-12"])
def test_what_is_no_month_is_said(text: str) -> None:
    with pytest.raises(UserError, match="is no month"):
        month_of(text)


@pytest.mark.parametrize(("first", "end"), [("2026-03-02", "2026-03-02"), ("2026-03-02", "2026-03-01")])
def test_an_end_that_is_not_after_the_begin_is_said(first: str, end: str) -> None:
    with pytest.raises(UserError, match="ends before it begins"):
        days_of(date.fromisoformat(first), date.fromisoformat(end))


def test_no_time_is_beyond_what_a_calendar_can_say() -> None:
    for first, end in ((date.min, date(2026, 1, 1)), (date(2026, 1, 1), date.max)):
        with pytest.raises(UserError, match="beyond what is reckoned with"):
            days_of(first, end)
    assert Span(date(2026, 1, 1), date(2026, 1, 2)).to_json()["zone"]
