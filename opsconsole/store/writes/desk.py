"""The embedded desk, write side. Every change leaves a line in the history that names who made it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from opsconsole.store.queries.desk import records as read
from opsconsole.store.queries.desk.records import COLUMNS, SEARCHED
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction


def _known(kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    for name in fields:
        if name not in COLUMNS[kind]:
            raise KeyError(f"{kind} has no field {name}")
    return dict(fields)


def create(
    tx: Transaction,
    kind: str,
    fields: Mapping[str, Any],
    *,
    actor: str,
    now: datetime,
    external_id: str | None = None,
    created_at: datetime | None = None,
) -> int:
    """Make a record; give its number."""
    given = _known(kind, fields)
    names = ["external_id", *given, "created_at", "updated_at"]
    made = to_micros(created_at or now)
    cursor = tx.conn.execute(
        f"INSERT INTO desk_{kind} ({', '.join(names)}) VALUES ({', '.join('?' for _ in names)})",  # noqa: S608 - names from COLUMNS
        (external_id, *given.values(), made, made),
    )
    record = cursor.lastrowid or 0
    _history(tx, kind, record, actor=actor, now=now, field="", was=None, value="created")
    _index(tx, kind, record, given)
    tx.touch("desk")
    return record


def update(
    tx: Transaction, kind: str, record: int, fields: Mapping[str, Any], *, actor: str, now: datetime
) -> dict[str, Any]:
    """Change fields of a record; give the values they had. Fields that stay as they are do not count.

    Raises:
        LookupError: there is no such record.
    """
    present = read.get(tx.conn, kind, record)
    if present is None:
        raise LookupError(f"there is no {kind} {record}")
    changed = {name: value for name, value in _known(kind, fields).items() if present[name] != value}
    if not changed:
        return {}
    sets = ", ".join(f"{name} = ?" for name in changed)
    tx.conn.execute(
        f"UPDATE desk_{kind} SET {sets}, updated_at = ? WHERE id = ?",  # noqa: S608 - names from COLUMNS
        (*changed.values(), to_micros(now), record),
    )
    for name, value in changed.items():
        _history(tx, kind, record, actor=actor, now=now, field=name, was=present[name], value=value)
    if any(name in SEARCHED.get(kind, ()) for name in changed):
        tx.conn.execute("DELETE FROM desk_search WHERE kind = ? AND record_id = ?", (kind, record))
        _index(tx, kind, record, {**present, **changed})
    tx.touch("desk")
    return {name: present[name] for name in changed}


def remove(tx: Transaction, kind: str, record: int, *, actor: str, now: datetime) -> None:
    """Remove a record; its history stays."""
    if kind not in COLUMNS:
        raise KeyError(kind)
    tx.conn.execute(f"DELETE FROM desk_{kind} WHERE id = ?", (record,))  # noqa: S608 - a known kind
    tx.conn.execute("DELETE FROM desk_search WHERE kind = ? AND record_id = ?", (kind, record))
    _history(tx, kind, record, actor=actor, now=now, field="", was=None, value="removed")
    tx.touch("desk")


def remember(tx: Transaction, key: str, *, result: Mapping[str, Any], undo: Mapping[str, Any]) -> None:
    """Remember what an idempotency key did, and what takes it back."""
    tx.conn.execute(
        "INSERT INTO desk_key (key, result, undo) VALUES (?, ?, ?)", (key, json.dumps(result), json.dumps(undo))
    )


def _history(
    tx: Transaction, kind: str, record: int, *, actor: str, now: datetime, field: str, was: Any, value: Any
) -> None:
    tx.conn.execute(
        "INSERT INTO desk_history (kind, record_id, at, actor, field, was, now) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (kind, record, to_micros(now), actor, field, None if was is None else str(was), str(value)),
    )


def _index(tx: Transaction, kind: str, record: int, fields: Mapping[str, Any]) -> None:
    words = " ".join(str(fields[name]) for name in SEARCHED.get(kind, ()) if fields.get(name))
    if words:
        tx.conn.execute("INSERT INTO desk_search (text, kind, record_id) VALUES (?, ?, ?)", (words, kind, record))
