"""asyncio on Qt's event loop. The only place that knows qasync."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

import qasync  # pyright: ignore[reportMissingTypeStubs]
from PySide6.QtWidgets import QApplication


@contextmanager
def qt_loop(app: QApplication) -> Generator[asyncio.AbstractEventLoop]:
    """Make Qt's loop the running one of this thread, closed at the end."""
    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        asyncio.set_event_loop(None)
        loop.close()
