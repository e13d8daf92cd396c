"""A person without a mouse before the whole window, and what Tab leads to."""

from collections.abc import Collection
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.ui.shell.catalog import PANELS
from tests.support.desktop.console import until

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_PARTS = (QLineEdit, QAbstractSpinBox, QComboBox, QAbstractItemView, QHeaderView)


class Walker:
    """Whoever has no mouse: every key goes to what has the focus."""

    def __init__(self, joined: Joined) -> None:
        self.joined, self.window = joined, joined.window
        self.trouble: list[str] = []
        joined.context.tasks.failed.connect(self._on_failed)

    def _on_failed(self, name: str, text: str) -> None:
        self.trouble.append(f"{name}: {text}")

    @property
    def focus(self) -> QWidget:
        return self.window.focusWidget() or self.window

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.focus, key, modifiers)

    async def calm(self) -> None:
        """Until nothing is being read, and keys are commands again where no text is written."""
        keys = self.joined.context.commands.keys
        await until(lambda: self.joined.context.tasks.count == 0)
        await until(lambda: not keys.is_typing or isinstance(self.focus, QLineEdit | QPlainTextEdit))
        assert not self.trouble, self.trouble

    async def go(self, name: str) -> Any:
        """Open a page by its key; it has the focus."""
        number = [entry.name for entry in PANELS].index(name) + 1
        self.press(getattr(Qt.Key, f"Key_{number}"), CTRL)
        await until(lambda: (panel := self.window.panel(name)) is not None and panel.isVisible())
        await self.calm()
        panel = self.window.panel(name)
        assert panel is not None
        await until(lambda: self.focus is panel or panel.isAncestorOf(self.focus))
        return panel

    def seek(self, word: str, kind: type[QWidget] = QAbstractButton) -> QWidget:
        """Press Tab until a control of that name has the focus."""
        seen: list[QWidget] = []
        while self.focus not in seen:
            if isinstance(self.focus, kind) and word in name_of(self.focus):
                return self.focus
            seen.append(self.focus)
            self.press(Qt.Key.Key_Tab)
        raise AssertionError(f"Tab does not lead to {word!r}: {[name_of(widget) for widget in seen]}")


def name_of(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or text or type(widget).__name__


def controls(panel: QWidget) -> list[QWidget]:
    """What a mouse could use on a page; parts of another control are left out."""
    kinds = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QAbstractItemView)
    found = [widget for widget in panel.findChildren(QWidget) if isinstance(widget, kinds)]
    return [
        widget
        for widget in found
        if widget.isVisible() and widget.isEnabled() and not isinstance(widget, QHeaderView)
        if not isinstance(widget.parentWidget(), _PARTS) and widget.focusPolicy() is not Qt.FocusPolicy.NoFocus
    ]


def tab_round(walker: Walker, panel: QWidget, *, without: Collection[str] = ()) -> list[str]:
    """Press Tab until it comes round; return the controls that were not reached, but for those `without`."""
    start, seen = walker.focus, list[QWidget]()
    while len(seen) < 400:
        walker.press(Qt.Key.Key_Tab)
        if walker.focus in seen:
            break
        seen.append(walker.focus)
    assert start in seen or start not in controls(panel), [*map(name_of, seen)]
    missed = [widget for widget in controls(panel) if widget not in seen and not _by_arrows(widget, seen)]
    return [name_of(widget) for widget in missed if name_of(widget) not in without]


def _by_arrows(widget: QWidget, seen: list[QWidget]) -> bool:
    """One of a few of which one is chosen: Tab leads to the chosen one, the arrows to the others."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return group is not None and group.exclusive() and any(button in seen for button in group.buttons())


def told(panel: QWidget) -> str:
    return "\n".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())
