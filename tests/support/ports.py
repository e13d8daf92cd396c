"""Ports for servers of tests."""

import itertools
import os
import re
import socket

FIRST, EACH = 20_000, 1_500
"""Below those that the system gives to what connects outwards; so many for each worker of a run."""
_WORKER = int((re.findall(r"\d+", os.environ.get("PYTEST_XDIST_WORKER", "")) or ["0"])[0]) % 8
_NEXT = itertools.cycle(range(FIRST + _WORKER * EACH, FIRST + (_WORKER + 1) * EACH))
_BEGUN = os.getpid() % EACH
"""Two runs on one machine begin at different places."""
for _ in range(_BEGUN):
    next(_NEXT)


def free_port() -> int:
    """Return a port of this machine that nobody listens on now, and that was given to nobody in this run a while ago.

    Asked for one after another, the system may give the same port twice; a server that wants both does not start.
    """
    for port in itertools.islice(_NEXT, EACH):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port of this machine is free for a test")
