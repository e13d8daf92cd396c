"""A row of a ticket table as what happened: the ticket as it came, without what people made of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from opsconsole.connectors.files import ImportRecord
from opsconsole.connectors.files.cells.dates import DateLook, moment_of
from opsconsole.connectors.files.columns import normal
from opsconsole.domain.event import IncomingEvent
from opsconsole.store.queries.desk import records as desk
from opsconsole.store.transaction import Transaction

SORTED = ("assigned at", "first assigned at", "initially assigned at", "triaged at", "routed at", "queue changed at")
"""Columns, normalised, that tell when a ticket was sorted."""


def past_ticket(tx: Transaction, row: ImportRecord, created_at: datetime | None) -> IncomingEvent | None:
    """Return the creation of a ticket that is on the desk; None where nobody knows when that was."""
    number = desk.number_of(tx.conn, "ticket", row.external_id)
    if created_at is None or number is None:
        return None
    sorted_at = _moment(row.fields.get("extra") or {})
    told = {} if sorted_at is None else {"sorted_at": sorted_at.isoformat()}
    return IncomingEvent(
        external_id=f"ticket:{row.external_id}:created",
        kind="ticket.created",
        subject=f"ticket:{number}",
        occurred_at=created_at,
        title=str(row.fields.get("title") or ""),
        text=str(row.fields.get("description") or ""),
        sender=str(row.fields.get("requester_email") or ""),
        sender_name=str(row.fields.get("requester_name") or ""),
        fields={
            "ticket_id": number,
            "columns": list(row.columns),
            "requester_id": str(row.fields.get("requester_id") or ""),
            **told,
        },
        problems=row.problems,
    )


def _moment(extra: Mapping[str, Any]) -> datetime | None:
    """Return the earliest time at which the table says that the ticket was sorted."""
    cells = [str(value) for name, value in extra.items() if normal(name) in SORTED and value]
    found = [moment for cell in cells if (moment := moment_of(cell, DateLook())) is not None]
    # One that can be read two ways, or by an unknown zone, proves no time.
    return min((moment.at for moment in found if not moment.is_guess and not moment.unread), default=None)
