"""Versions that are tried, or were, beside the one in use: on which share, and what became of them."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from opsconsole.domain.enums import RunState
from opsconsole.policy.trials import Counted
from opsconsole.store.countedpair import counted_pair
from opsconsole.store.times import date_of, day_of, from_micros, maybe_from_micros, to_micros

EndedAs = Literal["", "used", "stopped", "severe", "breach", "failing", "dismissed"]
BY_ITSELF = ("severe", "breach", "failing")
"""What ends one without a person."""
_CANARY = (
    "SELECT c.version_id, v.number, c.agent_id, c.beside_id, b.number, c.share, c.actor, c.since, c.began_at,"
    " c.ended_at, c.ended_as, c.ended_by, c.why FROM canary c JOIN agent_version v ON v.id = c.version_id"
    " JOIN agent_version b ON b.id = c.beside_id WHERE "
)
_PAIRS = (
    "SELECT p.id, p.category, p.occurred_at, p.about, p.subject_id, p.verdict, p.severity, p.is_blind, p.is_failed,"
    " p.excluded, (SELECT a.verdict FROM adjudication a WHERE a.pair_id = p.id AND a.is_repeat = 0"
    " ORDER BY a.id DESC LIMIT 1) FROM pair p WHERE p.version_id = ? AND p.source = 'live' ORDER BY p.occurred_at, p.id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A version that is tried beside the one in use, or was."""

    version: int
    number: int
    agent: str
    beside: int
    """The version that was in use when it began."""
    beside_number: int
    share: int
    """Percent of the new threads."""
    actor: str
    """Who set this share."""
    since: datetime
    """On this share."""
    began_at: datetime
    ended_at: datetime | None
    ended_as: EndedAs
    ended_by: str
    why: str
    """What ended it by itself, in a sentence; empty where a person did."""

    @property
    def is_running(self) -> bool:
        """New threads go to it."""
        return self.ended_at is None

    @property
    def is_only_tried(self) -> bool:
        """It did not come into use."""
        return self.ended_as != "used"

    @property
    def has_stopped_itself(self) -> bool:
        """It was ended by what it did, not by a person."""
        return self.ended_as in BY_ITSELF


@dataclass(frozen=True, slots=True)
class CanaryPair:
    """A decision of one that people made too."""

    pair: int
    counted: Counted
    occurred_at: datetime


def running(conn: sqlite3.Connection, agent: str) -> Canary | None:
    """Return the version of an agent that is tried now; None where none is."""
    return _row(conn.execute(f"{_CANARY}c.agent_id = ? AND c.ended_at IS NULL", (agent,)).fetchone())


def all_running(conn: sqlite3.Connection) -> list[Canary]:
    """Return every version that is tried now, by agent."""
    return _rows(conn.execute(f"{_CANARY}c.ended_at IS NULL ORDER BY c.agent_id").fetchall())


def stopped_themselves(conn: sqlite3.Connection, *, since: datetime) -> list[Canary]:
    """Return those that stopped themselves since, and after which no other version was tried or came into use."""
    latest = "NOT EXISTS (SELECT 1 FROM agent_version n WHERE n.agent_id = c.agent_id AND n.created_at > c.ended_at)"
    rows = conn.execute(f"{_CANARY}c.ended_at >= ? AND {latest}", (to_micros(since),)).fetchall()
    return [found for found in _rows(rows) if found.has_stopped_itself]


def of_version(conn: sqlite3.Connection, version: int) -> Canary | None:
    """Return what is known of a version that is tried, or was; None for any other."""
    return _row(conn.execute(f"{_CANARY}c.version_id = ?", (version,)).fetchone())


def is_tried(conn: sqlite3.Connection, version: int) -> bool:
    """Return whether a version is only tried, or was: False for one in use, or put in use after it was tried."""
    known = of_version(conn, version)
    return known is not None and known.is_only_tried


def every(conn: sqlite3.Connection, agent: str) -> list[Canary]:
    """Return all that were ever tried of an agent, the newest first."""
    return _rows(conn.execute(f"{_CANARY}c.agent_id = ? ORDER BY c.version_id DESC", (agent,)).fetchall())


def worked_by(conn: sqlite3.Connection, agent: str, subject: int) -> frozenset[int]:
    """Return the versions of an agent that worked a thread."""
    rows = conn.execute(
        "SELECT DISTINCT r.version_id FROM event e JOIN run r ON r.event_id = e.id AND r.agent_id = ?"
        " WHERE e.subject_id = ?",
        (agent, subject),
    )
    return frozenset(row[0] for row in rows)


def not_begun(conn: sqlite3.Connection, agent: str, version: int) -> list[tuple[int, int]]:
    """Return (run, event) of the queued runs of a version that it has not begun to think about."""
    rows = conn.execute(
        "SELECT id, event_id FROM run WHERE state = 'queued' AND agent_id = ? AND version_id = ? AND turns = 0"
        " ORDER BY id",
        (agent, version),
    )
    return [(row[0], row[1]) for row in rows]


def pairs(conn: sqlite3.Connection, version: int) -> list[CanaryPair]:
    """Return the decisions of a version that people made too, in the order of their events."""
    return [
        CanaryPair(
            row[0],
            counted_pair(*row[5:11], category=row[1], about=row[3], day=date_of(day_of(row[2])), thread=row[4]),
            from_micros(row[2]),
        )
        for row in conn.execute(_PAIRS, (version,))
    ]


def drawn(conn: sqlite3.Connection, version: int, *, since: datetime | None = None) -> int:
    """Count the decisions of a version that were drawn, all or since a time."""
    (number,) = conn.execute(
        "SELECT count(*) FROM draw WHERE version_id = ? AND drawn_at >= ?",
        (version, 0 if since is None else to_micros(since)),
    ).fetchone()
    return int(number)


def to_decide(conn: sqlite3.Connection, version: int) -> int:
    """Count the drawn decisions of a version that wait for a person to make them first."""
    (number,) = conn.execute(
        "SELECT count(*) FROM draw WHERE version_id = ? AND answered_at IS NULL AND closed_at IS NULL", (version,)
    ).fetchone()
    return int(number)


def ends(conn: sqlite3.Connection, agent: str, version: int, *, most: int) -> Sequence[RunState]:
    """Return how the last runs of a version ended, the newest first."""
    rows = conn.execute(
        "SELECT state FROM run WHERE agent_id = ? AND version_id = ? AND finished_at IS NOT NULL"
        " ORDER BY finished_at DESC, id DESC LIMIT ?",
        (agent, version, most),
    )
    return [RunState(row[0]) for row in rows]


def _rows(rows: list[Any]) -> list[Canary]:
    return [found for row in rows if (found := _row(row)) is not None]


def _row(row: Any) -> Canary | None:
    if row is None:
        return None
    return Canary(
        version=row[0],
        number=row[1],
        agent=row[2],
        beside=row[3],
        beside_number=row[4],
        share=row[5],
        actor=row[6],
        since=from_micros(row[7]),
        began_at=from_micros(row[8]),
        ended_at=maybe_from_micros(row[9]),
        ended_as=row[10],
        ended_by=row[11],
        why=row[12],
    )
