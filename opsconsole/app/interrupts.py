"""Ctrl+C that stops long work after its present piece."""

import contextlib
import signal
from collections.abc import Generator


@contextlib.contextmanager
def interrupts() -> Generator[list[bool]]:
    """Have Ctrl+C and SIGTERM stop after the present event instead of breaking off."""
    stopped: list[bool] = []

    def stop(_: int, __: object) -> None:
        stopped.append(True)

    before = {one: signal.signal(one, stop) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for one, earlier in before.items():
            signal.signal(one, earlier)
