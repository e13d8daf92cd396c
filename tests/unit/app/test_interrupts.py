"""Asked to stop: by signals, on loops that know them and on loops that do not (Windows), and by a line."""

import asyncio
import os
import signal
from collections.abc import Generator
from io import FileIO
from typing import Any, NoReturn

import pytest

from opsconsole.app.interrupts import Told, interrupts, stopped_by_signals
from opsconsole.domain.engineprocess import STOP_LINE


@pytest.fixture(autouse=True)
def usual() -> Generator[None]:
    """Ctrl+C as Python has it, also where tests are begun in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class SignallessLoop(asyncio.SelectorEventLoop):
    """A loop as Windows has it."""

    def add_signal_handler(self, sig: int, callback: Any, *args: Any) -> NoReturn:
        raise NotImplementedError


@pytest.mark.parametrize("loop", [asyncio.SelectorEventLoop, SignallessLoop])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_on_every_loop_and_afterwards_means_what_it_did(
    loop: type[asyncio.SelectorEventLoop], number: signal.Signals
) -> None:
    async def work() -> None:
        stopped = asyncio.Event()
        with stopped_by_signals(stopped.set):
            signal.raise_signal(number)
            async with asyncio.timeout(10):
                await stopped.wait()

    before = signal.getsignal(signal.SIGTERM)
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(work())
    assert signal.getsignal(signal.SIGTERM) is before
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_long_work_is_told_that_it_was_interrupted() -> None:
    with interrupts() as stopped:
        assert not stopped
        signal.raise_signal(signal.SIGINT)
        assert stopped
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize(("said", "stops"), [(b"", 0), (b"halt\n", 0), (STOP_LINE, 1), (b"\n" + STOP_LINE, 1)])
async def test_only_the_line_stops_and_not_the_end_of_the_input(said: bytes, stops: int) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"open sesame\r\n" + said)
    os.close(writing)
    stopped: list[bool] = []
    with FileIO(reading) as stdin:
        told = Told(stdin)
        assert told.passphrase == "open sesame"
        listening = told.stops(lambda: stopped.append(True))
        assert listening is not None
        await asyncio.to_thread(listening.join)
    assert len(stopped) == stops
