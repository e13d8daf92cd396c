"""Write steps up and down, draws, and what evidence was gathered with."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from opsconsole.domain.enums import Level
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction


def add_promotion(
    tx: Transaction,
    *,
    agent: str,
    category: str,
    tool: str,
    was: str,
    rung: str,
    version: int,
    decides: str,
    is_proven: bool,
    snapshot: Mapping[str, Any],
    reason: str,
    actor: str,
    now: datetime,
) -> int:
    """Keep a step up; give its number."""
    cursor = tx.conn.execute(
        "INSERT INTO promotion (agent_id, category, tool, was, rung, version_id, decides, is_proven, snapshot, reason,"
        " actor, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            agent,
            category,
            tool,
            was,
            rung,
            version,
            decides,
            is_proven,
            json.dumps(snapshot, sort_keys=True),
            reason,
            actor,
            to_micros(now),
        ),
    )
    tx.touch("agents")
    return cursor.lastrowid or 0


def add_demotion(
    tx: Transaction,
    *,
    agent: str,
    category: str,
    tool: str,
    was: Level,
    ceiling: Level,
    trigger: str,
    why: str,
    ground: str,
    actor: str,
    now: datetime,
) -> int:
    """Keep a step down; from now on it binds. Give its number."""
    cursor = tx.conn.execute(
        "INSERT INTO demotion (agent_id, category, tool, was, ceiling, trigger, why, ground, actor, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (agent, category, tool, int(was), int(ceiling), trigger, why, ground, actor, to_micros(now)),
    )
    tx.touch("agents")
    return cursor.lastrowid or 0


def bring_forward(tx: Transaction, agent: str, category: str, tool: str, *, now: datetime) -> None:
    """Have what a cell has prepared alone come before the gate at once, instead of at its time."""
    tx.conn.execute(
        "UPDATE effect SET not_before = ? WHERE state = 'prepared' AND approval_id IS NULL AND agent_id = ?"
        " AND not_before > ? AND action_id IN (SELECT id FROM action WHERE id = effect.action_id AND tool = ?"
        " AND category = ?)",
        (to_micros(now), agent, to_micros(now), tool, category),
    )
    tx.touch("effects")


def lift(tx: Transaction, demotion: int, *, actor: str, promotion: int | None, now: datetime) -> None:
    """End a step down: it was earned anew, or its ground fell away."""
    tx.conn.execute(
        "UPDATE demotion SET lifted_at = ?, lifted_by = ?, promotion_id = ? WHERE id = ? AND lifted_at IS NULL",
        (to_micros(now), actor, promotion, demotion),
    )
    tx.touch("agents")


def add_draw(tx: Transaction, run: int, *, agent: str, version: int, category: str, now: datetime) -> None:
    """Draw a decision for a person to make first; one that is drawn already stays so."""
    tx.conn.execute(
        "INSERT OR IGNORE INTO draw (run_id, agent_id, version_id, category, drawn_at) VALUES (?, ?, ?, ?, ?)",
        (run, agent, version, category, to_micros(now)),
    )
    tx.touch("draws")


def add_draw_cell(
    tx: Transaction, run: int, *, agent: str, category: str, tool: str, level: Level, now: datetime
) -> None:
    """Note that a drawn decision is a sample of a cell too."""
    tx.conn.execute(
        "INSERT OR IGNORE INTO draw_cell (run_id, tool, agent_id, category, level, drawn_at) VALUES (?, ?, ?, ?, ?, ?)",
        (run, tool, agent, category, int(level), to_micros(now)),
    )


def answer_draw(tx: Transaction, run: int, *, answer: int, actor: str, now: datetime) -> None:
    """A person made a drawn decision."""
    tx.conn.execute(
        "UPDATE draw SET answered_at = ?, actor = ?, answer_id = ? WHERE run_id = ?",
        (to_micros(now), actor, answer, run),
    )
    tx.touch("draws")


def close_draw(tx: Transaction, run: int, *, why: str, now: datetime) -> bool:
    """Ask nobody any more about a drawn decision that nobody made; False where there is none.

    Args:
        tx: the transaction.
        run: whose decision.
        why: seen, compared, cancelled or dismissed.
        now: aware.
    """
    cursor = tx.conn.execute(
        "UPDATE draw SET closed_at = ?, closed_why = ? WHERE run_id = ? AND answered_at IS NULL AND closed_at IS NULL",
        (to_micros(now), why, run),
    )
    if cursor.rowcount:
        tx.touch("draws")
    return cursor.rowcount == 1


def settle_draw(tx: Transaction, run: int, *, pair: int) -> None:
    """A drawn decision is compared with the agent's."""
    tx.conn.execute("UPDATE draw SET pair_id = ? WHERE run_id = ?", (pair, run))
    tx.touch("draws")


def set_basis(tx: Transaction, agent: str, values: Mapping[str, str], *, now: datetime) -> None:
    """Keep what an agent's evidence is gathered with from now on."""
    tx.conn.executemany(
        "INSERT INTO ladder_basis (agent_id, what, value, since) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (agent_id, what) DO UPDATE SET value = ?3, since = ?4, changed_at = ?4 WHERE value <> ?3",
        [(agent, what, value, to_micros(now)) for what, value in sorted(values.items())],
    )
