"""What pairs came to in a time that is over: counted from the pairs themselves, by what was known of them at its end.

The table of days says what holds now; who reads last month again must read what it said then.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from opsconsole.policy.daycount import DayCount, added, count_day, kind_of
from opsconsole.policy.trials import Counted
from opsconsole.store.countedpair import counted_pair
from opsconsole.store.queries import versions
from opsconsole.store.queries.cases import agents as names_of
from opsconsole.store.queries.evidence import Counting
from opsconsole.store.times import date_of, day_of, to_micros

_BEGIN = -(2**62)
_THEN = "p.agent_id = :agent AND p.occurred_at < :until AND p.made_at < :until"
_BEGUN = "CASE p.source WHEN 'live' THEN p.made_at ELSE p.occurred_at END >= :since"
"""A live pair is of the month in which people had acted, so that each is of one month; of the past, of its event's."""
_IS_COUNTED = "(p.version_id IN (SELECT value FROM json_each(:versions)) OR :decides = '')"
_SAID = (
    "(SELECT a.verdict FROM adjudication a WHERE a.pair_id = p.id AND a.is_repeat = 0 AND a.at < :until"
    " ORDER BY a.id DESC LIMIT 1)"
)
_PAIRS = (
    "SELECT p.category, p.occurred_at, p.about, p.subject_id, p.verdict, p.severity, p.is_blind, p.is_failed,"  # noqa: S608
    f" p.excluded, {_SAID} FROM pair p WHERE {_THEN} AND {_BEGUN} AND {_IS_COUNTED}"
    " ORDER BY p.occurred_at, p.id"
)
_Pair = tuple[str, int, Counted]


@dataclass(frozen=True, slots=True)
class CellThen:
    """A category of an agent in a time."""

    category: str
    count: DayCount
    blind: DayCount
    """The same of those pairs alone in which the person had not seen what the agent would do."""
    days: Mapping[date, int]
    """Trials by day (UTC)."""


def counting_then(conn: sqlite3.Connection, agent: str, *, until: datetime) -> Counting | None:
    """Return which pairs of an agent spoke of what it was at the end of a time, as `evidence.counting` does for now.

    None: it was not there yet, or nothing speaks of it.
    """
    if agent not in names_of(conn):
        return Counting(agent, "", frozenset())
    used = versions.made_before(conn, agent, until=until)
    number = None if used is None else used.id
    if number is None or not _has_some(conn, agent, versions.alike(conn, number), until):
        values = {"agent": agent, "until": to_micros(until)}
        own = "p.version_id NOT IN (SELECT version_id FROM canary)"  # what was only tried is not what the agent was
        newest = f"SELECT max(p.version_id) FROM pair p WHERE {_THEN} AND {own}"  # noqa: S608 - ours
        (number,) = conn.execute(newest, values).fetchone()
    if number is None:
        return None
    return Counting(agent, versions.decides(conn, number), versions.alike(conn, number))


def cells_then(
    conn: sqlite3.Connection, counted: Counting, *, until: datetime, since: datetime | None = None
) -> list[CellThen]:
    """Return what the pairs that count came to by category, of a time from `since` on and before `until`."""
    values = {
        "agent": counted.agent,
        "since": _BEGIN if since is None else to_micros(since),
        "until": to_micros(until),
        "versions": json.dumps(sorted(counted.versions)),
        "decides": counted.decides,
    }
    found: dict[str, dict[int, list[_Pair]]] = defaultdict(lambda: defaultdict(list))
    for row in conn.execute(_PAIRS, values):
        found[row[0]][day_of(row[1])].append((row[2], row[3], counted_pair(*row[4:])))
    return [_cell(category, by_day) for category, by_day in sorted(found.items())]


def pairs_then(conn: sqlite3.Connection, agent: str, *, since: datetime, until: datetime) -> int:
    """Return how many pairs an agent had in a time, of whichever version."""
    (count,) = conn.execute(
        f"SELECT count(*) FROM pair p WHERE {_THEN} AND {_BEGUN}",  # noqa: S608 - no input in it
        {"agent": agent, "since": to_micros(since), "until": to_micros(until)},
    ).fetchone()
    return int(count)


def _cell(category: str, by_day: Mapping[int, Sequence[_Pair]]) -> CellThen:
    counts = {day: _count(some) for day, some in sorted(by_day.items())}
    blind = [_count([pair for pair in some if pair[2].is_blind]) for some in by_day.values()]
    return CellThen(
        category, added(counts.values()), added(blind), {date_of(day): count.trials for day, count in counts.items()}
    )


def _count(pairs: Sequence[_Pair]) -> DayCount:
    return count_day([(about, thread, kind_of(pair)) for about, thread, pair in pairs])


def _has_some(conn: sqlite3.Connection, agent: str, alike: frozenset[int], until: datetime) -> bool:
    row = conn.execute(
        f"SELECT 1 FROM pair p WHERE {_THEN} AND {_IS_COUNTED} LIMIT 1",  # noqa: S608 - no input in it
        {"agent": agent, "until": to_micros(until), "versions": json.dumps(sorted(alike)), "decides": "some"},
    )
    return row.fetchone() is not None
