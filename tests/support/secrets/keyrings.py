"""A session bus of the test's own, with a real Secret Service on it, or one that never answers."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import secretstorage
from jeepney import DBusErrorResponse, message_bus  # pyright: ignore[reportMissingTypeStubs]
from jeepney.io.blocking import DBusConnection, open_dbus_connection  # pyright: ignore[reportMissingTypeStubs]
from secretstorage.exceptions import SecretStorageException

from tests.support.needed import lacking, programs

_SILENT = """
from jeepney import message_bus
from jeepney.io.blocking import open_dbus_connection
bus = open_dbus_connection()
bus.send_and_get_reply(message_bus.RequestName("org.freedesktop.secrets"))
print("here", flush=True)
while True:
    bus.receive()
"""


@contextlib.contextmanager
def session_bus(folder: Path) -> Generator[dict[str, str]]:
    """Start a bus; give the environment in which programs find it."""
    programs("keyring", "dbus-daemon")
    env = {**os.environ, "HOME": str(folder), "PYTHON_KEYRING_BACKEND": ""}
    for name in ("XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        env[name] = str(folder / name.lower())
        Path(env[name]).mkdir(mode=0o700)
    command = ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address=unix:path={folder}/bus"]
    with ended(subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)) as bus:
        assert bus.stdout is not None
        env["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()
        yield env


@contextlib.contextmanager
def secret_service(folder: Path) -> Generator[dict[str, str]]:
    """Start a bus and an unlocked keyring on it."""
    programs("keyring", "gnome-keyring-daemon")
    with session_bus(folder) as env:
        command = ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"]
        daemon = subprocess.Popen(
            command, env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        with ended(daemon):
            assert daemon.stdin is not None
            daemon.stdin.write(b"the keyring's own")
            daemon.stdin.close()
            _await_service(env["DBUS_SESSION_BUS_ADDRESS"], daemon)
            yield env


def _await_service(address: str, daemon: subprocess.Popen[bytes]) -> None:
    """Wait until the keyring has its name on the bus and its first collection."""
    with jeepney_bus(address) as bus:
        for _ in range(1000):
            if daemon.poll() is not None:
                lacking("keyring", "gnome-keyring-daemon does not start here")
            if _is_named(bus) and _has_collection(bus):
                return
            threading.Event().wait(0.01)
    lacking("keyring", "gnome-keyring-daemon offers no secrets here")


def _is_named(bus: DBusConnection) -> bool:
    """Return whether our keyring has its name. Asking sooner makes the bus start another, locked one."""
    untyped: Any = bus
    the_bus: Any = message_bus
    answer = untyped.send_and_get_reply(the_bus.NameHasOwner("org.freedesktop.secrets"))
    return bool(answer.body[0])


def _has_collection(bus: DBusConnection) -> bool:
    """Look for the unlocked collection without asking for the default one: asking too early would have one made."""
    try:
        collections = list(secretstorage.get_all_collections(bus))
        return any(
            collection.collection_path.endswith("/login") and not collection.is_locked() for collection in collections
        )
    except (DBusErrorResponse, SecretStorageException):
        return False


@contextlib.contextmanager
def silent_service(folder: Path) -> Generator[dict[str, str]]:
    """Start a bus on which something calls itself the keyring and never answers."""
    with session_bus(folder) as env:
        command = [sys.executable, "-c", _SILENT]
        with ended(subprocess.Popen(command, env=env, stdout=subprocess.PIPE)) as service:
            assert service.stdout is not None
            assert service.stdout.readline() == b"here\n"
            yield env


@contextlib.contextmanager
def jeepney_bus(address: str) -> Generator[DBusConnection]:
    """Speak on a bus."""
    bus = open_dbus_connection(address)
    try:
        yield bus
    finally:
        bus.close()


@contextlib.contextmanager
def ended(process: subprocess.Popen[bytes]) -> Generator[subprocess.Popen[bytes]]:
    """End a process with the block."""
    try:
        with process:
            try:
                yield process
            finally:
                process.kill()
    finally:
        process.wait()
