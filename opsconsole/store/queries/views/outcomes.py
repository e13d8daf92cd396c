"""What became of the events of a time: each stands in one place, so that the places add up to all of them.

The events of a time are those that agents finished in it, and those that are open now. An event that two agents work
counts once for each.
"""

import json
import sqlite3
from collections import Counter
from dataclasses import astuple, dataclass
from datetime import UTC, datetime

from opsconsole.store.queries.views.drawn import UNDECIDED_ACTIONS, listed
from opsconsole.store.times import end_micros, to_micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """How many events stand where."""

    alone: int = 0
    """Finished, and nobody was asked."""
    with_you: int = 0
    """Finished after a person was asked, or with a recommendation to one."""
    shadow: int = 0
    """Finished in shadow: it was only recorded what would have been done."""
    waiting: int = 0
    """Open, and something of it waits for a person now."""
    under_way: int = 0
    """Open, and nothing of it waits for a person: being worked, put off, paused, or about to be done."""
    not_done: int = 0
    """Finished, and nothing came of it: the agent could not deal with it, or what it wanted was refused or lapsed, and
    it did nothing else."""
    failed: int = 0
    """The work broke off, or something that was to be done could not be."""
    stopped: int = 0
    """Cancelled by a person."""

    @property
    def all(self) -> int:
        """All events of the time."""
        return sum(astuple(self))

    @property
    def handled(self) -> int:
        """Finished as it should be, and not in shadow."""
        return self.alone + self.with_you

    def __add__(self, other: "Outcomes") -> "Outcomes":
        return Outcomes(**{name: getattr(self, name) + getattr(other, name) for name in self.__slots__})


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a person."""

    requests: int
    """Questions, actions and decisions to make first, as Approvals lists them."""
    events: int
    """Open events that they are about."""
    first: int = 0
    """How many of them are to be decided before seeing what the agent did."""


_OPEN = "('queued','running','waiting')"
PLACE = (
    f"CASE WHEN r.state IN {_OPEN} THEN CASE WHEN EXISTS (SELECT 1"  # noqa: S608 - no input in it
    "  FROM action a JOIN approval p ON p.action_id = a.id WHERE a.run_id = r.id AND p.state = 'waiting'"
    "  AND (p.snoozed_until IS NULL OR p.snoozed_until <= :now))"
    "  THEN 'waiting' ELSE 'under_way' END"
    " WHEN r.state = 'failed' THEN 'failed' WHEN r.state = 'cancelled' THEN 'stopped'"
    " WHEN EXISTS (SELECT 1 FROM action a WHERE a.run_id = r.id AND a.is_write AND a.state = 'failed') THEN 'failed'"
    " WHEN EXISTS (SELECT 1 FROM action a WHERE a.run_id = r.id AND (a.state = 'recommended'"
    "  OR EXISTS (SELECT 1 FROM approval p WHERE p.action_id = a.id AND p.state = 'decided'))) THEN 'with_you'"
    " WHEN EXISTS (SELECT 1 FROM action a WHERE a.run_id = r.id AND a.state = 'simulated') THEN 'shadow'"
    " WHEN r.is_handled = 0"
    "  OR (EXISTS (SELECT 1 FROM action a WHERE a.run_id = r.id AND a.state IN ('refused','lapsed'))"
    "  AND NOT EXISTS (SELECT 1 FROM action a WHERE a.run_id = r.id AND a.is_write AND a.state = 'done'))"
    " THEN 'not_done' ELSE 'alone' END"
)
"""Where the event of a run `r` stands at `:now`: the name of a place of `Outcomes`. Numbers and lists ask the same."""
_PLACE_OF = f"SELECT {PLACE} FROM run r WHERE r.id = :run"  # noqa: S608 - no input in it
_FINISHED = (
    f"SELECT {PLACE}, count(*) FROM run r"  # noqa: S608 - no input in it
    " WHERE r.agent_id = :agent AND r.finished_at >= :since AND r.finished_at < :until AND r.finished_at IS NOT NULL"
    " GROUP BY 1"
)
_OPEN_THEN = (
    f"SELECT (SELECT count(*) FROM run WHERE state IN {_OPEN} AND agent_id = :agent AND queued_at < :until)"  # noqa: S608
    " + (SELECT count(*) FROM run WHERE agent_id = :agent AND finished_at >= :until AND finished_at IS NOT NULL"
    " AND queued_at < :until)"
)
_WAITED_THEN = (
    "SELECT p.agent_id, count(*),"
    " count(DISTINCT CASE WHEN r.finished_at IS NULL OR r.finished_at >= :until THEN r.id END)"
    " FROM approval p CROSS JOIN action a ON a.id = p.action_id CROSS JOIN run r ON r.id = a.run_id"
    " WHERE p.created_at < :until AND (p.state = 'waiting' OR p.closed_at >= :until)"
    " AND p.id NOT IN (SELECT value FROM json_each(:put_off)) GROUP BY 1"
)
_PUT_OFF_BEYOND = "SELECT id FROM approval WHERE snoozed_until > ? AND created_at < ?"
_PUT_OFF_BEFORE = (
    "SELECT DISTINCT json_extract(blob, '$.approval') FROM audit WHERE kind = 'approval.snoozed'"
    " AND json_extract(blob, '$.at') < ?"
)
_ENDED_THERE = (
    "SELECT r.event_id FROM run r"  # noqa: S608 - no input in it
    " WHERE r.agent_id IN (SELECT id FROM agent WHERE :agent IS NULL OR id = :agent)"
    f" AND r.finished_at >= :since AND r.finished_at IS NOT NULL AND r.event_id > :after AND {PLACE} = :place"
)
_OPEN_THERE = (
    f"SELECT r.event_id FROM run r WHERE r.state IN {_OPEN}"  # noqa: S608 - no input in it
    " AND (:agent IS NULL OR r.agent_id = :agent)"
    f" AND r.event_id > :after AND {PLACE} = :place"
)


def events_at(
    place: str, *, agent: str | None, since: datetime | None, now: datetime, after: int = 0
) -> tuple[str, dict[str, str | int | None]]:
    """Return the query of the events that stand in a place, and its values: exactly those that `outcomes_of` counts.

    Args:
        place: the name of one of `Outcomes`.
        agent: whose; None for all.
        since: begin of the time; None for all times. What is open stands there whenever it began.
        now: until when something was put off decides whether it waits.
        after: events of higher numbers only.
    """
    begin = 0 if since is None else to_micros(since)
    values = {"agent": agent, "since": begin, "now": to_micros(now), "after": after, "place": place}
    return _OPEN_THERE if place in ("waiting", "under_way") else _ENDED_THERE, values


def place_of(conn: sqlite3.Connection, run: int, *, now: datetime) -> str:
    """Return where the event of a run stands; empty where there is no such run."""
    row = conn.execute(_PLACE_OF, {"run": run, "now": to_micros(now)}).fetchone()
    return "" if row is None else str(row[0])


def is_left(conn: sqlite3.Connection, run: int) -> bool:
    """Return whether the agent of a run did not deal with its event: it is left to people."""
    return conn.execute("SELECT 1 FROM run WHERE id = ? AND is_handled = 0", (run,)).fetchone() is not None


def outcomes_of(
    conn: sqlite3.Connection,
    agent: str,
    *,
    since: datetime,
    now: datetime,
    waiting: int,
    until: datetime | None = None,
) -> Outcomes:
    """Return where the events of an agent stand.

    Args:
        conn: reads the workspace.
        agent: whose.
        since: begin of the time.
        now: its end.
        waiting: its open events of which something waits for a person.
        until: the end of a time that is over: what was finished later was open then; None: what is open now is.
    """
    values = {"agent": agent, "since": to_micros(since), "now": to_micros(now), "until": end_micros(until)}
    counts: dict[str, int] = dict(conn.execute(_FINISHED, values).fetchall())
    (opened,) = conn.execute(_OPEN_THEN, values).fetchone()
    return Outcomes(**counts, waiting=waiting, under_way=opened - waiting)


def waiting_by_agent(conn: sqlite3.Connection, *, now: datetime) -> dict[str, Waiting]:
    """Return what waits for a person by agent; what was put off until later does not."""
    rows = conn.execute(
        f"SELECT p.agent_id, count(CASE WHEN p.action_id NOT IN {UNDECIDED_ACTIONS} THEN 1 END),"  # noqa: S608 - ours
        " count(DISTINCT CASE WHEN r.state IN ('queued','running','waiting') THEN r.id END)"
        " FROM approval p CROSS JOIN action a ON a.id = p.action_id CROSS JOIN run r ON r.id = a.run_id"
        " WHERE p.state = 'waiting' AND (p.snoozed_until IS NULL OR p.snoozed_until <= ?) GROUP BY 1",
        (to_micros(now),),
    )
    asked = {row[0]: (row[1], row[2]) for row in rows}
    first = Counter(drawn.agent for drawn in listed(conn, now=now))
    found: dict[str, Waiting] = {}
    for agent in {**asked, **first}:
        requests, events = asked.get(agent, (0, 0))
        found[agent] = Waiting(requests + first[agent], events, first[agent])
    return found


def waited_by_agent(conn: sqlite3.Connection, *, until: datetime) -> dict[str, Waiting]:
    """Return what waited for a person at the end of a time, by agent; what was put off beyond it did not."""
    end = to_micros(until)
    rows = conn.execute(_WAITED_THEN, {"until": end, "put_off": json.dumps(_put_off(conn, until))})
    return {row[0]: Waiting(row[1], row[2]) for row in rows}


def _put_off(conn: sqlite3.Connection, until: datetime) -> list[int]:
    """Return the requests that were put off at a moment until later, as the record dates it."""
    end = to_micros(until)
    beyond = {number for (number,) in conn.execute(_PUT_OFF_BEYOND, (end, end))}
    if not beyond:
        return []
    moment = until.astimezone(UTC).isoformat(timespec="microseconds")
    return sorted(beyond & {number for (number,) in conn.execute(_PUT_OFF_BEFORE, (moment,))})
