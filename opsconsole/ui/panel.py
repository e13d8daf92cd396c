"""What every panel is, and what it is given. Panels do not know each other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtWidgets import QWidget

from opsconsole.ui.command import Command, Commands
from opsconsole.ui.theme.theme import Theme

if TYPE_CHECKING:  # asyncio and SQLite are loaded behind the first picture of the window
    from opsconsole.ui.backend import Backend
    from opsconsole.ui.tasks import TaskRunner


class Navigator(QObject):
    """How one panel sends the person to another.

    Signals:
        requested: (panel name, dict of where in it, e.g. `{"event": 12}`).
        said: (text, button text, function or None): a passing notice, perhaps with one thing to do about it.
    """

    requested = Signal(str, object)
    said = Signal(str, str, object)
    secrets_opened = Signal()
    """A person opened the encrypted file of secrets, or made it: what was refused for that can be tried again."""

    def go(self, panel: str, **where: Any) -> None:
        """Show a panel, at a place in it."""
        self.requested.emit(panel, where)

    def say(self, text: str, button: str = "", act: Callable[[], None] | None = None) -> None:
        """Tell the person something in passing."""
        self.said.emit(text, button, act)


@dataclass(frozen=True, slots=True)
class Context:
    """What a panel is given."""

    backend: "Backend"
    tasks: "TaskRunner"
    theme: Theme
    commands: Commands
    navigator: Navigator
    memory: QSettings
    """Layout and the like; nothing that matters to the work."""
    tools: Any = None
    """What only the composition root can do: see `opsconsole.ui.tools.Tools`."""


class Panel(QWidget):
    """A page of the window. Subclasses build their widgets in `__init__` and query in `refresh`."""

    name: ClassVar[str]
    title: ClassVar[str]
    icon: ClassVar[str]
    topics: ClassVar[frozenset[str]] = frozenset()
    """Change topics after which `refresh` is called while the panel is shown, and when it is shown again."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.setObjectName("page")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(self.title)

    @property
    def is_used(self) -> bool:
        """A person is in the midst of something here: the window does not turn to another page by itself."""
        return False

    @property
    def unsaved(self) -> str:
        """What is typed here and would be gone with the window, in words; empty for nothing."""
        return ""

    def commands(self) -> Sequence[Command]:
        """Return the panel's commands; asked once."""
        return ()

    def refresh(self) -> None:
        """Query again and render. Called when shown and when a topic changed; never blocks."""

    def go(self, where: dict[str, Any]) -> None:
        """Show a place in the panel, named by another panel."""

    def restyle(self) -> None:
        """Paint with the tokens that hold now (icons; the style sheet does the rest)."""
