"""Human acts, pairs and what was said of them."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsconsole.domain.enums import Adjudication, Agreement, Severity
from opsconsole.domain.humanact import Source
from opsconsole.store.queries.content import decode
from opsconsole.store.times import from_micros, to_micros


@dataclass(frozen=True, slots=True)
class ActRow:
    """A human act as kept."""

    id: int
    connection: str
    subject_id: int
    tool: str
    args: Mapping[str, Any]
    actor: str
    at: datetime
    source: Source
    external_id: str
    seen_at: datetime
    """When we learnt of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """A pair in a list: what it is about, and what was said of it."""

    id: int
    source: str
    agent: str
    version: int | None
    event_id: int
    run_id: int | None
    subject_id: int
    category: str
    confidence: float | None
    about: str
    occurred_at: datetime
    made_at: datetime
    agreement: Agreement
    severity: Severity
    is_blind: bool
    is_failed: bool
    excluded: str
    said: Adjudication | None
    title: str
    sender: str


PAIR = (
    "SELECT p.id, p.source, p.agent_id, p.version_id, p.event_id, p.run_id, p.subject_id, p.category, p.confidence,"
    " p.about, p.occurred_at, p.made_at, p.verdict, p.severity, p.is_blind, p.is_failed, p.excluded,"
    " (SELECT a.verdict FROM adjudication a WHERE a.pair_id = p.id AND a.is_repeat = 0 ORDER BY a.id DESC LIMIT 1),"
    " c.bytes FROM pair p JOIN event e ON e.id = p.event_id JOIN content c ON c.id = e.content_id"
)
"""Rows for `row_of`, to be gone on with."""


def acts(conn: sqlite3.Connection, subject: int, *, event: str, after: datetime, until: datetime) -> list[ActRow]:
    """Return what people did on a subject from a time on (itself included) until another, in order.

    Args:
        conn: where to read.
        subject: its number.
        event: external id of an event; what answers another event of the subject is left out.
        after: from then on.
        until: until then.
    """
    rows = conn.execute(
        "SELECT h.id, h.connection_id, h.subject_id, h.tool, c.bytes, h.actor, h.at, h.source,"
        " h.external_id, h.seen_at FROM human_act h"
        " JOIN content c ON c.id = h.args_id WHERE h.subject_id = ?1 AND h.at >= ?2 AND h.at <= ?3"
        " AND (h.about = '' OR h.about = ?4 OR substr(?4, 1, length(h.about) + 1) = h.about || '#')"
        " ORDER BY h.at, h.id",
        (subject, to_micros(after), to_micros(until), event),
    )
    return [
        ActRow(
            row[0],
            row[1],
            row[2],
            row[3],
            {} if row[4] is None else decode(row[4]),
            row[5],
            from_micros(row[6]),
            row[7],
            row[8],
            from_micros(row[9]),
        )
        for row in rows
    ]


def has_simulated(conn: sqlite3.Connection, run: int) -> bool:
    """Return whether a write of a run was only recorded."""
    row = conn.execute(
        "SELECT 1 FROM action WHERE run_id = ? AND is_write = 1 AND state = 'simulated' LIMIT 1", (run,)
    ).fetchone()
    return row is not None


def live_of_subject(conn: sqlite3.Connection, subject: int) -> list[tuple[int, int, int]]:
    """Return (pair, run, event) of the pairs that were made of live runs on a subject by what people did there."""
    rows = conn.execute(
        "SELECT p.id, p.run_id, p.event_id FROM run r JOIN pair p ON p.run_id = r.id WHERE r.subject_id = ?"
        " AND NOT EXISTS (SELECT 1 FROM draw d WHERE d.pair_id = p.id) ORDER BY p.id",
        (subject,),
    )
    return [(row[0], row[1], row[2]) for row in rows]


def awaited(conn: sqlite3.Connection, subject: int) -> list[tuple[int, int]]:
    """Return (run, event) of the runs on a subject that wait for what the human does."""
    rows = conn.execute(
        "SELECT r.id, r.event_id FROM timer t JOIN run r ON r.id = CAST(t.ref AS INTEGER) WHERE t.kind = 'pair'"
        " AND r.subject_id = ? ORDER BY r.id",
        (subject,),
    )
    return [(row[0], row[1]) for row in rows]


def is_awaited(conn: sqlite3.Connection, run: int) -> bool:
    """Return whether a run waits for what the human does."""
    row = conn.execute("SELECT 1 FROM timer WHERE kind = 'pair' AND ref = ?", (str(run),)).fetchone()
    return row is not None


def awaited_count(conn: sqlite3.Connection) -> int:
    """Return how many runs wait for what the human does."""
    return int(conn.execute("SELECT count(*) FROM timer WHERE kind = 'pair'").fetchone()[0])


def pair(conn: sqlite3.Connection, pair_id: int) -> PairRow | None:
    """Return a pair; None where there is none."""
    row = conn.execute(f"{PAIR} WHERE p.id = ?", (pair_id,)).fetchone()
    return None if row is None else row_of(row)


def of_event(conn: sqlite3.Connection, event: int) -> list[PairRow]:
    """Return the pairs of an event, oldest first."""
    return [row_of(row) for row in conn.execute(f"{PAIR} WHERE p.event_id = ? ORDER BY p.id", (event,))]


def body(conn: sqlite3.Connection, pair_id: int) -> dict[str, Any]:
    """Return what a pair compares: `agent`, `human` (lists of acts), `matches`; empty once it was erased."""
    row = conn.execute(
        "SELECT c.bytes FROM pair p JOIN content c ON c.id = p.content_id WHERE p.id = ?", (pair_id,)
    ).fetchone()
    return {} if row is None or row[0] is None else decode(row[0])


def bodies(conn: sqlite3.Connection, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Return what pairs compare, in this order; of each what `body` gives."""
    rows = conn.execute(
        "SELECT c.bytes FROM json_each(?) j JOIN pair p ON p.id = j.value JOIN content c ON c.id = p.content_id"
        " ORDER BY j.key",
        (json.dumps(list(ids)),),
    )
    return ({} if row[0] is None else decode(row[0]) for row in rows)


def pairs(
    conn: sqlite3.Connection,
    *,
    agent: str | None = None,
    category: str | None = None,
    version: int | None = None,
    verdicts: Sequence[Agreement] = (),
    severity: Severity = Severity.NONE,
    is_judged: bool | None = None,
    limit: int = 10_000,
    newest_first: bool = True,
) -> list[PairRow]:
    """Return pairs by what they are.

    Args:
        conn: where to read.
        agent: of this agent only.
        category: of this category only.
        version: of this version only.
        verdicts: one of these; empty: any.
        severity: at least so grave.
        is_judged: only those a person judged, or only the others.
        limit: so many at most.
        newest_first: by the time of their event; False: oldest first.
    """
    order = "DESC" if newest_first else "ASC"
    judged = "p.id IN (SELECT a.pair_id FROM adjudication a WHERE a.is_repeat = 0)"
    asked: list[tuple[str, Sequence[Any]]] = [
        ("p.agent_id = ?", () if agent is None else (agent,)),
        ("p.category = ?", () if category is None else (category,)),
        ("p.version_id = ?", () if version is None else (version,)),
        (f"p.verdict IN ({','.join('?' for _ in verdicts)})", [verdict.value for verdict in verdicts]),
        ("p.severity >= ?", (int(severity),) if severity else ()),
        (f"{judged} = ?", () if is_judged is None else (is_judged,)),
    ]
    says = " AND ".join(clause for clause, values in asked if values) or "1"
    rows = conn.execute(
        f"{PAIR} WHERE {says} ORDER BY p.occurred_at {order}, p.id {order} LIMIT {int(limit)}",
        [value for _, values in asked for value in values],
    )
    return [row_of(row) for row in rows]


def agents(conn: sqlite3.Connection) -> list[str]:
    """Return who has pairs: agents and other systems."""
    return [row[0] for row in conn.execute("SELECT DISTINCT agent_id FROM pair ORDER BY 1")]


def categories(conn: sqlite3.Connection, agent: str | None = None) -> list[str]:
    """Return the categories of pairs; the empty one is that of events nobody put anywhere."""
    rows = conn.execute("SELECT DISTINCT category FROM pair WHERE ?1 IS NULL OR agent_id = ?1 ORDER BY 1", (agent,))
    return [row[0] for row in rows]


def worked_by(conn: sqlite3.Connection, event: int, agent: str) -> list[int]:
    """Return the versions of an agent that have a pair on an event, oldest first."""
    rows = conn.execute(
        "SELECT DISTINCT version_id FROM pair WHERE event_id = ? AND agent_id = ? AND version_id IS NOT NULL"
        " ORDER BY version_id",
        (event, agent),
    )
    return [row[0] for row in rows]


def said_of(conn: sqlite3.Connection, pair_id: int) -> list[tuple[int, Adjudication, bool, str, datetime]]:
    """Return everything that was said of a pair, in order: (id, verdict, is it a repeat, actor, when)."""
    rows = conn.execute(
        "SELECT id, verdict, is_repeat, actor, at FROM adjudication WHERE pair_id = ? ORDER BY id", (pair_id,)
    )
    return [(row[0], Adjudication(row[1]), bool(row[2]), row[3], from_micros(row[4])) for row in rows]


def words_of(conn: sqlite3.Connection, pair_id: int) -> dict[str, Any]:
    """Return the words of what holds of a pair (`category`, `note`); empty where there are none."""
    row = conn.execute(
        "SELECT c.bytes FROM adjudication a LEFT JOIN content c ON c.id = a.content_id"
        " WHERE a.pair_id = ? AND a.is_repeat = 0 ORDER BY a.id DESC LIMIT 1",
        (pair_id,),
    ).fetchone()
    return {} if row is None or row[0] is None else decode(row[0])


def all_said(conn: sqlite3.Connection) -> list[tuple[int, Adjudication, bool]]:
    """Return every word on every pair, in order: (pair, verdict, is it a repeat)."""
    rows = conn.execute("SELECT pair_id, verdict, is_repeat FROM adjudication ORDER BY id")
    return [(row[0], Adjudication(row[1]), bool(row[2])) for row in rows]


def unseen_of(conn: sqlite3.Connection, runs: Sequence[int]) -> list[int]:
    """Return those of some runs that have no pair yet and that no screen showed."""
    rows = conn.execute(
        "SELECT r.id FROM run r WHERE r.id IN (SELECT value FROM json_each(?))"
        " AND NOT EXISTS (SELECT 1 FROM pair p WHERE p.run_id = r.id)"
        " AND NOT EXISTS (SELECT 1 FROM proposal_seen s WHERE s.run_id = r.id) ORDER BY r.id",
        (json.dumps(list(runs)),),
    )
    return [row[0] for row in rows]


def seen_at(conn: sqlite3.Connection, run: int) -> datetime | None:
    """Return when a screen first showed what a run would do; None while none did."""
    row = conn.execute("SELECT at FROM proposal_seen WHERE run_id = ?", (run,)).fetchone()
    return None if row is None else from_micros(row[0])


def row_of(row: Sequence[Any]) -> PairRow:
    """Return a pair from a row of `PAIR`."""
    event: dict[str, Any] = {} if row[18] is None else decode(row[18])
    return PairRow(
        id=row[0],
        source=row[1],
        agent=row[2],
        version=row[3],
        event_id=row[4],
        run_id=row[5],
        subject_id=row[6],
        category=row[7],
        confidence=row[8],
        about=row[9],
        occurred_at=from_micros(row[10]),
        made_at=from_micros(row[11]),
        agreement=Agreement(row[12]),
        severity=Severity(row[13]),
        is_blind=bool(row[14]),
        is_failed=bool(row[15]),
        excluded=row[16],
        said=None if row[17] is None else Adjudication(row[17]),
        title=str(event.get("title", "")),
        sender=str(event.get("sender", "")),
    )
