"""The desk as a look-up sees it: as it is. `deskpast.Past` gives the same as of an earlier time."""

import sqlite3
from collections.abc import Mapping
from typing import Any, Protocol

from opsconsole.store.queries.desk import records as read


class View(Protocol):
    """Records of the desk at one time."""

    def get(self, kind: str, record: int) -> dict[str, Any] | None:
        """Return a record; None where there is none."""
        ...

    def find(self, kind: str, *, newest_first: bool = True, limit: int = 50, **equal: Any) -> list[dict[str, Any]]:
        """Return the records whose fields equal these values."""
        ...

    def place(self, kind: str, record: Mapping[str, Any]) -> tuple[int, int]:
        """Return what records are put in order by."""
        ...

    def search(self, text: str, *, kind: str | None, limit: int) -> list[dict[str, Any]]:
        """Return the records that hold the words of a text, best first."""
        ...

    def history(self, kind: str, record: int) -> list[dict[str, Any]]:
        """Return who changed a record, oldest first; times in microseconds."""
        ...


class Present:
    """The desk as it is."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn

    def get(self, kind: str, record: int) -> dict[str, Any] | None:
        """Return a record; None where there is none."""
        return read.get(self._conn, kind, record)

    def find(self, kind: str, *, newest_first: bool = True, limit: int = 50, **equal: Any) -> list[dict[str, Any]]:
        """Return the records whose fields equal these values."""
        return read.find(self._conn, kind, limit=limit, newest_first=newest_first, **equal)

    def place(self, kind: str, record: Mapping[str, Any]) -> tuple[int, int]:
        """Return what records are put in order by."""
        return 0, record["id"]

    def search(self, text: str, *, kind: str | None, limit: int) -> list[dict[str, Any]]:
        """Return the records that hold the words of a text, best first."""
        return read.search(self._conn, text, kind=kind, limit=limit)

    def history(self, kind: str, record: int) -> list[dict[str, Any]]:
        """Return who changed a record, oldest first; times in microseconds."""
        return read.history(self._conn, kind, record)
