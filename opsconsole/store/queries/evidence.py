"""What pairs come to, as the table of their days says it: sums by cell, and the days themselves."""

import heapq
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from opsconsole.policy.daycount import DayCount
from opsconsole.store.queries import versions
from opsconsole.store.queries.cases import agents as names_of
from opsconsole.store.times import date_of, day_start

BASES = ("judged", "blind", "open", "failed")
_SUMS = (
    "SELECT category, max(version_id), sum(pairs), sum(agreed), sum(judged), sum(judged_fine), sum(severe),"
    " sum(excluded), sum(unblind), sum(trials), sum(right), sum(severe_trials), sum(judged_trials), sum(blind_trials),"
    " sum(open_trials), sum(failed_trials) FROM evidence_span WHERE agent_id = ? AND decides = ? GROUP BY category"
)
_OF_CELL = " FROM evidence_day WHERE agent_id = ? AND decides = ? AND category = ?"


@dataclass(frozen=True, slots=True)
class Counting:
    """Which pairs of an agent speak of what it is now: those of versions that decide alike."""

    agent: str
    decides: str
    """Empty: another system, which has no versions."""
    versions: frozenset[int]


@dataclass(frozen=True, slots=True)
class CellSums:
    """A category of those pairs, counted."""

    category: str
    version: int | None
    """The newest with a pair."""
    count: DayCount


@dataclass(frozen=True, slots=True)
class Day:
    """A day of one category."""

    day: date
    trials: int
    right: int


def counting(conn: sqlite3.Connection, agent: str | None = None) -> list[Counting]:
    """Return which pairs of each agent count: a new version starts from nothing.

    Its version in use counts, with earlier ones that say the same; while that has no pair, the newest that has some.
    Other systems have no versions: all their pairs count, unless an agent of this workspace has the same name.
    """
    names = {*names_of(conn)}
    found: list[Counting] = []
    for name in _with_pairs(conn) if agent is None else (agent,):
        if name not in names:
            found.append(Counting(name, "", frozenset()))
            continue
        number = versions.current_version_of(conn, name)
        if number is None or not _has_some(conn, name, versions.decides(conn, number)):
            number = _newest_version(conn, name)
        if number is not None:
            found.append(Counting(name, versions.decides(conn, number), versions.alike(conn, number)))
    return found


def sums(conn: sqlite3.Connection, counted: Counting) -> list[CellSums]:
    """Return what the pairs that count come to, by category."""
    reasons: dict[str, Counter[str]] = {}
    rows = conn.execute(
        "SELECT category, reasons FROM evidence_span WHERE agent_id = ? AND decides = ? AND excluded > 0",
        (counted.agent, counted.decides),
    )
    for category, told in rows:
        reasons.setdefault(category, Counter()).update(json.loads(told))
    return [
        CellSums(
            row[0],
            row[1],
            DayCount(
                pairs=row[2],
                agreed=row[3],
                judged=row[4],
                judged_fine=row[5],
                severe=row[6],
                excluded=row[7],
                unblind=row[8],
                trials=row[9],
                right=row[10],
                severe_trials=row[11],
                bases={basis: many for basis, many in zip(BASES, row[12:], strict=True) if many},
                reasons=dict(reasons.get(row[0], {})),
            ),
        )
        for row in conn.execute(_SUMS, (counted.agent, counted.decides))
    ]


def first_and_last(conn: sqlite3.Connection, counted: Counting, category: str) -> tuple[date, date]:
    """Return the days of the first and the last pair of a cell that has some."""
    key = counted.agent, counted.decides, category
    (first,) = conn.execute(f"SELECT min(day){_OF_CELL}", key).fetchone()
    (last,) = conn.execute(f"SELECT max(day){_OF_CELL}", key).fetchone()
    return date_of(first), date_of(last)


def days(
    conn: sqlite3.Connection, counted: Counting, category: str, *, after: date = date.min, until: date = date.max
) -> list[Day]:
    """Return the days of a cell after one, until another (itself included), in order."""
    rows = conn.execute(
        f"SELECT day, trials, right{_OF_CELL} AND day > ? AND day <= ? ORDER BY day",
        (counted.agent, counted.decides, category, _number(after), _number(until)),
    )
    return [Day(date_of(row[0]), row[1], row[2]) for row in rows]


def since_when(conn: sqlite3.Connection, cells: Sequence[tuple[Counting, str]], most: int) -> int:
    """Return from when on, as stored, cells together have so many pairs that may count; all: from the first."""
    newest = [
        conn.execute(f"SELECT day, pairs - excluded{_OF_CELL} ORDER BY day DESC", (cell.agent, cell.decides, category))
        for cell, category in cells
    ]
    reached, number = 0, 0
    for day, many in heapq.merge(*newest, reverse=True):
        reached, number = day, number + many
        if number >= most:
            break
    return day_start(reached)


def totals(conn: sqlite3.Connection) -> dict[tuple[str, str], tuple[int, int]]:
    """Return (pairs, judged) of every agent and category, those of earlier versions too, in order."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    rows = conn.execute(
        "SELECT agent_id, category, sum(pairs), sum(judged) FROM evidence_span GROUP BY agent_id, decides, category"
        " ORDER BY agent_id, category"
    )
    for agent, category, pairs, judged in rows:
        before = found.get((agent, category), (0, 0))
        found[agent, category] = before[0] + pairs, before[1] + judged
    return found


def _number(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()


def _with_pairs(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield who has pairs, one step of the index each."""
    (name,) = conn.execute("SELECT min(agent_id) FROM evidence_span").fetchone()
    while name is not None:
        yield name
        (name,) = conn.execute("SELECT min(agent_id) FROM evidence_span WHERE agent_id > ?", (name,)).fetchone()


def _has_some(conn: sqlite3.Connection, agent: str, decides: str) -> bool:
    row = conn.execute("SELECT 1 FROM evidence_span WHERE agent_id = ? AND decides = ? LIMIT 1", (agent, decides))
    return row.fetchone() is not None


def _newest_version(conn: sqlite3.Connection, agent: str) -> int | None:
    """What was only tried beside another version is not what the agent is."""
    return conn.execute(
        "SELECT max(version_id) FROM evidence_span WHERE agent_id = ?"
        " AND version_id NOT IN (SELECT version_id FROM canary)",
        (agent,),
    ).fetchone()[0]
