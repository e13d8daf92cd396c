"""What is only tried asks before everything, where the version in use is in shadow it is too, and nothing mixes."""

from datetime import timedelta
from pathlib import Path

import pytest

from opsconsole.domain.enums import Level
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands.decisions import Grant
from opsconsole.engine.engine import Engine
from opsconsole.engine.ladder.draws import OwnAct
from opsconsole.engine.ladder.standing import progress_then
from opsconsole.engine.ports.connector import Connector
from opsconsole.policy.ladder import UNAUDITED_DAYS
from opsconsole.store.queries import evidence as read_evidence
from opsconsole.store.queries import ladder as read
from opsconsole.store.queries import versions
from tests.e2e.ladder.canary.tried import (
    allow,
    as_purposed,
    come,
    decided,
    how,
    last,
    newer,
    threads,
    try_out,
    use,
    version_of,
    widen,
)
from tests.e2e.ladder.laddered import DO, fallen, rung, worker
from tests.support.rig import Rig, desk_only, rig

WHY = "the team is watching"


def with_out(engine: Engine) -> list[Connector]:
    return [*desk_only(engine), FakeConnector()]


def undecided(r: Rig) -> list[int]:
    return [drawn.run for drawn in read.open_draws(r.engine.reader)]


@pytest.mark.usefixtures("none_drawn")
async def test_the_canary_asks_and_the_old_version_acts_alone(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(level=3), connectors=with_out) as r:
        await try_out(r)
        mine, other = next(threads(r, to_canary=True)), next(threads(r, to_canary=False))
        run = await come(r, mine)
        (asked,) = r.waiting()
        assert "version 2, a canary, is only tried: it asks before everything" in asked.because
        assert r.states(run) == [f"{DO} waiting"]
        assert r.states(await come(r, other)) == [f"{DO} done"], "at level 3 as before"
        await allow(r, asked.id)
        assert r.states(run) == [f"{DO} done"]


@pytest.mark.usefixtures("none_drawn")
async def test_a_standing_grant_does_not_let_it_act(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(level=2), connectors=with_out) as r:
        await try_out(r)
        await come(r, next(threads(r, to_canary=False)))
        await r.approve(r.waiting()[0].id, grant=Grant(timedelta(days=30), None))
        others = threads(r, to_canary=False)
        next(others)
        assert r.states(await come(r, next(others))) == [f"{DO} done"], "the grant holds"
        assert r.states(await come(r, next(threads(r, to_canary=True)))) == [f"{DO} waiting"]


@pytest.mark.usefixtures("none_drawn")
async def test_where_the_old_version_is_in_shadow_the_canary_is_too(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(stage="shadow"), connectors=with_out) as r:
        await try_out(r, newer(stage="full"))
        run = await come(r, next(threads(r, to_canary=True)))
        assert version_of(r, run) == 2 and r.states(run) == [f"{DO} simulated"] and not r.waiting()


@pytest.mark.usefixtures("none_drawn")
async def test_in_use_it_acts_alone_also_what_it_began_before(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(), connectors=with_out) as r:
        await try_out(r)
        await widen(r, WHY)
        await widen(r, WHY)
        await r.pause("agent:mira")
        run = await come(r, 1)
        assert version_of(r, run) == 2 and r.run(run).state.value == "queued"
        await use(r)
        await r.resume("agent:mira")
        await r.settle()
        assert r.states(run) == [f"{DO} done"]


async def test_its_evidence_is_its_own(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(), connectors=with_out) as r:
        await try_out(r)
        for number in (number for number, _ in zip(threads(r, to_canary=True), range(3), strict=False)):
            await decided(r, await come(r, number))
        new = versions.decides(r.engine.reader, last(r).version)
        found = {
            row[0]: row[1]
            for row in r.engine.reader.execute("SELECT decides, sum(trials) FROM evidence_day GROUP BY decides")
        }
        assert found == {new: 3}
        assert not read_evidence.counting(r.engine.reader, "mira"), "what is only tried is not what the agent is"
        assert not progress_then(r.engine.reader, "mira", until=r.clock.now() + timedelta(days=1)), "nor what it was"
        assert rung(r).gate is None and rung(r).holds is Level.AUTONOMOUS
        assert how(r).gate.standing.total == how(r).gate.standing.right == 3


async def test_what_it_does_wrong_takes_nothing_from_the_old_version(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(), connectors=with_out) as r:
        await try_out(r)
        numbers = [number for number, _ in zip(threads(r, to_canary=True), range(4), strict=False)]
        for number in numbers:
            await decided(r, await come(r, number), [OwnAct(DO, {"what": "something else"})])
        assert (how(r).gate.standing.total, how(r).gate.standing.right) == (4, 0)
        assert not fallen(r) and rung(r).holds is Level.AUTONOMOUS


async def test_decisions_of_the_canary_are_no_check_of_the_old_version(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(), connectors=with_out) as r:
        await try_out(r)
        mine, others = threads(r, to_canary=True), threads(r, to_canary=False)
        for _ in range(UNAUDITED_DAYS + 1):
            await come(r, next(others))
            await decided(r, await come(r, next(mine)))
            await r.wait(days=1)
        await r.wait(days=1)
        assert [each.trigger for each in fallen(r)] == ["unaudited"]


async def test_of_what_it_decides_all_is_drawn_at_first(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(level=2), connectors=with_out) as r:
        await try_out(r)
        runs = [await come(r, number) for number, _ in zip(threads(r, to_canary=True), range(12), strict=False)]
        assert undecided(r) == runs
        assert how(r).to_decide == 12
