"""What a person is asked: the requests, those that wait, and those put off."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from opsconsole.domain.enums import ApprovalKind, ApprovalState, Verb
from opsconsole.domain.ids import ActionId, AgentId, ApprovalId
from opsconsole.store.queries.views.drawn import UNDECIDED_ACTIONS
from opsconsole.store.rows import ApprovalRow
from opsconsole.store.times import from_micros, maybe_from_micros, to_micros

_APPROVAL = (
    "SELECT id, kind, action_id, agent_id, digest, state, subject_mark, because, created_at, expires_at, is_escalated,"
    " snoozed_until FROM approval"
)
Mark = tuple[int, str, int, int]
"""A request's number and what of it can change while it waits: where it is the same, so is all that a list shows."""
_COUNT = "SELECT count(*) FROM approval"
_PLACE = "created_at, (SELECT min(id) FROM approval AS first WHERE first.action_id = approval.action_id), id"
"""The queue's order; what was taken back has its old place, also among those asked at the same moment."""
_SHOWN = "state = 'waiting' AND coalesce(snoozed_until, 0) <= coalesce(?, 1 << 62)"
_DECIDABLE = f"action_id NOT IN {UNDECIDED_ACTIONS}"
"""It is not one of those that a person decides before seeing them."""


def approval(conn: sqlite3.Connection, approval_id: int) -> ApprovalRow | None:
    """Return a request; None where there is none."""
    row = conn.execute(f"{_APPROVAL} WHERE id = ?", (approval_id,)).fetchone()
    return None if row is None else _approval(row)


def waiting_approvals(conn: sqlite3.Connection, *, limit: int = 1000, now: datetime | None = None) -> list[ApprovalRow]:
    """Return the requests that wait, oldest first; with `now`, without those put off until later."""
    rows = conn.execute(f"{_APPROVAL} WHERE {_SHOWN} ORDER BY {_PLACE} LIMIT ?", (now and to_micros(now), limit))
    return [_approval(row) for row in rows]


def waiting_marks(conn: sqlite3.Connection, *, now: datetime, is_put_off: bool) -> list[Mark]:
    """Return the marks of all that wait, oldest first, or of all that are put off, the one that is back first first.

    Those of decisions that a person makes first are not among them.
    """
    if is_put_off:
        where, place = f"state = 'waiting' AND snoozed_until > ? AND {_DECIDABLE}", "snoozed_until, id"
    else:
        where, place = f"{_SHOWN} AND {_DECIDABLE}", _PLACE
    rows = conn.execute(
        f"SELECT id, digest, coalesce(snoozed_until, 0), coalesce(expires_at, 0) FROM approval WHERE {where}"  # noqa: S608 - ours
        f" ORDER BY {place}",
        (to_micros(now),),
    )
    return [(int(row[0]), str(row[1]), int(row[2]), int(row[3])) for row in rows]


def waiting_count(conn: sqlite3.Connection, *, now: datetime | None = None) -> int:
    """Return the number of requests that wait; with `now`, without those put off until later.

    Those of decisions that a person makes first are not counted: these are, once each, by `drawn.open_count`.
    """
    row = conn.execute(f"{_COUNT} WHERE {_SHOWN} AND {_DECIDABLE}", (now and to_micros(now),)).fetchone()
    return int(row[0])


def all_waiting_count(conn: sqlite3.Connection) -> int:
    """Return the number of requests that wait, put off or not, also of decisions that a person makes first."""
    return int(conn.execute(f"{_COUNT} WHERE state = 'waiting'").fetchone()[0])


def is_any_decided(conn: sqlite3.Connection) -> bool:
    """Return whether a person ever decided anything."""
    return conn.execute("SELECT 1 FROM decision LIMIT 1").fetchone() is not None


def last_decision(conn: sqlite3.Connection, approval_id: int) -> tuple[Verb, datetime] | None:
    """Return what a person said last to a request, and when; None where nobody said anything."""
    row = conn.execute(
        "SELECT verb, at FROM decision WHERE approval_id = ? ORDER BY id DESC LIMIT 1", (approval_id,)
    ).fetchone()
    return None if row is None else (Verb(row[0]), from_micros(int(row[1])))


def approval_of(conn: sqlite3.Connection, action_id: str) -> ApprovalRow | None:
    """Return the latest request about an action."""
    row = conn.execute(f"{_APPROVAL} WHERE action_id = ? ORDER BY id DESC LIMIT 1", (action_id,)).fetchone()
    return None if row is None else _approval(row)


def was_shown_anew(conn: sqlite3.Connection, approval_id: int, *, run: int) -> bool:
    """Return whether the card of a request was bound to something else since it was asked.

    Args:
        conn: reads the workspace.
        approval_id: the request.
        run: of its action; entries are found by it.
    """
    row = conn.execute(
        "SELECT 1 FROM audit WHERE run = ? AND kind = 'approval.changed' AND json_extract(blob, '$.approval') = ?",
        (run, approval_id),
    ).fetchone()
    return row is not None


def is_asked(conn: sqlite3.Connection, action_id: str) -> bool:
    """Return whether a person is being asked about an action."""
    row = conn.execute("SELECT 1 FROM approval WHERE action_id = ? AND state = 'waiting'", (action_id,)).fetchone()
    return row is not None


def _approval(row: Sequence[Any]) -> ApprovalRow:
    return ApprovalRow(
        ApprovalId(row[0]),
        ApprovalKind(row[1]),
        ActionId(row[2]),
        AgentId(row[3]),
        row[4],
        ApprovalState(row[5]),
        row[6],
        row[7],
        from_micros(int(row[8])),
        maybe_from_micros(row[9]),
        bool(row[10]),
        maybe_from_micros(row[11]),
    )
