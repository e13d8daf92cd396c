"""What one connection remembers, and how it is: rows of the workspace, through the engine's writer."""

from datetime import datetime
from typing import Any, Literal

from opsconsole.domain.redaction import redacted
from opsconsole.engine.kernel import Writes
from opsconsole.engine.ports.machine import Clock
from opsconsole.store.queries import connections as read
from opsconsole.store.rows import Reader
from opsconsole.store.writes import connections as write

State = Literal["ok", "trouble", "needs_you"]


class ConnectionMemory:
    """`engine.ports.Memory` and `engine.ports.Health` of one connection."""

    def __init__(self, connection: str, reader: Reader, writes: Writes, clock: Clock) -> None:
        self._connection = connection
        self._reader = reader
        self._writes = writes
        self._clock = clock

    def get(self, key: str) -> Any:
        """Return a value; None where nothing is kept."""
        return read.recall(self._reader, self._connection, key)

    async def put(self, key: str, value: Any) -> None:
        """Keep a value; returns once it is on disk."""
        now: datetime = self._clock.now()
        await self._writes.write(
            lambda tx: write.remember(tx, self._connection, key, value, now=now), name="connection.remember"
        )

    async def note(self, state: State, text: str) -> None:
        """Say how the connection is; written only when it changes. A change is an entry of the record."""
        text = redacted(text)
        # Looked up each time, never remembered: a trial in the window may have found otherwise meanwhile.
        earlier = read.health(self._reader, self._connection)
        if earlier is not None and earlier[:2] == (state, text):
            return
        now = self._clock.now()
        is_turn = earlier is None or earlier[0] != state

        def job(tx: Any) -> None:
            write.remember(tx, self._connection, read.HEALTH, {"state": state, "text": text}, now=now)
            if is_turn:
                tx.audit(f"connection.{state}", at=now, actor=f"connection:{self._connection}")

        await self._writes.write(job, name="connection.health")
