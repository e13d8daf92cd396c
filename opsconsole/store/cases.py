"""Cases: past events with their right category, and the search for the nearest ones.

Functions over a connection; the caller owns the transaction. No learning here: what the numbers mean for
triage is the business of `opsconsole.brains.triage`.

As of a time: `nearest` and `iter_cases` take `as_of`, and then see only cases that had occurred, been
recorded and not been retired before it. The text index's own word statistics span the whole table (they only
choose which candidates come back, and triage measures those again with the statistics of the cases it has
learned); for statistics that are strict too, copy the visible cases into a second database made by migration 3.
A retired case stays, for look-ups as of before.
"""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

MAX_TERMS = 24
"""Words of one search. Of a longer text the rarest are searched."""

READ_BUDGET = 1_200
"""Index rows that one search may read beyond its rarest word.

What a search costs hangs on it, whatever the size.
"""

_MAX_PROBED = 120
_MAX_CHARS = 20_000
_MAX_WORD = 64
_WORD = re.compile(r"[^\W_]+")
_ALL = """
SELECT c.id, c.category, c.text, c.occurred_at FROM cases c
WHERE c.scope = :scope
  AND (:as_of IS NULL AND c.retired_at IS NULL
       OR c.occurred_at < :as_of AND c.created_at < :as_of
          AND (c.retired_at IS NULL OR c.retired_at >= :as_of))
ORDER BY c.occurred_at, c.id
"""
_NEAREST = """
SELECT c.id, c.category, c.text, -f.rank FROM cases_text f JOIN cases c ON c.id = f.rowid
WHERE f.cases_text MATCH :query AND c.scope = :scope
  AND (:as_of IS NULL AND c.retired_at IS NULL
       OR c.occurred_at < :as_of AND c.created_at < :as_of
          AND (c.retired_at IS NULL OR c.retired_at >= :as_of))
ORDER BY f.rank LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """A case found near a text."""

    case_id: int
    category: str
    text: str
    score: float
    """BM25, larger is nearer. Comparable within one answer only."""


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case as kept."""

    case_id: int
    category: str
    text: str
    occurred_at: int


def add_case(
    conn: sqlite3.Connection,
    *,
    scope: str,
    category: str,
    text: str,
    source: str,
    occurred_at: int,
    created_at: int,
    event_id: str | None = None,
) -> int:
    """Store a case and return its id. Times in microseconds since 1970, UTC."""
    cursor = conn.execute(
        "INSERT INTO cases (scope, category, text, source, event_id, occurred_at, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (scope, category, text, source, event_id, occurred_at, created_at),
    )
    case_id = cursor.lastrowid
    if case_id is None:  # Cannot be: an INSERT of one row sets it.
        raise RuntimeError("SQLite gave no id for the new case")
    return case_id


def retire_case(conn: sqlite3.Connection, case_id: int, *, retired_at: int) -> bool:
    """Take a case out of use from `retired_at` (microseconds) on.

    False where it was out of use or unknown.
    """
    cursor = conn.execute("UPDATE cases SET retired_at = ? WHERE id = ? AND retired_at IS NULL", (retired_at, case_id))
    return cursor.rowcount == 1


def of_event(conn: sqlite3.Connection, event_id: str, *, scope: str, source: str) -> list[int]:
    """Return the cases in use that came of an event in one way."""
    rows = conn.execute(
        "SELECT id FROM cases WHERE scope = ? AND event_id = ? AND source = ? AND retired_at IS NULL ORDER BY id",
        (scope, event_id, source),
    )
    return [row[0] for row in rows]


def iter_cases(conn: sqlite3.Connection, scope: str, *, as_of: int | None = None) -> Iterator[StoredCase]:
    """The cases in use of one scope in the order of their time, then id."""
    rows = conn.execute(
        _ALL,
        {"scope": scope, "as_of": as_of},
    )
    for case_id, category, text, occurred_at in rows:
        yield StoredCase(case_id=case_id, category=category, text=text, occurred_at=occurred_at)


def nearest(conn: sqlite3.Connection, text: str, *, scope: str, limit: int, as_of: int | None = None) -> list[Hit]:
    """The `limit` cases of a scope nearest to any text whatever, nearest first; equal ones by id.

    BM25 (Robertson and Zaragoza, 2009) as FTS5 computes it, over the text's informative words only: reading
    every row that has "the" would cost more than all the rest together.
    """
    is_empty = conn.execute("SELECT 1 FROM cases WHERE scope = ? LIMIT 1", (scope,)).fetchone() is None
    if is_empty or limit < 1:
        return []
    query = _match_query(conn, text)
    if not query:
        return []
    rows = conn.execute(
        _NEAREST,
        {"query": query, "scope": scope, "as_of": as_of, "limit": limit},
    )
    hits = [Hit(case_id=row[0], category=row[1], text=row[2], score=row[3]) for row in rows]
    return sorted(hits, key=lambda hit: (-hit.score, hit.case_id))


def _match_query(conn: sqlite3.Connection, text: str) -> str:
    """A MATCH expression of the text's rarest words, each quoted, joined by OR; empty where none is known.

    A word is letters and digits only, so no quote, operator or NUL can reach the query's grammar.
    """
    found = _WORD.findall(text[:_MAX_CHARS].lower())
    candidates = [word[:_MAX_WORD] for word in dict.fromkeys(found)][:_MAX_PROBED]
    if not candidates:
        return ""
    counted: list[tuple[int, str]] = []
    for word in candidates:
        seen: int = conn.execute(
            "SELECT count(*) FROM (SELECT 1 FROM cases_text WHERE cases_text MATCH ? LIMIT ?)",
            (f'"{word}"', READ_BUDGET + 1),
        ).fetchone()[0]
        if seen:
            counted.append((seen, word))
    counted.sort()
    chosen: list[str] = []
    left = READ_BUDGET
    for seen, word in counted[:MAX_TERMS]:
        left -= seen
        if chosen and left < 0:
            break
        chosen.append(word)
    return " OR ".join(f'"{word}"' for word in chosen)
