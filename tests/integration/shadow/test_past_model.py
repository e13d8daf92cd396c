"""The past worked by an agent that thinks with a model: what it is shown, what it may cost, several at once."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from opsconsole.brains.model import Endpoint, ModelConfig
from opsconsole.brains.past import PastModelBrain
from opsconsole.doubles.modelendpoint import Reply, Request, Script, ScriptedEndpoint, call, ends, fails, says
from opsconsole.engine.past import history
from opsconsole.engine.past.backtest import backtest
from opsconsole.net.client import HttpClient
from opsconsole.store.queries import pairs
from tests.support.past import START, bring, looker, past_mail
from tests.support.rig import Rig, rig
from tests.support.thinking import KnownSecrets

COUNT = 12
MODEL = {"brain": "model", "fallback": "person", "tools": ["desk.*"]}
PRICES = {"read": 1.0, "written": 5.0}


def sorts(request: Request) -> Reply:
    """Move every mail to one folder, then end."""
    if any(message["role"] == "tool" for message in request["messages"]):
        return ends("billing")
    told = call("triage", {"category": "billing", "confidence": 0.9, "evidence": []})
    return says(None, told, call("move_mail", {"folder": "Billing"}, identity="call_2"))


@asynccontextmanager
async def model_rig(folder: Path, script: Script) -> AsyncGenerator[tuple[Rig, ScriptedEndpoint]]:
    """A past of a mail a day, known to an agent with a model."""
    async with ScriptedEndpoint(script) as server, rig(folder, [], looker(**MODEL)) as r:
        kinds = [("billing", "tech")[number % 2] for number in range(COUNT)]
        await bring(r, [past_mail(number, kind, START + timedelta(days=number)) for number, kind in enumerate(kinds)])
        yield r, server


async def worked(r: Rig, server: ScriptedEndpoint, *, cap: float = 100.0, parallel: int = 1) -> history.Progress:
    facts = {"base_url": server.base_url, "model": "fake", "timeout_s": 5, "prices": PRICES}
    http = HttpClient()
    brain = PastModelBrain(
        {"main": Endpoint("main", ModelConfig.model_validate(facts), secrets=KnownSecrets(), http=http)}
    )
    (version,) = r.kernel.roster.current(r.engine.reader)
    try:
        return await history.work(r.kernel, r.engine.writer, version, brain, cost_cap=cap, parallel=parallel)
    finally:
        await brain.close()
        await http.close()


async def test_a_model_works_the_past_and_its_cost_is_counted(tmp_path: Path) -> None:
    async with model_rig(tmp_path, sorts) as (r, server):
        done = await worked(r, server)
        assert done.pairs == COUNT and done.agreed == COUNT // 2 and not done.stopped
        assert done.cost_micros == len(server.requests) * (100 * 1 + 20 * 5)
        assert {pair.category for pair in pairs.pairs(r.engine.reader)} == {"billing"}
        assert r.count("effect") == r.count("run") == 0


def shown_to(server: ScriptedEndpoint) -> dict[int, set[int]]:
    """Which past mails a model was shown beside each that it worked."""
    found: dict[int, set[int]] = {}
    for request in server.requests:
        text = json.dumps(request["messages"][:2])
        named = {int(number) for number in re.findall(r"About (\d+)", text)}
        (own,) = {number for number in named if f"<p{number}@harbour.example>" in text}
        found.setdefault(own, set()).update(named - {own})
    return found


async def test_it_is_shown_only_what_people_had_done_before_however_many_are_worked_at_once(tmp_path: Path) -> None:
    seen: list[dict[int, set[int]]] = []
    for parallel in (1, 5, 12):
        async with model_rig(tmp_path / f"{parallel}", sorts) as (r, server):
            assert (await worked(r, server, parallel=parallel)).pairs == COUNT
            seen.append(shown_to(server))
    assert set(seen[0]) == set(range(COUNT)) and len(seen[0][COUNT - 1]) >= 3
    assert all(other < own for own, others in seen[0].items() for other in others)
    assert seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize("parallel", [1, 4])
async def test_the_cap_holds_and_a_repeat_goes_on(tmp_path: Path, parallel: int) -> None:
    async with model_rig(tmp_path, sorts) as (r, server):
        cap = 5.5 * 2 * 200 / 1e6  # an event costs two answers of 200 millionths
        first = await worked(r, server, cap=cap, parallel=parallel)
        assert first.cost_micros <= cap * 1e6 and "its cap of" in first.stopped
        assert first.pairs == len(pairs.pairs(r.engine.reader)) >= 1
        second = await worked(r, server, parallel=parallel)
        assert first.pairs + second.pairs == COUNT == len(pairs.pairs(r.engine.reader))


async def test_a_cap_of_nothing_asks_nothing(tmp_path: Path) -> None:
    async with model_rig(tmp_path, sorts) as (r, server):
        assert (await worked(r, server, cap=0.0)).pairs == 0 and server.requests == []


async def test_several_are_really_worked_at_once(tmp_path: Path) -> None:
    under_way = most = 0

    def counts(request: Request) -> Reply:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)

        def over() -> None:
            nonlocal under_way
            under_way -= 1

        asyncio.get_running_loop().call_later(0.05, over)
        return Reply(body=sorts(request).body, delay_s=0.05)

    async with model_rig(tmp_path, counts) as (r, server):
        assert (await worked(r, server, parallel=4)).pairs == COUNT
        assert most == 4


async def test_a_model_that_does_not_answer_says_nothing_of_the_agent(tmp_path: Path) -> None:
    left = [3]

    def tires(request: Request) -> Reply:
        is_new = not any(message["role"] == "tool" for message in request["messages"])
        left[0] -= is_new
        return fails(503) if left[0] < 0 else sorts(request)

    async with model_rig(tmp_path, tires) as (r, server):
        first = await worked(r, server)
        assert first.pairs == 3 and "no answer now" in first.stopped
        assert not any(pair.is_failed for pair in pairs.pairs(r.engine.reader))
        left[0] = 100
        assert (await worked(r, server)).pairs == COUNT - 3


async def test_a_backtest_of_a_model_is_shown_the_same_and_stops_at_its_cap(tmp_path: Path) -> None:
    async with model_rig(tmp_path, sorts) as (r, server):
        await worked(r, server)
        facts = {"base_url": server.base_url, "model": "fake", "timeout_s": 5, "prices": PRICES}
        http = HttpClient()

        def brain() -> PastModelBrain:
            config = ModelConfig.model_validate(facts)
            return PastModelBrain({"main": Endpoint("main", config, secrets=KnownSecrets(), http=http)})

        (version,) = r.kernel.roster.current(r.engine.reader)
        whole = await backtest(r.kernel, version, version, (brain(), brain()))
        assert len(whole.tried) == COUNT and not whole.stopped
        assert all(tried.in_use.agreement is tried.changed.agreement is tried.recorded for tried in whole.tried)
        told = whole.to_json()
        assert told["cost_in_use"] > 0 and told["seconds_changed"] > 0
        cap = (told["cost_in_use"] + told["cost_changed"]) / 3
        some = await backtest(r.kernel, version, version, (brain(), brain()), cost_cap=cap)
        assert 0 < len(some.tried) < COUNT and "cap" in some.stopped
        await http.close()
