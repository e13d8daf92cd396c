"""Finds uv, which makes `.venv`, or fetches the pinned one into `.tools/` with the Python that is here."""

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from . import report, settings, system


def find_or_fetch(env: Mapping[str, str]) -> str:
    """The path of a uv of the pinned version or newer.

    Raises:
        report.SetupError: there is none and none could be fetched.
    """
    pinned = _pinned()
    on_path = shutil.which("uv", path=env.get("PATH"))
    if on_path and _version_of(on_path, env) >= pinned:
        return on_path
    target = settings.TOOLS / f"uv-{'.'.join(map(str, pinned))}-{sys.platform}"
    ready = _program_in(target)
    if ready and _version_of(ready, env) >= pinned:
        return ready
    _fetch(target, env)
    ready = _program_in(target)
    if not ready or _version_of(ready, env) < pinned:
        raise report.SetupError(
            "The installer uv was fetched but does not start on this machine.",
            "Install uv by hand, then try again.",
        )
    return ready


def _pinned() -> tuple[int, ...]:
    match = re.search(r"^uv==([\d.]+)", settings.UV_LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    if not match:
        raise report.SetupError(f"{settings.UV_LOCK.name} names no version of uv.", "Restore that file from git.")
    return tuple(map(int, match[1].split(".")))


def _version_of(program: str, env: Mapping[str, str]) -> tuple[int, ...]:
    """uv's version; empty, and so older than any, where it does not start."""
    try:
        answer = subprocess.run([program, "--version"], env=dict(env), capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    match = re.match(r"uv (\d+)\.(\d+)\.(\d+)", answer.stdout)
    return tuple(map(int, match.groups())) if match and answer.returncode == 0 else ()


def _program_in(target: Path) -> str | None:
    places = (target / folder / f"uv{settings.EXE}" for folder in ("bin", "Scripts"))
    return next((str(place) for place in places if place.is_file()), None)


def _fetch(target: Path, env: Mapping[str, str]) -> None:
    try:
        if importlib.util.find_spec("pip") and _try_own_pip(target, env):
            return
        if not importlib.util.find_spec("ensurepip"):
            _install_venv_module(env)
        folder = settings.TOOLS / "venv-for-uv"
        shutil.rmtree(folder, ignore_errors=True)
        report.run(
            "making a small environment to fetch uv with",
            [settings.PYTHON, "-m", "venv", str(folder)],
            env=env,
        )
        python = folder / ("Scripts" if settings.IS_WINDOWS else "bin") / f"python{settings.EXE}"
        _pip_install(str(python), target, env)
        shutil.rmtree(folder, ignore_errors=True)
    except report.CommandError as problem:
        raise report.as_setup_error("Fetching the installer uv", problem) from problem


def _try_own_pip(target: Path, env: Mapping[str, str]) -> bool:
    """Whether this Python's own pip brought uv. A failure that another pip would share is raised."""
    try:
        _pip_install(settings.PYTHON, target, env)
    except report.CommandError as problem:
        if problem.hint:
            raise
        return False
    return True


def _pip_install(python: str, target: Path, env: Mapping[str, str]) -> None:
    unfinished = target.with_name(target.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    options = [
        "--require-hashes",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--no-input",
        "--progress-bar",
        "off",
    ]
    where = ["--target", str(unfinished), "-r", str(settings.UV_LOCK)]
    report.run("fetching uv, which installs the parts", [python, "-m", "pip", "install", *options, *where], env=env)
    shutil.rmtree(target, ignore_errors=True)
    unfinished.rename(target)


def _install_venv_module(env: Mapping[str, str]) -> None:
    """Debian ships Python without pip and venv.

    Raises:
        report.SetupError: not root, or no apt: the line to run is in its advice.
        report.CommandError: apt failed.
    """
    if not system.has_apt():
        raise report.SetupError(
            f"This Python ({settings.PYTHON}) has neither pip nor venv, and uv is not on this machine.",
            "Install Python's pip, or uv, with your system's package manager; then try again.",
        )
    if not system.may_install():
        raise report.SetupError(
            "This machine's Python comes without its venv module, and only an administrator may add it.",
            f"Run this line, then the same command again:\n    {system.line_for(['python3-venv'])}",
        )
    system.install("Python's venv module", ["python3-venv"], env=env)
