"""A panel on a window of its own, over a workspace, inside an event loop: what tests and benches of panels share."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QApplication

from opsconsole.app.session import opened
from opsconsole.ui.backend import Backend
from opsconsole.ui.command import Commands
from opsconsole.ui.panel import Context, Navigator, Panel
from opsconsole.ui.tasks import TaskRunner
from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme
from tests.support.desktop.console import on_qt

_P = TypeVar("_P", bound=Panel)
FONTS = Path(__file__).resolve().parents[2] / "resources" / "fonts"


class Stage:
    """Everything a panel is given."""

    def __init__(self, folder: Path, app: QApplication) -> None:
        fonts.load(FONTS)
        self.failures: list[str] = []
        self._shown: list[Panel] = []
        self.backend = Backend(folder, lambda: opened(folder))
        self.tasks = TaskRunner()
        self.tasks.failed.connect(self._on_tasks_failed)
        self.theme = Theme(app, "light")
        self.navigator = Navigator()
        memory = QSettings(str(folder.parent / "window.ini"), QSettings.Format.IniFormat)
        self.context = Context(self.backend, self.tasks, self.theme, Commands(), self.navigator, memory)

    def _on_tasks_failed(self, name: str, text: str) -> None:
        self.failures.append(f"{name}: {text}")

    def show(self, kind: type[_P], width: int = 1280, height: int = 820) -> _P:
        """Show a panel as the window would."""
        return self.take(kind(self.context), width, height)

    def take(self, panel: _P, width: int = 1280, height: int = 820) -> _P:
        """Show a panel that was made with something of its own."""
        panel.resize(width, height)
        self.context.commands.add(panel, panel.commands())
        panel.show()
        panel.refresh()
        self._shown.append(panel)
        return panel

    async def close(self) -> None:
        """End the tasks and the threads."""
        await self.tasks.close()
        self.backend.close()
        for panel in self._shown:
            panel.close()
            panel.deleteLater()
        self._shown.clear()
        assert not self.failures, self.failures


async def until(is_so: Callable[[], object], *, seconds: float = 10) -> None:
    """Let the window work until something is so, and shown: what is laid into a page shows itself a turn later."""
    for _ in range(int(seconds * 100)):
        if is_so():
            QCoreApplication.sendPostedEvents(None, QEvent.Type.MetaCall.value)
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to be")


def play(folder: Path, app: QApplication, scene: Callable[[Stage], Awaitable[None]]) -> None:
    """Run a scene with a stage of its own."""

    async def run() -> None:
        stage = Stage(folder, app)
        try:
            await scene(stage)
        finally:
            await stage.close()

    on_qt(app, run())
