"""What is known of one mail after reading it."""

from dataclasses import dataclass
from datetime import datetime

MAX_TEXT = 200_000
"""Characters of text kept of one mail; the rest is noted as a problem."""
MAX_MAIL = 50 * 1024 * 1024
"""Bytes of one mail that are read at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A part of a mail that is not its text. Its content is not kept here."""

    name: str
    """As the sender wrote it, without folders; a label, never a path to write to."""
    content_type: str
    size: int
    """Bytes after decoding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailText:
    """One mail in words. Addresses are in lower case; every text is free of unpaired surrogates."""

    message_id: str
    """`<left@right>`; `<sha256-…@opsconsole.invalid>` where the mail has none, the same for the same bytes."""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    """Oldest first."""
    subject: str = ""
    sender: str = ""
    sender_name: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    authors: tuple[tuple[str, str], ...] = ()
    """(name, address) of whom the mail names as its author beside From: answers go to them, or a list named them."""
    date: datetime | None = None
    """UTC; None where there is no believable one."""
    text: str = ""
    """What this sender wrote: without quotes, signature and markup."""
    full_text: str = ""
    """All text a person would see, with quotes and signature."""
    attachments: tuple[Attachment, ...] = ()
    is_auto: bool = False
    """Written by a machine or a list: automatic replies, bounces, newsletters."""
    is_verified: bool = False
    """The trusted receiving server says DMARC passed for the one sender shown."""
    has_own_id: bool = True
    """False where `message_id` was made here."""
    problems: tuple[str, ...] = ()
    """What could not be read or looks wrong, in words."""
