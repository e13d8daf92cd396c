"""Where people put what came in: folders, queues and tags, and the events that lie there."""

import json
import sqlite3
from collections.abc import Iterator

MOST = 200_000
"""Events of each kind that are looked through."""
_FOLDERS = (
    "SELECT e.connection_id, e.kind, 'folder', json_extract(CAST(c.bytes AS TEXT), '$.fields.folder'), e.id"
    " FROM event e JOIN content c ON c.id = e.content_id WHERE e.kind = 'mail.received' AND c.bytes IS NOT NULL"
    " ORDER BY e.id DESC LIMIT ?"
)
_QUEUES = (
    "SELECT e.connection_id, e.kind, 'queue', t.queue, e.id FROM event e JOIN content c ON c.id = e.content_id"
    " JOIN desk_ticket t ON t.id = json_extract(CAST(c.bytes AS TEXT), '$.fields.ticket_id')"
    " WHERE e.kind = 'ticket.created' AND c.bytes IS NOT NULL AND NOT EXISTS (SELECT 1 FROM desk_history h"
    " WHERE h.kind = 'ticket' AND h.record_id = t.id AND h.field = 'queue' AND h.actor LIKE 'agent:%')"
    " ORDER BY e.id DESC LIMIT ?"
)
_ACTS = (
    "SELECT e.connection_id, e.kind, CAST(c.bytes AS TEXT), e.id FROM human_act h"
    " JOIN content c ON c.id = h.args_id"
    " JOIN event e ON e.subject_id = h.subject_id AND e.connection_id = h.connection_id"
    " WHERE e.kind IN ('mail.received', 'ticket.created') AND c.bytes IS NOT NULL AND (h.about = ''"
    " OR h.about = e.external_id OR substr(e.external_id, 1, length(h.about) + 1) = h.about || '#')"
    " ORDER BY h.id DESC LIMIT ?"
)
_NAMES = {"folder": "folder", "queue": "queue", "tag": "tag", "flag": "tag"}
"""Argument of an act → what it names."""


def placed(conn: sqlite3.Connection, *, most: int = MOST) -> Iterator[tuple[str, str, str, str, int]]:
    """Yield (connection, kind of event, `folder`, `queue` or `tag`, its name, event); an event may come more than once.

    What agents did is left out; the newest of each comes first.
    """
    for query in (_FOLDERS, _QUEUES):
        for connection, kind, field, place, event in conn.execute(query, (most,)):
            if place and isinstance(place, str):
                yield connection, kind, field, place, event
    for connection, kind, text, event in conn.execute(_ACTS, (most,)):
        args = json.loads(text)
        for name, field in _NAMES.items():
            if isinstance(place := args.get(name), str) and place and args.get("is_on", True):
                yield connection, kind, field, place, event
