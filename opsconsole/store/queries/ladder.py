"""Steps up and down of agents' cells, and the decisions drawn by coin for a person to make first."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsconsole.domain.enums import Level
from opsconsole.policy.trials import Counted
from opsconsole.store.countedpair import counted_pair
from opsconsole.store.times import date_of, day_of, from_micros, maybe_from_micros, to_micros

_DEMOTION = (
    "SELECT id, agent_id, category, tool, was, ceiling, trigger, why, ground, actor, at, lifted_at, lifted_by"
    " FROM demotion"
)
_PROMOTION = (
    "SELECT id, agent_id, category, tool, was, rung, version_id, decides, is_proven, snapshot, reason, actor, at"
    " FROM promotion"
)
_DRAW = (
    "SELECT run_id, agent_id, version_id, category, drawn_at, answered_at, actor, answer_id, pair_id, closed_why"
    " FROM draw"
)
_OPEN = "answered_at IS NULL AND closed_at IS NULL"
_DRAWN_PAIRS = (
    "SELECT c.tool, c.level, d.version_id, p.id, p.occurred_at, p.about, p.subject_id, p.verdict, p.severity,"
    " p.is_blind, p.is_failed, p.excluded, (SELECT a.verdict FROM adjudication a WHERE a.pair_id = p.id"
    " AND a.is_repeat = 0 ORDER BY a.id DESC LIMIT 1), d.drawn_at FROM draw d JOIN draw_cell c ON c.run_id = d.run_id"
    " JOIN pair p ON p.id = d.pair_id WHERE d.agent_id = ? AND d.category = ? ORDER BY p.occurred_at, p.id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demotion:
    """A step down of one cell."""

    id: int
    agent: str
    category: str
    tool: str
    was: Level
    ceiling: Level
    trigger: str
    why: str
    ground: str
    actor: str
    at: datetime
    lifted_at: datetime | None
    lifted_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """A step up, as a person signed it."""

    id: int
    agent: str
    category: str
    tool: str
    """Empty: the category's stage."""
    was: str
    rung: str
    version: int
    decides: str
    is_proven: bool
    snapshot: Mapping[str, Any]
    reason: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """A decision that a person makes first."""

    run: int
    agent: str
    version: int
    category: str
    drawn_at: datetime
    answered_at: datetime | None
    actor: str
    answer: int | None
    """Content: what the person would do."""
    pair: int | None
    closed: str = ""
    """Why nobody is asked any more though nobody decided it: seen, compared, cancelled, dismissed; empty: it is not."""


@dataclass(frozen=True, slots=True)
class Audited:
    """A drawn decision that a person made too, as one of its cells counts it."""

    tool: str
    level: Level
    version: int
    pair: int
    counted: Counted
    drawn_at: datetime
    """When it was decided: an event's own date may be long over, and who sent it wrote that."""


def ceiling(conn: sqlite3.Connection, agent: str, category: str, tool: str) -> Demotion | None:
    """Return the step down that holds a cell lowest now; None where none does."""
    row = conn.execute(
        f"{_DEMOTION} WHERE agent_id = ? AND category = ? AND tool = ? AND lifted_at IS NULL"
        " ORDER BY ceiling, id DESC LIMIT 1",
        (agent, category, tool),
    ).fetchone()
    return None if row is None else _demotion(row)


def in_force(conn: sqlite3.Connection, agent: str | None = None) -> list[Demotion]:
    """Return the steps down that hold now, the newest first."""
    where = "(?1 IS NULL OR agent_id = ?1) AND lifted_at IS NULL"
    return [_demotion(row) for row in conn.execute(f"{_DEMOTION} WHERE {where} ORDER BY at DESC, id DESC", (agent,))]


def demotions(conn: sqlite3.Connection, agent: str) -> list[Demotion]:
    """Return every step down of an agent, the newest first."""
    return [_demotion(row) for row in conn.execute(f"{_DEMOTION} WHERE agent_id = ? ORDER BY id DESC", (agent,))]


def latest_fall(conn: sqlite3.Connection, agent: str, category: str, tool: str) -> datetime | None:
    """Return when a cell was last taken down for a reason that still stands; what it did before counts no more."""
    row = conn.execute(
        "SELECT max(at) FROM demotion WHERE agent_id = ? AND category = ? AND tool = ?"
        " AND (lifted_at IS NULL OR promotion_id IS NOT NULL)",
        (agent, category, tool),
    ).fetchone()
    return maybe_from_micros(row[0])


def promotions(conn: sqlite3.Connection, agent: str) -> list[Promotion]:
    """Return every step up of an agent, the newest first."""
    return [_promotion(row) for row in conn.execute(f"{_PROMOTION} WHERE agent_id = ? ORDER BY id DESC", (agent,))]


def between(conn: sqlite3.Connection, since: datetime, until: datetime) -> tuple[list[Promotion], list[Demotion]]:
    """Return what was stepped up and down in a time, its end left out, in order."""
    span = to_micros(since), to_micros(until)
    ups = conn.execute(f"{_PROMOTION} WHERE at >= ? AND at < ? ORDER BY at, id", span)
    downs = conn.execute(f"{_DEMOTION} WHERE at >= ? AND at < ? ORDER BY at, id", span)
    return [_promotion(row) for row in ups], [_demotion(row) for row in downs]


def draw(conn: sqlite3.Connection, run: int) -> Draw | None:
    """Return the draw of a run; None where it was not drawn."""
    return None if (row := conn.execute(f"{_DRAW} WHERE run_id = ?", (run,)).fetchone()) is None else _draw(row)


def draw_of_pair(conn: sqlite3.Connection, pair: int) -> Draw | None:
    """Return the draw that a pair came of; None for any other pair."""
    return None if (row := conn.execute(f"{_DRAW} WHERE pair_id = ?", (pair,)).fetchone()) is None else _draw(row)


def is_undecided(conn: sqlite3.Connection, run: int) -> bool:
    """Return whether a person is to decide a run's event before seeing what the agent did."""
    row = conn.execute(f"SELECT 1 FROM draw WHERE run_id = ? AND {_OPEN}", (run,)).fetchone()  # noqa: S608 - ours
    return row is not None


def has_pair(conn: sqlite3.Connection, run: int) -> bool:
    """Return whether a run is compared with what people did."""
    return conn.execute("SELECT 1 FROM pair WHERE run_id = ?", (run,)).fetchone() is not None


def open_draws(conn: sqlite3.Connection, agent: str | None = None, *, most: int = 1000) -> list[Draw]:
    """Return the drawn decisions that nobody made yet, the oldest first."""
    rows = conn.execute(
        f"{_DRAW} WHERE {_OPEN} AND (?1 IS NULL OR agent_id = ?1) ORDER BY drawn_at, run_id LIMIT ?2",
        (agent, most),
    )
    return [_draw(row) for row in rows]


def drawn(conn: sqlite3.Connection, agent: str, category: str, tool: str, *, level: Level, since: datetime) -> int:
    """Count the decisions of a cell that were drawn since at a level, up to 100: nobody asks for more."""
    (number,) = conn.execute(
        "SELECT count(*) FROM (SELECT 1 FROM draw_cell WHERE agent_id = ? AND category = ? AND tool = ?"
        " AND drawn_at >= ? AND level = ? LIMIT 100)",
        (agent, category, tool, to_micros(since), int(level)),
    ).fetchone()
    return int(number)


def decided(conn: sqlite3.Connection, agent: str, category: str, tool: str, *, since: datetime, most: int) -> int:
    """Count the effects of a cell since, up to so many."""
    (number,) = conn.execute(
        "SELECT count(*) FROM (SELECT 1 FROM effect e JOIN action a ON a.id = e.action_id WHERE e.agent_id = ?"
        " AND e.created_at >= ? AND a.tool = ? AND a.category = ? LIMIT ?)",
        (agent, to_micros(since), tool, category, most),
    ).fetchone()
    return int(number)


def audited(conn: sqlite3.Connection, agent: str, category: str) -> list[Audited]:
    """Return the drawn decisions of a category that a person made too, once a cell, in the order of their events."""
    return [
        Audited(
            row[0],
            Level(row[1]),
            row[2],
            row[3],
            counted_pair(*row[7:13], category=category, about=row[5], day=date_of(day_of(row[4])), thread=row[6]),
            from_micros(row[13]),
        )
        for row in conn.execute(_DRAWN_PAIRS, (agent, category))
    ]


def basis(conn: sqlite3.Connection, agent: str) -> dict[str, str]:
    """Return what an agent's evidence was gathered with, by name."""
    return dict(conn.execute("SELECT what, value FROM ladder_basis WHERE agent_id = ?", (agent,)).fetchall())


def basis_changes(conn: sqlite3.Connection, agent: str) -> dict[str, datetime]:
    """Return when what an agent's evidence was gathered with became another one, by name; not what never did."""
    rows = conn.execute(
        "SELECT what, changed_at FROM ladder_basis WHERE agent_id = ? AND changed_at IS NOT NULL", (agent,)
    )
    return {row[0]: from_micros(row[1]) for row in rows}


def _demotion(row: tuple[Any, ...]) -> Demotion:
    return Demotion(
        id=row[0],
        agent=row[1],
        category=row[2],
        tool=row[3],
        was=Level(row[4]),
        ceiling=Level(row[5]),
        trigger=row[6],
        why=row[7],
        ground=row[8],
        actor=row[9],
        at=from_micros(row[10]),
        lifted_at=maybe_from_micros(row[11]),
        lifted_by=row[12],
    )


def _promotion(row: tuple[Any, ...]) -> Promotion:
    return Promotion(
        id=row[0],
        agent=row[1],
        category=row[2],
        tool=row[3],
        was=row[4],
        rung=row[5],
        version=row[6],
        decides=row[7],
        is_proven=bool(row[8]),
        snapshot=json.loads(row[9]),
        reason=row[10],
        actor=row[11],
        at=from_micros(row[12]),
    )


def _draw(row: tuple[Any, ...]) -> Draw:
    return Draw(
        run=row[0],
        agent=row[1],
        version=row[2],
        category=row[3],
        drawn_at=from_micros(row[4]),
        answered_at=maybe_from_micros(row[5]),
        actor=row[6],
        answer=row[7],
        pair=row[8],
        closed=row[9],
    )
