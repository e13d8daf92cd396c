"""The connector to the outside double: one write of each class, and a read."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from opsconsole.domain.action import ActionType, Call, Result
from opsconsole.domain.enums import Effect, Reversibility
from opsconsole.domain.errors import AmbiguousError, TransientError
from opsconsole.doubles.outside import SLOW_S
from opsconsole.engine.ports.connector import Change, Overlay, Simulated


class OutsideArguments(BaseModel):
    """What is to be done."""

    model_config = ConfigDict(extra="forbid")
    what: str
    to: str = ""


class OutsideConnector:
    """Speaks to `opsconsole.doubles.outside`; declares what its mode can."""

    def __init__(self, port: int, mode: str, *, name: str = "outside") -> None:
        self.id = name
        self._port = port
        self._mode = mode

    def action_types(self) -> Sequence[ActionType]:
        """Return `record` (internal) and `send` (external, cannot be undone)."""
        facts: dict[str, Any] = {
            "arguments": OutsideArguments,
            "is_idempotent": self._mode == "honour",
            "is_findable": self._mode in ("honour", "lookup"),
            "arrival_s": 2 * SLOW_S,
        }
        return (
            ActionType(
                name=f"{self.id}.record", title="record", effect=Effect.INTERNAL, sentence="Record {what}", **facts
            ),
            ActionType(
                name=f"{self.id}.send",
                title="send",
                effect=Effect.EXTERNAL,
                reversibility=Reversibility.IRREVERSIBLE,
                destinations=("to",),
                sentence="Send {what} to {to}",
                **facts,
            ),
        )

    async def execute(self, call: Call) -> Result:
        """Do it."""
        answer = await self._ask({"op": "do", "key": call.key, "what": dict(call.args)})
        return Result(is_ok=True, data={"id": answer["id"]})

    async def find(self, call: Call) -> Result | None:
        """Look for what a key did."""
        answer = await self._ask({"op": "find", "key": call.key, "what": dict(call.args)})
        return None if answer["id"] is None else Result(is_ok=True, data={"id": answer["id"]})

    async def simulate(self, call: Call, overlay: Overlay) -> Simulated:
        """Return a stand-in id."""
        return Simulated(Result(is_ok=True, data={"id": f"sim:{call.action_id}"}))

    async def preview(self, call: Call) -> Sequence[Change]:
        """Everything is new."""
        return [Change(name, "", str(value)) for name, value in call.args.items()]

    async def undo(self, call: Call, result: Mapping[str, Any]) -> Result:
        """It cannot be undone."""
        return Result(is_ok=False, error="what is outside cannot be undone")

    async def close(self) -> None:
        """Nothing is open."""

    async def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError as error:
            raise TransientError(f"the outside system cannot be reached: {error}") from error
        try:
            writer.write(json.dumps(dict(request)).encode() + b"\n")
            await writer.drain()
            line = await reader.readline()
        except OSError as error:
            raise AmbiguousError(f"the outside system hung up: {error}") from error
        finally:
            writer.close()
        if not line:
            raise AmbiguousError("the outside system hung up without an answer")
        answer: dict[str, Any] = json.loads(line)
        if answer.get("busy"):
            raise TransientError("the outside system is busy", retry_after_s=0.02)
        return answer
