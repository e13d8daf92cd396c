"""A person with a mouse and a keyboard before the whole window; every press is counted."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.ui.panel import Panel
from opsconsole.ui.shell.catalog import PANELS
from opsconsole.ui.shell.rail import RailButton
from tests.support.desktop.console import until
from tests.support.desktop.walker import name_of

B = TypeVar("B", bound=QAbstractButton)
MOST_TABS = 60
KEY_S, CLICK_S, THINK_S = 0.28, 1.3, 1.35
"""Seconds for a key, for pointing and clicking, and for making up one's mind before a click or a field: the keystroke
level model of Card, Moran and Newell (1980), average typist."""


class Person:
    """Clicks only what is in sight, and types where the focus is.

    `clicks` and `keys` are what it took so far, `written` the letters among the keys; `trouble` is what the window said
    went wrong.
    """

    def __init__(self, joined: Joined) -> None:
        self.joined, self.window = joined, joined.window
        self.clicks, self.keys, self.written, self._fields = 0, 0, 0, 0
        self.trouble: list[str] = []
        joined.context.tasks.failed.connect(self._on_failed)
        joined.context.commands.keys.swallowed.connect(self._on_swallowed)

    def _on_failed(self, name: str, text: str) -> None:
        self.trouble.append(f"{name}: {text}")

    def _on_swallowed(self, why: str) -> None:
        self.trouble.append(f"swallowed: {why}")

    @property
    def focus(self) -> QWidget:
        return self.window.focusWidget() or self.window

    @property
    def seconds(self) -> float:
        """About how long it takes somebody who knows what to type, without what they read meanwhile."""
        return self.keys * KEY_S + self.clicks * CLICK_S + (self.clicks + self._fields) * THINK_S

    def panel(self, name: str) -> Panel:
        panel = self.window.panel(name)
        assert panel is not None
        return panel

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.keys += 1
        QTest.keyClick(self.focus, key, modifiers)

    async def letter(self, key: Qt.Key) -> None:
        """Press a key that is a command, once no field had the keys a moment ago."""
        await until(lambda: not self.joined.context.commands.keys.is_typing)
        self.press(key)

    def write(self, text: str) -> None:
        """Type into the field that has the focus."""
        assert isinstance(self.focus, QLineEdit), f"one would type into {name_of(self.focus)}"
        self.keys += len(text)
        self.written += len(text)
        self._fields += 1
        QTest.keyClicks(self.focus, text)

    async def click(self, name: str, kind: type[B] = QAbstractButton, *, within: QWidget | None = None) -> None:
        """Click the button of that name, once it can be: in sight, nothing over it."""
        found: list[tuple[QWidget, QPoint]] = []

        def is_there() -> bool:
            found[:] = self._in_sight(within or self.window, kind, lambda each: name in (each.text(), name_of(each)))
            return bool(found)

        await until(is_there)
        self.point(found[0][0])

    def point(self, widget: QWidget) -> None:
        """Click a control that is there."""
        self.clicks += 1
        at = widget.rect().center()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)

    async def go(self, title: str) -> None:
        """Click a page's sign in the rail."""
        await self.click(title, RailButton)

    async def key_to(self, name: str) -> None:
        """Go to a page by its key."""
        number = [entry.name for entry in PANELS].index(name) + 1
        self.press(getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier)
        await until(lambda: (panel := self.window.panel(name)) is not None and panel.isVisible())

    def _in_sight(self, within: QWidget, kind: type[B], is_meant: Callable[[B], bool]) -> list[tuple[QWidget, QPoint]]:
        every = [each for each in within.findChildren(kind) if each.isVisible() and each.isEnabled()]
        places = [(each, each.rect().center()) for each in every if is_meant(each)]
        return [(each, at) for each, at in places if self.window.childAt(each.mapTo(self.window, at)) is each]

    def tab_to(self, widget: QWidget) -> None:
        """Press Tab until a control has the focus."""
        for _ in range(MOST_TABS):
            if self.focus is widget:
                return
            self.press(Qt.Key.Key_Tab)
        raise AssertionError(f"Tab does not lead to {name_of(widget)}")

    def choose(self, box: QComboBox, words: str) -> None:
        """Go to a list of choices and choose one with the arrows."""
        self.tab_to(box)
        down = box.findText(words) - box.currentIndex()
        assert box.findText(words) >= 0, f"{words!r} is not among the choices"
        for _ in range(abs(down)):
            self.press(Qt.Key.Key_Down if down > 0 else Qt.Key.Key_Up)
        assert box.currentText() == words
