"""Write human acts, pairs, and what a person says of them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from opsconsole.domain.enums import Adjudication, Agreement, Severity
from opsconsole.domain.humanact import HumanAct
from opsconsole.store import evidencedays
from opsconsole.store.evidencedays import DayCell
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPair:
    """A pair to be written."""

    source: str
    agent: str
    version: int | None
    event: int
    run: int | None
    subject: int
    category: str
    confidence: float | None
    about: str
    """Of the customer or thread: only a salted digest, see `salted`."""
    occurred_at: datetime
    agreement: Agreement
    severity: Severity
    is_blind: bool
    is_failed: bool
    excluded: str
    body: Mapping[str, Any]


def add_act(tx: Transaction, connection: str, act: HumanAct, *, subject: int, now: datetime) -> tuple[int, int] | None:
    """Store an act unless it is known; give its id and the content id of its arguments."""
    known = tx.conn.execute(
        "SELECT 1 FROM human_act WHERE connection_id = ? AND external_id = ?", (connection, act.external_id)
    ).fetchone()
    if known is not None:
        return None
    args = tx.keep(dict(act.args))
    cursor = tx.conn.execute(
        "INSERT INTO human_act (connection_id, external_id, subject_id, tool, args_id, about, actor, at, seen_at,"
        " source) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            connection,
            act.external_id,
            subject,
            act.tool,
            args,
            act.about,
            act.actor,
            to_micros(act.at),
            to_micros(now),
            act.source,
        ),
    )
    tx.touch("pairs")
    return cursor.lastrowid or 0, args


def add_pair(tx: Transaction, new: NewPair, *, now: datetime) -> tuple[int, int] | None:
    """Store a pair unless there is one of this event, agent, version and source; give its id and its content id."""
    known = tx.conn.execute(
        "SELECT 1 FROM pair WHERE event_id = ? AND agent_id = ? AND version_id IS ? AND source = ?",
        (new.event, new.agent, new.version, new.source),
    ).fetchone()
    if known is not None:
        return None
    content = tx.keep(dict(new.body))
    cursor = tx.conn.execute(
        "INSERT INTO pair (source, agent_id, version_id, event_id, run_id, subject_id, category, confidence, about,"
        " occurred_at, made_at, verdict, severity, is_blind, is_failed, excluded, content_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.source,
            new.agent,
            new.version,
            new.event,
            new.run,
            new.subject,
            new.category,
            new.confidence,
            new.about,
            to_micros(new.occurred_at),
            to_micros(now),
            new.agreement.value,
            int(new.severity),
            new.is_blind,
            new.is_failed,
            new.excluded,
            content,
        ),
    )
    tx.touch("pairs")
    _count_day(tx, evidencedays.cell(tx.conn, new.agent, new.version, new.category, to_micros(new.occurred_at)))
    return cursor.lastrowid or 0, content


def change_pair(tx: Transaction, pair: int, new: NewPair) -> int:
    """Put what a pair says now in the place of what it said; give the content id."""
    _count(tx, pair)  # the day it may leave, where its category changes
    content = tx.keep(dict(new.body))
    tx.conn.execute(
        "UPDATE pair SET category = ?, confidence = ?, verdict = ?, severity = ?, is_blind = ?, is_failed = ?,"
        " excluded = ?, content_id = ? WHERE id = ?",
        (
            new.category,
            new.confidence,
            new.agreement.value,
            int(new.severity),
            new.is_blind,
            new.is_failed,
            new.excluded,
            content,
            pair,
        ),
    )
    tx.touch("pairs")
    _count(tx, pair)
    return content


def salted(tx: Transaction, about: str) -> str:
    """Return a name that is the same for the same customer in this workspace, and tells nobody who it is."""
    (workspace,) = tx.conn.execute("SELECT value FROM meta WHERE key = 'workspace'").fetchone()
    return hashlib.sha256(f"{workspace}\n{about.casefold()}".encode()).hexdigest()[:32]


def add_adjudication(
    tx: Transaction,
    pair: int,
    verdict: Adjudication,
    *,
    is_repeat: bool,
    actor: str,
    content: Mapping[str, Any] | None,
    now: datetime,
) -> int | None:
    """Store what a person says of a pair; give the content id of their words."""
    kept = None if content is None else tx.keep(dict(content))
    tx.conn.execute(
        "INSERT INTO adjudication (pair_id, verdict, is_repeat, actor, at, content_id) VALUES (?, ?, ?, ?, ?, ?)",
        (pair, verdict.value, is_repeat, actor, to_micros(now), kept),
    )
    tx.touch("pairs")
    if not is_repeat:
        _count(tx, pair)
    return kept


def take_back_adjudication(tx: Transaction, pair: int, *, is_repeat: bool = False) -> bool:
    """Take the latest word on a pair back, or the latest on seeing it again; False where there is none."""
    cursor = tx.conn.execute(
        "DELETE FROM adjudication WHERE id = (SELECT max(id) FROM adjudication WHERE pair_id = ? AND is_repeat = ?)",
        (pair, is_repeat),
    )
    tx.touch("pairs")
    if cursor.rowcount and not is_repeat:
        _count(tx, pair)
    return cursor.rowcount == 1


def mark_seen(tx: Transaction, run: int, *, actor: str, now: datetime) -> bool:
    """Note that a screen showed what a run would do; False where one did before."""
    cursor = tx.conn.execute(
        "INSERT OR IGNORE INTO proposal_seen (run_id, at, actor) VALUES (?, ?, ?)", (run, to_micros(now), actor)
    )
    return cursor.rowcount == 1


def _count(tx: Transaction, pair: int) -> None:
    """Have the day of a pair, as it stands now, counted anew."""
    _count_day(tx, evidencedays.cell_of(tx.conn, pair))


def _count_day(tx: Transaction, cell: DayCell) -> None:
    """Have a day counted anew before COMMIT: once, however many of its pairs change."""
    tx.before_commit(cell, partial(evidencedays.count_anew, tx.conn, cell))
