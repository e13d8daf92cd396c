"""When what is put off comes back, by this machine's clock."""

from datetime import UTC, datetime, timedelta

MORNING = 9
"""Hour at which a day begins."""


def in_an_hour(now: datetime) -> datetime:
    """Return the time an hour from now."""
    return now + timedelta(hours=1)


def tomorrow(now: datetime) -> datetime:
    """Return nine in the morning of the next day, here."""
    day = now.astimezone() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, MORNING).astimezone(UTC)
