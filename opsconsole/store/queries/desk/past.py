"""The desk as of a time: records of later are not there, fields are rolled back, what cannot be known is unset.

A record is there from the moment it tells itself (a mail's sending, a ticket's creation), which may lie long before
the desk heard of it. What an import brought in its present state and nobody can date stays unset until then, also
where records are found by it. At one instant only the record that the event is about is known: what else happened
then may be somebody's answer to it.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from opsconsole.domain.errors import PermanentError
from opsconsole.store.queries.desk import records as read
from opsconsole.store.queries.desk.search import search
from opsconsole.store.times import from_micros

UNDATED: Mapping[str, tuple[str, ...]] = {
    "company": ("notes",),
    "contact": ("tags", "notes"),
    "deal": ("stage", "owner", "amount", "close_date", "last_activity_at"),
    "ticket": ("queue", "assignee", "priority", "status"),
    "task": ("assignee", "due", "status"),
    "mail": ("folder", "tags"),
}
"""Fields that people change as they work: an export tells how they ended, never when they came to be so."""
_NUMBERS = ("amount", "size", "last_activity_at", "sent_at")


class Changes:
    """What was changed and removed on the desk, read once and caught up: by it records are found by what they were."""

    def __init__(self) -> None:
        self._last = 0
        self._by_value: dict[tuple[str, str, str], set[int]] = defaultdict(set)
        self._changed: dict[str, set[int]] = defaultdict(set)
        self._removed: dict[str, list[tuple[int, int]]] = defaultdict(list)

    def catch_up(self, conn: sqlite3.Connection) -> None:
        """Read what was noted since."""
        (last,) = conn.execute("SELECT coalesce(max(id), 0) FROM desk_history").fetchone()
        rows = conn.execute(
            "SELECT id, kind, record_id, at, field, was FROM desk_history WHERE id > ? AND id <= ?"
            " AND (field <> '' OR now = 'removed')",
            (self._last, last),
        )
        for number, kind, record, at, field, was in rows:
            if field:
                self._by_value[kind, field, was or ""].add(record)
                if field in read.SEARCHED.get(kind, ()):
                    self._changed[kind].add(record)
            else:
                (made,) = conn.execute(
                    "SELECT coalesce(max(at), 0) FROM desk_history WHERE kind = ? AND record_id = ? AND id < ?"
                    " AND field = '' AND now = 'created'",
                    (kind, record, number),
                ).fetchone()
                self._removed[kind].append((made, at))
        self._last = last

    def once(self, kind: str, field: str, value: Any) -> set[int]:
        """Return the records whose field had a value and has it no more."""
        return self._by_value.get((kind, field, str(value)), set())

    def reworded(self, kind: str) -> set[int]:
        """Return the records whose searched words were changed."""
        return self._changed.get(kind, set())

    def is_gone(self, kind: str, at: int) -> bool:
        """Return whether a record of a kind was there at a time and was removed since."""
        return any(made < at <= removed for made, removed in self._removed.get(kind, ()))


class Past:
    """`deskview.View` as of a time."""

    def __init__(self, conn: sqlite3.Connection, changes: Changes, at: int, own: Mapping[str, int]) -> None:
        """Look back.

        Args:
            conn: where to read.
            changes: kept between look-ups.
            at: the time, in microseconds.
            own: the records an event of that time is about, by kind.
        """
        changes.catch_up(conn)
        self._conn, self._changes, self._at, self._own = conn, changes, at, own

    def get(self, kind: str, record: int) -> dict[str, Any] | None:
        """Return a record as it was; None where there was none.

        Raises:
            PermanentError: it cannot be told.
        """
        self._check(kind)
        row = read.get(self._conn, kind, record)
        return None if row is None or not self._is_there(kind, row) else self._as_it_was(kind, row)

    def find(self, kind: str, *, newest_first: bool = True, limit: int = 50, **equal: Any) -> list[dict[str, Any]]:
        """Return the records whose fields had these values then.

        Raises:
            PermanentError: it cannot be told.
        """
        self._check(kind)
        dated = {name: value for name, value in equal.items() if name not in UNDATED.get(kind, ())}
        rows = {row["id"]: row for row in read.until(self._conn, kind, self._at, self._own.get(kind), **dated)}
        once = {change for name, value in equal.items() for change in self._changes.once(kind, name, value)}
        for record in once - rows.keys():
            if (row := read.get(self._conn, kind, record)) is not None and self._is_there(kind, row):
                rows[record] = row
        found: list[dict[str, Any]] = []
        for row in sorted(rows.values(), key=lambda row: self.place(kind, row), reverse=newest_first):
            was = self._as_it_was(kind, row)
            if all(was[name] == value for name, value in equal.items()):
                found.append(was)
                if len(found) == limit:
                    break
        return found

    def place(self, kind: str, record: Mapping[str, Any]) -> tuple[int, int]:
        """Return what records are put in order by: numbers alone tell in what order, and from where, they came in."""
        return read.born(kind, record), record["id"]

    def search(self, text: str, *, kind: str | None, limit: int) -> list[dict[str, Any]]:
        """Return the records that held the words of a text then, best first.

        Raises:
            PermanentError: it cannot be told.
        """
        kinds = [kind] if kind else sorted(read.SEARCHED)
        for searched in kinds:
            self._check(searched)
        found: list[tuple[int, str, int]] = []
        for searched in kinds:
            known = dict(read.holding(self._conn, searched, text, self._at, self._own.get(searched)))
            for record in self._changes.reworded(searched) - known.keys():
                row = read.get(self._conn, searched, record)
                if row is not None and self._is_there(searched, row):
                    known[record] = read.born(searched, row)
            found += [(born, searched, record) for record, born in known.items()]
        return search(self._texts(sorted(found, reverse=True)), text, limit=limit)

    def history(self, kind: str, record: int) -> list[dict[str, Any]]:
        """Return who had changed a record by then.

        Raises:
            PermanentError: it cannot be told.
        """
        if self.get(kind, record) is None:
            return []
        return [line for line in read.history(self._conn, kind, record) if line["at"] < self._at]

    def _texts(self, found: Iterable[tuple[int, str, int]]) -> Iterable[tuple[str, int, str]]:
        for _, kind, record in found:
            row = read.get(self._conn, kind, record)
            if row is not None:
                was = self._as_it_was(kind, row)
                yield kind, record, " ".join(str(was[name]) for name in read.SEARCHED[kind] if was.get(name))

    def _check(self, kind: str) -> None:
        if self._changes.is_gone(kind, self._at):
            raise PermanentError(
                f"The desk cannot tell what was known on {from_micros(self._at):%Y-%m-%d %H:%M}: a {kind} that was"
                " there then has been removed since."
            )

    def _is_there(self, kind: str, row: Mapping[str, Any]) -> bool:
        born = read.born(kind, row)
        return born < self._at or (born == self._at and row["id"] == self._own.get(kind))

    def _as_it_was(self, kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
        was, heard, changed = dict(row), None, int(row["created_at"])
        for line in reversed(read.history(self._conn, kind, row["id"])):
            if line["field"] == "" and line["now"] == "created":
                heard = line["at"]
                break
            if line["at"] < self._at:
                changed = max(changed, line["at"])
            elif line["field"] in was:
                was[line["field"]] = _typed(line["field"], line["was"])
        was["updated_at"] = changed
        if heard is None or heard >= self._at:
            for name in UNDATED.get(kind, ()):
                was[name] = None if name in _NUMBERS else ""
            was["updated_at"] = None
        return was


def _typed(name: str, was: str | None) -> Any:
    if name not in _NUMBERS:
        return was or ""
    if was in (None, ""):
        return None
    return float(was) if name == "amount" else int(was)
