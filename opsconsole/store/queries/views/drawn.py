"""What is not shown of decisions that a person makes first, how many there are, and what was said of their runs."""

import sqlite3
from datetime import datetime

from opsconsole.store.queries.ladder import Draw, open_draws
from opsconsole.store.times import from_micros, to_micros

UNDECIDED_ACTIONS = (
    "(SELECT a.id FROM draw d JOIN action a ON a.run_id = d.run_id WHERE d.answered_at IS NULL AND d.closed_at IS NULL)"
)
"""Ids of the actions of such runs."""
_HEARD = (
    "SELECT min(a.turn) FROM action a WHERE a.run_id = ? AND (a.state IN ('rejected','lapsed')"
    " OR (a.tool = 'person.ask' AND a.state = 'done') OR EXISTS (SELECT 1 FROM approval p"
    " JOIN decision d ON d.approval_id = p.id WHERE p.action_id = a.id AND d.verb = 'edit'))"
)
_REQUESTS = (
    "SELECT p.id FROM action a JOIN approval p ON p.action_id = a.id WHERE a.run_id = ? AND p.state = 'waiting'"
    " ORDER BY p.id"
)


def open_count(conn: sqlite3.Connection) -> int:
    """Count the drawn decisions that nobody made yet."""
    (number,) = conn.execute("SELECT count(*) FROM draw WHERE answered_at IS NULL AND closed_at IS NULL").fetchone()
    return int(number)


def listed(conn: sqlite3.Connection, *, now: datetime) -> list[Draw]:
    """Return those that a list shows, the oldest first: not one all of whose requests are put off until later."""
    put_off = {
        row[0]
        for row in conn.execute(
            "SELECT a.run_id FROM draw d JOIN action a ON a.run_id = d.run_id JOIN approval p ON p.action_id = a.id"
            " WHERE d.answered_at IS NULL AND d.closed_at IS NULL AND p.state = 'waiting' GROUP BY 1"
            " HAVING min(coalesce(p.snoozed_until, 0)) > ?",
            (to_micros(now),),
        )
    }
    return [draw for draw in open_draws(conn, most=10_000) if draw.run not in put_off]


def requests_of(conn: sqlite3.Connection, run: int) -> list[int]:
    """Return the requests of a run that wait, in order."""
    return [int(row[0]) for row in conn.execute(_REQUESTS, (run,))]


def run_of_request(conn: sqlite3.Connection, approval: int) -> int | None:
    """Return the run that a request is of; None where there is no such request."""
    row = conn.execute(
        "SELECT a.run_id FROM approval p JOIN action a ON a.id = p.action_id WHERE p.id = ?", (approval,)
    ).fetchone()
    return None if row is None else int(row[0])


def oldest_open(conn: sqlite3.Connection, agent: str) -> dict[tuple[str, str], datetime]:
    """Return since when the oldest drawn decision, made alone, of each (category, tool) waits for a person.

    One that somebody looked at instead of deciding it still waits: else looking would end the watch.
    """
    rows = conn.execute(
        "SELECT d.category, c.tool, min(d.drawn_at) FROM draw d JOIN draw_cell c ON c.run_id = d.run_id WHERE"
        " d.agent_id = ? AND d.answered_at IS NULL AND d.closed_why IN ('', 'seen') AND c.level = 3 GROUP BY 1, 2",
        (agent,),
    )
    return {(row[0], row[1]): from_micros(row[2]) for row in rows}


def last_alone(conn: sqlite3.Connection, agent: str, *, since: datetime) -> dict[tuple[str, str], datetime]:
    """Return when each (category, tool) of an agent acted alone last, since a time."""
    rows = conn.execute(
        "SELECT a.category, a.tool, max(e.created_at) FROM effect e JOIN action a ON a.id = e.action_id"
        " WHERE e.agent_id = ? AND e.created_at >= ? AND e.verdict = 'ACT' AND e.approval_id IS NULL"
        " AND e.state <> 'cancelled' AND a.category IS NOT NULL GROUP BY 1, 2",
        (agent, to_micros(since)),
    )
    return {(row[0], row[1]): from_micros(row[2]) for row in rows}


def last_audited(conn: sqlite3.Connection, agent: str) -> dict[tuple[str, str], datetime]:
    """Return when a drawn decision of each (category, tool) of an agent was made by a person last; no canary's."""
    rows = conn.execute(
        "SELECT d.category, c.tool, max(d.answered_at) FROM draw d JOIN draw_cell c ON c.run_id = d.run_id"
        " WHERE d.agent_id = ? AND d.answered_at IS NOT NULL"
        " AND d.version_id NOT IN (SELECT version_id FROM canary) GROUP BY 1, 2",
        (agent,),
    )
    return {(row[0], row[1]): from_micros(row[2]) for row in rows}


def heard_at(conn: sqlite3.Connection, run: int) -> int | None:
    """Return the first turn of a run of which the agent heard what people make of it: a no, an edit, an answer."""
    (turn,) = conn.execute(_HEARD, (run,)).fetchone()
    return None if turn is None else int(turn)


def was_asked_before(conn: sqlite3.Connection, run: int, *, turn: int) -> bool:
    """Return whether a person was asked about something that a run wanted before a turn of it."""
    row = conn.execute(
        "SELECT 1 FROM action a JOIN approval p ON p.action_id = a.id WHERE a.run_id = ? AND a.turn < ? LIMIT 1",
        (run, turn),
    ).fetchone()
    return row is not None
