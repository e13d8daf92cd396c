"""`.venv`: made from the lock, brought up to date when the lock changes, left alone otherwise.

The stamp inside it is removed first and written last, so an interrupted set-up is seen, and the next command
repairs it.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Generator, Mapping
from typing import Literal, cast

from . import installer, ownpackage, report, settings, surroundings, system

Parts = Literal["run", "dev"]


def ensure(parts: Parts) -> None:
    """Make sure `.venv` holds the locked parts: `run`, or `dev`, which is `run` and the developers' tools.

    Raises:
        report.SetupError: it could not be done; says why and what to do.
    """
    if _is_ready(parts):
        return
    began = time.monotonic()
    settings.TOOLS.mkdir(exist_ok=True)
    with _only_one_at_a_time():
        if _is_ready(parts):
            return
        _set_up(parts)
    report.say(f"opsconsole: ready ({report.seconds(began)})")
    report.say()


def _set_up(parts: Parts) -> None:
    stamp = _read_stamp()
    is_sound = stamp.get("python") == _python() and stamp.get("root") == str(settings.ROOT) and _starts()
    had = stamp.get("parts")
    if is_sound and parts == "dev" and had == "run":
        report.say("opsconsole: adding the developers' tools")
    elif is_sound:
        report.say("opsconsole: its parts have changed; bringing .venv up to date")
    elif settings.VENV.exists():
        report.say("opsconsole: .venv is unfinished or from another set-up; making it anew (about a minute)")
    else:
        report.say("opsconsole: getting ready; only the first time, about a minute")
    if is_sound and had == "dev":
        parts = "dev"  # Keep a developer's tools when only `run` was asked for.
    report.start_log()
    env = surroundings.for_setup()
    uv = installer.find_or_fetch(env)
    env = surroundings.for_setup()  # Again: fetching uv may have brought the system's certificates.
    settings.STAMP.unlink(missing_ok=True)
    if not is_sound:
        _make_venv(uv, env)
    _install_parts(uv, parts, env)
    system.qt_libraries(env=env)
    _write_stamp(parts)


def _make_venv(uv: str, env: Mapping[str, str]) -> None:
    if settings.VENV.is_symlink() or settings.VENV.is_file():
        settings.VENV.unlink()
    elif settings.VENV.exists():
        shutil.rmtree(settings.VENV)
    doing = f"making .venv with Python {sys.version_info.major}.{sys.version_info.minor}"
    command = [
        uv,
        "venv",
        "--no-project",
        "--python",
        settings.PYTHON,
        "--prompt",
        "opsconsole",
        str(settings.VENV),
    ]
    try:
        report.run(doing, command, env=env)
    except report.CommandError as problem:
        raise report.as_setup_error("Making the environment .venv", problem) from problem


def _install_parts(uv: str, parts: Parts, env: Mapping[str, str]) -> None:
    lock = settings.LOCKS[parts]
    count = sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())
    what = "parts" if parts == "run" else "parts and developers' tools"
    python = ["--python", str(settings.VENV_PYTHON)]
    sync = [uv, "pip", "sync", *python, "--require-hashes", "--only-binary", ":all:", str(lock)]
    wheels = settings.TOOLS / "wheel"
    try:
        report.run(f"installing about {count} {what}", sync, env=env)
        wheel = ownpackage.write_wheel(wheels)
        own = [uv, "pip", "install", *python, "--no-deps", "--no-index", "--reinstall", str(wheel)]
        report.run("adding the command opsconsole", own, env=env)
    except report.CommandError as problem:
        raise report.as_setup_error("Installing the parts", problem) from problem
    finally:
        shutil.rmtree(wheels, ignore_errors=True)


def _python() -> str:
    return f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor}"


def _key(parts: Parts) -> str:
    digest = hashlib.sha256(settings.LOCKS[parts].read_bytes())
    digest.update(json.dumps([settings.FORMAT, _python(), ownpackage.files()], sort_keys=True).encode())
    return digest.hexdigest()


def _is_ready(parts: Parts) -> bool:
    stamp = _read_stamp()
    have: Parts = "dev" if stamp.get("parts") == "dev" else "run"
    return bool(stamp) and (parts == "run" or have == "dev") and stamp.get("key") == _key(have) and _starts()


def _starts() -> bool:
    """Whether the environment's Python is there: after an upgrade of the system its link may lead nowhere."""
    return settings.VENV_PYTHON.exists()


def _read_stamp() -> dict[str, str]:
    try:
        stamp = json.loads(settings.STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(stamp, dict):
        return {}
    return {str(key): str(value) for key, value in cast("dict[object, object]", stamp).items()}


def _write_stamp(parts: Parts) -> None:
    stamp = {"parts": parts, "key": _key(parts), "python": _python(), "root": str(settings.ROOT)}
    unfinished = settings.STAMP.with_suffix(".part")
    unfinished.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    os.replace(unfinished, settings.STAMP)


@contextlib.contextmanager
def _only_one_at_a_time() -> Generator[None]:
    """Two set-ups in one checkout would destroy each other's work. The lock ends with the process."""
    with (settings.TOOLS / "setup.lock").open("a+b") as file:
        told = False
        while not _try_lock(file.fileno()):
            if not told:
                report.say("opsconsole: another set-up is running in this folder; waiting for it")
                told = True
            time.sleep(0.2)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
