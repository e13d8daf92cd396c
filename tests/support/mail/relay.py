"""What stands between a submission server and the inboxes: takes a mail, keeps it, and delivers it by LMTP.

Like a mail server's queue it outlives the mailbox server: what cannot be delivered now is tried again, and what may
have been delivered is looked for first, so that a mail that lies there twice was handed in twice.
"""

import contextlib
import itertools
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.mail.dovecot import deliver
from tests.support.ports import free_port

_PAUSE_S = 0.05


class Relay:
    """Use as a context. `port` takes mail; where to deliver is said later, by `deliver_to`."""

    def __init__(self) -> None:
        self.port = free_port()
        self.refuses: Callable[[str], str | None] = lambda _: None
        """What is said to a recipient instead of taking it."""
        self.answers: str | None = None
        """What is said to the next mail instead of keeping it."""
        self.rewrites: Callable[[bytes], bytes] = bytes
        """What becomes of a mail on its way."""
        self.accepted = 0
        self.envelopes: list[tuple[str, tuple[str, ...], bytes]] = []
        self._numbers = itertools.count(1)
        self._queue: list[tuple[str, str, bytes]] = []
        self._changed = threading.Condition()
        self._is_ending = False
        self._lmtp_port = 0
        self._home: Callable[[str], Path] = Path
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._thread = threading.Thread(target=self._deliver_all, name="relay")

    def deliver_to(self, lmtp_port: int, home: Callable[[str], Path]) -> None:
        """Say where mail is delivered, and where a user's lies on disk."""
        self._lmtp_port, self._home = lmtp_port, home

    def __enter__(self) -> "Relay":
        self._controller.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()
        with self._changed:
            self._is_ending = True
            self._changed.notify_all()
        self._thread.join()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        """Take or refuse a recipient."""
        if (refusal := self.refuses(address)) is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep a mail; from here on it will be delivered."""
        content: Any = envelope.content
        if self.answers is not None:
            answer, self.answers = self.answers, None
            return answer
        self.keep(str(envelope.mail_from), tuple(map(str, envelope.rcpt_tos)), self.rewrites(bytes(content)))
        return "250 kept"

    def keep(self, sender: str, recipients: tuple[str, ...], raw: bytes) -> None:
        """Keep a mail, to be delivered once to each recipient, however often the server goes away meanwhile."""
        number = next(self._numbers)
        with self._changed:
            self.accepted += 1
            self.envelopes.append((sender, recipients, raw))
            for place, recipient in enumerate(recipients):
                mark = f"X-Relay-Number: {number}-{place}-{id(self)}\r\n".encode()
                self._queue.append((sender, recipient, mark + raw))
            self._changed.notify_all()

    def wait_until_empty(self, timeout_s: float = 20.0) -> None:
        """Wait until everything is delivered."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while self._queue:
                if not self._changed.wait(max(0.0, deadline - time.monotonic())):
                    raise TimeoutError(f"{len(self._queue)} mails are still to be delivered")

    def _deliver_all(self) -> None:
        while True:
            with self._changed:
                while not self._queue and not self._is_ending:
                    self._changed.wait()
                if self._is_ending:
                    return
                sender, recipient, raw = self._queue[0]
            if self._deliver(sender, recipient, raw):
                with self._changed:
                    self._queue.pop(0)
                    self._changed.notify_all()
            else:
                threading.Event().wait(_PAUSE_S)

    def _deliver(self, sender: str, recipient: str, raw: bytes) -> bool:
        try:
            deliver(self._lmtp_port, raw, [recipient], sender=sender)
        except OSError:
            return self._lies_there(recipient, raw.partition(b"\r\n")[0])
        return True

    def _lies_there(self, recipient: str, mark: bytes) -> bool:
        for folder, _, names in os.walk(self._home(recipient)):
            if Path(folder).name in ("new", "cur"):
                for name in names:
                    with contextlib.suppress(OSError):  # moved meanwhile; it is looked for again
                        if mark in Path(folder, name).read_bytes()[:8192]:
                            return True
        return False
