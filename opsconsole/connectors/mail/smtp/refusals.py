"""What a server says no to: the mail, or one of those it should go to; for now, or for good."""

import re
from dataclasses import dataclass

from aiosmtplib import SMTPResponseException

from opsconsole.domain.errors import ConnectorError, PermanentError, TransientError

_REASON = re.compile(r"\b[45]\.(\d{1,3}\.\d{1,3})\b")
PATIENT_TRIES = 24
"""A server that says "later" is tried so often, about nine hours: many make strangers wait (greylisting)."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody to whom a copy did not go, and what the server said."""

    address: str
    said: str


class FullError(Exception):
    """The server does not take the mail because a mailbox is full, and says not whose."""

    def __init__(self, refusal: ConnectorError, said: str) -> None:
        super().__init__(said)
        self._refusal = refusal
        self.said = said

    def plain(self) -> ConnectorError:
        """Return what it means where our own mailbox is none of the recipients."""
        return self._refusal


_OURS = re.compile(r"send|daily|hour|rate|size|too large", re.IGNORECASE)
"""What a server says of a limit of ours, or of the mail, and not of the recipient's mailbox."""


def refusal(host: str, error: SMTPResponseException, address: str = "") -> ConnectorError:
    """Return what an answer means; `address` is whom it was about."""
    said, whom = said_by(error), f" for {address}" if address else ""
    if address and is_full(error) and not _OURS.search(error.message):
        what = f"The mailbox of {address} is full, says {host}: {said}"
    elif 400 <= error.code < 500:
        what = f"The mail server {host} does not take the mail{whom} now: {said}"
    else:
        what = f"The mail server {host} refuses the mail{whom}: {said}"
    if 400 <= error.code < 500:
        return TransientError(what, tries=PATIENT_TRIES)
    return PermanentError(what)


def said_by(error: SMTPResponseException) -> str:
    """Return a server's answer in one line."""
    return f"{error.code} {' '.join(error.message.split())[:200]}"


def is_full(error: SMTPResponseException) -> bool:
    """Return whether a mailbox is full; 552 with another reason means that the mail is too large."""
    reasons = {reason for reason in _REASON.findall(error.message[:300]) if reason != "0.0"}  # 0.0: no reason given
    if reasons:
        return "2.2" in reasons
    return error.code == 552 or bool(re.search(r"quota|mailbox (?:is )?full", error.message, re.IGNORECASE))


def says_nothing(error: SMTPResponseException) -> bool:
    """After the mail: a server that shuts down, or lost the next one on the way, does not know what became of it."""
    is_no_answer = error.code < 400 or error.code in (421, 441, 442)
    return is_no_answer or bool(re.search(r"\b4\.(3\.2|4\.\d{1,3})\b", error.message[:200]))
