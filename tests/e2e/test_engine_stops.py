"""The engine in a process of its own stops in order, however it is asked, also where loops know no signals."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsconsole.domain.engineprocess import STOP_LINE
from opsconsole.store import workspace as workspaces

WITHOUT_SIGNALS = """
import asyncio
from opsconsole.app.entry import main

def add_signal_handler(*_):
    raise NotImplementedError

asyncio.SelectorEventLoop.add_signal_handler = add_signal_handler
main()
"""


@contextlib.contextmanager
def at_work(
    folder: Path, *start: str, more: tuple[str, ...] = (), said: bytes = b""
) -> Generator[subprocess.Popen[bytes]]:
    """An engine that works."""
    workspaces.create(folder, at=datetime.now(UTC), actor="person:test").close()
    command = [sys.executable, *start, "engine", "-w", str(folder), *more]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(said)
            process.stdin.flush()
            first = process.stdout.readline()
            assert first.startswith(b"Working"), first + process.stdout.read()
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("start", [("-m", "opsconsole"), ("-c", WITHOUT_SIGNALS)], ids=["unix", "windows"])
def test_a_signal_stops_it_in_order(tmp_path: Path, start: tuple[str, str], number: signal.Signals) -> None:
    with at_work(tmp_path, *start) as process:
        process.send_signal(number)
        said, _ = process.communicate(timeout=30)
    assert (process.returncode, said) == (0, b"Stopped. Nothing was lost.\n")


def test_the_windows_line_stops_it_in_order(tmp_path: Path) -> None:
    with at_work(tmp_path, "-m", "opsconsole", more=("--passphrase-stdin",), said=b"\n" + STOP_LINE) as process:
        said, _ = process.communicate(timeout=30)
    assert (process.returncode, said) == (0, b"Stopped. Nothing was lost.\n")
