"""Recorded conversations of real models, replayed: every call arrives at the gate once, in order, whole."""

import asyncio
import gzip
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from opsconsole.domain.action import ActionType, Call, Result
from opsconsole.domain.enums import Effect
from opsconsole.doubles.connector import FakeConnector
from opsconsole.doubles.modelendpoint import Reply, Request, call, ends, message, says, streams
from opsconsole.engine.engine import Engine
from opsconsole.engine.ports.connector import Connector
from opsconsole.store.queries import runs
from opsconsole.store.queries.views import feed
from tests.support.rig import Rig, desk_only, mail
from tests.support.thinking import thinker, thinking

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "tau_dev.jsonl.gz"
READS = ("find_", "get_", "list_", "calculate")
here = pytest.mark.skipif(not RECORDED.is_file(), reason="the recorded conversations are not beside this checkout")


class Anything(BaseModel):
    """Takes whatever the recorded model said."""

    model_config = ConfigDict(extra="allow")


class Shop(FakeConnector):
    """The tools of the recorded shop; it answers every call in the same way."""

    def __init__(self, tools: Sequence[str]) -> None:
        super().__init__(name="shop")
        self._tools = tools

    def action_types(self) -> Sequence[ActionType]:
        return [
            ActionType(
                name=f"shop.{name}",
                title=name,
                effect=Effect.READ if name.startswith(READS) else Effect.INTERNAL,
                arguments=Anything,
            )
            for name in self._tools
        ]

    async def read(self, call: Call, overlay: Any, as_of: datetime | None) -> Result:
        self.reads.append(call)
        return Result(is_ok=True, data={"found": True})


def conversations() -> list[dict[str, Any]]:
    with gzip.open(RECORDED, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def replay(recorded: Mapping[str, list[dict[str, Any]]], *, is_streaming: bool) -> Any:
    """Return the next recorded call by how many were answered; the same call id every time, as some providers do."""

    def script(request: Request) -> Reply:
        question: str = request["messages"][1]["content"]
        number = question.partition("conversation-")[2].partition("-")[0]
        done = sum(message["role"] == "tool" for message in request["messages"])
        actions = recorded[number]
        if done == len(actions):
            return streams(message('{"category": "case", "confidence": 0.9}')) if is_streaming else ends("case")
        wanted = call(actions[done]["tool"], actions[done]["args"])
        return streams(message(None, [wanted])) if is_streaming else says(None, wanted)

    return script


@asynccontextmanager
async def shop(
    folder: Path, recorded: Mapping[str, list[dict[str, Any]]], *, is_streaming: bool
) -> AsyncGenerator[tuple[Rig, Shop]]:
    made = Shop(sorted({action["tool"] for actions in recorded.values() for action in actions}))

    def connectors(engine: Engine) -> list[Connector]:
        return [*desk_only(engine), made]

    spec = thinker(tools=["shop.*"], limits={"turns": 40})
    script = replay(recorded, is_streaming=is_streaming)
    async with thinking(folder, script, spec, connectors=connectors, stream=is_streaming) as (r, _):
        yield r, made


@here
@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.parametrize("is_streaming", [False, True], ids=["whole", "streamed"])
async def test_every_recorded_call_arrives_at_the_gate_once_in_order_and_whole(
    tmp_path: Path, is_streaming: bool
) -> None:
    recorded = {
        str(number): conversation["agent_actions"]
        for number, conversation in enumerate(await asyncio.to_thread(conversations))
    }
    assert len(recorded) == 195
    async with shop(tmp_path, recorded, is_streaming=is_streaming) as (r, made):
        await r.take(*[mail(int(number), text=f"conversation-{number}- please") for number in recorded])
        entries = feed.audit_tail(r.engine.reader, limit=1_000_000)
        ruled = [entry for entry in entries if entry["kind"] == "action.ruled"]
        for run, actions in enumerate(recorded.values(), start=1):
            wanted = [(f"shop.{action['tool']}", action["args"]) for action in actions]
            stored = runs.actions(r.engine.reader, run)
            assert [(action.tool, dict(action.args)) for action in stored] == wanted
            assert [ruling["action"] for ruling in ruled if ruling["run"] == run] == [action.id for action in stored]
            assert r.run(run).state == "done"
        calls = len(made.calls) + len(made.reads)
        assert calls == len(ruled) == sum(map(len, recorded.values())) == 1469
        assert not [entry for entry in entries if entry["kind"] == "action.invalid"]
