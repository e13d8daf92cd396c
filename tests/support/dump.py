"""A workspace file as SQL text, for keeping files of released formats in the repository.

`python -m tests.support.dump workspace.db > tests/migrations/format_4.sql`
"""

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

from opsconsole.store.database import migrations

_SEARCH = [f"INSERT INTO search{part.split(';')[0]};" for part in migrations()[6][1].split("INSERT INTO search")[1:]]
"""How the migration fills the index of events."""


def dump(path: Path) -> Iterator[str]:
    """Yield the statements that make the file again. Full-text indexes are filled anew from what they hold."""
    conn = sqlite3.connect(path)
    virtual = [row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")]
    rows = conn.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    ).fetchall()
    mine = [
        row
        for row in rows
        if not any(row[2].startswith(f"{name}_") for name in virtual) and not row[1].startswith("sqlite_")
    ]
    for pragma in ("application_id", "user_version"):
        yield f"PRAGMA {pragma} = {conn.execute(f'PRAGMA {pragma}').fetchone()[0]};"
    for kind, name, _, sql in mine:
        if kind == "table":
            yield f"{sql};"
            yield from _rows(conn, name, is_virtual=name in virtual, is_external="content=" in sql)
    if "search" in virtual:
        yield from _SEARCH
    for kind, _, _, sql in mine:
        if kind != "table":
            yield f"{sql};"
    conn.close()


def _rows(conn: sqlite3.Connection, name: str, *, is_virtual: bool, is_external: bool) -> Iterator[str]:
    if name == "search":
        return  # it holds no text: filled from what it was made of, once all tables are there
    if is_external:
        yield f"INSERT INTO {name} ({name}) VALUES ('rebuild');"
        return
    columns = [row[1] for row in conn.execute(f"PRAGMA table_info({name})")]
    columns = ["rowid", *columns] if is_virtual else columns
    quoted = " || ', ' || ".join(f"quote({column})" for column in columns)
    for (values,) in conn.execute(f"SELECT {quoted} FROM {name}"):
        yield f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({values});"


def load(sql: str, path: Path) -> None:
    """Make a file from a dump."""
    conn = sqlite3.connect(path, isolation_level=None)
    conn.executescript(sql)
    conn.close()


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in dump(Path(sys.argv[1])))
