"""Search among given texts in an index of their own, so that no ranking knows the words of any other."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from itertools import islice
from typing import Any

from opsconsole.store.queries.desk.records import match_of

AMONG = 500
"""So many of the newest texts that hold one of the words are ranked; the rest would cost more than it tells."""
_INDEX = (
    "CREATE VIRTUAL TABLE found USING fts5(text, kind UNINDEXED, record_id UNINDEXED,"
    " tokenize = 'porter unicode61 remove_diacritics 2')"
)


def search(texts: Iterable[tuple[str, int, str]], wanted: str, *, limit: int) -> list[dict[str, Any]]:
    """Return the texts, told newest first as (kind, record, text), that hold words of a wanted one, best first."""
    match = match_of(wanted)
    if not match:
        return []
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
        conn.execute(_INDEX)
        left = iter(texts)
        while some := list(islice(left, AMONG)):
            conn.executemany("INSERT INTO found (kind, record_id, text) VALUES (?, ?, ?)", some)
            conn.execute("DELETE FROM found WHERE rowid NOT IN (SELECT rowid FROM found WHERE found MATCH ?)", (match,))
            if conn.execute("SELECT count(*) FROM found").fetchone()[0] >= AMONG:
                break
        conn.execute("DELETE FROM found WHERE rowid NOT IN (SELECT rowid FROM found ORDER BY rowid LIMIT ?)", (AMONG,))
        rows = conn.execute(
            "SELECT kind, record_id, snippet(found, 0, '', '', '…', 24) FROM found WHERE found MATCH ?"
            " ORDER BY rank, rowid LIMIT ?",
            (match, limit),
        )
        return [{"kind": row[0], "id": row[1], "text": row[2]} for row in rows]
