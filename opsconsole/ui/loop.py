"""asyncio on Qt's event loop. The only place that knows qasync."""

import asyncio
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import qasync  # pyright: ignore[reportMissingTypeStubs]
from PySide6.QtCore import QAbstractEventDispatcher
from PySide6.QtWidgets import QApplication

SWITCH_S = 0.001
"""So long a thread that works makes the window's wait for Python, in seconds. Python's own 5 ms add up: laying out a
page goes to and fro between Qt and Python a hundred times, and each time it is waited anew."""


@contextmanager
def qt_loop(app: QApplication) -> Generator[asyncio.AbstractEventLoop]:
    """Make Qt's loop the running one of this thread, closed at the end."""
    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        yield loop
    finally:
        sys.setswitchinterval(before)
        asyncio.set_event_loop(None)
        loop.close()
        _kill_timers(loop)


def _kill_timers(loop: Any) -> None:
    # WORKAROUND qasync 0.28 lets the timers of cancelled calls run on when its loop is closed. Where Python frees them
    # on another thread they cannot be stopped, and the next turn of Qt's loop calls what is gone. Drop it once
    # QEventLoop.close kills them.
    timer, dispatcher = loop._timer, QAbstractEventDispatcher.instance()
    for running in dispatcher.registeredTimers(timer):
        timer.killTimer(running.timerId)
