"""How a person or the window asks long work to stop: Ctrl+C, SIGTERM, or a line on standard input.

Only loops on Unix take signal handlers, and only there a program gets SIGTERM from whoever started it. On Windows a
plain signal handler and the line do the same.
"""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Generator
from io import FileIO

from opsconsole.domain.engineprocess import STOP_LINE

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def interrupts() -> Generator[list[bool]]:
    """Have Ctrl+C and SIGTERM stop after the present event instead of breaking off."""
    stopped: list[bool] = []
    with _handled(lambda: stopped.append(True)):
        yield stopped


@contextlib.contextmanager
def stopped_by_signals(stop: Callable[[], object]) -> Generator[None]:
    """Have Ctrl+C and SIGTERM call `stop` on the running loop, also where loops know no signals (Windows)."""
    loop = asyncio.get_running_loop()
    try:
        for number in _SIGNALS:
            loop.add_signal_handler(number, stop)
    except NotImplementedError:
        with _handled(lambda: loop.call_soon_threadsafe(stop)):
            yield
        return
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


class Told:
    """What the window tells its engine by standard input: the passphrase at once, and later to stop."""

    def __init__(self, stdin: FileIO) -> None:
        """Read the passphrase, the first line; `stdin` has no buffer, in which a waiting thread would abort our end."""
        self._stdin = stdin
        self.passphrase = stdin.readline().decode(errors="replace").rstrip("\r\n")

    def stops(self, stop: Callable[[], object]) -> threading.Thread | None:
        """Have the line `stop` call `stop` on the running loop. The end of the input means nothing: its writer died.

        Returns:
            The thread that listens; None at a terminal: whoever sits there has Ctrl+C, and a job in the background is
            halted when it reads.
        """
        if self._stdin.isatty():
            return None
        loop = asyncio.get_running_loop()

        def listen() -> None:
            with contextlib.suppress(OSError, RuntimeError):  # the pipe broke; the loop has ended
                while line := self._stdin.readline():
                    if line == STOP_LINE:
                        loop.call_soon_threadsafe(stop)
                        return

        listening = threading.Thread(target=listen, name="opsconsole-told", daemon=True)
        listening.start()
        return listening


@contextlib.contextmanager
def _handled(stop: Callable[[], object]) -> Generator[None]:
    before = {number: signal.signal(number, lambda _number, _frame: stop()) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
