"""Messages to the person, and running one set-up command under such a message, with a log.

Written for somebody busy who does not program: what is being done, how long it took, what went wrong, what
to do next. All of it goes to stderr; stdout belongs to the program that is started.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import settings

NETWORK = (
    "The servers that the parts come from could not be reached. Check that this machine is online (behind a "
    "company proxy set HTTPS_PROXY, with a company package index set PIP_INDEX_URL), then run it "
    "again."
)
_HINTS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        (
            "certificate verify failed",
            "invalid peer certificate",
            "unknownissuer",
            "certificate_verify_failed",
        ),
        "The package index answered with a certificate this machine does not trust. If your company inspects "
        "traffic, set SSL_CERT_FILE to its certificate file, then run the same command again.",
    ),
    (
        ("hash mismatch", "do not match the hashes"),
        "A downloaded part is not the one that was locked, so it was refused. Run the same command again; if "
        "it happens again, tell the developers and do not work around it.",
    ),
    (
        ("no space left", "not enough space"),
        "The disk is full. Free some space, then run the same command again.",
    ),
    (("permission denied", "read-only file system"), "A file or folder may not be written by this user."),
    (
        (
            "name resolution",
            "failed to lookup address",
            "could not resolve",
            "dns error",
            "network is unreachable",
            "no route to host",
            "connection refused",
            "connection reset",
            "timed out",
            "max retries exceeded",
            "newconnectionerror",
            "error sending request",
            "could not connect",
            "failed to fetch",
            "proxyerror",
        ),
        NETWORK,
    ),
)


class SetupError(Exception):
    """The set-up cannot go on. `str()` says what is wrong, `advice` what to do; `details` follow."""

    def __init__(self, what: str, advice: str, details: str = "") -> None:
        super().__init__(what)
        self.advice = advice
        self.details = details


class CommandError(Exception):
    """One command failed; `output` is what it printed."""

    def __init__(self, command: Sequence[str], output: str, code: int) -> None:
        super().__init__(f"{Path(command[0]).name} ended with code {code}")
        self.output = output

    @property
    def hint(self) -> str | None:
        """What to do about it in plain words, where the output is understood."""
        lower = self.output.lower()
        return next((hint for marks, hint in _HINTS if any(mark in lower for mark in marks)), None)

    @property
    def tail(self) -> str:
        """The last lines that were printed, indented."""
        lines = [line for line in self.output.splitlines() if line.strip()]
        return "\n".join(f"    | {line[:300]}" for line in lines[-6:])


def say(text: str = "") -> None:
    """Print one line to stderr: stdout belongs to the program that is started."""
    print(text, file=sys.stderr, flush=True)


def seconds(since: float) -> str:
    """Time since `since` (monotonic), as people read it."""
    passed = time.monotonic() - since
    return f"{passed:.1f} s" if passed < 10 else f"{passed:.0f} s"


def start_log() -> None:
    """Begin a new log of the set-up."""
    settings.TOOLS.mkdir(exist_ok=True)
    settings.LOG.write_text("", encoding="utf-8")


def run(doing: str, command: Sequence[str], *, env: Mapping[str, str]) -> str:
    """Run one command under the message `doing` and return what it printed.

    Raises:
        CommandError: it could not be started or ended with a code other than 0.
    """
    began = time.monotonic()
    live = sys.stderr.isatty()
    print(f"  {doing} ...", end="", file=sys.stderr, flush=True)
    try:
        output = _wait(command, env=env, progress=doing if live else None)
    except (CommandError, OSError) as problem:
        say(f" did not work ({seconds(began)})")
        if isinstance(problem, CommandError):
            _log(command, problem.output)
            raise
        raise CommandError(command, str(problem), 127) from problem
    say(f" {seconds(began)}")
    _log(command, output)
    return output


def _wait(command: Sequence[str], *, env: Mapping[str, str], progress: str | None) -> str:
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=settings.ROOT,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    try:
        while True:
            try:
                output, _ = process.communicate(timeout=1)
                break
            except subprocess.TimeoutExpired:
                if progress:
                    print(
                        f"\r  {progress} ... {time.monotonic() - began:.0f} s",
                        end="",
                        file=sys.stderr,
                        flush=True,
                    )
        if progress:
            print(f"\r  {progress} ...", end="", file=sys.stderr, flush=True)
    except BaseException:
        process.kill()
        process.wait()
        raise
    if process.returncode != 0:
        raise CommandError(command, output, process.returncode)
    return output


def _log(command: Sequence[str], output: str) -> None:
    settings.TOOLS.mkdir(exist_ok=True)
    with settings.LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(command)}\n{output}\n")


def as_setup_error(what: str, problem: CommandError) -> SetupError:
    """The failed command, in words for the person."""
    log = os.path.relpath(settings.LOG, settings.ROOT)
    advice = problem.hint or f"Run the same command again; if it fails again, send {log} to the developers."
    return SetupError(f"{what} did not work.", advice, f"The last it said (all of it: {log}):\n{problem.tail}")
