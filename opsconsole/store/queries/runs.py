"""What the engine works on: runs, turns, actions, effects, approvals, rulings."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsconsole.domain.enums import ActionState, EffectState, Hold, RunState, Verdict
from opsconsole.domain.ids import ActionId, AgentId, ApprovalId, EffectId, EventId, RunId, SubjectId, VersionId
from opsconsole.store.queries.content import decode
from opsconsole.store.rows import ActionRow, EffectRow, RulingRow, RunRow
from opsconsole.store.times import from_micros, maybe_from_micros, to_micros

_RUN = (
    "SELECT id, event_id, agent_id, version_id, subject_id, state, category, confidence, turns, attempts,"
    " cost_micros, queued_at, started_at, finished_at, outcome, error FROM run"
)
_ACTION = (
    "SELECT a.id, a.run_id, a.turn, a.position, a.tool, a.subject_id, c.bytes, a.digest, a.is_write, a.category,"
    " a.state, a.result_id, r.bytes,"
    " (SELECT verdict FROM ruling WHERE action_id = a.id ORDER BY id DESC LIMIT 1),"
    " a.account, a.is_in_doubt"
    " FROM action a JOIN content c ON c.id = a.args_id LEFT JOIN content r ON r.id = a.result_id"
)
_OPEN_EFFECT = "state IN ('prepared','sending','unknown')"
"""SQLite takes a partial index only where the query says the index's own condition, word for word."""
_EFFECT = (
    "SELECT id, action_id, verdict, approval_id, state, key, not_before, is_held, attempts, agent_id, grant_id,"
    " error, account FROM effect"
)


def _run(row: Sequence[Any]) -> RunRow:
    return RunRow(
        RunId(row[0]),
        EventId(row[1]),
        AgentId(row[2]),
        VersionId(row[3]),
        SubjectId(row[4]),
        RunState(row[5]),
        row[6],
        row[7],
        row[8],
        row[9],
        row[10],
        from_micros(int(row[11])),
        maybe_from_micros(row[12]),
        maybe_from_micros(row[13]),
        row[14],
        row[15],
    )


def _action(row: Sequence[Any]) -> ActionRow:
    return ActionRow(
        ActionId(row[0]),
        RunId(row[1]),
        row[2],
        row[3],
        row[4],
        SubjectId(row[5]),
        decode(row[6]),
        row[7],
        bool(row[8]),
        row[9],
        ActionState(row[10]),
        None if row[11] is None else decode(row[12]),
        None if row[13] is None else Verdict[row[13]],
        row[14],
        bool(row[15]),
    )


def _effect(row: Sequence[Any]) -> EffectRow:
    return EffectRow(
        EffectId(row[0]),
        ActionId(row[1]),
        Verdict[row[2]],
        None if row[3] is None else ApprovalId(row[3]),
        EffectState(row[4]),
        row[5],
        from_micros(int(row[6])),
        Hold(row[7]),
        row[8],
        AgentId(row[9]),
        row[10],
        row[11],
        row[12],
    )


def run(conn: sqlite3.Connection, run_id: int) -> RunRow | None:
    """Return a run; None where there is none."""
    row = conn.execute(f"{_RUN} WHERE id = ?", (run_id,)).fetchone()
    return None if row is None else _run(row)


def last_of(conn: sqlite3.Connection, event: int, agent: str) -> RunRow | None:
    """Return the last run of an agent on an event; None where it never worked it."""
    row = conn.execute(
        f"{_RUN} WHERE event_id = ? AND agent_id = ? ORDER BY id DESC LIMIT 1", (event, agent)
    ).fetchone()
    return None if row is None else _run(row)


def queued(
    conn: sqlite3.Connection, *, limit: int, without: Sequence[int] = ()
) -> list[tuple[RunId, AgentId, SubjectId]]:
    """Return up to `limit` queued runs of each agent, oldest first."""
    found: list[tuple[RunId, AgentId, SubjectId]] = []
    skipped = set(without)
    for (agent,) in conn.execute("SELECT id FROM agent ORDER BY id").fetchall():
        rows = conn.execute(
            "SELECT id, subject_id FROM run WHERE state = 'queued' AND state IN ('queued','running','waiting')"
            " AND agent_id = ? ORDER BY id LIMIT ?",
            (agent, limit + len(skipped)),
        ).fetchall()
        fresh = [row for row in rows if row[0] not in skipped]
        found += [(RunId(row[0]), AgentId(agent), SubjectId(row[1])) for row in fresh[:limit]]
    return found


def run_counts(conn: sqlite3.Connection) -> dict[str, int]:
    """Return the number of runs in each open state."""
    return dict(
        conn.execute(
            "SELECT state, count(*) FROM run WHERE state IN ('queued','running','waiting') GROUP BY state"
        ).fetchall()
    )


def turns(conn: sqlite3.Connection, run_id: int, *, first: int = 0) -> list[dict[str, Any]]:
    """Return the stored turns of a run from number `first` on, in order."""
    rows = conn.execute(
        "SELECT c.bytes FROM turn t JOIN content c ON c.id = t.content_id WHERE t.run_id = ? AND t.number >= ?"
        " ORDER BY t.number",
        (run_id, first),
    )
    return [decode(row[0]) for row in rows]


def actions(conn: sqlite3.Connection, run_id: int) -> list[ActionRow]:
    """Return the actions of a run, in order."""
    rows = conn.execute(f"{_ACTION} WHERE a.run_id = ? ORDER BY a.turn, a.position", (run_id,))
    return [_action(row) for row in rows]


def action(conn: sqlite3.Connection, action_id: str) -> ActionRow | None:
    """Return an action; None where there is none."""
    row = conn.execute(f"{_ACTION} WHERE a.id = ?", (action_id,)).fetchone()
    return None if row is None else _action(row)


def account(conn: sqlite3.Connection, action_id: str) -> str | None:
    """Return which account of its connection an action is for; None where that was not kept."""
    row = conn.execute("SELECT account FROM action WHERE id = ?", (action_id,)).fetchone()
    return None if row is None else row[0]


def args_salt(conn: sqlite3.Connection, action_id: str) -> bytes:
    """Return the salt under which an action's arguments are stored."""
    row = conn.execute(
        "SELECT c.salt FROM action a JOIN content c ON c.id = a.args_id WHERE a.id = ?", (action_id,)
    ).fetchone()
    return b"" if row is None else row[0]


def effect(conn: sqlite3.Connection, effect_id: int) -> EffectRow | None:
    """Return an effect; None where there is none."""
    row = conn.execute(f"{_EFFECT} WHERE id = ?", (effect_id,)).fetchone()
    return None if row is None else _effect(row)


def sent_at(conn: sqlite3.Connection, effect_id: int) -> datetime:
    """Return when an effect was last sent, or made where it never was."""
    row = conn.execute("SELECT coalesce(sent_at, created_at) FROM effect WHERE id = ?", (effect_id,)).fetchone()
    return from_micros(int(row[0]))


def effect_of(conn: sqlite3.Connection, action_id: str) -> EffectRow | None:
    """Return the effect of an action; None where there is none."""
    row = conn.execute(f"{_EFFECT} WHERE action_id = ?", (action_id,)).fetchone()
    return None if row is None else _effect(row)


def due_effects(conn: sqlite3.Connection, *, now: datetime, limit: int = 256) -> list[EffectRow]:
    """Return prepared effects whose time has come and that no switch holds."""
    rows = conn.execute(
        f"{_EFFECT} WHERE state = 'prepared' AND {_OPEN_EFFECT} AND not_before <= ? AND is_held = 0"
        " ORDER BY not_before, id LIMIT ?",
        (to_micros(now), limit),
    )
    return [_effect(row) for row in rows]


def effects_in(conn: sqlite3.Connection, state: EffectState) -> list[EffectRow]:
    """Return the effects in an open state."""
    rows = conn.execute(f"{_EFFECT} WHERE state = ? AND {_OPEN_EFFECT} ORDER BY id", (state.value,))
    return [_effect(row) for row in rows]


def next_due(conn: sqlite3.Connection) -> datetime | None:
    """Return when the next prepared effect or timer is due."""
    row = conn.execute(
        "SELECT min(at) FROM (SELECT min(not_before) AS at FROM effect WHERE state = 'prepared'"
        " AND state IN ('prepared','sending','unknown') AND is_held = 0"
        " UNION ALL SELECT min(due_at) FROM timer)"
    ).fetchone()
    return maybe_from_micros(row[0])


def due_timers(conn: sqlite3.Connection, *, now: datetime) -> list[tuple[int, str, str]]:
    """Return (id, kind, ref) of the timers whose time has come."""
    return conn.execute(
        "SELECT id, kind, ref FROM timer WHERE due_at <= ? ORDER BY due_at, id LIMIT 512", (to_micros(now),)
    ).fetchall()


def timers_due_at(conn: sqlite3.Connection, kind: str) -> list[datetime]:
    """Return when each timer of a kind is due."""
    return [from_micros(int(row[0])) for row in conn.execute("SELECT due_at FROM timer WHERE kind = ?", (kind,))]


def has_timer(conn: sqlite3.Connection, kind: str, ref: str) -> bool:
    """Return whether a timer is set."""
    return conn.execute("SELECT 1 FROM timer WHERE kind = ? AND ref = ?", (kind, ref)).fetchone() is not None


def subject_mark(conn: sqlite3.Connection, subject_id: int, *, without_run: int | None = None) -> int:
    """Return the id of the latest change of a subject that another than `without_run` made; 0 for none."""
    row = conn.execute(
        "SELECT max(id) FROM subject_change WHERE subject_id = ? AND (run_id IS NULL OR run_id IS NOT ?)",
        (subject_id, without_run),
    ).fetchone()
    return row[0] or 0


@dataclass(frozen=True, slots=True)
class SubjectChange:
    """Something that happened on a subject."""

    what: str
    at: datetime
    agent: str | None
    """Whose run did it; None for people and for what came in."""
    run: int | None


def subject_changes(conn: sqlite3.Connection, subject_id: int, *, after: int, without_run: int) -> list[SubjectChange]:
    """Return what others than a run changed on a subject since a mark, in order."""
    rows = conn.execute(
        "SELECT s.what, s.at, r.agent_id, s.run_id FROM subject_change s LEFT JOIN run r ON r.id = s.run_id"
        " WHERE s.subject_id = ? AND s.id > ? AND (s.run_id IS NULL OR s.run_id IS NOT ?) ORDER BY s.id",
        (subject_id, after, without_run),
    )
    return [SubjectChange(row[0], from_micros(row[1]), row[2], row[3]) for row in rows]


def has_open_actions(conn: sqlite3.Connection, run_id: int) -> bool:
    """Return whether a run has actions without a result."""
    row = conn.execute(
        "SELECT 1 FROM action WHERE run_id = ? AND state IN ('proposed', 'waiting') LIMIT 1", (run_id,)
    ).fetchone()
    return row is not None


def rulings(conn: sqlite3.Connection, action_id: str) -> list[RulingRow]:
    """Return every ruling on an action, in order."""
    rows = conn.execute(
        "SELECT id, action_id, phase, at, verdict, hold_until, reasons, if_live, moment FROM ruling"
        " WHERE action_id = ? ORDER BY id",
        (action_id,),
    )
    return [
        RulingRow(
            row[0],
            ActionId(row[1]),
            row[2],
            from_micros(int(row[3])),
            Verdict[row[4]],
            maybe_from_micros(row[5]),
            tuple(json.loads(row[6])),
            row[7],
            tuple(json.loads(row[8] or "[]")),
        )
        for row in rows
    ]
