"""Places and choices of the set-up. No behaviour."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
PYPROJECT = ROOT / "pyproject.toml"
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
LOG = TOOLS / "setup.log"
STAMP = VENV / "opsconsole-setup.json"
UV_LOCK = PACKAGING / "uv.lock.txt"
LOCKS = {"run": PACKAGING / "requirements.lock", "dev": PACKAGING / "requirements-dev.lock"}

QT_LIBRARIES = True
"""Install the system libraries that Qt needs on Linux, where that is allowed."""

FORMAT = 1
"""Raise it when the set-up does something new, so that every `.venv` is brought up to date."""

IS_WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if IS_WINDOWS else "bin")
EXE = ".exe" if IS_WINDOWS else ""
VENV_PYTHON = BIN / f"python{EXE}"

PYTHON: str = getattr(sys, "_base_executable", None) or sys.executable
"""The Python that `.venv` is made from: never the one inside `.venv`, which may be removed."""


def program(name: str) -> Path:
    """A program installed in `.venv`."""
    return BIN / f"{name}{EXE}"
