"""One definition of every command; menu, shortcut, palette and help are made from it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something a person can do here."""

    id: str
    """`approvals.approve`"""
    title: str
    """In the words of the screen: `Approve this request`."""
    run: Callable[[], None]
    keys: tuple[str, ...] = ()
    """Shortcuts, as `Ctrl+K` or `A`; single keys do nothing while a text field has the focus."""
    group: str = "General"
    """Heading in menu and help."""
    is_enabled: Callable[[], bool] = lambda: True


class Commands(QObject):
    """All commands there are.

    Signals:
        changed: a command was added.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: dict[str, tuple[Command, QAction]] = {}

    def add(self, owner: QWidget, commands: Iterable[Command]) -> None:
        """Make commands known; their keys work while `owner` is on the screen. A key that is held down fires once."""
        for command in commands:
            action = QAction(command.title, owner)
            action.setShortcuts([QKeySequence(key) for key in command.keys])
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.setAutoRepeat(False)
            action.triggered.connect(lambda _=False, command=command: command.run() if command.is_enabled() else None)
            owner.addAction(action)
            self._all[command.id] = (command, action)
        self.changed.emit()

    def all(self) -> list[Command]:
        """Return every command."""
        return [command for command, _ in self._all.values()]

    def action(self, name: str) -> QAction:
        """Return a command's action, for a menu or a button."""
        return self._all[name][1]

    def run(self, name: str) -> bool:
        """Run a command; False where there is none of that name, or it cannot be run now."""
        command, _ = self._all.get(name, (None, None))
        if command is None or not command.is_enabled():
            return False
        command.run()
        return True

    def available(self) -> list[Command]:
        """Return the commands that can be run now: their place is on the screen and they are enabled."""
        return [
            command
            for command, action in self._all.values()
            if isinstance(owner := action.parent(), QWidget) and owner.isVisible() and command.is_enabled()
        ]
