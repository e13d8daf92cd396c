"""Where things lie on this machine: the workspace, the shipped resources."""

import os
import sys
import tempfile
from pathlib import Path

import platformdirs

NAME = "opsconsole"
VARIABLE = "OPSCONSOLE_WORKSPACE"


def data_folder() -> Path:
    """Return the folder for our data, by each system's custom. Without a home a temporary folder that stays."""
    try:
        folder = platformdirs.user_data_path(NAME, appauthor=False)
    except (OSError, RuntimeError):  # there is no home
        return _fallback()
    earlier = _earlier()
    if earlier is not None and earlier.exists() and not folder.exists():
        return earlier
    return folder if _is_usable(folder) else _fallback()


def _earlier() -> Path | None:
    """Return where our data was while we asked for nobody's custom.

    That is: on macOS with XDG_DATA_HOME, on Unix without a home or with a relative XDG_DATA_HOME.
    """
    if sys.platform == "win32":
        return None
    home = Path(os.environ.get("HOME", ""))
    if sys.platform == "darwin" and home.is_absolute():
        return home / "Library" / "Application Support" / NAME
    if (named := os.environ.get("XDG_DATA_HOME", "")) and not Path(named).is_absolute():
        return Path(named) / NAME  # the standard says that such a value is none
    return None if home.is_absolute() or named else _fallback()


def _is_usable(folder: Path) -> bool:
    present = folder
    while not present.exists() and present != present.parent:
        present = present.parent
    return os.access(present, os.W_OK)


def _fallback() -> Path:
    user = str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    return Path(tempfile.gettempdir()) / f"{NAME}-{user}"


def workspace_folder(given: Path | None) -> Path:
    """Return the workspace to use: the one given, else the one in the environment, else the default."""
    if given is not None:
        return given.expanduser()
    named = os.environ.get(VARIABLE)
    return Path(named).expanduser() if named else data_folder() / "workspace"


def resources() -> Path:
    """Return the folder of shipped resources, in an installed package or in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent / "resources"
