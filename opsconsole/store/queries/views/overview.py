"""The state in ten seconds: what agents did since a time. Only windows of time are asked for, along their indexes."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from opsconsole.store.queries import limits, versions
from opsconsole.store.queries.views.names import agent_names
from opsconsole.store.queries.views.outcomes import (
    Outcomes,
    Waiting,
    outcomes_of,
    waited_by_agent,
    waiting_by_agent,
)
from opsconsole.store.queries.views.rulings import REFUSED
from opsconsole.store.times import end_micros, to_micros

DAYS = 14
"""Days of the small charts."""
NEWEST = 20_000
"""Of so many newest rulings at most are the verdicts of a window counted."""
_DAY = 86_400_000_000
_MEDIAN_OF = 1001


@dataclass(frozen=True, slots=True)
class AgentGlance:
    """One agent in the window."""

    agent: str
    name: str
    outcomes: Outcomes
    """Where its events of the time stand."""
    requests: int
    """Questions, actions and decisions to make first that wait for the person now."""
    days: tuple[int, ...]
    """Events of each of the last days, by when they happened; the last number is today's."""
    cost: float
    is_paused: bool
    is_dismissed: bool = False
    """Not in use any more; told while some of what it did falls into the time."""
    first: int = 0
    """How many of the requests are to be decided before seeing what the agent did."""


@dataclass(frozen=True, slots=True)
class Sleep:
    """No engine was at work."""

    began_at: datetime
    ended_at: datetime | None
    """None: it has not started again."""
    late: int
    """Events that happened meanwhile and were taken in afterwards."""
    was_sudden: bool
    """It did not end as it should: power, crash, kill."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the overview shows."""

    since: datetime
    now: datetime
    agents: tuple[AgentGlance, ...]
    events: int
    """Events that were taken in, ever."""
    without_agent: int
    """Events that came in the time and that no agent works."""
    cost: float
    currency: str
    median_s: float | None
    """Median seconds from taken in to done, of the newest in the window."""
    shadow: tuple[tuple[str, str, int], ...]
    """(agent, tool, how often) of what would have been done in the time."""
    refused: tuple[tuple[str, str, int], ...]
    """(tool, why, how often) in the window, most often first."""
    refused_events: int
    """Events in which something was refused in the window."""
    sleeps: tuple[Sleep, ...]
    paused: tuple[str, ...]
    """Scopes of switches that are on."""
    recommended: int
    """Recommendations without an answer."""

    @property
    def outcomes(self) -> Outcomes:
        """Where the events of the time stand, of all agents: the sum of what their cards say."""
        return sum((agent.outcomes for agent in self.agents), Outcomes())

    @property
    def waiting(self) -> int:
        """All that waits for the person now, as Approvals lists it."""
        return sum(agent.requests for agent in self.agents)

    @property
    def first(self) -> int:
        """How much of it is to be decided before seeing what the agent did."""
        return sum(agent.first for agent in self.agents)


@dataclass(frozen=True, slots=True)
class _Window:
    """The time that is looked at."""

    since: datetime
    now: datetime
    until: datetime | None

    @property
    def micros(self) -> tuple[int, int]:
        """Begin and end as they are stored."""
        return to_micros(self.since), end_micros(self.until)


def overview(conn: sqlite3.Connection, *, since: datetime, now: datetime, until: datetime | None = None) -> Overview:
    """Gather what an overview shows.

    Args:
        conn: reads the workspace.
        since: begin of the time.
        now: the moment at which it is told.
        until: the end of a time that is over, itself not included: what stood where then is told, whatever became of it
            since. Pauses, recommendations and times without an engine are those of now. None: until now.
    """
    window = _Window(since, now if until is None else until, until)
    switches = [scope for scope, _ in limits.switches(conn)]
    days = _days(conn, window.now)
    waiting = waiting_by_agent(conn, now=now) if until is None else waited_by_agent(conn, until=until)
    glances = (
        _glance(conn, agent, name, window, waiting.get(agent, Waiting(0, 0)), days.get(agent), switches)
        for agent, name in agent_names(conn).items()
    )
    agents = tuple(each for each in glances if not each.is_dismissed or each.outcomes.all or each.requests)
    (events,) = conn.execute("SELECT coalesce(max(id), 0) FROM event").fetchone()
    return Overview(
        since=since,
        now=window.now,
        agents=agents,
        events=events,
        without_agent=_without_agent(conn, window),
        cost=limits.cost_since(conn, since=since, agent=None, until=until),
        currency=limits.setting(conn, "currency") or "EUR",
        median_s=_median(conn, [agent.agent for agent in agents], window),
        shadow=shadow_since(conn, since=since, until=until),
        refused=_refused(conn, window),
        refused_events=_refused_events(conn, window),
        sleeps=sleeps(conn, since=since),
        paused=tuple(scope for scope in switches if not _is_over_nobody(conn, scope)),
        recommended=_recommended(conn),
    )


def _glance(
    conn: sqlite3.Connection,
    agent: str,
    name: str,
    window: _Window,
    waiting: Waiting,
    days: tuple[int, ...] | None,
    switches: list[str],
) -> AgentGlance:
    return AgentGlance(
        agent,
        name,
        outcomes_of(conn, agent, since=window.since, now=window.now, waiting=waiting.events, until=window.until),
        waiting.requests,
        days or (0,) * DAYS,
        limits.cost_since(conn, since=window.since, agent=agent, until=window.until),
        "all" in switches or f"agent:{agent}" in switches,
        versions.current_version_of(conn, agent) is None,
        waiting.first,
    )


def _is_over_nobody(conn: sqlite3.Connection, scope: str) -> bool:
    """The pause of an agent that was dismissed, or of a category of it: it holds nothing until that is hired again."""
    kind, _, name = scope.partition(":")
    return kind in ("agent", "category") and versions.current_version_of(conn, name.partition("/")[0]) is None


def _without_agent(conn: sqlite3.Connection, window: _Window) -> int:
    (count,) = conn.execute(
        "SELECT count(*) FROM event e WHERE e.occurred_at >= ?1 AND e.received_at >= ?1 AND e.received_at < ?2"
        " AND NOT EXISTS (SELECT 1 FROM run r WHERE r.event_id = e.id)",
        window.micros,
    ).fetchone()
    return int(count)


def _days(conn: sqlite3.Connection, now: datetime) -> dict[str, tuple[int, ...]]:
    # A day ends at midnight of this machine's zone.
    local = now.astimezone()
    end = to_micros(local.replace(hour=0, minute=0, second=0, microsecond=0)) + _DAY
    counts: dict[str, list[int]] = {}
    for agent, day, count in conn.execute(
        "SELECT r.agent_id, (?1 - 1 - e.occurred_at) / ?2, count(*) FROM event e CROSS JOIN run r ON r.event_id = e.id"
        " WHERE e.occurred_at >= ?1 - ?2 * ?3 AND e.occurred_at < ?1 GROUP BY 1, 2",
        (end, _DAY, DAYS),
    ):
        counts.setdefault(agent, [0] * DAYS)[DAYS - 1 - day] = count
    return {agent: tuple(values) for agent, values in counts.items()}


def _median(conn: sqlite3.Connection, agents: list[str], window: _Window) -> float | None:
    spans: list[int] = []
    for agent in agents:
        spans += [
            row[0]
            for row in conn.execute(
                "SELECT finished_at - queued_at FROM run WHERE agent_id = ? AND finished_at >= ? AND finished_at < ?"
                " AND finished_at IS NOT NULL AND state = 'done' ORDER BY finished_at DESC LIMIT ?",
                (agent, *window.micros, _MEDIAN_OF),
            )
        ]
    return sorted(spans)[len(spans) // 2] / 1e6 if spans else None


def shadow_since(
    conn: sqlite3.Connection, *, since: datetime, until: datetime | None = None
) -> tuple[tuple[str, str, int], ...]:
    """Return (agent, tool, how often) of what would have been done since, before `until`, most often first."""
    rows = conn.execute(
        "SELECT r.agent_id, a.tool, count(*) FROM action a CROSS JOIN run r ON r.id = a.run_id"
        " WHERE a.state = 'simulated' AND a.state IN ('simulated','recommended') AND a.at >= ?"
        " AND a.at < ? GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
        (to_micros(since), end_micros(until)),
    )
    return tuple((row[0], row[1], row[2]) for row in rows)


def _refused(conn: sqlite3.Connection, window: _Window) -> tuple[tuple[str, str, int], ...]:
    counts: dict[tuple[str, str], int] = {}
    since, until = window.micros
    for tool, reasons in conn.execute(
        f"SELECT a.tool, w.reasons {REFUSED} ORDER BY w.at DESC LIMIT :most",
        {"since": since, "until": until, "most": NEWEST},
    ):
        why = "; ".join(load["text"] for load in json.loads(reasons) if load["verdict"] == "REFUSE")
        counts[(tool, why)] = counts.get((tool, why), 0) + 1
    ordered = sorted(counts.items(), key=lambda item: -item[1])[:5]
    return tuple((tool, why, count) for (tool, why), count in ordered)


def _refused_events(conn: sqlite3.Connection, window: _Window) -> int:
    since, until = window.micros
    (count,) = conn.execute(
        f"SELECT count(DISTINCT r.event_id) {REFUSED}",
        {"since": since, "until": until},
    ).fetchone()
    return int(count)


def _recommended(conn: sqlite3.Connection) -> int:
    (count,) = conn.execute(
        "SELECT count(*) FROM action WHERE state = 'recommended' AND state IN ('simulated','recommended')"
        " AND NOT EXISTS (SELECT 1 FROM recommendation WHERE action_id = action.id)"
    ).fetchone()
    return int(count)


def sleeps(conn: sqlite3.Connection, *, since: datetime, limit: int = 60) -> tuple[Sleep, ...]:
    """Return when no engine was at work since, newest first. Shorter ones than a minute are left out."""
    rows = conn.execute(
        "SELECT seq, json_extract(blob, '$.kind'), json_extract(blob, '$.at') FROM audit"
        " WHERE kind IN ('engine.started','engine.stopped') ORDER BY seq DESC LIMIT ?",
        (limit,),
    ).fetchall()
    found: list[Sleep] = []
    if rows and rows[0][1] == "engine.stopped":
        found.append(Sleep(datetime.fromisoformat(rows[0][2]), None, 0, False))
    for (seq, kind, at), (_, before, stopped) in pairwise(rows):
        if kind != "engine.started":
            continue
        ended, was_sudden = datetime.fromisoformat(at), before == "engine.started"
        began = datetime.fromisoformat(stopped)
        if was_sudden:
            last = conn.execute("SELECT json_extract(blob, '$.at') FROM audit WHERE seq = ?", (seq - 1,)).fetchone()
            began = datetime.fromisoformat(last[0])
        if ended < since:
            break
        if ended - began >= timedelta(minutes=1):
            found.append(Sleep(began, ended, _late(conn, began, ended), was_sudden))
    return tuple(found)


def _late(conn: sqlite3.Connection, began: datetime, ended: datetime) -> int:
    (count,) = conn.execute(
        "SELECT count(*) FROM event WHERE occurred_at >= ? AND occurred_at < ? AND received_at >= ?",
        (to_micros(began), to_micros(ended), to_micros(ended)),
    ).fetchone()
    return int(count)
