"""The engine as the window's child: started, attached to, watched, restarted after a crash, stopped at the end."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from opsconsole.domain.engineprocess import SEALED_EXIT, STOP_LINE
from opsconsole.store import lease

if TYPE_CHECKING:
    from opsconsole.ui.backend import Backend

BACKOFF_S = (1, 2, 5, 15, 30)
SETTLED_MS = 60_000
"""An engine that worked so long has got over its crashes."""
LOG = "engine.log"
"""In the workspace's folder: what the engine of this window said to developers, of its latest start."""
PATIENCE_MS = 20_000
"""How long an engine may take to stop."""
KEPT = 4_000
"""Characters of the engine's last words that are kept."""


class EngineState(StrEnum):
    """How the engine is, as the window sees it."""

    STARTING = "starting"
    WORKING = "working"
    JOINED = "joined"
    """An engine that an earlier window started and left at work; it may be stopped from here."""
    ELSEWHERE = "elsewhere"
    """An engine that somebody started in a terminal; it is stopped there."""
    CRASHED = "crashed"
    SEALED = "sealed"
    """It ended because the secrets are sealed; it is started again when somebody has opened them."""
    STOPPED = "stopped"


class EngineProcess(QObject):
    """Keeps an engine at work on the workspace for as long as the window wants one.

    Signals:
        changed: `state` or `last_words` is another.
        crashed: the engine ended by itself (its last words); it is being restarted.
    """

    changed = Signal()
    crashed = Signal(str)

    def __init__(self, command: Sequence[str], backend: "Backend", passphrase: Callable[[], str | None]) -> None:
        """`passphrase` gives what opens the sealed secrets; each engine is told it by its standard input."""
        super().__init__()
        self.state = EngineState.STOPPED
        self.last_words = ""
        self._command = list(command)
        self._backend, self._passphrase = backend, passphrase
        self._is_wanted = self._is_restarting = False
        self._crashes = 0
        self._own = 0
        """Process id of the engine that we started last."""
        self._process = QProcess(self)
        self._process.started.connect(self._on_started)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)
        # Files, not pipes: an engine whose window was killed must be able to go on speaking.
        self._log = backend.folder / LOG
        self._process.setStandardOutputFile(QProcess.nullDevice())
        self._process.setStandardErrorFile(str(self._log))
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self._start)
        self._last_resort = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._last_resort.timeout.connect(self._kill)
        self._settled = QTimer(self, singleShot=True)
        self._settled.timeout.connect(self._forget_crashes)
        backend.engine_changed.connect(self._on_holder)

    def begin(self) -> None:
        """Have an engine work: the one that does already, or one of our own."""
        self._is_wanted = True
        self._start()

    @property
    def is_own(self) -> bool:
        """The engine at work is our child."""
        return self._process.state() is not QProcess.ProcessState.NotRunning

    @property
    def is_wanted(self) -> bool:
        """The window wants an engine at work, whether or not one is this very moment."""
        return self._is_wanted

    @property
    def is_of_window(self) -> bool:
        """The engine at work is this window's, or one that an earlier window left at work."""
        return self.is_own or self.state is EngineState.JOINED

    def end(self) -> None:
        """Ask the engine to stop; `changed` tells when it has. One started in a terminal goes on."""
        self._is_wanted = False
        self._again.stop()
        if self.is_own:
            self._ask_to_stop()
        elif self.state is not EngineState.JOINED or not self._stop_joined():
            self._set(EngineState.STOPPED)

    def leave(self) -> None:
        """Have an engine work on that is no child of this window, which ends; its own must have stopped before.

        A child would go down with us: `QProcess` kills it. Nothing is lost between the two.
        """
        with self._log.open("ab") as log:
            left = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True
            )
        left.returncode = 0  # nobody will wait for it
        if left.stdin is not None:
            with contextlib.suppress(OSError), left.stdin:  # it has ended already, and its log says why
                left.stdin.write(f"{self._passphrase() or ''}\n".encode())

    def _stop_joined(self) -> bool:
        """Ask the engine that an earlier window left to stop; False where it has gone already."""
        holder = lease.holder(self._backend.folder)
        if not holder or not lease.is_of_window(self._backend.folder):
            return False
        self._last_resort.start()
        return self._signal(holder, signal.SIGTERM)

    def _kill(self) -> None:
        """End an engine that does not stop: whatever it was about is in the file, and is taken up again."""
        if self.is_own:
            self._process.kill()
        elif (holder := lease.holder(self._backend.folder)) and lease.is_of_window(self._backend.folder):
            self._signal(holder, getattr(signal, "SIGKILL", signal.SIGTERM))

    @staticmethod
    def _signal(process: int, number: int) -> bool:
        """Return whether the process could be told; one that has gone, or is another user's, could not."""
        try:
            os.kill(process, number)
        except (OSError, OverflowError):
            return False
        return True

    @property
    def can_restart(self) -> bool:
        """The engine is a window's, or none works; one that was started in a terminal is not ours."""
        return self.is_of_window or not self._backend.engine

    def restart(self) -> bool:
        """Have the engine stop and start anew. False where one works that was started in a terminal: it is not ours."""
        if self.is_own:
            self._is_restarting = True
            self._ask_to_stop()
            return True
        if self.state is EngineState.JOINED and self._stop_joined():
            return True  # one of our own starts when it has let go
        if self._backend.engine:
            return False
        self._again.stop()
        self.begin()
        return True

    def _ask_to_stop(self) -> None:
        """By both ways: Windows has no SIGTERM, and an engine that still loads does not read yet."""
        self._process.write(STOP_LINE)
        self._process.terminate()
        self._last_resort.start()

    def _start(self) -> None:
        if not self._is_wanted or self.is_own:
            return
        if lease.holder(self._backend.folder):  # asked anew: what the backend saw last may be the one that just ended
            self._meet()
            return
        self._set(EngineState.STARTING)
        self._process.start(self._command[0], self._command[1:])

    def retry(self) -> None:
        """Start it again now that the secrets are open, where that is what it waits for."""
        if self.state is EngineState.SEALED:
            self._start()

    def _on_started(self) -> None:
        self._own = self._process.processId()
        # The one way that leaves no trace: no file, no argument, no environment that others could read.
        self._process.write(f"{self._passphrase() or ''}\n".encode())

    def _on_holder(self, holder: int) -> None:
        if self.is_own:
            if holder == self._process.processId():
                self._settled.start(SETTLED_MS)
                self._set(EngineState.WORKING)
            elif not holder:
                self._set(EngineState.STARTING)
        elif holder:
            self._meet()
        elif self._is_wanted:
            self._last_resort.stop()
            if self.state is EngineState.SEALED:
                return  # another try would say the same
            if not self._again.isActive():  # after a crash the pause holds
                self._start()
        else:
            self._set(EngineState.STOPPED)

    def _meet(self) -> None:
        """Go along with an engine that is not our child."""
        is_of_window = lease.is_of_window(self._backend.folder)
        self._set(EngineState.JOINED if is_of_window else EngineState.ELSEWHERE)

    def _forget_crashes(self) -> None:
        self._crashes = 0

    def _read_words(self) -> None:
        with contextlib.suppress(OSError), self._log.open("rb") as stream:
            stream.seek(max(0, self._log.stat().st_size - KEPT))
            self.last_words = stream.read().decode(errors="replace")

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self.last_words = self._process.errorString()
            self._on_finished(-1)

    def _on_finished(self, code: int, *_: object) -> None:
        self._read_words()
        self._settled.stop()
        self._last_resort.stop()
        is_restarting, self._is_restarting = self._is_restarting, False
        if not self._is_wanted:
            self._set(EngineState.STOPPED)
            return
        if code == SEALED_EXIT:
            self._set(EngineState.SEALED)
            return
        if is_restarting:
            self._set(EngineState.STARTING)
            self._start()
            return
        if lease.holder(self._backend.folder) not in (None, 0, self._own):
            self._meet()  # another window's was first; that is no crash
            return
        wait_s = BACKOFF_S[min(self._crashes, len(BACKOFF_S) - 1)]
        self._crashes += 1
        self._set(EngineState.CRASHED)
        lines = [line for line in self.last_words.splitlines() if line.strip()]
        self.crashed.emit(lines[-1] if lines else f"It ended with code {code}.")
        self._again.start(wait_s * 1000)

    def _set(self, state: EngineState) -> None:
        if state is not self.state:
            self.state = state
            if state is EngineState.STARTING:
                self.last_words = ""
            self.changed.emit()
