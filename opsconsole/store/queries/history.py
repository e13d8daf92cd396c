"""What happened on a subject before a run began, in words: what a model is told of it."""

import sqlite3

from opsconsole.store.queries.content import decode
from opsconsole.store.rows import RunRow
from opsconsole.store.times import from_micros

MOST = 12
"""Lines told at most; the newest are kept."""


def of_subject(conn: sqlite3.Connection, run: RunRow) -> tuple[str, ...]:
    """Return earlier events on a run's subject with what became of them, and what people decided, oldest first."""
    rows = conn.execute(
        "SELECT e.id, e.occurred_at, e.kind, c.bytes, r.category, r.state, r.outcome FROM event e"
        " JOIN content c ON c.id = e.content_id LEFT JOIN run r ON r.event_id = e.id AND r.agent_id = ?"
        " WHERE e.subject_id = ? AND e.id < ? ORDER BY e.id DESC LIMIT ?",
        (run.agent_id, run.subject_id, run.event_id, MOST),
    ).fetchall()
    lines: list[str] = []
    for event, at, kind, body, category, state, outcome in reversed(rows):
        title = decode(body).get("title", "")
        became = f"; {category or 'not told'}, {state}: {outcome or 'not over yet'}" if state else ""
        lines.append(f"{from_micros(int(at)):%Y-%m-%d %H:%M} {kind} {title!r}{became}")
        lines += _decisions(conn, event, str(run.agent_id))
    return tuple(lines[-MOST:])


def has_untrusted(conn: sqlite3.Connection, run: RunRow) -> bool:
    """Return whether an earlier event on a run's subject was written by somebody who is not trusted."""
    row = conn.execute(
        "SELECT 1 FROM event WHERE subject_id = ? AND id < ? AND is_untrusted = 1 LIMIT 1",
        (run.subject_id, run.event_id),
    ).fetchone()
    return row is not None


def _decisions(conn: sqlite3.Connection, event: int, agent: str) -> list[str]:
    rows = conn.execute(
        "SELECT a.tool, d.verb, c.bytes FROM run r JOIN action a ON a.run_id = r.id"
        " JOIN approval p ON p.action_id = a.id JOIN decision d ON d.approval_id = p.id"
        " LEFT JOIN content c ON c.id = d.content_id WHERE r.event_id = ? AND r.agent_id = ? ORDER BY d.id",
        (event, agent),
    ).fetchall()
    found: list[str] = []
    for tool, verb, words in rows:
        said: dict[str, str] = {} if words is None else decode(words)
        reason = said.get("reason") or said.get("answer") or ""
        found.append(f"the lead decided on {tool}: {verb}{f' ({reason})' if reason else ''}")
    return found
