"""The taking back of done effects, write side."""

from datetime import datetime

from opsconsole.domain.enums import UndoState
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction


def begin_undo(tx: Transaction, effect: int, *, key: str, tries: int, now: datetime) -> None:
    """Write the intent. One that was given up starts to count anew: a person asked again."""
    tx.conn.execute(
        "INSERT INTO undo (effect_id, state, key, attempts, begun_at) VALUES (?, 'sending', ?, 1, ?)"
        " ON CONFLICT (effect_id) DO UPDATE SET state = 'sending', begun_at = excluded.begun_at, ended_at = NULL,"
        " attempts = CASE WHEN state = 'failed' OR attempts >= ? THEN 1 ELSE attempts + 1 END",
        (effect, key, to_micros(now), tries),
    )
    tx.touch("effects")


def set_undo(tx: Transaction, effect: int, state: UndoState, *, error: str, now: datetime) -> None:
    """Move a taking back to a state; what went wrong shows on the effect too."""
    is_over = state in (UndoState.DONE, UndoState.FAILED)
    tx.conn.execute(
        "UPDATE undo SET state = ?, error = ?, ended_at = ? WHERE effect_id = ?",
        (state.value, error, to_micros(now) if is_over else None, effect),
    )
    tx.conn.execute("UPDATE effect SET error = ? WHERE id = ?", (error, effect))
    tx.touch("effects")
