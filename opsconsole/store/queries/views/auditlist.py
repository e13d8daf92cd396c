"""The audit trail as a list: numbers of the entries that fit, entries by number."""

import json
import sqlite3
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from opsconsole.store.queries.views.auditwords import NOTHING, What, whats
from opsconsole.store.queries.views.names import agent_names
from opsconsole.store.queries.views.people import MOST, events_about, party_of
from opsconsole.store.times import from_micros


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries; None is any."""

    kind: str | None = None
    actor: str | None = None
    """How the actor begins: `person:`, `agent:mira`, `engine`."""
    run: int | None = None
    text: str = ""
    newest: int | None = MOST
    """Where the text is an address or domain: of the events that may name it, so many are looked at; None: all."""

    @property
    def is_empty(self) -> bool:
        """All entries fit."""
        return self.kind is None and self.actor is None and self.run is None and not self.text.strip()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it was written."""

    seq: int
    at: datetime
    kind: str
    actor: str
    facts: dict[str, Any]
    """The rest."""
    blob: str
    chain: str
    """Hex."""
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    """The agents' by id, as people call them."""
    what: What = NOTHING
    """What it is about."""


_FIT = (
    "SELECT seq FROM audit WHERE (?1 IS NULL OR kind = ?1)"
    " AND (?2 IS NULL OR substr(json_extract(blob, '$.actor'), 1, length(?2)) = ?2)"
    " AND (?3 IS NULL OR instr(lower(blob), lower(?3)) > 0) AND seq > ?4 ORDER BY seq"
)
_FIT_PARTY = (
    "WITH about(event) AS MATERIALIZED (SELECT value FROM json_each(?5)),"
    " worked(run) AS MATERIALIZED (SELECT r.id FROM about JOIN run r ON r.event_id = about.event)"
    " SELECT seq FROM audit WHERE (?1 IS NULL OR kind = ?1)"
    " AND (?2 IS NULL OR substr(json_extract(blob, '$.actor'), 1, length(?2)) = ?2)"
    " AND (instr(lower(blob), lower(?3)) > 0 OR json_extract(blob, '$.event') IN (SELECT event FROM about)"
    " OR coalesce(run, CAST(json_extract(blob, '$.action') AS INTEGER)) IN (SELECT run FROM worked))"
    " AND (?6 IS NULL OR run = ?6) AND seq > ?4 ORDER BY seq"
)
"""Entries hold no address; those that name one are found by the events and runs that do."""
_FIT_RUN = (
    "SELECT seq FROM audit WHERE run = ?5 AND (?1 IS NULL OR kind = ?1)"
    " AND (?2 IS NULL OR substr(json_extract(blob, '$.actor'), 1, length(?2)) = ?2)"
    " AND (?3 IS NULL OR instr(lower(blob), lower(?3)) > 0) AND seq > ?4 ORDER BY seq"
)


def seqs(conn: sqlite3.Connection, wanted: AuditFilter, *, after: int = 0) -> "array[int]":
    """Return the numbers of the entries that fit, ascending, those above `after` only."""
    if wanted.is_empty:
        (last,) = conn.execute("SELECT coalesce(max(seq), 0) FROM audit").fetchone()
        return array("q", range(after + 1, last + 1))
    values = (wanted.kind, wanted.actor, wanted.text.strip() or None, after)
    if party := party_of(wanted.text):
        about = json.dumps(events_about(conn, party, newest=wanted.newest))
        return array("q", (row[0] for row in conn.execute(_FIT_PARTY, (*values, about, wanted.run))))
    if wanted.run is None:
        return array("q", (row[0] for row in conn.execute(_FIT, values)))
    return array("q", (row[0] for row in conn.execute(_FIT_RUN, (*values, wanted.run))))


def told_entries(conn: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, Entry]:
    """Return entries by number, with what they are about in people's words."""
    found = entries(conn, numbers)
    about = whats(conn, {number: entry.facts for number, entry in found.items()})
    return {number: replace(entry, what=about[number]) for number, entry in found.items()}


def entries(conn: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, Entry]:
    """Return entries by number, as they were written."""
    rows = conn.execute(
        "SELECT a.seq, a.blob, a.chain FROM json_each(?) j JOIN audit a ON a.seq = j.value",
        (json.dumps(list(numbers)),),
    )
    names = agent_names(conn)
    return {row[0]: replace(_entry(row), names=names) for row in rows}


def walk(conn: sqlite3.Connection, numbers: Sequence[int]) -> Iterator[Entry]:
    """Yield entries in the order of their numbers, some hundreds at a time."""
    for first in range(0, len(numbers), 500):
        part = list(numbers[first : first + 500])
        found = entries(conn, part)
        yield from (found[number] for number in part if number in found)


def _entry(row: Sequence[Any]) -> Entry:
    try:
        facts: dict[str, Any] = json.loads(row[1])
        at, kind, actor = datetime.fromisoformat(facts.pop("at")), str(facts.pop("kind")), str(facts.pop("actor"))
    except (ValueError, LookupError, TypeError, AttributeError):
        # Somebody changed it. One such entry must not hide the others; verifying tells of it.
        return Entry(row[0], from_micros(0), "unreadable", "unknown", {"text": str(row[1])}, str(row[1]), _hex(row[2]))
    facts.pop("seq", None)
    return Entry(row[0], at, kind, actor, facts, row[1], _hex(row[2]))


def _hex(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
