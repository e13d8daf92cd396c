"""How long one waits for what people do: business days, in the zone of the time given."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from opsconsole.policy.windows import window_end


@pytest.mark.parametrize(
    ("at", "days", "until"),
    [
        ("2026-11-23T09:00", 2, "2026-11-25T09:00"),  # a Monday
        ("2026-11-26T09:00", 2, "2026-11-30T09:00"),
        ("2026-11-27T09:00", 1, "2026-11-30T09:00"),
        ("2026-11-28T09:00", 1, "2026-11-30T09:00"),
        ("2026-11-29T09:00", 2, "2026-12-01T09:00"),
        ("2026-11-27T09:00", 5, "2026-12-04T09:00"),
        ("2026-11-27T09:00", 0, "2026-11-27T09:00"),
    ],
)
def test_saturday_and_sunday_do_not_count(at: str, days: int, until: str) -> None:
    start = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert window_end(start, days) == datetime.fromisoformat(until).replace(tzinfo=UTC)
    assert days != 2 or window_end(start) == window_end(start, 2), "two where nothing else is said"


def test_the_day_is_that_of_the_zone_given() -> None:
    friday = datetime(2026, 11, 27, 23, 30, tzinfo=timezone(timedelta(hours=-5)))  # Saturday in UTC
    assert window_end(friday, 1) == friday + timedelta(days=3)


def test_at_the_end_of_all_dates_nothing_is_waited_for() -> None:
    last = datetime(9999, 12, 31, tzinfo=UTC)
    assert window_end(last) == last
