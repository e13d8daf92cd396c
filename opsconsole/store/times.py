"""Time in the file: whole microseconds since 1970 UTC. In the code: aware datetimes."""

from datetime import UTC, date, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
DAY = 86_400_000_000
"""Microseconds of a day."""
FOREVER = 253402300799999999
"""Microseconds of the last moment a datetime can hold."""
OPEN_END = 2**62
"""Stands for the end of a time that has none; later than any moment."""
_LEAST = -62135596800000000
"""And of the first. A time beyond, which none of ours writes, is read as the nearest there is."""


def to_micros(at: datetime) -> int:
    """Return the stored form of an aware datetime."""
    return (at - _EPOCH) // _MICRO


def from_micros(micros: int) -> datetime:
    """Return the aware datetime of a stored time."""
    return _EPOCH + timedelta(microseconds=min(max(micros, _LEAST), FOREVER))


def end_micros(until: datetime | None) -> int:
    """Return the stored form of the end of a time; of one that has none, later than any moment."""
    return OPEN_END if until is None else to_micros(until)


def maybe_from_micros(micros: int | None) -> datetime | None:
    """Return the aware datetime of a stored time that may be missing."""
    return None if micros is None else from_micros(micros)


def day_of(micros: int) -> int:
    """Return on which day a stored time is, in days since 1970 UTC."""
    return micros // DAY


def day_start(day: int) -> int:
    """Return the first moment of a day in its stored form; of one that no row can hold, the nearest that can be."""
    return min(max(day * DAY, -(2**63)), 2**63 - 1)


def date_of(day: int) -> date:
    """Return a day as a date."""
    return from_micros(day_start(day)).date()
