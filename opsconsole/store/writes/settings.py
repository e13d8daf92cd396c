"""Write workspace settings."""

from opsconsole.store.transaction import Transaction


def put(tx: Transaction, key: str, value: str) -> None:
    """Set a setting."""
    tx.conn.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )
    tx.touch("settings")


def set_past_source(tx: Transaction, connection: str, is_replay: bool) -> None:
    """Say whether a connection brings imported past, whose age counts from its arrival here."""
    tx.conn.execute("UPDATE connection SET is_replay = ? WHERE id = ?", (is_replay, connection))
