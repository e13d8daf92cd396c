"""The whole engine of a workspace, made as the program makes it, with its connections as a person stores them."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opsconsole.app.session import engine_of
from opsconsole.domain.agent import AgentSpec
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.engine.commands.connections import connect
from opsconsole.engine.engine import Engine
from opsconsole.store import audit
from opsconsole.store import workspace as workspaces
from opsconsole.store.queries import approvals, runs
from opsconsole.store.rows import ActionRow, ApprovalRow
from tests.support.mail.mailrig import until

WORKED_S = 30.0


@dataclass
class AtWork:
    """A running engine."""

    engine: Engine

    async def connect(self, name: str, kind: str, config: Mapping[str, Any]) -> None:
        """Connect as another process would, and wait until the engine knows it."""
        kernel = self.engine.kernel
        await self.write(lambda tx: connect(kernel, tx, name, kind=kind, config=config, actor="person:test"))
        await until(lambda: name in self.engine.registry.connectors, f"{name} is connected")

    async def hire(self, spec: AgentSpec) -> None:
        """Put an agent in use."""
        registry, now = self.engine.registry, self.engine.clock.now()
        await self.write(lambda tx: apply_agent(tx, AgentFile(spec, ""), registry, actor="person:test", now=now))

    async def write(self, job: Callable[[Any], Any]) -> None:
        """Write as another process would."""
        await self.engine.writer.write(job, name="test")

    async def handled(self) -> list[ActionRow]:
        """Wait until the only run is over, with nothing left open; give its actions."""
        sql = "SELECT state, is_handled, outcome FROM run WHERE finished_at IS NOT NULL"
        await until(lambda: self._ask(sql), "the event was worked", timeout_s=WORKED_S)
        ((state, is_handled, outcome),) = self._ask(sql)
        assert (state, is_handled) == ("done", 1), outcome
        return runs.actions(self.engine.reader, 1)

    async def asked(self) -> list[ApprovalRow]:
        """Wait until a person is asked something."""
        await until(self._waiting, "a question", timeout_s=WORKED_S)
        return self._waiting()

    def effects(self) -> dict[str, str]:
        """What is recorded of each execution in the outside world: tool → state."""
        return dict(self._ask("SELECT a.tool, e.state FROM effect e JOIN action a ON a.id = e.action_id"))

    def _waiting(self) -> list[ApprovalRow]:
        return approvals.waiting_approvals(self.engine.reader)

    def _ask(self, sql: str) -> list[Any]:
        return self.engine.reader.execute(sql).fetchall()


@asynccontextmanager
async def at_work(folder: Path) -> AsyncGenerator[AtWork]:
    """Run the engine of a workspace; at the end the record must be whole."""
    place = workspaces.open_(folder)
    reader = place.database.reader()
    try:
        async with engine_of(place, reader) as engine:
            running = asyncio.create_task(engine.run())
            yield AtWork(engine)
            assert not running.done(), running.exception()
            engine.stop()
            await running
            report = audit.verify(engine.reader)
            assert report.is_ok, report.findings
    finally:
        reader.close()
        place.close()
