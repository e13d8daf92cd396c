"""A panel over a real workspace, driven by key events on a real loop."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from opsconsole.app.session import opened
from opsconsole.doubles.clock import FakeClock
from opsconsole.engine.kernel import Kernel
from opsconsole.ui.backend import Backend
from opsconsole.ui.command import Commands
from opsconsole.ui.panel import Context, Navigator, Panel
from opsconsole.ui.tasks import TaskRunner
from opsconsole.ui.theme.theme import Theme
from tests.support.desktop.console import on_qt

P = TypeVar("P", bound=Panel)
T = TypeVar("T")
PATIENCE_S = 4.0


class HandClock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@dataclass
class Seat(Generic[P]):
    """A person before a panel."""

    panel: P
    backend: Backend
    clock: HandClock
    said: list[tuple[str, str, Any]] = field(default_factory=list[tuple[str, str, Any]])
    failed: list[str] = field(default_factory=list[str])
    hints: list[str] = field(default_factory=list[str])
    """Why keys did nothing."""

    def press(self, key: str, *, on: QWidget | None = None, is_repeat: bool = False) -> None:
        """Press a key, long enough after the card was shown."""
        if not is_repeat:
            self.clock.at += 1.0
        self.tap(key, on=on, is_repeat=is_repeat)

    def tap(self, key: str, *, on: QWidget | None = None, is_repeat: bool = False) -> None:
        """Press a key at once."""
        target = on or self.panel.focusWidget() or self.panel
        code, modifiers = _code(key)
        if is_repeat:
            text = key.lower() if len(key) == 1 else ""
            for kind in (QKeyEvent.Type.ShortcutOverride, QKeyEvent.Type.KeyPress):
                QApplication.sendEvent(target, QKeyEvent(kind, code, modifiers, text, True))
            return
        QTest.keyClick(target, code, modifiers)

    def hear(self, text: str, button: str, act: Any) -> None:
        """Keep a notice."""
        self.said.append((text, button, act))

    def hear_failure(self, name: str, text: str) -> None:
        """Keep what went wrong in a task."""
        self.failed.append(f"{name}: {text}")

    async def until(self, fact: Callable[[], object]) -> None:
        """Wait for a fact."""
        await until(fact)
        assert not self.failed, self.failed

    async def read(self, job: Callable[[Kernel], T]) -> T:
        """Look into the workspace."""
        return await self.backend.read(job, lane="long")


def _code(key: str) -> tuple[Qt.Key, Qt.KeyboardModifier]:
    parts = key.split("+")
    modifiers = Qt.KeyboardModifier.NoModifier
    for part in parts[:-1]:
        modifiers |= {"Ctrl": Qt.KeyboardModifier.ControlModifier, "Shift": Qt.KeyboardModifier.ShiftModifier}[part]
    return getattr(Qt.Key, f"Key_{parts[-1]}"), modifiers


async def until(fact: Callable[[], object]) -> None:
    """Wait for a fact, looking often; fail where it does not come."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE_S
    while not fact():
        assert loop.time() < end, "waited in vain"
        await asyncio.sleep(0.005)


def sit(
    app: QApplication, folder: Path, make: Callable[[Context, HandClock], P], job: Callable[[Seat[P]], Awaitable[None]]
) -> None:
    """Open a panel over a workspace and have a person do something with it."""
    on_qt(app, _sit(app, folder, make, job))


async def _sit(
    app: QApplication, folder: Path, make: Callable[[Context, HandClock], P], job: Callable[[Seat[P]], Awaitable[None]]
) -> None:
    time = FakeClock()
    backend, tasks = Backend(folder, lambda: opened(folder, clock=time)), TaskRunner()
    clock, navigator = HandClock(), Navigator()
    theme, commands = Theme(app, "light"), Commands(clock=clock)
    memory = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    panel = make(Context(backend, tasks, theme, commands, navigator, memory), clock)
    seat = Seat(panel, backend, clock)
    navigator.said.connect(seat.hear)
    tasks.failed.connect(seat.hear_failure)
    commands.keys.swallowed.connect(seat.hints.append)
    commands.add(panel, panel.commands())
    panel.resize(1224, 740)
    panel.show()
    panel.activateWindow()
    panel.refresh()
    try:
        await until(panel.isActiveWindow)
        await job(seat)
        assert not seat.failed, seat.failed
    finally:
        await tasks.close()
        backend.close()
        panel.close()
        panel.deleteLater()
