"""Opens the window from the command line, where there is a screen."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path


def has_screen() -> bool:
    """Return whether a window can be opened here."""
    if importlib.util.find_spec("PySide6") is None:
        return False
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_window(folder: Path, *, is_sample: bool) -> int:
    """Run the window in a process of its own, which has not loaded what a window need not; give its exit code."""
    sample = ["--live-sample"] if is_sample else []
    return subprocess.call([sys.executable, "-m", "opsconsole", "window", "-w", str(folder), *sample])
