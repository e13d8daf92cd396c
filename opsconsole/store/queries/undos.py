"""The taking back of done effects, read side."""

import sqlite3

from opsconsole.domain.enums import UndoState
from opsconsole.domain.ids import EffectId
from opsconsole.store.rows import UndoRow

_UNDO = "SELECT effect_id, state, key, attempts, error FROM undo"


def undo_of_effect(conn: sqlite3.Connection, effect_id: int) -> UndoRow | None:
    """Return how far the taking back of an effect is; None where nobody wanted it, or it was not begun yet."""
    row = conn.execute(f"{_UNDO} WHERE effect_id = ?", (effect_id,)).fetchone()
    return None if row is None else UndoRow(EffectId(row[0]), UndoState(row[1]), row[2], row[3], row[4])


def sending(conn: sqlite3.Connection) -> list[UndoRow]:
    """Return what was handed to a connector and not answered."""
    rows = conn.execute(f"{_UNDO} WHERE state = 'sending' ORDER BY effect_id")
    return [UndoRow(EffectId(row[0]), UndoState(row[1]), row[2], row[3], row[4]) for row in rows]
