"""Another account or model takes down all that acts alone by it, whatever comes first."""

from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.enums import Level, Reversibility
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.ladder import basis, draws
from opsconsole.store.writes import connections as write_connections
from tests.e2e.ladder.laddered import ACT, DO, SEND, climb, decide, rung, work, worker
from tests.e2e.ladder.test_triggers import trigger, with_out
from tests.support.rig import Rig, rig

BOTH = {"default": 1, "actions": {DO: 3, SEND: 3}}


def out(account: str = "") -> FakeConnector:
    """What can be taken back, so that both tools may act alone."""
    return FakeConnector(account=account, reversibility=Reversibility.COMPENSABLE)


async def put_model(r: Rig, name: str) -> None:
    """Connect another model under the same name, as another process does."""
    config = {"base_url": "https://models.example/v1", "model": name, "key": "a"}
    await r.engine.writer.write(
        lambda tx: write_connections.put(tx, "main", kind="model", config=config, now=r.clock.now()), name="connect"
    )


async def look(r: Rig) -> None:
    """Look at every agent, as once a day."""
    await r.engine.writer.write(lambda tx: basis.look_at_all(r.kernel, tx), name="look")


async def test_another_account_takes_down_every_tool_that_goes_through_it(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", [ACT], worker(autonomy=BOTH), connectors=with_out(out("ann@one"))) as r:
        await work(r, 1)
        await look(r)
        r.kernel.registry.replace(["out"], [out("bob@two")])
        await work(r, 2)
        assert trigger(r) == [("account", DO, 2), ("account", SEND, 2)]


async def test_another_model_takes_down_every_tool_though_one_is_asked_for_first(tmp_path: Path) -> None:
    spec = worker(autonomy=BOTH, brain="model", models=["main"])
    async with rig(tmp_path / "w", [ACT], spec, connectors=with_out(out())) as r:
        await put_model(r, "one")
        await look(r)
        await put_model(r, "two")
        await work(r, 1)
        assert trigger(r) == [("model", DO, 2), ("model", SEND, 2)]


async def test_a_step_up_elsewhere_does_not_accept_another_model(tmp_path: Path) -> None:
    autonomy = {"default": 1, "actions": {DO: 3, SEND: 1}}
    spec = worker(autonomy=autonomy, brain="model", models=["main"])
    async with rig(tmp_path / "w", [ACT], spec, connectors=with_out(out())) as r:
        await put_model(r, "one")
        await look(r)
        await put_model(r, "two")
        await climb(r, SEND)
        assert trigger(r) == [("model", DO, 2)] and rung(r).holds is Level.APPROVAL


MODEL: dict[str, Any] = {
    "brain": "model",
    "playbook": {"purpose": "a test", "categories": [{"id": "case", "name": "Case"}]},
}


@pytest.mark.parametrize("changes", [{}, MODEL, MODEL | {"tools": ["out.*"]}], ids=["steps", "all", "patterns"])
async def test_what_acts_alone_by_the_level_for_all_is_watched_too(tmp_path: Path, changes: dict[str, Any]) -> None:
    spec = worker(autonomy={"default": 3}, **changes)
    async with rig(tmp_path / "w", [ACT], spec, connectors=with_out(out("ann@one"))) as r:
        await work(r, 1)
        assert r.states(1) == [f"{DO} done"] and rung(r).is_without_evidence
        r.kernel.registry.replace(["out"], [out("bob@two")])
        await work(r, 2)
        assert ("account", DO, 2) in trigger(r) and r.waiting()


async def test_what_another_model_decided_earns_nothing_for_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def always(_workspace: str, _run: int) -> float:
        return 0.0

    monkeypatch.setattr(draws, "coin", always)
    spec = worker(level=2, brain="model", models=["main"])
    async with rig(tmp_path / "w", [ACT], spec, connectors=with_out(out())) as r:

        async def proven(number: int) -> int:
            await work(r, number)
            await decide(r, number)
            await r.approve(r.waiting()[0].id)
            await r.wait(seconds=15)
            gate = rung(r).gate
            assert gate is not None
            return gate.standing.total

        await put_model(r, "one")
        assert (await proven(1), await proven(2)) == (1, 2)
        await look(r)
        await put_model(r, "two")
        await look(r)
        gate = rung(r).gate
        assert gate is not None and gate.standing.total == 0 and trigger(r) == []
        assert await proven(3) == 1
