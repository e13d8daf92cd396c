"""Quiet hours: spans past midnight, clock changes, the recipient's zone, quiet days."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.domain.agent import QuietHours
from opsconsole.policy.quiet import quiet_until

BERLIN = ZoneInfo("Europe/Berlin")


def made(start: str, *, to: str, **more: object) -> QuietHours:
    return QuietHours.model_validate({"from": start, "to": to, **more})


NIGHT = made("20:00", to="07:00", zone="Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-23T18:59", None), ("2026-11-23T19:00", "2026-11-24T06:00"), ("2026-11-23T23:30", "2026-11-24T06:00"),
        ("2026-11-24T05:59", "2026-11-24T06:00"), ("2026-11-24T06:00", None), ("2026-07-01T18:00", "2026-07-02T05:00"),
    ],
)  # fmt: skip
def test_a_night_spans_midnight(now: str, until: str | None) -> None:
    assert quiet_until(at(now), NIGHT) == (None if until is None else at(until))


def test_the_night_of_a_clock_change_is_an_hour_shorter_or_longer() -> None:
    assert quiet_until(at("2026-03-28T19:00"), NIGHT) == at("2026-03-29T05:00"), "ten hours"
    assert quiet_until(at("2026-10-24T18:00"), NIGHT) == at("2026-10-25T06:00"), "twelve hours"


def test_an_hour_that_happens_twice_ends_after_now() -> None:
    hours = made("20:00", to="02:30", zone="Europe/Berlin")
    first, second = at("2026-10-25T00:15"), at("2026-10-25T01:15")
    assert first.astimezone(BERLIN).time() == second.astimezone(BERLIN).time()
    assert quiet_until(first, hours) == at("2026-10-25T00:30")
    assert quiet_until(second, hours) == at("2026-10-25T01:30")


def test_an_end_that_does_not_happen_is_past_the_gap() -> None:
    hours = made("20:00", to="02:30", zone="Europe/Berlin")
    until = quiet_until(at("2026-03-29T00:30"), hours)
    assert until is not None and at("2026-03-29T01:00") <= until <= at("2026-03-29T01:30")


def test_the_recipients_zone_counts_and_the_fallback_where_it_is_unknown() -> None:
    hours = made("20:00", to="07:00", zone="recipient", fallback="Europe/Berlin")
    now = at("2026-11-23T10:00")
    assert quiet_until(now, hours) is None
    assert quiet_until(now, hours, recipient_zone="America/New_York") == at("2026-11-23T12:00")
    assert quiet_until(now, hours, recipient_zone="Nowhere/Here") is None
    assert quiet_until(at("2026-11-23T22:00"), hours, recipient_zone="Nowhere/Here") == at("2026-11-24T06:00")
    assert quiet_until(at("2026-11-23T22:00"), hours, recipient_zone="../../etc/passwd") == at("2026-11-24T06:00")


@pytest.mark.parametrize("unknown", [None, "", "Nowhere/Here"])
def test_where_no_zone_of_the_recipient_is_known_the_fallback_zone_counts(unknown: str | None) -> None:
    hours = made("20:00", to="07:00", zone="recipient", fallback="America/New_York")
    assert quiet_until(at("2026-11-23T11:00"), hours, recipient_zone=unknown) == at("2026-11-23T12:00")
    assert quiet_until(at("2026-11-23T22:00"), hours, recipient_zone=unknown) is None, "by UTC it would be quiet"


def test_where_not_even_the_fallback_is_a_zone_it_is_utc() -> None:
    hours = NIGHT.model_copy(update={"zone": "Nowhere/Here", "fallback": "Nowhere/There"})
    assert quiet_until(at("2026-11-23T19:59"), hours) is None
    assert quiet_until(at("2026-11-23T20:00"), hours) == at("2026-11-24T07:00")


def test_where_the_zone_of_the_hours_is_named_no_recipient_moves_them() -> None:
    assert quiet_until(at("2026-11-23T10:00"), NIGHT, recipient_zone="America/New_York") is None


def test_quiet_days_join_their_nights() -> None:
    hours = made("20:00", to="07:00", zone="Europe/Berlin", days=("sat", "sun"))
    assert quiet_until(at("2026-11-27T19:30"), hours) == at("2026-11-30T06:00"), "Friday evening to Monday morning"
    assert quiet_until(at("2026-11-28T12:00"), hours) == at("2026-11-30T06:00")
    only = made("00:00", to="00:01", zone="Europe/Berlin", days=("sun",))
    assert quiet_until(at("2026-11-29T12:00"), only) == at("2026-11-29T23:01")


def test_the_same_time_twice_is_always_quiet() -> None:
    hours = made("08:00", to="08:00")
    now = at("2026-11-23T10:00")
    until = quiet_until(now, hours)
    assert until is not None and until > now + timedelta(days=1)


minutes = st.integers(0, 24 * 60 - 1)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds are naive
    minutes,
    minutes,
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "UTC"]),
    st.lists(st.sampled_from(["mon", "sat", "sun"]), unique=True).map(tuple),
)
def test_a_hold_ends_later_and_outside_of_quiet(
    now: datetime, start: int, end: int, zone: str, days: tuple[str, ...]
) -> None:
    hours = QuietHours.model_validate(
        {"from": f"{start // 60:02}:{start % 60:02}", "to": f"{end // 60:02}:{end % 60:02}", "zone": zone, "days": days}
    )
    until = quiet_until(now, hours)
    if until is not None:
        assert until > now and until.tzinfo is UTC
        if start != end:
            assert quiet_until(until, hours) is None


@given(
    minutes.filter(lambda end: end != 20 * 60),  # from 20:00 to 20:00 is always quiet
    st.integers(0, 3 * 60 - 1),
    st.sampled_from(["2026-03-29T00:00", "2026-10-25T00:00"]),
)
def test_around_a_clock_change_every_minute_has_an_end(end: int, past: int, day: str) -> None:
    hours = QuietHours.model_validate({"from": "20:00", "to": f"{end // 60:02}:{end % 60:02}", "zone": "Europe/Berlin"})
    now = at(day) + timedelta(minutes=past)
    until = quiet_until(now, hours)
    assert until is None or now < until <= now + timedelta(hours=26)
