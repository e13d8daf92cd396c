"""An engine in the test's own process, on a disk that can be filled."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opsconsole.connectors.desk.connector import DeskConnector
from opsconsole.domain.action import Call, Result
from opsconsole.domain.event import IncomingEvent
from opsconsole.doubles.outsideconnector import OutsideConnector
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.engine.engine import Engine
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.engine.ports.connector import Connector
from opsconsole.store import audit
from opsconsole.store import workspace as workspaces
from opsconsole.store.transaction import Transaction
from tests.crash.jobs import PERSON, ShiftedClock, call, spec

DEADLINE_S = 30.0
ANSWER = "what the outside system answered, at length. " * 20_000
"""More than any page of the file has room for."""


async def until(holds: Callable[[], Any], what: str) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        await asyncio.sleep(0.01)


class TellingConnector(OutsideConnector):
    """Calls back when a deed is done and before it is told; its answers are long."""

    def __init__(self, port: int, mode: str, when_done: Callable[[str], Any]) -> None:
        super().__init__(port, mode)
        self._when_done = when_done

    async def execute(self, call: Call) -> Result:
        result = await super().execute(call)
        await self._when_done(str(call.args["what"]))
        return Result(is_ok=True, data={**result.data, "said": ANSWER})


class OneDeed:
    """A brain: every event is recorded outside once. `waits` may hold an event's thought back."""

    def __init__(self) -> None:
        self.waits: dict[str, asyncio.Event] = {}
        self.asked: list[str] = []

    def learn(self, lesson: object) -> None:
        """It learns nothing."""

    def forget(self, cases: object) -> None:
        """It has learnt nothing."""

    async def close(self) -> None:
        """Nothing is open."""

    async def turn(self, view: RunView) -> Turn:
        name = view.event.external_id
        self.asked.append(name)
        if (held := self.waits.get(name)) is not None:
            await held.wait()
        proposals = () if view.past else (call("outside.record", what=name),)
        return Turn(
            category="case",
            confidence=1.0,
            proposals=proposals,
            final="done" if view.past else None,
            is_by_playbook=True,
        )


@dataclass
class Running:
    """An engine that runs, and the task it runs in."""

    engine: Engine
    brain: OneDeed
    task: asyncio.Task[None]

    async def take(self, name: str) -> None:
        now = self.engine.clock.now()
        incoming = IncomingEvent(external_id=name, kind="mail.received", subject=f"thread:{name}", occurred_at=now)
        await self.engine.take("desk", incoming)

    async def limit_pages(self, most: int) -> None:
        """Let the file grow to so many pages and no further; SQLite then says what it says on a full disk."""

        def job(tx: Transaction) -> None:
            tx.conn.execute(f"PRAGMA max_page_count = {most}")

        await self.engine.writer.write(job, name="test.limit")

    def states(self) -> Mapping[str, str]:
        """Return `event: state of its run`."""
        return dict(
            self.engine.reader.execute(
                "SELECT v.external_id, r.state FROM run r JOIN event v ON v.id = r.event_id"
            ).fetchall()
        )

    def effects(self) -> list[str]:
        return [row[0] for row in self.engine.reader.execute("SELECT state FROM effect ORDER BY id")]

    def verify(self) -> None:
        report = audit.verify(self.engine.reader)
        assert report.is_ok, report.findings


@asynccontextmanager
async def running(folder: Path, port: int, mode: str, when_done: Callable[[str], Any]) -> AsyncGenerator[Running]:
    """Run an engine with one agent that acts by itself."""
    clock, brain = ShiftedClock(), OneDeed()

    def connectors(engine: Engine) -> list[Connector]:
        desk = DeskConnector(engine.reader, engine.writer, clock, stalled_after_days=None)
        return [desk, TellingConnector(port, mode, when_done)]

    workspace = workspaces.create(folder, at=clock.now(), actor=PERSON)
    try:
        async with Engine(workspace, connectors, brain, clock=clock) as engine:
            await engine.writer.write(
                lambda tx: apply_agent(tx, AgentFile(spec("mira"), ""), engine.registry, actor=PERSON, now=clock.now()),
                name="agent.apply",
            )
            task = asyncio.create_task(engine.run())
            try:
                yield Running(engine, brain, task)
            finally:
                engine.stop()
                await asyncio.gather(task, return_exceptions=True)
    finally:
        workspace.close()
