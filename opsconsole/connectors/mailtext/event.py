"""A mail as an event.

Which name an event carries: `<message id>#<digest>` where the digest covers what the sender wrote (identity.py).
A Message-ID alone is not enough: senders repeat them, and anyone can repeat one on purpose to make a second mail
vanish as "known already". With the digest, the same mail from two folders, servers or exports is one event, and two
different mails are two, with no memory of what was seen before and in whichever order they come. A mail without an
id of its own needs no digest: its id is one. What looks for a mail by its id uses the field `message_id`.
"""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from opsconsole.connectors.mailtext.headers import EARLIEST, FUTURE
from opsconsole.connectors.mailtext.identity import content_digest
from opsconsole.connectors.mailtext.model import MailText
from opsconsole.connectors.mailtext.read import read_mail
from opsconsole.connectors.mailtext.verify import Vouching
from opsconsole.domain.event import IncomingEvent

NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for an unknown time: so old that no rule takes it for fresh."""


KINDS = ("mail.received", "mail.sent", "mail.claimed")
"""What a mail can be."""
_SENT = re.compile(
    r"sent|sent[ -](?:items|mail|messages)|outbox|gesendet(?:e (?:objekte|elemente|nachrichten))?|verzonden(?: items)?"
    r"|(?:messages |éléments )?envoy\w*|(?:elementos |correo |mensajes )?enviad\w*|(?:posta )?inviat\w*",
    re.IGNORECASE,
)

_SEALED = re.compile(rb"(?im)^x-opsconsole-seal:")
"""We wrote it, or a server changed what we wrote: it is never a customer's."""


def is_for_sent(folder: str) -> bool:
    """Tell by a folder's name whether it holds what its owner sent."""
    return any(_SENT.fullmatch(part.strip()) for part in re.split(r"[/.]", folder))


def thread_subject(mail: MailText) -> str:
    """Return the key of the thread a mail belongs to: `thread:<id of its first mail>`."""
    root = mail.references[0] if mail.references else mail.in_reply_to or mail.message_id
    return f"thread:{root}"


def mail_event(
    raw: bytes,
    *,
    own_addresses: Collection[str] = (),
    own_groups: Collection[str] = (),
    folder: str = "",
    is_sent_folder: bool = False,
    label: str | None = None,
    received_at: datetime | None = None,
    fallback_at: datetime | None = None,
    vouching: Vouching | None = None,
    problems: Iterable[str] = (),
) -> IncomingEvent:
    """Return the event for a mail. Never raises, whatever the bytes.

    Args:
        raw: the mail as the server or a file holds it.
        own_addresses: addresses, in lower case, whose mails are `mail.sent` where they lie in a folder of sent mail or
            DMARC vouches for them, else `mail.claimed`: anybody can write our address into From.
        own_groups: further addresses, in lower case, of groups and lists of one's own. What comes through them, or from
            an own address as web forms do, and names somebody else as whom to answer, is that person's mail.
        folder: where it was found.
        is_sent_folder: it holds sent mail, whatever it is called.
        label: the right category where the folder tells it.
        received_at: aware time of arrival as the receiving server says; when it happened, if given.
        fallback_at: aware time for a mail that tells none itself (a file's time).
        vouching: see `read_mail`.
        problems: what went wrong before the mail got here.
    """
    own = {*own_addresses, *own_groups}
    mail = read_mail(raw, received_at=received_at, vouching=vouching, own_groups=own)
    is_own, lies_in_sent = bool(mail.sender) and mail.sender in own, is_sent_folder or is_for_sent(folder)
    behind = _behind(mail, own) if is_own and not lies_in_sent and _SEALED.search(raw) is None else None
    is_sent = is_own and behind is None and (mail.is_verified or lies_in_sent)
    name, sender = behind or (mail.sender_name, mail.sender)
    found = (*problems, *mail.problems)
    if fallback_at is not None and not EARLIEST <= fallback_at <= datetime.now(UTC) + FUTURE:
        fallback_at = None  # no file is from then
    occurred_at = received_at or mail.date or fallback_at or NO_DATE
    return IncomingEvent(
        external_id=f"{mail.message_id}#{content_digest(raw)}" if mail.has_own_id else mail.message_id,
        kind="mail.sent" if is_sent else "mail.claimed" if is_own and behind is None else "mail.received",
        subject=thread_subject(mail),
        occurred_at=occurred_at.astimezone(UTC),
        title=mail.subject,
        text=mail.text,
        sender=sender,
        sender_name=name,
        is_verified=mail.is_verified and behind is None,  # what is vouched for is our own address
        is_untrusted=True,
        recipients=tuple(dict.fromkeys((*mail.to, *mail.cc))),
        fields=_fields(mail, folder) | ({"via": mail.sender} if behind else {}),
        problems=found,
        raw=raw if found else None,
        label=label,
    )


def _behind(mail: MailText, own: Collection[str]) -> tuple[str, str] | None:
    """Return name and address of the person for whom an own address speaks; None where it speaks for itself."""
    found = next((pair for pair in mail.authors if pair[1] not in own), None)
    if found is not None and {*mail.to, *mail.cc} - {*own, found[1]}:
        return None  # it goes out, to somebody else: a copy of what somebody here sent
    return found


def _fields(mail: MailText, folder: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "references": list(mail.references),
        "to": list(mail.to),
        "cc": list(mail.cc),
        "reply_to": list(mail.reply_to),
        "attachments": [
            {"name": attachment.name, "content_type": attachment.content_type, "size": attachment.size}
            for attachment in mail.attachments
        ],
        "folder": folder,
        "is_auto": mail.is_auto,
    }
    if mail.full_text != mail.text:
        fields["full_text"] = mail.full_text
    return fields
