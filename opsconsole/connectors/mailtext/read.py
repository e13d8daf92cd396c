"""The way in: bytes to MailText, whatever the bytes."""

import logging
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from email.message import Message

from opsconsole.connectors.mailtext import clean, verify
from opsconsole.connectors.mailtext.body import Body, read_body, text_of
from opsconsole.connectors.mailtext.headers import Headers
from opsconsole.connectors.mailtext.identity import synthetic_id
from opsconsole.connectors.mailtext.model import MAX_TEXT, MailText
from opsconsole.connectors.mailtext.parse import defect_problems, parse
from opsconsole.connectors.mailtext.reply import strip_quotes
from opsconsole.connectors.mailtext.verify import Vouching

_log = logging.getLogger(__name__)
_BROKEN_HEADERS = "The mail's headers could not be read."
_AUTHORS = ("reply-to", "x-original-from", "x-original-sender")
BELIEVED = timedelta(days=2)
"""A mail's own date may be so far from when a server received it: anybody can write any date."""


def read_mail(
    raw: bytes,
    *,
    received_at: datetime | None = None,
    vouching: Vouching | None = None,
    own_groups: Collection[str] = (),
) -> MailText:
    """Read a mail. Never raises, whatever the bytes; what could not be read is in `problems`.

    Args:
        raw: the mail as the server or a file holds it.
        received_at: aware time of arrival where known; a Date header far beyond it is not believed.
        vouching: whose word on the sender counts; nobody's where it is not said.
        own_groups: addresses, in lower case, of groups and lists of one's own: what comes through them is no list mail.
    """
    problems: list[str] = []
    try:
        return _read(raw, received_at or datetime.now(UTC), vouching, own_groups, problems)
    except Exception as error:
        # Every known oddity is handled further in; what arrives here is ours to mend.
        _log.warning("A mail could not be taken apart.", exc_info=True)
        problems.append(
            f"The mail could not be taken apart ({type(error).__name__}); it is shown as it came, "
            "and the original is kept."
        )
        text = clean.scrub(raw[: MAX_TEXT * 2].decode("latin-1"))[:MAX_TEXT]
        return MailText(
            message_id=synthetic_id(raw), text=text, full_text=text, problems=_distinct(problems), has_own_id=False
        )


def _read(
    raw: bytes, now: datetime, vouching: Vouching | None, own_groups: Collection[str], problems: list[str]
) -> MailText:
    parsed = parse(raw, problems)
    headers = Headers(_items(parsed.message, problems), problems)
    if parsed.body is None:
        body = read_body(parsed.message, problems, parsed.left)
        problems.extend(defect_problems(body.parts))
    else:
        body = Body(problems, text=text_of(parsed.body, problems))
    if len(headers) == 0 and raw.strip() and not body.text.strip():
        body.text = text_of(raw, problems)
    subject = headers.text("subject")
    for name in ("subject", "from"):
        problems.extend(clean.oddities(headers.raw_text(name)))
    sender_name, sender = _sender(headers, problems)
    message_id, has_own_id = _message_id(raw, headers, problems)
    full_text = body.text.strip("\n")
    if not full_text.strip():
        problems.append("The mail has no text that could be read.")
    content_type = _content_type(parsed.message)
    return MailText(
        message_id=message_id,
        in_reply_to=next(iter(headers.ids("in-reply-to")), ""),
        references=headers.ids("references"),
        subject=subject,
        sender=sender,
        sender_name=sender_name,
        to=_only_addresses(headers, "to"),
        cc=_only_addresses(headers, "cc"),
        reply_to=_only_addresses(headers, "reply-to"),
        authors=tuple(pair for name in _AUTHORS for pair in headers.addresses(name)),
        date=_date(headers, now, problems),
        text=strip_quotes(full_text, subject=subject)[:MAX_TEXT],
        full_text=full_text,
        attachments=tuple(body.attachments),
        is_auto=verify.is_auto(headers, sender=sender, content_type=content_type, own_groups=own_groups),
        is_verified=verify.is_verified(headers, sender=sender, vouching=vouching),
        has_own_id=has_own_id,
        problems=_distinct(problems),
    )


def _items(message: Message, problems: list[str]) -> list[tuple[str, str]]:
    try:
        return [(str(name), str(value)) for name, value in message.raw_items()]
    except Exception:
        problems.append(_BROKEN_HEADERS)
        return []


def _sender(headers: Headers, problems: list[str]) -> tuple[str, str]:
    if len(headers.all("from")) > 1:
        problems.append("The mail has more than one From header; the first is shown, and the sender is not certain.")
    found = headers.addresses("from")
    if found:
        return found[0]
    if sender := headers.addresses("sender"):
        problems.append("The mail's From header has no address; the Sender header is shown instead.")
        return sender[0]
    problems.append("The mail does not say who sent it.")
    return headers.text("from")[:200], ""


def _message_id(raw: bytes, headers: Headers, problems: list[str]) -> tuple[str, bool]:
    found = headers.ids("message-id")
    if found:
        return found[0], True
    if headers.first("message-id"):
        problems.append("The mail's Message-ID is malformed; an id made from its content stands in for it.")
    else:
        problems.append("The mail has no Message-ID; an id made from its content stands in for it.")
    return synthetic_id(raw), False


def _date(headers: Headers, now: datetime, problems: list[str]) -> datetime | None:
    date, received = headers.date("date", now=now), headers.date("received", now=now)
    if date is not None and (received is None or abs(date - received) <= BELIEVED):
        return date
    if date is not None:
        problems.append("The mail's date is far from the time at which a server received it; that time is shown.")
        return received
    what = "has no date" if not headers.first("date") else "has a date that cannot be right"
    if received is None:
        problems.append(f"The mail {what}.")
    else:
        problems.append(f"The mail {what}; the time at which a server received it is shown instead.")
    return received


def _only_addresses(headers: Headers, name: str) -> tuple[str, ...]:
    return tuple(address for _, address in headers.addresses(name))


def _content_type(message: Message) -> str:
    try:
        return message.get_content_type()
    except Exception:
        return "text/plain"


def _distinct(problems: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(problems))
