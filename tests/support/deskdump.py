"""Every row of the desk, for telling whether anything was written."""

from typing import Any

from opsconsole.store.queries.desk.records import COLUMNS
from tests.support.rig import Rig


def desk_dump(r: Rig) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the desk."""
    tables = [f"desk_{kind}" for kind in COLUMNS] + ["desk_history", "desk_key", "desk_search"]
    return {table: r.engine.reader.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
