"""The driver's side: the outside system in its process, the worker in its own, and what became of both."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 90.0
"""A worker that takes longer hangs."""


def _spawn(*arguments: str) -> subprocess.Popen[bytes]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("OPSCONSOLE_FAULT")}
    env["PYTHONPATH"] = str(ROOT)
    return subprocess.Popen(
        [sys.executable, "-m", *arguments], cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    )


class _Process:
    """A helper process; ended with its context."""

    def __init__(self, *arguments: str) -> None:
        self._process = _spawn(*arguments)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        self._pending = b""

    def __enter__(self) -> Any:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._in.close()
        self._out.close()

    def line(self, timeout_s: float) -> str | None:
        """Return the next line it says; None where it says nothing in that time."""
        deadline = time.monotonic() + timeout_s
        while b"\n" not in self._pending:
            ready, _, _ = select.select([self._out], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                return None
            if not (data := os.read(self._out.fileno(), 4096)):
                raise RuntimeError("a helper process has ended")
            self._pending += data
        line, _, self._pending = self._pending.partition(b"\n")
        return line.decode()


class OutsideProcess(_Process):
    """The outside double. Its file outlives everything."""

    def __init__(self, file: Path, mode: str, *, has_troubles: bool = True) -> None:
        super().__init__(
            "opsconsole.doubles.outside", "--file", str(file), "--mode", mode, *["--troubles"] * has_troubles
        )
        self.file = file
        self.mode = mode
        line = self.line(PATIENCE_S)
        assert line is not None
        self.port = int(line)

    def size(self) -> int:
        """Return where the file ends now."""
        return self.file.stat().st_size if self.file.exists() else 0

    def pending(self) -> int:
        """Ask how many slow deeds are under way."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S) as asked:
            asked.sendall(b'{"op": "pending"}\n')
            return int(json.loads(asked.makefile("rb").readline())["pending"])

    def wait_for_pending(self) -> None:
        """Wait until nothing is under way."""
        deadline = time.monotonic() + PATIENCE_S
        while self.pending():
            if time.monotonic() > deadline:
                raise TimeoutError("a deed is under way for ever")

    def deeds(self, since: int) -> Counter[str]:
        """Count what was done since the file was that long, by mark."""
        with self.file.open("rb") as file:
            file.seek(since)
            return Counter(str(json.loads(line)["what"]["what"]) for line in file)


class Workers(_Process):
    """Starts workers, one at a time."""

    def __init__(self) -> None:
        super().__init__("tests.crash.zygote")

    def run(
        self, arguments: list[str], *, log: Path, env: dict[str, str] | None = None, kill_after_s: float | None = None,
        kill_when: Callable[[], bool] | None = None, meanwhile: Callable[[], None] | None = None,
    ) -> int:  # fmt: skip
        """Start one and wait for its end; give its exit code, negative for a signal.

        Args:
            arguments: of `tests.crash.worker`.
            log: where its output goes.
            env: more environment.
            kill_after_s: kill it from outside after so long.
            kill_when: kill it from outside as soon as this holds.
            meanwhile: called again and again while it lives.
        """
        request = {"args": arguments, "env": env or {}, "log": str(log)}
        os.write(self._in.fileno(), json.dumps(request).encode() + b"\n")
        pid = int(str(self.line(PATIENCE_S)).removeprefix("pid "))
        began, is_killed = time.monotonic(), False
        while True:
            passed = time.monotonic() - began
            left = PATIENCE_S - passed if kill_after_s is None or is_killed else kill_after_s - passed
            line = self.line(max(0.0, min(left, 0.02 if meanwhile or kill_when else left)))
            if line is not None:
                return int(line.removeprefix("exit "))
            passed = time.monotonic() - began
            is_time = kill_after_s is not None and passed >= kill_after_s
            if not is_killed and (is_time or (kill_when is not None and kill_when())):
                os.kill(pid, signal.SIGKILL)
                is_killed = True
            elif passed > PATIENCE_S:
                os.kill(pid, signal.SIGKILL)
                raise TimeoutError(f"the worker hangs: {log.read_text(encoding='utf-8')[-2000:]}")
            if meanwhile is not None:
                meanwhile()
