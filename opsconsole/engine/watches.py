"""Connectors' own events: a watch that fails is started again, and ends nothing else."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from functools import partial
from typing import Any, TypeVar

from opsconsole.domain.errors import FencedError, OpsError, WorkspaceBusyError, WorkspaceError
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.ports.connector import EventSource, Observer
from opsconsole.engine.registry import Registry
from opsconsole.engine.runs.intake import Taken

_T = TypeVar("_T")
_Keep = Callable[[_T], Awaitable[bool]]
_log = logging.getLogger(__name__)
AGAIN_S = (1.0, 300.0)
"""A watch that failed is started again so much later at first, and at most, in seconds."""


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

    def of(self, registry: Registry) -> Iterator[tuple[str, Coroutine[Any, Any, None]]]:
        """Yield what is to run for the connectors that have events, or tell what people do: (task name, coroutine)."""
        for name, connector in registry.connectors.items():
            if isinstance(connector, EventSource):
                yield f"watch-{name}", self.watch(name, connector)
            if isinstance(connector, Observer):
                yield f"observe-{name}", self.observe(name, connector)

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
