"""Mails as we write them: threaded, in ASCII on the wire, and with no way for a value to become a header of its own."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Literal

from opsconsole.connectors.mail.config import MailConfig
from opsconsole.connectors.mailtext import clean
from opsconsole.domain.errors import PermanentError
from opsconsole.domain.event import IncomingEvent

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,189}")
_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>")
_RE = re.compile(r"\s*(re|aw|sv|antw)\s*(\[\d+\])?\s*:", re.IGNORECASE)
_MOST_REFERENCES = 30
_LONGEST_LINE = 998
_POLICY = policy.SMTP.clone(cte_type="7bit", max_line_length=76)
TRIAL_SUBJECT = "opsconsole: a test of this mailbox"
TRIAL_TEXT = "This mail tests sending and receiving. It is removed again by itself."
Auto = Literal["auto-replied", "auto-generated", ""]


def message_id(key: str, config: MailConfig) -> str:
    """Return the Message-ID that a deed's mail carries, the same for every try."""
    return f"<ops.{key[:40].lower()}@{config.domain}>"


def is_trial(event: IncomingEvent) -> bool:
    """Return whether a mail is the one that tries a mailbox out: it says exactly that, and nothing besides.

    Whoever writes the same is heard no more, and loses nothing by it: there is not a word of theirs in it.
    """
    said = str(event.fields.get("full_text") or event.text).strip()
    return (event.title, said) == (TRIAL_SUBJECT, TRIAL_TEXT) and not event.fields.get("attachments")


def checked_address(address: str) -> str:
    """Return an address as it can be sent to.

    Raises:
        PermanentError: it is none.
    """
    local, _, domain = address.strip().rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            domain = ""
    bare = f"{local}@{domain}"
    if _ADDRESS.fullmatch(bare) is None:
        raise PermanentError(f"{clean.line(address, 200)!r} is no address that mail can be sent to; nothing was sent")
    return bare


def written(
    config: MailConfig,
    *,
    key: str,
    to: str,
    subject: str,
    text: str,
    now: datetime,
    auto: Auto,
    answers: Mapping[str, Any] | None = None,
    forwarded: bytes | None = None,
) -> bytes:
    """Write a mail.

    Args:
        config: whose mail it is.
        key: idempotency key of the deed.
        to: recipient; empty for a draft without one.
        subject: in words.
        text: plain text; nothing is quoted beneath it.
        now: aware time of writing.
        auto: what Auto-Submitted says (RFC 3834).
        answers: fields of the event's mail that it answers.
        forwarded: a mail to attach whole.

    Raises:
        PermanentError: the recipient is no address.
    """
    mail = EmailMessage(policy=_POLICY)
    local, _, domain = config.address.rpartition("@")
    mail["From"] = Address(clean.line(config.name, 120), local, domain)
    if to:
        bare_local, _, bare_domain = checked_address(to).rpartition("@")
        mail["To"] = Address("", bare_local, bare_domain)
    mail["Subject"] = clean.line(subject, 300)
    if auto:
        mail["Auto-Submitted"] = auto
    body = clean.scrub(text).rstrip("\n") + "\n"
    mail.set_content(body, charset="utf-8", cte="quoted-printable")
    if forwarded is not None:
        _attach(mail, forwarded)
    ids = _id_lines(message_id(key, config), answers or {})
    # Not through the mail policy: it folds ids longer than a line into encoded words, which nobody reads back.
    head = f"Date: {format_datetime(now)}\r\n{ids}".encode("ascii")
    return head + mail.as_bytes()


def _attach(mail: EmailMessage, forwarded: bytes) -> None:
    """As a mail where that can be done byte for byte (RFC 2046 lets nothing be encoded there), else as a file."""
    lines = forwarded.replace(b"\r\n", b"\n").split(b"\n")
    is_plain = forwarded.isascii() and b"\0" not in forwarded and max(map(len, lines)) <= _LONGEST_LINE
    if not is_plain:
        mail.add_attachment(forwarded, maintype="application", subtype="octet-stream", filename="forwarded.eml")
        return
    part = EmailMessage(policy=_POLICY)
    part["Content-Type"] = "message/rfc822"
    part["Content-Disposition"] = 'attachment; filename="forwarded.eml"'
    part.set_payload(b"\n".join(lines).decode("ascii"))
    mail.make_mixed()
    mail.attach(part)


def _id_lines(own_id: str, answers: Mapping[str, Any]) -> str:
    lines = [f"Message-ID: {own_id}"]
    parent = str(answers.get("message_id") or "")
    if _is_real(parent):
        earlier: Sequence[Any] = answers.get("references") or [answers.get("in_reply_to")]
        known = [str(reference) for reference in earlier if _is_real(str(reference or ""))]
        chain = list(dict.fromkeys([*known, parent]))
        if chain[-1] != parent:
            chain = [*(reference for reference in chain if reference != parent), parent]
        if len(chain) > _MOST_REFERENCES:
            chain = [chain[0], *chain[1 - _MOST_REFERENCES :]]
        lines += [f"In-Reply-To: {parent}", "References: " + "\r\n ".join(chain)]
    return "".join(f"{line}\r\n" for line in lines)


def _is_real(message_id: str) -> bool:
    return bool(_ID.fullmatch(message_id)) and not message_id.endswith("@opsconsole.invalid>")


def reply_subject(given: str, title: str) -> str:
    """Return the subject of a reply: what was given, else the mail's own with Re: before it."""
    if given.strip():
        return given
    return title if _RE.match(title) else f"Re: {title}".strip()
