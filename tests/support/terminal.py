"""A person at a terminal: waits for a question, types an answer."""

import os
import pty
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType

PATIENCE_S = 60


class Terminal:
    """The program, started in a pseudo-terminal. Use as a context."""

    def __init__(self, words: Sequence[object], env: Mapping[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self.seen = ""
        self._read_to = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "opsconsole", *map(str, words)],
            env=dict(env), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def answer(self, question: str, text: str) -> None:
        """Wait for a question, then type the answer and Enter."""
        while (at := self.seen.find(question, self._read_to)) < 0:
            assert self._more(), f"{question!r} was not asked:\n{self.seen}"
        self._read_to = at + len(question)
        os.write(self._ours, f"{text}\n".encode())

    def end(self) -> int:
        """Wait until it ends; give its exit code."""
        while self._more():
            pass
        return self._process.wait(60)

    def _more(self) -> bool:
        is_said, _, _ = select.select([self._ours], [], [], PATIENCE_S)
        assert is_said, f"it has said nothing for {PATIENCE_S} s:\n{self.seen}"
        try:
            data = os.read(self._ours, 4096)
        except OSError:  # the other end is closed
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)
