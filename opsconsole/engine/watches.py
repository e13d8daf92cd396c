"""Connectors' own events: a watch that fails is started again, and ends nothing else."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from opsconsole.domain.errors import FencedError, OpsError, WorkspaceBusyError, WorkspaceError
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.ports.connector import Connector, EventSource, Observer
from opsconsole.engine.runs.intake import Taken

_T = TypeVar("_T")
_Keep = Callable[[_T], Awaitable[bool]]
_log = logging.getLogger(__name__)
AGAIN_S = (1.0, 300.0)
"""A watch that failed is started again so much later at first, and at most, in seconds."""
END_S = 5.0
"""A watch that is stopped has so long to end, in seconds."""


class Watches:
    """Runs the watches of all connectors; the loss of the workspace, met in any of them, is the engine's end."""

    def __init__(
        self,
        take: Callable[[str, IncomingEvent], Awaitable[Taken]],
        observe: Callable[[str, HumanAct], Awaitable[bool]],
    ) -> None:
        self._take = take
        self._observe = observe
        self._lost: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self._tasks: dict[str, list[asyncio.Task[None]]] = {}

    def start(self, name: str, connector: Connector) -> None:
        """Begin to take in the events of a connection, and what people do there, where it has or tells them."""
        tasks = self._tasks.setdefault(name, [])
        if isinstance(connector, EventSource):
            tasks.append(asyncio.create_task(self.watch(name, connector), name=f"watch-{name}"))
        if isinstance(connector, Observer):
            tasks.append(asyncio.create_task(self.observe(name, connector), name=f"observe-{name}"))

    async def stop(self, *names: str) -> None:
        """End the watches of these connections: what was handed over is kept, the rest comes with the next watch."""
        tasks = [task for name in names for task in self._tasks.pop(name, ())]
        for task in tasks:
            task.cancel()
        if tasks:
            _, left = await asyncio.wait(tasks, timeout=END_S)
            for task in left:
                _log.error("%s does not end; it is left", task.get_name())

    async def close(self) -> None:
        """End all watches."""
        await self.stop(*self._tasks)

    async def watch(self, name: str, source: EventSource) -> None:
        """Take the events of the connection of this name in until it has no more."""

        async def take(incoming: IncomingEvent) -> bool:
            return (await self._take(name, incoming)).is_new

        await self._again(name, source.watch, take)

    async def observe(self, name: str, observer: Observer) -> None:
        """Take in what people do in the system of the connection of this name."""
        await self._again(name, observer.observe, partial(self._observe, name))

    async def _again(
        self, name: str, watch: Callable[[Callable[[_T], Awaitable[bool]]], Awaitable[None]], keep: _Keep[_T]
    ) -> None:
        first_s, most_s = AGAIN_S
        wait_s = first_s

        async def kept(news: _T) -> bool:
            nonlocal wait_s
            try:
                is_new = await keep(news)
            except (FencedError, WorkspaceError) as error:
                if not isinstance(error, WorkspaceBusyError) and not self._lost.done():
                    self._lost.set_result(error)
                raise
            wait_s = first_s
            return is_new

        while True:
            try:
                await watch(kept)
                return
            except Exception as error:
                is_known = isinstance(error, OpsError)
                _log.error("%s is watched again in %.0f s: %s", name, wait_s, error, exc_info=not is_known)
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, most_s)

    async def until_lost(self) -> None:
        """Wait until a watch meets the loss of the workspace; a connector may have kept that to itself.

        Raises:
            FencedError: another engine took the workspace.
            WorkspaceError: the workspace cannot be used any more.
        """
        raise await asyncio.shield(self._lost)
