"""Waiting for mail: rings whenever something may have come. It only rings; reading is done over another connection,
so that nothing that arrives meanwhile is missed, and waiting need not be ended to read."""

import time
from collections.abc import Callable
from typing import Any

from opsconsole.connectors.mail.imap.client import Imap, IMAPClientAbortError

RENEW_S = 240.0
"""IDLE is ended and begun anew so often: servers end it after 29 minutes, some routers forget it after five."""


def listen(client: Imap, folder: str, ring: Callable[[], None]) -> None:
    """Ring until the connection is lost; blocks. Returns at once where the server does not offer IDLE."""
    if not client.has_capability("IDLE"):
        return
    client.select_folder(folder, readonly=True)
    while True:
        client.idle()
        ring()  # what came before the server began to tell
        until = time.monotonic() + RENEW_S
        while (left_s := until - time.monotonic()) > 0:
            began = time.monotonic()
            said: Any = client.idle_check(timeout=left_s)
            if any(line[0] == b"BYE" for line in said):
                raise IMAPClientAbortError("the server says goodbye")
            if said:
                ring()
            elif time.monotonic() - began < left_s:
                break  # woken by nothing: the connection is closed, which DONE finds out
        client.idle_done()
        ring()
