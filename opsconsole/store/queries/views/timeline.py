"""Everything that happened about one subject, in order: events, what agents did, what people decided."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from opsconsole.store.queries.content import decode
from opsconsole.store.queries.views import people
from opsconsole.store.queries.views.drawn import UNDECIDED_ACTIONS
from opsconsole.store.queries.views.names import agent_names
from opsconsole.store.queries.views.stands import WHERE_IT_STANDS
from opsconsole.store.queries.views.unseen import UNDECIDED
from opsconsole.store.times import from_micros, to_micros

MOST, SUBJECTS = 500, 200
"""Moments, and subjects of one party, that are read at first."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a subject's history."""

    at: datetime
    kind: str
    """`event`, `action`, `decision`, `change`."""
    what: str
    """Kind of event, tool, verb, or what changed."""
    text: str
    who: str
    state: str
    event_id: int | None
    run_id: int | None


@dataclass(frozen=True, slots=True)
class History:
    """The newest part of a history, and how much there is."""

    moments: tuple[Moment, ...]
    """Oldest first."""
    number: int
    """Moments in all, of what was looked at."""
    looked_at: int = 0
    """Of everything about somebody: so many events that may name them were looked at, the newest,"""
    may_name: int = 0
    """and so many there are."""


def timeline(conn: sqlite3.Connection, subject_id: int, *, now: datetime, limit: int = MOST) -> list[Moment]:
    """Return the newest `limit` moments of each kind, as they stand at a moment, oldest first."""
    found, names = list[Moment](), agent_names(conn)
    for row in conn.execute(
        "SELECT e.occurred_at, e.kind, c.bytes, e.id, (SELECT id FROM run WHERE event_id = e.id ORDER BY id LIMIT 1)"
        " FROM event e JOIN content c ON c.id = e.content_id WHERE e.subject_id = ? ORDER BY e.id DESC LIMIT ?",
        (subject_id, limit),
    ):
        body = decode(row[2])
        title, sender = body.get("title", ""), body.get("sender", "")
        found.append(Moment(from_micros(int(row[0])), "event", row[1], title, sender, "", row[3], row[4]))
    for row in conn.execute(
        f"SELECT a.at, a.tool, {WHERE_IT_STANDS}, r.agent_id, r.event_id, r.id"  # noqa: S608 - no input in it
        " FROM action a JOIN run r ON r.id = a.run_id"
        f" WHERE a.subject_id = :subject AND a.is_write = 1 AND NOT {UNDECIDED} ORDER BY a.at DESC LIMIT :most",
        {"subject": subject_id, "most": limit, "now": to_micros(now)},
    ):
        who = names.get(row[3]) or str(row[3])
        found.append(Moment(from_micros(int(row[0])), "action", row[1], "", who, row[2], row[4], row[5]))
    for row in conn.execute(
        "SELECT d.at, d.verb, d.actor, c.bytes, a.tool, r.event_id, r.id"  # noqa: S608 - no input in it
        " FROM action a JOIN run r ON r.id = a.run_id"
        " JOIN approval p ON p.action_id = a.id JOIN decision d ON d.approval_id = p.id"
        " LEFT JOIN content c ON c.id = d.content_id WHERE a.subject_id = ? AND a.is_write = 1"
        f" AND NOT {UNDECIDED} ORDER BY d.id DESC LIMIT ?",
        (subject_id, limit),
    ):
        words: dict[str, str] = {} if row[3] is None else decode(row[3])
        said = str(words.get("reason") or words.get("answer") or "")
        found.append(Moment(from_micros(int(row[0])), "decision", row[1], said or row[4], row[2], "", row[5], row[6]))
    return sorted(found, key=lambda moment: moment.at)[-limit:]


def history_of(conn: sqlite3.Connection, subject: int, *, now: datetime, reach: int = 1) -> History:
    """Return the history of a subject; `reach` times as much of it as is read at first."""
    moments = timeline(conn, subject, now=now, limit=MOST * reach)
    return History(tuple(moments), _count(conn, [subject]))


def history_about(conn: sqlite3.Connection, party: str, *, now: datetime, reach: int = 1) -> History:
    """Return the history of everything about an address or a domain; `reach` as above."""
    newest = people.MOST * reach
    subjects = people.subjects_about(conn, party, newest=newest)
    read = subjects[: SUBJECTS * reach]
    found = [moment for subject in read for moment in timeline(conn, subject, now=now, limit=MOST * reach)]
    newest_first = sorted(found, key=lambda moment: moment.at)[-MOST * reach :]
    named = people.may_name(conn, party)
    return History(tuple(newest_first), _count(conn, subjects), min(named, newest), named)


def _count(conn: sqlite3.Connection, subjects: list[int]) -> int:
    """Return how many moments subjects have in all."""
    row = conn.execute(
        "WITH about(id) AS MATERIALIZED (SELECT value FROM json_each(?))"  # noqa: S608 - no input in it
        " SELECT (SELECT count(*) FROM about JOIN event e ON e.subject_id = about.id)"
        " + (SELECT count(*) FROM about JOIN action a ON a.subject_id = about.id WHERE a.is_write = 1"
        f"    AND a.id NOT IN {UNDECIDED_ACTIONS})"
        " + (SELECT count(*) FROM about JOIN action a ON a.subject_id = about.id"
        "    JOIN approval p ON p.action_id = a.id JOIN decision d ON d.approval_id = p.id WHERE a.is_write = 1)",
        (json.dumps(subjects),),
    ).fetchone()
    return int(row[0])


def subject_of(conn: sqlite3.Connection, key: str) -> int | None:
    """Return the subject with exactly this key, or else the newest one whose key holds it; None for none."""
    row = conn.execute("SELECT id FROM subject WHERE key = ?", (key,)).fetchone()
    if row is None:
        row = conn.execute("SELECT id FROM subject WHERE instr(key, ?) > 0 ORDER BY id DESC LIMIT 1", (key,)).fetchone()
    return None if row is None else row[0]
