"""What a wanted action waits for: `waiting` alone would say of an approved one that it still waits for a person."""

import sqlite3
from datetime import datetime

from opsconsole.store.times import to_micros

WHERE_IT_STANDS = (
    "CASE WHEN a.state <> 'waiting' THEN a.state ELSE coalesce("
    "(SELECT CASE WHEN p.snoozed_until > :now THEN 'put_off'"
    "  WHEN p.kind = 'unknown' THEN 'was_it_done' ELSE 'asked' END"
    "  FROM approval p WHERE p.action_id = a.id AND p.state = 'waiting'),"
    "(SELECT CASE x.state WHEN 'sending' THEN 'sending' WHEN 'unknown' THEN 'in_doubt' WHEN 'prepared' THEN"
    "  CASE WHEN x.is_held = 1 THEN 'paused' WHEN x.is_held = 2 THEN 'no_engine'"
    "  WHEN x.attempts > 0 AND x.approval_id IS NOT NULL THEN 'approved_retried'"
    "  WHEN x.attempts > 0 THEN 'retried'"
    "  WHEN x.approval_id IS NOT NULL THEN 'approved' ELSE 'prepared' END END"
    "  FROM effect x WHERE x.action_id = a.id),"
    "'waiting') END"
)
"""The state of an action `a` at `:now`; where that is `waiting`, its request and its effect tell which of `STANDS`."""


def stands(conn: sqlite3.Connection, action: str, *, now: datetime) -> str:
    """Return where an action stands at a moment."""
    row = conn.execute(
        f"SELECT {WHERE_IT_STANDS} FROM action a WHERE a.id = :action",  # noqa: S608 - no input in it
        {"action": action, "now": to_micros(now)},
    ).fetchone()
    return str(row[0])
