"""One definition of every command; menu, shortcut, palette and help are made from it."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from opsconsole.ui.keyguard import KeyGuard, is_single


def _not_said() -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something a person can do here."""

    id: str
    """`approvals.approve`"""
    title: str
    """In the words of the screen: `Approve this request`."""
    run: Callable[[], None]
    keys: tuple[str, ...] = ()
    """Shortcuts, as `Ctrl+K` or `A`; single keys do nothing while somebody types, or did a moment ago."""
    words: str = ""
    """Other words that one may look for it by, in the list of commands."""
    group: str = "General"
    """Heading in menu and help."""
    is_enabled: Callable[[], bool] = lambda: True
    why_not: Callable[[], str] = _not_said
    """Where it is not enabled, what is said when its key is pressed; empty: only that it cannot be now."""
    opens_field: bool = False
    """It only leads into a text field, so that its single key does no harm to who types."""


class Commands(QObject):
    """All commands there are.

    Args:
        clock: seconds, for what is typed.

    Signals:
        changed: a command was added.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._all: dict[str, tuple[Command, QAction]] = {}
        self.keys = KeyGuard(self, clock=clock)

    def add(self, owner: QWidget, commands: Iterable[Command]) -> None:
        """Make commands known; their keys work while `owner` is on the screen. A key that is held down fires once."""
        for command in commands:
            # The keys are not the action's own: what is picked in a menu is meant, also right after typing.
            action = QAction("\t".join((command.title, *command.keys[:1])), owner)
            action.triggered.connect(lambda _=False, name=command.id: self.run(name))
            for key in map(QKeySequence, command.keys):
                made = QShortcut(key, owner)
                made.setContext(Qt.ShortcutContext.WindowShortcut)
                made.setAutoRepeat(False)
                is_guarded = is_single(key) and not command.opens_field
                made.activated.connect(partial(self._on_key, command, is_guarded=is_guarded))
            self._all[command.id] = (command, action)
        self.changed.emit()

    def _on_key(self, command: Command, *, is_guarded: bool) -> None:
        if is_guarded and not self.keys.lets_through():
            return
        if command.is_enabled():
            command.run()
        else:
            self.keys.say(command.why_not() or f"Not now: {command.title[:1].lower()}{command.title[1:]}.")

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
