"""One row of an imported table."""

from dataclasses import dataclass
from typing import Any, Literal

RecordKind = Literal["contact", "company", "deal", "ticket"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecord:
    """A row in our words. A row with problems is kept and marked, never dropped."""

    kind: RecordKind
    external_id: str
    """The export's own id where it has one, else made from the row: the same row gives the same id."""
    fields: dict[str, Any]
    """JSON values under our names; times as ISO 8601 in UTC, days as `YYYY-MM-DD`; other columns under `extra`."""
    line: int
    """Line of the file on which the row begins, from 1."""
    problems: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    """Of our names those that the table has a column for."""
