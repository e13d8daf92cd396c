"""A clock that stands until it is moved."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Starts on a Monday morning."""

    def __init__(self, at: datetime | None = None) -> None:
        self._now = at or datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the time it was set to."""
        return self._now

    def move(self, **span: float) -> datetime:
        """Move forward by a span (`hours=2`); give the new time."""
        self._now += timedelta(**span)
        return self._now
