"""Connectors' own events: a watch that fails is started again, and ends nothing else."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from opsconsole.domain.errors import FencedError, OpsError, WorkspaceBusyError, WorkspaceError
from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.intake import Taken
from opsconsole.engine.ports import Connector

_log = logging.getLogger(__name__)
AGAIN_S = (1.0, 300.0)
"""A watch that failed is started again so much later at first, and at most, in seconds."""


class Watches:
    """Runs the watches of all connectors; the loss of the workspace, met in any of them, is the engine's end."""

    def __init__(self, take: Callable[[str, IncomingEvent], Awaitable[Taken]]) -> None:
        self._take = take
        self._lost: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()

    async def watch(self, connector: Connector) -> None:
        """Take a connector's events in until it has no more."""
        first_s, most_s = AGAIN_S
        wait_s = first_s

        async def take(incoming: IncomingEvent) -> bool:
            nonlocal wait_s
            try:
                taken = await self._take(connector.id, incoming)
            except (FencedError, WorkspaceError) as error:
                if not isinstance(error, WorkspaceBusyError) and not self._lost.done():
                    self._lost.set_result(error)
                raise
            wait_s = first_s
            return taken.is_new

        while True:
            try:
                await connector.watch(take)
                return
            except Exception as error:
                is_known = isinstance(error, OpsError)
                _log.error("%s is watched again in %.0f s: %s", connector.id, wait_s, error, exc_info=not is_known)
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, most_s)

    async def until_lost(self) -> None:
        """Wait until a watch meets the loss of the workspace; a connector may have kept that to itself.

        Raises:
            FencedError: another engine took the workspace.
            WorkspaceError: the workspace cannot be used any more.
        """
        raise await asyncio.shield(self._lost)
