"""When what is put off comes back, by this machine's clock."""

from datetime import UTC, datetime, timedelta

MORNING, AFTERNOON = 9, 14
"""Hours at which a day, and its second half, begin."""
_MONDAY = 0


def in_an_hour(now: datetime) -> datetime:
    """Return the time an hour from now."""
    return now + timedelta(hours=1)


def choices(now: datetime) -> list[tuple[str, datetime]]:
    """Return when it can come back, the soonest first, each with its name; no time is offered twice."""
    here = now.astimezone()
    found = [("In an hour", in_an_hour(now))]
    if here.hour < AFTERNOON - 1:
        found.append((f"This afternoon, {AFTERNOON}:00", _at(here, days=0, hour=AFTERNOON)))
    found.append((f"Tomorrow, {MORNING}:00", _at(here, days=1, hour=MORNING)))
    if (days := 7 - (here.weekday() - _MONDAY) % 7) > 1:
        found.append((f"Monday, {MORNING}:00", _at(here, days=days, hour=MORNING)))
    return found


def _at(here: datetime, *, days: int, hour: int) -> datetime:
    day = here + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour).astimezone(UTC)
