"""The panels there are, in the order of the rail. Each is imported when it is first shown."""

import importlib
from dataclasses import dataclass

from opsconsole.ui.panel import Context, Panel


@dataclass(frozen=True, slots=True)
class Entry:
    """A panel before it is made."""

    name: str
    title: str
    icon: str
    place: str
    """`module:Class`"""

    def load(self) -> type[Panel]:
        """Import it, on whichever thread."""
        module, _, name = self.place.partition(":")
        return getattr(importlib.import_module(module), name)

    def make(self, context: Context) -> Panel:
        """Import and make it."""
        return self.load()(context)


def _entry(name: str, title: str, icon: str) -> Entry:
    return Entry(name, title, icon, f"opsconsole.ui.panels.{name}.panel:{title.split()[0]}Panel")


PANELS = (
    _entry("overview", "Overview", "home"),
    _entry("feed", "Feed", "activity"),
    _entry("approvals", "Approvals", "inbox"),
    _entry("shadow", "Shadow", "diff"),
    _entry("agents", "Agents", "bot"),
    _entry("audit", "Audit", "shield"),
    _entry("connections", "Connections", "link"),
    _entry("settings", "Settings", "gear"),
)
WELCOME = _entry("welcome", "Welcome", "play")
