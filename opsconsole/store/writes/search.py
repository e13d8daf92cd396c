"""Fill the full-text index: the words of events and of what agents wanted to write."""

from opsconsole.domain.event import IncomingEvent
from opsconsole.store.transaction import Transaction

MOST = 20_000
"""Characters indexed of one text; nobody searches for the end of a log file."""


def add_event(tx: Transaction, event_id: int, event: IncomingEvent) -> None:
    """Index a new event."""
    to = " ".join(event.recipients)
    text = f"{event.title} {event.sender} {event.sender_name} {to} {event.text[:MOST]}"
    tx.conn.execute("INSERT INTO search (rowid, text) VALUES (?, ?)", (event_id * 1024, text))


def add_arguments(tx: Transaction, run: int, *, tool: str, args_id: int) -> None:
    """Index what an agent, or a person in its place, wants to write. Past 1,023 texts an event takes no more."""
    tx.conn.execute(
        "INSERT INTO search (rowid, text) SELECT place, ?1 || ' ' || words FROM (SELECT r.event_id * 1024 AS first,"
        " (SELECT max(id) + 1 FROM search_docsize WHERE id BETWEEN r.event_id * 1024 AND r.event_id * 1024 + 1023)"
        " AS place, coalesce((SELECT substr(group_concat(atom, ' '), 1, ?4) FROM json_tree(CAST(c.bytes AS TEXT))"
        " WHERE atom IS NOT NULL), '') AS words FROM run r, content c WHERE r.id = ?2 AND c.id = ?3)"
        " WHERE place < first + 1024",
        (tool, run, args_id, MOST),
    )
