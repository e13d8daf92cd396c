"""What happened outside, and what it is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from opsconsole.domain.ids import ConnectionId, EventId, SubjectId


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingEvent:
    """An event as a connector hands it over; unique by (connection, external id)."""

    external_id: str
    """Stable name in the outside system: a Message-ID, a webhook id, `deal-17:stalled:2026-11-02`."""
    kind: str
    """Dotted, past tense: `mail.received`, `lead.created`, `deal.stalled`."""
    subject: str
    """What it is about, as `kind:key`: `thread:<id@host>`, `deal:17`, `person:ann@example.com`."""
    occurred_at: datetime
    """UTC."""
    title: str = ""
    text: str = ""
    """Plain text with quotes and markup stripped: what a brain reads."""
    sender: str = ""
    """Address in lower case; empty where there is none."""
    sender_name: str = ""
    is_verified: bool = False
    """The receiving system vouches that `sender` is the sender (DMARC pass, a signed webhook)."""
    is_untrusted: bool = True
    """A stranger can have written it."""
    recipients: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Typed values of the outside system, JSON only: `message_id`, `folder`, `deal_id`, `attachments` …"""
    problems: tuple[str, ...] = ()
    """What could not be read, in words; the raw form is kept."""
    raw: bytes | None = None
    """The original, kept where something could not be read or the connector wants it kept."""
    label: str | None = None
    """The right category where history tells it (an export's folder); never shown to a brain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A stored event; never changed."""

    id: EventId
    connection: ConnectionId
    external_id: str
    kind: str
    subject_id: SubjectId
    subject: str
    occurred_at: datetime
    received_at: datetime
    title: str
    text: str
    sender: str
    sender_name: str
    is_verified: bool
    is_untrusted: bool
    recipients: tuple[str, ...]
    fields: Mapping[str, Any]
    problems: tuple[str, ...]

    @property
    def precedent(self) -> str:
        """The text that a precedent of it is made of, and by which precedents of it are looked for."""
        return f"{self.title}\n\n{self.text}"
