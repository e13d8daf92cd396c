"""A screen as people have one: Qt's own stand-in is 800 pixels wide, and a window keeps within its screen."""

import sys
from pathlib import Path

_FILE = Path(__file__).with_name("screen.json")
OFFSCREEN = "offscreen" if sys.platform == "win32" else f"offscreen:configfile={_FILE}"
"""For QT_QPA_PLATFORM: 1920 x 1080 without a display. On Windows a drive's colon would end the file's name."""
