"""The whole window in a test: real workspace, real threads, the engine where it is wanted; nothing may be left over."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QApplication

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.app.gui.start import frame
from opsconsole.ui.collector import Collector
from opsconsole.ui.loop import qt_loop

Scenario = Callable[[Joined], Awaitable[None]]


def application() -> QApplication:
    """Return the one application of this process."""
    app = QApplication.instance()
    made = app if isinstance(app, QApplication) else QApplication(["opsconsole"])
    made.setQuitOnLastWindowClosed(False)
    return made


def on_qt(app: QApplication, scene: Coroutine[Any, Any, None]) -> None:
    """Run a scene of panels on Qt's loop; what is left of them goes here, not on a thread that happens to collect."""
    collector = Collector()
    try:
        with qt_loop(app) as loop:
            loop.run_until_complete(scene)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    finally:
        collector.close()


def in_window(
    folder: Path, scenario: Scenario, *, with_engine: bool = False, is_sample: bool = False, deadline_s: float = 90.0
) -> None:
    """Open the window on a workspace, play a scenario in it, close it, and look at what is left over."""
    app = application()
    before = {thread.name for thread in threading.enumerate()}
    memory = QSettings(str(folder.parent / "window.ini"), QSettings.Format.IniFormat)

    async def play() -> None:
        window, theme = frame(app, memory)
        joined = Joined(window, folder, theme=theme, is_sample=is_sample)
        joined.window.show()
        try:
            await joined.begin(with_engine=with_engine)
            await until(lambda: joined.window.state is not None)
            async with asyncio.timeout(deadline_s):
                await scenario(joined)
        finally:
            await joined.end()
        assert joined.context.tasks.count == 0
        assert not joined.engine.is_own

    with qt_loop(app) as loop:
        loop.run_until_complete(play())
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    left = {thread.name for thread in threading.enumerate() if thread.name.startswith("opsconsole")} - before
    assert not left, f"threads left over: {left}"
    assert not [toplevelwidget for toplevelwidget in app.topLevelWidgets() if toplevelwidget.isVisible()], (
        "windows left over"
    )


async def until(condition: Callable[[], object], *, deadline_s: float = 30.0) -> None:
    """Wait for the thing itself, looking often."""
    end = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it did not come about")
        await asyncio.sleep(0.02)
