"""Starts workers by forking, so that a thousand of them do not import the same modules a thousand times.

Reads one JSON line a worker (`args`, `env`, `log`), answers `pid N`, and `exit S` when that process is gone
(S negative: the signal that ended it). It opens no file and starts no thread before it forks.
"""

import faulthandler
import gc
import importlib
import json
import os
import sys
import traceback
from typing import Any

from opsconsole.store import faults
from tests.crash import worker


def _child(request: dict[str, Any]) -> int:
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(request["env"])
    importlib.reload(faults)
    faulthandler.enable()
    try:
        worker.main(request["args"])
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def main() -> None:
    """Serve until there is no one to serve."""
    gc.freeze()
    for line in iter(sys.stdin.readline, ""):
        request: dict[str, Any] = json.loads(line)
        pid = os.fork()
        if pid == 0:
            code = _child(request)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        _say(f"pid {pid}")
        _say(f"exit {os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}")


def _say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


if __name__ == "__main__":
    main()
