"""A connector that does what a test says: answers, refuses, hangs, and remembers what it was asked."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from opsconsole.domain.action import ActionType, Call, Result
from opsconsole.domain.enums import Effect
from opsconsole.engine.ports.connector import AccountIdentity, Change, Overlay, Simulated


class FakeArguments(BaseModel):
    """What is to be done."""

    model_config = ConfigDict(extra="forbid")
    what: str
    to: str = ""


Behaviour = Callable[[Call], Awaitable[Result]]


async def fine(call: Call) -> Result:
    """All goes well."""
    return Result(is_ok=True, data={"id": 1})


async def refused(call: Call) -> Result:
    """It cannot be undone."""
    return Result(is_ok=False, error="cannot be undone")


class FakeConnector:
    """Tools `<name>.do` (internal), `<name>.send` (external), `<name>.look` (a read)."""

    def __init__(
        self,
        execute: Behaviour = fine,
        *,
        name: str = "out",
        read: Behaviour = fine,
        simulate: Behaviour = fine,
        take_back: Behaviour = refused,
        account: str = "",
        schema: type[BaseModel] = FakeArguments,
        **facts: Any,
    ) -> None:
        self.id = name
        self.calls: list[Call] = []
        self.reads: list[Call] = []
        self.undone: list[Call] = []
        self._execute, self._read, self._simulate = execute, read, simulate
        self._take_back = take_back
        self.account = AccountIdentity(account, is_whole=bool(account))
        self._schema, self._facts = schema, facts

    def action_types(self) -> Sequence[ActionType]:
        """Return the three tools; `facts` go to those that write."""
        name, schema, facts = self.id, self._schema, self._facts
        return (
            ActionType(name=f"{name}.do", title="do", effect=Effect.INTERNAL, arguments=schema, **facts),
            ActionType(
                name=f"{name}.send",
                title="send",
                effect=Effect.EXTERNAL,
                arguments=schema,
                destinations=("to",),
                **facts,
            ),
            ActionType(name=f"{name}.look", title="look", effect=Effect.READ, arguments=FakeArguments),
        )

    async def read(self, call: Call, overlay: Overlay, as_of: datetime | None) -> Result:
        """Answer as scripted."""
        self.reads.append(call)
        return await self._read(call)

    async def execute(self, call: Call) -> Result:
        """Do as scripted."""
        self.calls.append(call)
        return await self._execute(call)

    async def find(self, call: Call) -> Result | None:
        """Nothing ever arrived."""
        return None

    async def simulate(self, call: Call, overlay: Overlay) -> Simulated:
        """Simulate as scripted."""
        return Simulated(await self._simulate(call))

    async def preview(self, call: Call) -> Sequence[Change]:
        """Nothing changes."""
        return ()

    async def undo(self, call: Call, result: Mapping[str, Any]) -> Result:
        """Take back as scripted."""
        self.undone.append(call)
        return await self._take_back(call)

    async def close(self) -> None:
        """Nothing is open."""
