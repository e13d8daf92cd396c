"""What became of the events of a time: each stands in one place, so that the places add up to all of them.

The events of a time are those that agents finished in it, and those that are open now. An event that two agents work
counts once for each.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import datetime

from opsconsole.store.times import to_micros


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
    """Questions and actions, as Approvals lists them."""
    events: int
    """Open events that they are about."""


_FINISHED = (
    "SELECT r.state,"
    " EXISTS (SELECT 1 FROM action a WHERE a.run_id = r.id AND a.state = 'simulated'),"
    " EXISTS (SELECT 1 FROM action a WHERE a.run_id = r.id AND (a.state = 'recommended'"
    "  OR EXISTS (SELECT 1 FROM approval p WHERE p.action_id = a.id AND p.state = 'decided'))),"
    " EXISTS (SELECT 1 FROM action a WHERE a.run_id = r.id AND a.is_write AND a.state = 'failed'),"
    " r.is_handled = 0 OR (EXISTS (SELECT 1 FROM action a WHERE a.run_id = r.id AND a.state IN ('refused','lapsed'))"
    " AND NOT EXISTS (SELECT 1 FROM action a WHERE a.run_id = r.id AND a.is_write AND a.state = 'done')),"
    " count(*) FROM run r WHERE r.agent_id = ? AND r.finished_at >= ? AND r.finished_at IS NOT NULL"
    " GROUP BY 1, 2, 3, 4, 5"
)
_NAMES: Mapping[str, str] = {"failed": "failed", "cancelled": "stopped"}


def outcomes_of(conn: sqlite3.Connection, agent: str, *, since: datetime, waiting: int) -> Outcomes:
    """Return where the events of an agent stand.

    Args:
        conn: reads the workspace.
        agent: whose.
        since: begin of the time; it ends now.
        waiting: its open events of which something waits for a person.
    """
    counts: dict[str, int] = {}
    for state, is_shadow, is_asked, has_failed, is_undone, count in conn.execute(_FINISHED, (agent, to_micros(since))):
        done = "with_you" if is_asked else "shadow" if is_shadow else "not_done" if is_undone else "alone"
        name = _NAMES.get(state, "failed" if has_failed else done)
        counts[name] = counts.get(name, 0) + count
    (opened,) = conn.execute(
        "SELECT count(*) FROM run WHERE state IN ('queued','running','waiting') AND agent_id = ?", (agent,)
    ).fetchone()
    return Outcomes(**counts, waiting=waiting, under_way=opened - waiting)


def waiting_by_agent(conn: sqlite3.Connection, *, now: datetime) -> dict[str, Waiting]:
    """Return what waits for a person by agent; what was put off until later does not."""
    rows = conn.execute(
        "SELECT p.agent_id, count(*),"
        " count(DISTINCT CASE WHEN r.state IN ('queued','running','waiting') THEN r.id END)"
        " FROM approval p CROSS JOIN action a ON a.id = p.action_id CROSS JOIN run r ON r.id = a.run_id"
        " WHERE p.state = 'waiting' AND (p.snoozed_until IS NULL OR p.snoozed_until <= ?) GROUP BY 1",
        (to_micros(now),),
    )
    return {row[0]: Waiting(row[1], row[2]) for row in rows}
