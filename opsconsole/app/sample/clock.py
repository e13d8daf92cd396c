"""The clock of days that are over: the sample's two weeks are worked by it, and written down with its times."""

import time
from datetime import datetime, timedelta


class SampleClock:
    """Goes on as clocks do from where it is set, and never back."""

    def __init__(self, at: datetime) -> None:
        self._at, self._since = at, time.monotonic()

    def now(self) -> datetime:
        """Return the present of those days, in UTC."""
        return self._at + timedelta(seconds=time.monotonic() - self._since)

    def move_to(self, at: datetime) -> None:
        """Let the time come; one that is over changes nothing."""
        self._at, self._since = max(at, self.now()), time.monotonic()

    def pass_by(self, seconds: float) -> None:
        """Let so many seconds go by."""
        self.move_to(self.now() + timedelta(seconds=seconds))
