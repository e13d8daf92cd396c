"""What people look at: events with what became of them, counts, a run's whole story."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsconsole.store.queries.content import decode
from opsconsole.store.queries.views.drawn import UNDECIDED_ACTIONS
from opsconsole.store.queries.views.unseen import AWAITED, UNSEEN_CATEGORY, UNSEEN_OUTCOME
from opsconsole.store.times import from_micros


@dataclass(frozen=True, slots=True)
class FeedRow:
    """An event and one agent's run on it (run fields empty where no agent works it)."""

    event_id: int
    at: datetime
    kind: str
    sender: str
    title: str
    is_broken: bool
    problems: tuple[str, ...]
    """What could not be read, in words."""
    run_id: int | None
    agent: str
    category: str
    state: str
    outcome: str
    verdicts: str
    """Verdicts of the run's writes, and how many of them did not work: `SIMULATE 2, ACT 1, FAILED 1`."""


def feed(
    conn: sqlite3.Connection,
    *,
    limit: int = 50,
    agent: str | None = None,
    state: str | None = None,
    before: int | None = None,
    is_broken: bool | None = None,
) -> list[FeedRow]:
    """Return the newest events first."""
    rows = conn.execute(
        f"SELECT e.id, e.occurred_at, e.kind, c.bytes, e.is_broken, r.id, r.agent_id, {UNSEEN_CATEGORY}, r.state,"  # noqa: S608 - no input in it
        f" {UNSEEN_OUTCOME}, CASE WHEN {AWAITED} THEN NULL ELSE"
        " (SELECT group_concat(v, ', ') FROM (SELECT w.verdict || ' ' || count(*) AS v FROM action a JOIN ruling w"
        "   ON w.id = (SELECT max(id) FROM ruling WHERE action_id = a.id)"
        "   WHERE a.run_id = r.id AND a.is_write = 1 GROUP BY w.verdict"
        "   UNION ALL SELECT 'FAILED ' || count(*) FROM action a WHERE a.run_id = r.id AND a.is_write = 1"
        "   AND a.state = 'failed' HAVING count(*) > 0)) END"
        " FROM event e JOIN content c ON c.id = e.content_id LEFT JOIN run r ON r.event_id = e.id"
        " WHERE (?1 IS NULL OR r.agent_id = ?1) AND (?2 IS NULL OR r.state = ?2) AND (?3 IS NULL OR e.id < ?3)"
        " AND (?4 IS NULL OR e.is_broken = ?4) ORDER BY e.id DESC, r.id LIMIT ?5",
        (agent, state, before, is_broken, limit),
    )
    found: list[FeedRow] = []
    for row in rows:
        body: Mapping[str, Any] = decode(row[3])
        found.append(
            FeedRow(
                row[0],
                from_micros(int(row[1])),
                row[2],
                body.get("sender", ""),
                body.get("title", ""),
                bool(row[4]),
                tuple(body.get("problems", ())),
                row[5],
                row[6] or "",
                row[7] or "",
                row[8] or "",
                row[9] or "",
                row[10] or "",
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class AgentCounts:
    """What an agent did, in counts."""

    agent: str
    events: int
    done: int
    waiting: int
    failed: int
    verdicts: Mapping[str, int]
    """Latest verdict of each write."""
    categories: Mapping[str, int]


def agent_counts(conn: sqlite3.Connection) -> list[AgentCounts]:
    """Count per agent."""
    found: list[AgentCounts] = []
    for (agent,) in conn.execute("SELECT id FROM agent ORDER BY id").fetchall():
        states: dict[str, int] = dict(
            conn.execute("SELECT state, count(*) FROM run WHERE agent_id = ? GROUP BY state", (agent,)).fetchall()
        )
        verdicts: dict[str, int] = dict(
            conn.execute(
                "SELECT w.verdict, count(*) FROM run r JOIN action a ON a.run_id = r.id JOIN ruling w"
                " ON w.id = (SELECT max(id) FROM ruling WHERE action_id = a.id)"
                " WHERE r.agent_id = ? AND a.is_write = 1 GROUP BY w.verdict",
                (agent,),
            ).fetchall()
        )
        categories: dict[str, int] = dict(
            conn.execute(
                "SELECT coalesce(category, '?'), count(*) FROM run WHERE agent_id = ? GROUP BY 1 ORDER BY 2 DESC",
                (agent,),
            ).fetchall()
        )
        open_ = states.get("waiting", 0) + states.get("queued", 0) + states.get("running", 0)
        found.append(
            AgentCounts(
                agent, sum(states.values()), states.get("done", 0), open_, states.get("failed", 0), verdicts, categories
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Totals:
    """The state of the workspace in counts."""

    events: int
    broken: int
    without_agent: int
    runs: Mapping[str, int]
    waiting: Mapping[str, int]
    """Requests to the person, by kind; not those of decisions to make first."""
    effects: Mapping[str, int]
    audit: int


def totals(conn: sqlite3.Connection) -> Totals:
    """Count everything."""

    def number(sql: str) -> int:
        return int(conn.execute(sql).fetchone()[0])

    return Totals(
        events=number("SELECT count(*) FROM event"),
        broken=number("SELECT count(*) FROM event WHERE is_broken = 1"),
        without_agent=number("SELECT count(*) FROM event e WHERE NOT EXISTS (SELECT 1 FROM run WHERE event_id = e.id)"),
        runs=dict(conn.execute("SELECT state, count(*) FROM run GROUP BY state").fetchall()),
        waiting=dict(
            conn.execute(
                "SELECT kind, count(*) FROM approval WHERE state = 'waiting'"  # noqa: S608 - no input in it
                f" AND action_id NOT IN {UNDECIDED_ACTIONS} GROUP BY kind"
            ).fetchall()
        ),
        effects=dict(conn.execute("SELECT state, count(*) FROM effect GROUP BY state").fetchall()),
        audit=number("SELECT coalesce(max(seq), 0) FROM audit"),
    )


def worked_as_past(conn: sqlite3.Connection) -> int:
    """Count the events that agents worked only as the past, to be tried on them."""
    (number,) = conn.execute(
        "SELECT count(DISTINCT event_id) FROM pair p WHERE source = 'history'"
        " AND NOT EXISTS (SELECT 1 FROM run WHERE event_id = p.event_id)"
    ).fetchone()
    return int(number)


def refused(conn: sqlite3.Connection, *, limit: int = 10) -> list[tuple[str, str, int]]:
    """Return (tool, why, how often) of what the gate refused, most often first."""
    counts: dict[tuple[str, str], int] = {}
    for tool, reasons in conn.execute(
        "SELECT a.tool, w.reasons FROM action a JOIN ruling w ON w.action_id = a.id WHERE w.verdict = 'REFUSE'"
    ):
        why = "; ".join(load["text"] for load in json.loads(reasons) if load["verdict"] == "REFUSE")
        counts[(tool, why)] = counts.get((tool, why), 0) + 1
    ordered = sorted(counts.items(), key=lambda item: -item[1])[:limit]
    return [(tool, why, count) for (tool, why), count in ordered]


def audit_tail(conn: sqlite3.Connection, *, limit: int) -> list[dict[str, Any]]:
    """Return the last entries, oldest first."""
    rows = conn.execute("SELECT blob FROM audit ORDER BY seq DESC LIMIT ?", (limit,)).fetchall()
    return [json.loads(row[0]) for row in reversed(rows)]


def audit_of_run(conn: sqlite3.Connection, run: int) -> list[dict[str, Any]]:
    """Return the entries of a run."""
    rows = conn.execute("SELECT blob FROM audit WHERE run = ? ORDER BY seq", (run,))
    return [json.loads(row[0]) for row in rows]


def decisions_of(conn: sqlite3.Connection, action: str) -> list[dict[str, Any]]:
    """Return what people said about an action."""
    rows = conn.execute(
        "SELECT d.verb, d.actor, d.at, c.bytes FROM decision d JOIN approval p ON p.id = d.approval_id"
        " LEFT JOIN content c ON c.id = d.content_id WHERE p.action_id = ? ORDER BY d.id",
        (action,),
    )
    return [
        {
            "verb": row[0],
            "actor": row[1],
            "at": from_micros(int(row[2])),
            "words": None if row[3] is None else decode(row[3]),
        }
        for row in rows
    ]
