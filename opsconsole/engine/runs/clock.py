"""The time a run has used: it stands still while the run only queues for a model that others are asking."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager


class RunClock:
    """Of one `advance` of a run."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._stood_s = 0.0
        self._timeout: asyncio.Timeout | None = None

    @property
    def used_s(self) -> float:
        """Seconds used so far."""
        return time.monotonic() - self._started - self._stood_s

    @asynccontextmanager
    async def bounded(self, seconds: float) -> AsyncGenerator[None]:
        """Let what is inside use so many seconds.

        Raises:
            TimeoutError: it used them up.
        """
        async with asyncio.timeout(seconds) as self._timeout:
            try:
                yield
            finally:
                self._timeout = None

    @contextmanager
    def standing(self) -> Generator[None]:
        """What is inside counts for nothing."""
        began, limit = time.monotonic(), self._timeout
        ends_at = None if limit is None else limit.when()
        if limit is not None:
            limit.reschedule(None)
        try:
            yield
        finally:
            stood_s = time.monotonic() - began
            self._stood_s += stood_s
            if limit is not None and ends_at is not None and not limit.expired():
                limit.reschedule(ends_at + stood_s)
