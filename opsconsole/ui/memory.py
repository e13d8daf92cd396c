"""Keys under which the window remembers what more than one of its parts looks at."""

import hashlib
from pathlib import Path

GEOMETRY = "geometry"
THEME = "theme"
NOTIFICATIONS = "notifications"
"""Whether the person wants to be told outside the window that something waits."""
ON_CLOSE_WORDS = {"ask": "Ask me", "stop": "Stop the agents", "leave": "Let them work on"}
IS_TRAY_TOLD = "tray_told"
"""The person knows that closing leaves the window in the tray."""


def on_close(workspace: Path) -> str:
    """Return the key of what becomes of a workspace's agents when its window is closed, a key of `ON_CLOSE_WORDS`.

    What was said of one workspace, such as the sample, says nothing of another.
    """
    return f"on_close/{_name(workspace)}"


def last_look(workspace: Path) -> str:
    """Return the key of when a workspace's overview was looked at last: a look at one is none at another."""
    return f"last_look/{_name(workspace)}"


def _name(workspace: Path) -> str:
    return hashlib.sha256(str(workspace.resolve()).encode()).hexdigest()[:16]
