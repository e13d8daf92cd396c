"""Where things lie on this machine: the workspace, the shipped resources."""

import os
import sys
import tempfile
from pathlib import Path

VARIABLE = "OPSCONSOLE_WORKSPACE"


def data_folder() -> Path:
    """Give the folder for our data, by each system's custom. Without a home a temporary folder that stays."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.environ.get("APPDATA")
    elif sys.platform == "darwin":
        base = _home("Library/Application Support")
    else:
        base = os.environ.get("XDG_DATA_HOME") or _home(".local/share")
    folder = Path(base) / "opsconsole" if base else _fallback()
    return folder if _is_usable(folder) else _fallback()


def _home(below: str) -> str:
    home = os.environ.get("HOME", "")
    return str(Path(home) / below) if home and Path(home).is_absolute() else ""


def _is_usable(folder: Path) -> bool:
    present = folder
    while not present.exists() and present != present.parent:
        present = present.parent
    return os.access(present, os.W_OK)


def _fallback() -> Path:
    user = str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    return Path(tempfile.gettempdir()) / f"opsconsole-{user}"


def workspace_folder(given: Path | None) -> Path:
    """Give the workspace to use: the one given, else the one in the environment, else the default."""
    if given is not None:
        return given.expanduser()
    named = os.environ.get(VARIABLE)
    return Path(named).expanduser() if named else data_folder() / "workspace"


def resources() -> Path:
    """Give the folder of shipped resources, in an installed package or in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent / "resources"
