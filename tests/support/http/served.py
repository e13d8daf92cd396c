"""A scripted model in a thread of its own, for commands and windows whose loops are not the test's."""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from opsconsole.doubles.modelendpoint import Reply, Request, Script, ScriptedEndpoint, call, ends, says


def good(request: Request) -> Reply:
    if not request.get("tools"):
        return says("yes")
    if any(message["role"] == "tool" for message in request["messages"]):
        return ends("test")
    return says(None, call("note_word", {"word": "lighthouse"}))


@contextmanager
def served(script: Script, **facts: Any) -> Generator[ScriptedEndpoint]:
    """Serve a script while the block lasts."""
    ready, endpoint = threading.Event(), ScriptedEndpoint(script, **facts)

    async def serve() -> None:
        async with endpoint:
            stopping[0] = asyncio.Event()
            loops.append(asyncio.get_running_loop())
            ready.set()
            await stopping[0].wait()

    stopping: list[Any] = [None]
    loops: list[asyncio.AbstractEventLoop] = []
    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield endpoint
    finally:
        loops[0].call_soon_threadsafe(stopping[0].set)
        thread.join()
