"""The connectors of a running engine: as the workspace says, and replaced when it says otherwise.

Exactly those that changed are replaced. What is under way ends with the old one, which is closed after that. One that
cannot be made says so in its health and stops nobody else.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from opsconsole.domain.errors import OpsError
from opsconsole.domain.redaction import redacted
from opsconsole.engine.connectionmemory import ConnectionMemory, State
from opsconsole.engine.kernel import Kernel, Writes
from opsconsole.engine.ladder import basis
from opsconsole.engine.ports.connector import Called, Connector
from opsconsole.engine.registry import Registry
from opsconsole.engine.watches import Watches
from opsconsole.store.queries import connections as read
from opsconsole.store.queries.connections import ConnectionRow, Setting

_log = logging.getLogger(__name__)
Make = Callable[[ConnectionRow], Connector]
UNDER_WAY_S = 900.0
"""What is under way with a connector that was replaced has so long to end before it is closed, in seconds."""
DESK = "desk"
CLOSE_S = 5.0
"""A connector has so long to close, in seconds."""


class Closing(Protocol):
    """What has something open to other systems."""

    async def close(self) -> None:
        """Let go of it."""
        ...


class Connected:
    """Keeps the registry as the workspace's connections are."""

    def __init__(
        self,
        kernel: Kernel,
        writes: Writes,
        source: Sequence[Connector] | Make,
        watches: Watches,
        *,
        under_way: Callable[[], Iterable["asyncio.Task[None]"]],
    ) -> None:
        """`source` is all connectors, once and for all, or makes what a connection of the workspace is worked through.

        `under_way` gives what may use a connector now, outside of its watches.
        """
        self._kernel, self._writes, self._watches = kernel, writes, watches
        self._make = source if callable(source) else None
        self._under_way = under_way
        self._settings: dict[str, Setting] = {}
        self._unmade: set[str] = set()
        """Of these no connector could be made."""
        self._leaving: dict[asyncio.Task[None], Connector] = {}
        self._is_watching = False
        if not callable(source):
            kernel.registry.replace((), source)

    def watch(self) -> None:
        """Begin to take in events, for these connectors and for those that come."""
        self._is_watching = True
        _expect(self._kernel.registry.connectors.values())
        for name, connector in self._kernel.registry.connectors.items():
            self._watches.start(name, connector)

    async def look(self) -> None:
        """Take up what changed in the workspace's connections; nothing happens where nothing did."""
        if self._make is None:
            return
        present = read.in_use(self._kernel.reader)
        names = {name for name in {*present, *self._settings} if present.get(name) != self._settings.get(name)}
        if not names:
            return
        made = [await self._made(present[name].row, self._make) for name in sorted(names) if name in present]
        come = [connector for connector in made if connector is not None]
        gone = [connector for name, connector in self._kernel.registry.connectors.items() if name in names]
        _expect(come)
        await self._watches.stop(*names)  # first: a webhook's successor listens at the same port
        self._kernel.registry.replace(names, come)
        self._settings = present
        for connector in gone:
            if isinstance(connector, Called):
                connector.expect_no_more()
            task = asyncio.create_task(self._leave(connector), name=f"leave-{connector.id}")
            self._leaving[task] = connector
            task.add_done_callback(lambda done: self._leaving.pop(done, None) and None)
        await self._writes.write(lambda tx: basis.look_at_all(self._kernel, tx), name="ladder.basis")
        if self._is_watching:
            for connector in come:
                self._watches.start(connector.id, connector)

    async def close(self) -> None:
        """Close every connector, also those that were replaced."""
        await self._watches.close()
        leaving = dict(self._leaving)
        for task in leaving:
            task.cancel()
        connectors = (*self._kernel.registry.connectors.values(), *leaving.values())
        await asyncio.gather(*(close(connector) for connector in connectors))

    async def _made(self, row: ConnectionRow, make: Make) -> Connector | None:
        try:
            made = make(row)
            Registry([made])
        except Exception as error:
            _log.error("%s: %s", row.id, error, exc_info=not isinstance(error, OpsError))
            self._unmade.add(row.id)
            await self._note(row.id, "needs_you", redacted(str(error)))
            return None
        health = read.health(self._kernel.reader, row.id)
        # The desk says nothing of itself: what was noted of it, perhaps by an earlier engine, is over.
        if health is not None and health[0] == "needs_you" and (row.id in self._unmade or row.kind == DESK):
            await self._note(row.id, "ok", "It can be used again.")
        self._unmade.discard(row.id)
        return made

    async def _note(self, name: str, state: State, text: str) -> None:
        memory = ConnectionMemory(name, self._kernel.reader, self._writes, self._kernel.clock)
        await memory.note(state, text)

    async def _leave(self, connector: Connector) -> None:
        if tasks := list(self._under_way()):
            await asyncio.wait(tasks, timeout=UNDER_WAY_S)
        await close(connector)


def _expect(connectors: Iterable[Connector]) -> None:
    for connector in connectors:
        if isinstance(connector, Called):
            connector.expect()


async def close(outside: Closing) -> None:
    """Close what is open to other systems; what does not let go is left and logged."""
    try:
        async with asyncio.timeout(CLOSE_S):
            await outside.close()
    except Exception as error:
        _log.warning("%s did not close: %s", type(outside).__name__, error, exc_info=True)
