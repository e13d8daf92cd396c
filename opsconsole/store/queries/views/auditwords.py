"""What entries of the record are about, in people's words: the entries themselves hold numbers only."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from opsconsole.store.queries.views.unseen import AWAITED

ERASED = "(erased)"


@dataclass(frozen=True, slots=True)
class What:
    """What an entry is about; empty where it is about no such thing, or nobody knows it any more."""

    title: str = ""
    """Of the event."""
    who: str = ""
    """Sent it."""
    tool: str = ""
    """Of the action; not told while people have not acted on what was only recorded."""


NOTHING = What()


def whats(conn: sqlite3.Connection, entries: Mapping[int, Mapping[str, Any]]) -> dict[int, What]:
    """Return what entries are about, by their number; `entries` holds what they say beside kind, time and actor."""
    runs = {number: _run_of(facts) for number, facts in entries.items()}
    works = _pairs(conn, "SELECT id, event_id FROM run WHERE id IN (SELECT value FROM json_each(?))", runs.values())
    judged = {number: _number(facts.get("pair")) for number, facts in entries.items()}
    paired = _pairs(conn, "SELECT id, event_id FROM pair WHERE id IN (SELECT value FROM json_each(?))", judged.values())
    acted = {number: _number(facts.get("act")) for number, facts in entries.items()}
    acts = _pairs(
        conn,
        "SELECT h.id, (SELECT min(e.id) FROM event e WHERE e.subject_id = h.subject_id) FROM human_act h"
        " WHERE h.id IN (SELECT value FROM json_each(?))",
        acted.values(),
    )
    events = {
        number: _number(facts.get("event"))
        or works.get(runs[number] or 0)
        or paired.get(judged[number] or 0)
        or acts.get(acted[number] or 0)
        for number, facts in entries.items()
    }
    told, tools = _events(conn, events.values()), _tools(conn, [facts.get("action") for facts in entries.values()])
    return {
        number: What(*told.get(events[number] or 0, ("", "")), tools.get(str(facts.get("action", "")), ""))
        for number, facts in entries.items()
    }


def _number(value: Any) -> int | None:
    """Return a number of ours; whatever else a changed file holds is none."""
    return value if type(value) is int and 0 < value < 2**62 else None


def _run_of(facts: Mapping[str, Any]) -> int | None:
    if (run := _number(facts.get("run"))) is not None:
        return run
    head = str(facts.get("action", "")).partition("/")[0]
    return _number(int(head)) if head.isascii() and head.isdigit() and len(head) < 19 else None


def _asked(values: Iterable[Any]) -> str:
    return json.dumps(sorted({value for value in values if value is not None}))


def _pairs(conn: sqlite3.Connection, sql: str, numbers: Iterable[int | None]) -> dict[int, int | None]:
    return dict(conn.execute(sql, (_asked(numbers),)).fetchall())


def _events(conn: sqlite3.Connection, numbers: Iterable[int | None]) -> dict[int, tuple[str, str]]:
    rows = conn.execute(
        "SELECT e.id, CASE WHEN c.bytes IS NOT NULL AND json_valid(CAST(c.bytes AS TEXT))"
        " THEN json_extract(CAST(c.bytes AS TEXT), '$.title', '$.sender_name', '$.sender') END"
        " FROM event e JOIN content c ON c.id = e.content_id WHERE e.id IN (SELECT value FROM json_each(?))",
        (_asked(numbers),),
    )
    found: dict[int, tuple[str, str]] = {}
    for number, values in rows:
        title, name, sender = (ERASED, "", "") if values is None else json.loads(values)
        found[number] = (str(title or ""), str(name or sender or ""))
    return found


def _tools(conn: sqlite3.Connection, actions: Iterable[Any]) -> dict[str, str]:
    rows = conn.execute(
        f"SELECT a.id, CASE WHEN {AWAITED} THEN '' ELSE a.tool END"  # noqa: S608 - no input in it
        " FROM action a JOIN run r ON r.id = a.run_id WHERE a.id IN (SELECT value FROM json_each(?))",
        (_asked(action for action in actions if isinstance(action, str)),),
    )
    return dict(rows.fetchall())
