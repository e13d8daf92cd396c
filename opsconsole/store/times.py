"""Time in the file: whole microseconds since 1970 UTC. In the code: aware datetimes."""

from datetime import UTC, datetime, timedelta
from typing import overload

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
FOREVER = 253402300799999999
"""Microseconds of the last moment a datetime can hold."""


def to_micros(at: datetime) -> int:
    """Give the stored form of an aware datetime."""
    return (at - _EPOCH) // _MICRO


@overload
def from_micros(micros: int) -> datetime: ...
@overload
def from_micros(micros: None) -> None: ...
@overload
def from_micros(micros: int | None) -> datetime | None: ...
def from_micros(micros: int | None) -> datetime | None:
    """Give the aware datetime of a stored time."""
    return None if micros is None else _EPOCH + timedelta(microseconds=micros)
