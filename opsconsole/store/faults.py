"""Named fault points: where a crash test kills the process for real.

`OPSCONSOLE_FAULT=name:3` kills this process with SIGKILL when the point `name` is reached the third time;
`OPSCONSOLE_FAULT=*:250` at the 250th point of any name. Unset, a point costs one comparison.
`OPSCONSOLE_FAULT_LOG=path` appends each name reached, for listing them.
"""

import os
import signal
import sys
from collections import Counter

_WANTED, _, _AT = os.environ.get("OPSCONSOLE_FAULT", "").partition(":")
_LOG = os.environ.get("OPSCONSOLE_FAULT_LOG", "")
_IS_ON = bool(_WANTED or _LOG)
_reached: Counter[str] = Counter()


def reach(name: str) -> None:
    """Pass a fault point; never returns where this is the one to die at."""
    if not _IS_ON:
        return
    if _LOG:
        with open(_LOG, "a", encoding="utf-8") as log:
            log.write(name + "\n")
    _reached[name] += 1
    _reached["*"] += 1
    if _WANTED in (name, "*") and _reached[_WANTED] == int(_AT or "1"):
        os.kill(os.getpid(), signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)  # there SIGTERM kills
