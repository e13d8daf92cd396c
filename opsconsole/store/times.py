"""Time in the file: whole microseconds since 1970 UTC. In the code: aware datetimes."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
FOREVER = 253402300799999999
"""Microseconds of the last moment a datetime can hold."""
_LEAST = -62135596800000000
"""And of the first. A time beyond, which none of ours writes, is read as the nearest there is."""


def to_micros(at: datetime) -> int:
    """Return the stored form of an aware datetime."""
    return (at - _EPOCH) // _MICRO


def from_micros(micros: int) -> datetime:
    """Return the aware datetime of a stored time."""
    return _EPOCH + timedelta(microseconds=min(max(micros, _LEAST), FOREVER))


def maybe_from_micros(micros: int | None) -> datetime | None:
    """Return the aware datetime of a stored time that may be missing."""
    return None if micros is None else from_micros(micros)
