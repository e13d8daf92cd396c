"""Mail and tables that come into the desk."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from opsconsole.domain.event import IncomingEvent
from opsconsole.store.queries.desk import records as read
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import desk as write


def keep_mail(tx: Transaction, incoming: IncomingEvent, *, now: datetime) -> IncomingEvent:
    """Put a mail into the mailbox; give the event with `mail_id`, its number there."""
    is_sent = incoming.kind == "mail.sent"
    folder = str(incoming.fields.get("folder") or ("Sent" if is_sent else "Inbox"))
    fields = {
        "thread": incoming.subject,
        "direction": "out" if is_sent else "in",
        "folder": folder[:120],
        "sender": incoming.sender,
        "recipients": ", ".join(incoming.recipients),
        "subject": incoming.title,
        "text": incoming.text,
        "in_reply_to": str(incoming.fields.get("in_reply_to") or ""),
        "sent_at": to_micros(incoming.occurred_at),
    }
    record = write.create(tx, "mail", fields, actor="import", now=now, external_id=incoming.external_id)
    return replace(incoming, fields={**incoming.fields, "mail_id": record})


def keep_record(
    tx: Transaction,
    kind: str,
    external_id: str,
    fields: Mapping[str, Any],
    *,
    now: datetime,
    created_at: datetime | None = None,
) -> bool:
    """Put a row of a table onto the desk, over an earlier one of the same name; True where it is new."""
    known = set(read.COLUMNS[kind])
    given = {name: _stored(name, value) for name, value in fields.items() if name in known and value not in (None, "")}
    present = read.number_of(tx.conn, kind, external_id)
    if present is not None:
        write.update(tx, kind, present, given, actor="import", now=now)
        return False
    write.create(tx, kind, given, actor="import", now=now, external_id=external_id, created_at=created_at)
    return True


def _stored(name: str, value: Any) -> Any:
    """Return a value as its column takes it; times may come as ISO text."""
    if name.endswith("_at") and isinstance(value, str):
        value = when(value)
    if isinstance(value, datetime):
        return to_micros(value)
    if name == "size" and isinstance(value, str):
        digits = re.match(r"\d+", re.sub(r"(?<=\d)[., '](?=\d{3}\b)", "", value.strip()))
        return int(digits[0][:12]) if digits else None
    if isinstance(value, list | tuple):
        return " ".join(str(item) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return value


def when(value: Any) -> datetime | None:
    """Read a time that is a datetime or ISO text; None where it is neither. Without a zone it is UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
