"""An engine that runs beside the test, and a connector of the test's own beside the desk."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Any

from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.engine import Engine
from opsconsole.engine.ports.connector import Connector
from opsconsole.store.writes import desk
from tests.support.rig import Rig, desk_only


def beside(out: FakeConnector) -> Callable[[Engine], list[Connector]]:
    return lambda engine: [*desk_only(engine), out]


async def until(holds: Callable[[], Any], what: str) -> None:
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"waited in vain: {what}")


@contextlib.asynccontextmanager
async def running(r: Rig) -> AsyncGenerator[asyncio.Task[None]]:
    task = asyncio.create_task(r.engine.run())
    try:
        yield task
    finally:
        r.engine.stop()
        await task


async def by_hand(r: Rig, kind: str, record: int, **fields: Any) -> None:
    now = r.clock.now()
    await r.engine.writer.write(
        lambda tx: desk.update(tx, kind, record, fields, actor="person:test", now=now), name="by_hand"
    )


async def make(r: Rig, kind: str, **fields: Any) -> None:
    now = r.clock.now()
    await r.engine.writer.write(lambda tx: desk.create(tx, kind, fields, actor="person:test", now=now), name="make")


def state(r: Rig, table: str = "effect") -> list[str]:
    return [row[0] for row in r.engine.reader.execute(f"SELECT state FROM {table} ORDER BY 1").fetchall()]


def told(r: Rig, kind: str) -> list[dict[str, Any]]:
    """Entries of a kind, in order, without what every entry has."""
    entries = sorted(r.audit(kind), key=lambda entry: entry["seq"])
    return [
        {name: entry[name] for name in entry if name not in ("seq", "at", "kind", "v", "time")} for entry in entries
    ]
