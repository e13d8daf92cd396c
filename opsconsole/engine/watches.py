"""Connectors' own events: a watch that fails is started again, and ends nothing else."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from opsconsole.domain.errors import FencedError, OpsError, WorkspaceError
from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.ports import Connector

_log = logging.getLogger(__name__)
AGAIN_S = (1.0, 300.0)
"""A watch that failed is started again so much later at first, and at most, in seconds."""


async def watch(connector: Connector, take: Callable[[IncomingEvent], Awaitable[object]]) -> None:
    """Hand over a connector's events until it has no more.

    Raises:
        FencedError: another engine took the workspace.
        WorkspaceError: the workspace cannot be used any more.
    """
    first_s, most_s = AGAIN_S
    wait_s = first_s
    while True:
        try:
            async for incoming in connector.watch():
                await take(incoming)
                wait_s = first_s
            return
        except (FencedError, WorkspaceError):
            raise
        except Exception as error:
            is_known = isinstance(error, OpsError)
            _log.error("%s is watched again in %.0f s: %s", connector.id, wait_s, error, exc_info=not is_known)
        await asyncio.sleep(wait_s)
        wait_s = min(wait_s * 2, most_s)
