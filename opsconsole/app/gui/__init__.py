"""The window's start: its frame first, then everything that stands behind it."""
