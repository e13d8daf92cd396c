"""A row of a table that could not be read whole, as something that a person can find in the feed."""

from datetime import datetime

from opsconsole.connectors.files import ImportRecord
from opsconsole.domain.event import IncomingEvent

KIND = "row.unread"


def unread_row(row: ImportRecord, *, source: str, at: datetime) -> IncomingEvent:
    """Return a marked row as an event that no agent works.

    Args:
        row: the row, with its problems.
        source: the file's name.
        at: when it was brought in.
    """
    fields = row.fields
    shown = next((str(fields[name]) for name in ("title", "name", "email", "domain") if fields.get(name)), "")
    return IncomingEvent(
        external_id=f"row:{row.kind}:{row.external_id}",
        kind=KIND,
        subject=f"row:{row.kind}:{row.external_id}",
        occurred_at=at,
        title=f"Line {row.line} of {source}" + (f": {shown}" if shown else ""),
        text=str((fields.get("extra") or dict[str, str]()).get("row") or ""),
        fields={"line": row.line, "of": row.kind},
        problems=row.problems,
    )
