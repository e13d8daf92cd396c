"""What a list of a million events shows: vectors of ids that fit a filter, and pages of rows by id.

A filter marks the events that fit in one byte each; filters are joined by AND of the marks. A million events take
one megabyte a filter while it is computed, and eight for the vector.
"""

import json
import sqlite3
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import compress
from typing import Any

from opsconsole.store.queries.views.names import CategoryNames, agent_names, category_names
from opsconsole.store.queries.views.outcomes import PLACE, events_at
from opsconsole.store.queries.views.rulings import LAST, REFUSED
from opsconsole.store.queries.views.stands import WHERE_IT_STANDS
from opsconsole.store.queries.views.unseen import AWAITED, UNDECIDED, UNSEEN_CATEGORY, UNSEEN_LEFT, UNSEEN_OUTCOME
from opsconsole.store.times import OPEN_END, from_micros, to_micros

_RUNS = (
    "SELECT event_id FROM run WHERE (?1 IS NULL OR agent_id = ?1) AND (?2 IS NULL OR category = ?2)"
    " AND (?3 IS NULL OR state = ?3) AND event_id > ?4"
)
_RUNS_OF_AGENT = (
    "SELECT event_id FROM run WHERE agent_id = ?1 AND (?2 IS NULL OR category = ?2)"
    " AND (?3 IS NULL OR state = ?3) AND event_id > ?4"
)
_WHOLE = "SELECT (SELECT min(id) FROM event), (SELECT count(*) FROM event)"
"""Separately: counting takes the smallest index, the least id none."""
_CONNECTION = "SELECT id FROM event WHERE connection_id = ?1 AND id > ?2"
_TEXT = "SELECT rowid >> 10 FROM search WHERE search MATCH ?1 AND rowid >= (?2 + 1) * 1024"
_RULED = (
    "SELECT r.event_id FROM ruling w"  # noqa: S608 - no input in it
    " JOIN action a ON a.id = w.action_id JOIN run r ON r.id = a.run_id"
    f" WHERE w.verdict = :verdict AND w.at >= :since AND r.event_id > :after AND {LAST}"
)
_NOT_ACTED = f"{_RULED} AND w.verdict <> 'ACT'"
"""Along the index of what is no ACT, the most of all."""
_REFUSED = f"SELECT r.event_id {REFUSED} AND r.event_id > :after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a person looks for; None is anything."""

    agent: str | None = None
    category: str | None = None
    state: str | None = None
    connection: str | None = None
    verdict: str | None = None
    """The latest word of the gate on one of the event's written actions."""
    outcome: str | None = None
    """Where it stands with its agent: the name of a place of `Outcomes`."""
    since: datetime | None = None
    """Begin of the time that `outcome` and `verdict` are about; without them it says nothing."""
    text: str = ""

    @property
    def is_empty(self) -> bool:
        """Everything fits."""
        return not self.text.strip() and replace(self, text="", since=None) == Filter()


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event in the list, with one agent's run on it (run fields empty where no agent works it)."""

    id: int
    at: datetime
    received_at: datetime
    kind: str
    connection: str
    sender: str
    sender_name: str
    title: str
    is_broken: bool
    run_id: int | None
    agent: str
    agent_name: str
    """As people call it."""
    category: str
    state: str
    outcome: str
    actions: tuple[tuple[str, int], ...]
    """Actions of the run that write or wait, by where they stand, the most telling first: `(("asked", 1), …)`."""
    others: int
    """How many more agents work it."""
    place: str
    """Where it stands with that agent, as the numbers of the overview count it; empty where none works it."""
    is_tried: bool = False
    """No agent works it; one was tried on it as a piece of the past."""
    is_left: bool = False
    """The agent did not deal with it: it left it to people."""
    is_awaited: bool = False
    """In shadow, and people have not acted yet: what the agent thinks of it stands in no list."""
    category_name: str = ""
    """As its agent's file calls it."""
    is_drawn: bool = False
    """A person is to decide it before seeing what the agent did, which stands in no list until then."""


def terms(text: str) -> str:
    """Make an FTS5 expression of what a person typed: every word must be there, its end may be left out."""
    words = (" ".join(part.replace('"', " ").replace("\0", " ").split()) for part in text.split()[:16])
    return " ".join(f'"{word}"*' for word in words if any(sign.isalnum() for sign in word))


def event_ids(conn: sqlite3.Connection, wanted: Filter, *, now: datetime, after: int = 0) -> "array[int]":
    """Return the ids of the events that fit at a moment, ascending, those above `after` only."""
    (last,) = conn.execute("SELECT max(id) FROM event").fetchone()
    if last is None or last <= after:
        return array("q")
    if wanted.is_empty:
        sql = "SELECT min(id), count(*) FROM event WHERE id > ?" if after else _WHOLE
        first, count = conn.execute(sql, (after,) if after else ()).fetchone()
        if count == last - first + 1:
            return array("q", range(first, last + 1))
        return array("q", [row[0] for row in conn.execute("SELECT id FROM event WHERE id > ? ORDER BY id", (after,))])
    marks: bytearray | None = None
    for sql, values in _sources(wanted, after, now):
        mark = bytearray(last - after + 1)
        for (number,) in conn.execute(sql, values):
            if number <= last:
                mark[number - after] = 1
        marks = mark if marks is None else _both(marks, mark)
    if marks is None:
        return array("q")
    return array("q", compress(range(after, last + 1), marks))


def _sources(
    wanted: Filter, after: int, now: datetime
) -> list[tuple[str, tuple[Any, ...] | dict[str, str | int | None]]]:
    found: list[tuple[str, tuple[Any, ...] | dict[str, str | int | None]]] = []
    if wanted.agent or wanted.category or wanted.state:
        sql = _RUNS_OF_AGENT if wanted.agent else _RUNS
        found.append((sql, (wanted.agent or None, wanted.category or None, wanted.state or None, after)))
    if wanted.connection:
        found.append((_CONNECTION, (wanted.connection, after)))
    if wanted.verdict:
        begin = 0 if wanted.since is None else to_micros(wanted.since)
        sql = {"ACT": _RULED, "REFUSE": _REFUSED}.get(wanted.verdict, _NOT_ACTED)
        found.append((sql, {"verdict": wanted.verdict, "since": begin, "until": OPEN_END, "after": after}))
    if wanted.outcome:
        found.append(events_at(wanted.outcome, agent=wanted.agent, since=wanted.since, now=now, after=after))
    if wanted.text.strip() and (expression := terms(wanted.text)):
        found.append((_TEXT, (expression, after)))
    elif wanted.text.strip():
        found.append(("SELECT 0 WHERE ?1 IS NULL", ("only signs",)))
    return found


def _both(bytearray_: bytearray, other: bytearray) -> bytearray:
    joined = int.from_bytes(bytearray_, "little") & int.from_bytes(other, "little")
    return bytearray(joined.to_bytes(len(bytearray_), "little"))


_ROWS = (
    "SELECT e.id, e.occurred_at, e.received_at, e.kind, e.connection_id,"  # noqa: S608 - no input in it
    " json_extract(CAST(c.bytes AS TEXT), '$.sender', '$.sender_name', '$.title'), e.is_broken,"
    f" r.id, r.agent_id, {UNSEEN_CATEGORY}, r.state, {UNSEEN_OUTCOME},"
    f" (SELECT group_concat(s || ':' || n) FROM (SELECT {WHERE_IT_STANDS} AS s, count(*) AS n FROM action a"
    "  WHERE a.run_id = r.id AND (a.is_write = 1 OR a.state = 'waiting') GROUP BY 1)),"
    f" (SELECT count(*) - 1 FROM run WHERE event_id = e.id), CASE WHEN r.id IS NOT NULL THEN {PLACE} END,"
    " CASE WHEN r.id IS NULL THEN EXISTS (SELECT 1 FROM pair WHERE event_id = e.id) END,"
    f" {UNSEEN_LEFT}, r.id IS NOT NULL AND {AWAITED}, r.id IS NOT NULL AND {UNDECIDED}"
    " FROM json_each(:ids) j JOIN event e ON e.id = j.value JOIN content c ON c.id = e.content_id"
    " LEFT JOIN run r ON r.id = (SELECT r.id FROM run r WHERE r.event_id = e.id ORDER BY r.agent_id IS NOT :agent,"
    f"  CASE WHEN :place IS NULL THEN 0 ELSE {PLACE} IS NOT :place END, r.id LIMIT 1)"
)
_ORDER = (
    "failed",
    "refused",
    "asked",
    "was_it_done",
    "in_doubt",
    "put_off",
    "paused",
    "no_engine",
    "approved_retried",
    "retried",
    "sending",
    "approved",
    "prepared",
    "waiting",
    "proposed",
    "rejected",
    "lapsed",
    "cancelled",
    "done",
    "recommended",
    "simulated",
)


def rows(
    conn: sqlite3.Connection, ids: Sequence[int], *, now: datetime, wanted: Filter = EVERYTHING
) -> dict[int, EventRow]:
    """Return rows by id at a moment, with the run of the agent or the outcome that is wanted, else the first agent's.

    Unknown ids are left out, and those whose content cannot be read: they must not hide the others.
    """
    try:
        return _rows(conn, ids, wanted, now)
    except sqlite3.OperationalError as error:
        if "malformed JSON" not in str(error):
            raise
    middle = len(ids) // 2
    if not middle:
        return {}
    return rows(conn, ids[:middle], now=now, wanted=wanted) | rows(conn, ids[middle:], now=now, wanted=wanted)


def _rows(conn: sqlite3.Connection, ids: Sequence[int], wanted: Filter, now: datetime) -> dict[int, EventRow]:
    found, names, called = dict[int, EventRow](), agent_names(conn), category_names(conn)
    values = {"ids": json.dumps(list(ids)), "agent": wanted.agent, "place": wanted.outcome, "now": to_micros(now)}
    for row in conn.execute(_ROWS, values):
        sender, name, title = json.loads(row[5]) if row[5] else ("", "", "(erased)")
        states = dict(part.split(":") for part in row[12].split(",")) if row[12] else {}
        counted = () if row[18] else tuple((state, int(states[state])) for state in _ORDER if state in states)
        found[row[0]] = EventRow(
            row[0], from_micros(int(row[1])), from_micros(int(row[2])), row[3], row[4], sender or "", name or "",
            title or "", bool(row[6]), row[7], row[8] or "", names.get(row[8], row[8] or ""), row[9] or "",
            row[10] or "", row[11] or "", counted, max(0, row[13]), row[14] or "", bool(row[15]),
            bool(row[16]), bool(row[17]), called.of(row[8] or "", row[9] or ""), bool(row[18]),
        )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be filtered by."""

    agents: Mapping[str, str]
    """By id, as people call them."""
    categories: tuple[str, ...]
    called: CategoryNames
    """How agents call them."""
    connections: tuple[str, ...]


def choices(conn: sqlite3.Connection) -> Choices:
    """Return agents, the categories they told, and connections; by skipping along the indexes, so quickly."""
    agents = agent_names(conn)
    categories: set[str] = set()
    for agent in agents:
        rows_ = conn.execute(
            "WITH RECURSIVE known(c) AS (SELECT min(category) FROM run WHERE agent_id = ?1 UNION ALL"
            " SELECT (SELECT min(category) FROM run WHERE agent_id = ?1 AND category > c) FROM known"
            " WHERE c IS NOT NULL) SELECT c FROM known WHERE c IS NOT NULL",
            (agent,),
        )
        categories.update(row[0] for row in rows_)
    connections = [row[0] for row in conn.execute("SELECT id FROM connection ORDER BY id")]
    return Choices(agents, tuple(sorted(categories)), category_names(conn), tuple(connections))


def is_tried(conn: sqlite3.Connection, event: int) -> bool:
    """Return whether an agent was tried on an event, or compared with what people did."""
    return conn.execute("SELECT 1 FROM pair WHERE event_id = ? LIMIT 1", (event,)).fetchone() is not None


def event_of_run(conn: sqlite3.Connection, run: int) -> int | None:
    """Return the event that a run works; None where there is no such run."""
    row = conn.execute("SELECT event_id FROM run WHERE id = ?", (run,)).fetchone()
    return None if row is None else row[0]


def runs_of_event(conn: sqlite3.Connection, event: int) -> list[tuple[int, str, str]]:
    """Return (run, agent, how people call it) of everybody who works an event."""
    names = agent_names(conn)
    rows_ = conn.execute("SELECT id, agent_id FROM run WHERE event_id = ? ORDER BY id", (event,))
    return [(int(run), str(agent), names.get(agent, str(agent))) for run, agent in rows_]
