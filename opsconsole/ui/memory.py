"""Keys under which the window remembers what more than one of its parts looks at."""

GEOMETRY = "geometry"
THEME = "theme"
NOTIFICATIONS = "notifications"
"""Whether the person wants to be told outside the window that something waits."""
ON_CLOSE = "on_close"
"""What becomes of the agents when the window is closed: a key of `ON_CLOSE_WORDS`."""
ON_CLOSE_WORDS = {"ask": "Ask me", "stop": "Stop the agents", "leave": "Let them work on"}
IS_TRAY_TOLD = "tray_told"
"""The person knows that closing leaves the window in the tray."""
