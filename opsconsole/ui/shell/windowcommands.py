"""The commands that work on every page."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from opsconsole.ui.command import Command
from opsconsole.ui.shell.catalog import PANELS

if TYPE_CHECKING:
    from opsconsole.ui.shell.window import Window


def window_commands(window: "Window") -> list[Command]:
    """Make them."""

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
        Command(id="help", title="Show all commands and keys", run=window.open_help, keys=("F1", "?")),
        Command(
            id="pause", title="Kill switch: pause or resume all agents", run=window.toggle_pause, keys=("Ctrl+Shift+P",)
        ),
        Command(id="restart", title="Restart the engine", run=window.restart_engine),
        Command(id="theme", title="Switch between light and dark", run=window.flip_theme, keys=("Ctrl+Shift+L",)),
        Command(id="welcome", title="Show the first screen", run=go("welcome")),
        Command(id="quit", title="Quit and stop the agents", run=window.quit_wanted.emit, keys=("Ctrl+Q",)),
    ]
