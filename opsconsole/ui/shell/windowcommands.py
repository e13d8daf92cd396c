"""The commands that work on every page."""

from collections.abc import Callable
from typing import Any, Protocol

from opsconsole.ui.command import Command
from opsconsole.ui.shell.catalog import PANELS


class Frame(Protocol):
    """What the commands need of the window."""

    quit_wanted: Any

    def show_panel(self, name: str, where: dict[str, object] | None = None) -> None:
        """Show a panel."""

    def refresh(self) -> None:
        """Query the page that is shown again."""

    def open_palette(self) -> None:
        """Show the commands of the page."""

    def open_help(self) -> None:
        """Show every command."""

    def toggle_pause(self) -> None:
        """Turn the kill switch."""

    def restart_engine(self) -> None:
        """Start the engine anew."""

    def flip_theme(self) -> None:
        """Go from light to dark or back."""


def window_commands(window: Frame, *, can_restart: Callable[[], bool]) -> list[Command]:
    """Make them; `can_restart` tells whether the engine is this window's to start anew."""

    def go(name: str) -> Callable[[], None]:
        return lambda: window.show_panel(name)

    goes = [
        Command(
            id=f"go.{entry.name}",
            title=f"Go to {entry.title}",
            run=go(entry.name),
            keys=(f"Ctrl+{number}",),
            group="Go",
        )
        for number, entry in enumerate(PANELS, start=1)
    ]
    return [
        *goes,
        Command(id="palette", title="Find a command", run=window.open_palette, keys=("Ctrl+K",)),
        Command(id="refresh", title="Read this page again", run=window.refresh, keys=("F5",)),
        Command(id="help", title="Show all commands and keys", run=window.open_help, keys=("F1", "?")),
        Command(
            id="pause", title="Kill switch: pause or resume all agents", run=window.toggle_pause, keys=("Ctrl+Shift+P",)
        ),
        Command(id="engine.restart", title="Restart the engine", run=window.restart_engine, is_enabled=can_restart),
        Command(id="theme", title="Switch between light and dark", run=window.flip_theme, keys=("Ctrl+Shift+L",)),
        Command(
            id="import",
            title="Bring in what you exported",
            words="import history past export mail mbox maildir eml csv table tickets contacts deals file folder zip",
            run=lambda: window.show_panel("welcome", {"do": "import"}),
        ),
        Command(
            id="past",
            title="Try an agent on your past",
            words="try history past shadow compare work import would have got right",
            run=lambda: window.show_panel("welcome", {"do": "past"}),
        ),
        Command(id="welcome", title="Show the first screen", run=go("welcome")),
        Command(id="quit", title="Quit and stop the agents", run=window.quit_wanted.emit, keys=("Ctrl+Q",)),
    ]
