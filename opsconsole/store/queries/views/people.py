"""Everything about one address, or about everybody at one domain: the events that name it, and their subjects."""

import json
import re
import sqlite3
from collections.abc import Iterator

from opsconsole.policy.context import texts_in
from opsconsole.store.queries.views.eventlist import terms

MOST = 5_000
"""So many of the newest events that may name it are looked at, where nobody wants more."""
_ADDRESS = re.compile(r"[^\s@<>\"',;]+@[\w-]+(?:\.[\w-]+)+")
_DOMAIN = re.compile(r"@?[\w-]+(?:\.[\w-]+)*\.[a-zA-Z]{2,24}")


def party_of(text: str) -> str:
    """Return the address or domain that a text is; empty where it is neither."""
    bare = text.strip().strip("<>").lower()
    if _ADDRESS.fullmatch(bare):
        return bare
    return bare.lstrip("@") if _DOMAIN.fullmatch(bare) else ""


def may_name(conn: sqlite3.Connection, party: str) -> int:
    """Return how many events may name an address or domain: all its words stand in them."""
    if not (words := terms(party)):
        return 0
    row = conn.execute("SELECT count(DISTINCT rowid >> 10) FROM search WHERE search MATCH ?", (words,)).fetchone()
    return int(row[0])


def events_about(conn: sqlite3.Connection, party: str, *, newest: int | None = MOST) -> list[int]:
    """Return the events that name an address or domain, newest first: in the mail, or in what was done about it.

    Args:
        conn: reads the workspace.
        party: the address or domain.
        newest: so many of those that may name it are looked at; None: all, which takes a second for some 10,000.
    """
    wanted = re.compile(rf"(?<![\w-]){re.escape(party)}(?![\w-]|\.\w)", re.IGNORECASE)
    if "@" in party:
        wanted = re.compile(rf"(?<![\w.+-]){re.escape(party)}(?![\w-]|\.\w)", re.IGNORECASE)
    if not (words := terms(party)):  # nothing in it can be looked for
        return []
    most = -1 if newest is None else newest
    rows = conn.execute(
        "SELECT DISTINCT rowid >> 10 FROM search WHERE search MATCH ? ORDER BY 1 DESC LIMIT ?",
        (words, most),
    )
    return [number for (number,) in rows.fetchall() if any(wanted.search(text) for text in _texts(conn, number))]


def subjects_about(conn: sqlite3.Connection, party: str, *, newest: int | None = MOST) -> list[int]:
    """Return the subjects of the events that name an address or domain, the newest first; `newest` as there."""
    rows = conn.execute(
        "SELECT e.subject_id, max(e.id) FROM json_each(?) j JOIN event e ON e.id = j.value GROUP BY 1 ORDER BY 2 DESC",
        (json.dumps(events_about(conn, party, newest=newest)),),
    )
    return [row[0] for row in rows]


def _texts(conn: sqlite3.Connection, event: int) -> Iterator[str]:
    """Yield what an event says, and the arguments of what agents wrote about it; what was erased is left out."""
    for (data,) in conn.execute(
        "SELECT c.bytes FROM event e JOIN content c ON c.id = e.content_id WHERE e.id = ?1 AND c.bytes IS NOT NULL"
        " UNION ALL SELECT c.bytes FROM run r JOIN action a ON a.run_id = r.id AND a.is_write = 1"
        " JOIN content c ON c.id = a.args_id WHERE r.event_id = ?1 AND c.bytes IS NOT NULL",
        (event,),
    ):
        yield "\n".join(texts_in(json.loads(data)))
