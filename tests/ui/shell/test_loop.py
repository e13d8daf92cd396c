"""asyncio on Qt's loop: what was waited for and came in time leaves no timer behind."""

import asyncio
from typing import Any

from PySide6.QtCore import QAbstractEventDispatcher

from opsconsole.ui.loop import qt_loop
from tests.support.desktop.console import application


async def _in_time() -> None:
    async with asyncio.timeout(90):
        await asyncio.sleep(0)


def test_a_loop_that_is_closed_has_no_timer_that_runs_on() -> None:
    app = application()
    dispatcher = QAbstractEventDispatcher.instance()
    with qt_loop(app) as loop:
        loop.run_until_complete(_in_time())
        timer: Any = vars(loop)["_timer"]
        assert dispatcher.registeredTimers(timer), "a wait that was given up is a timer until the end"
    assert dispatcher.registeredTimers(timer) == []
