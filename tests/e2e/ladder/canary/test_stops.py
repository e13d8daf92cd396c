"""It ends: by a person, with its agent, or at once for what it does; its cards stay, and nothing is lost."""

from pathlib import Path

import pytest

from opsconsole.domain.enums import Adjudication, Level, Reversibility
from opsconsole.domain.errors import NotFoundError
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands import dismissal
from opsconsole.engine.engine import Engine
from opsconsole.engine.ladder.draws import OwnAct
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.engine.ports.connector import Connector
from tests.e2e.ladder.canary.tried import (
    NEW,
    allow,
    as_purposed,
    come,
    decided,
    last,
    newer,
    stop,
    threads,
    tried,
    try_out,
    use,
    version_of,
)
from tests.e2e.ladder.laddered import DO, SEND, fallen, judge, rung, worker
from tests.support.rig import call, desk_only, rig

RAIL = {"name": "never-file", "when": "args.what == 'file it'", "then": "refuse", "because": "it is never filed"}


def with_out(engine: Engine) -> list[Connector]:
    return [*desk_only(engine), FakeConnector(reversibility=Reversibility.COMPENSABLE)]


@pytest.mark.usefixtures("none_drawn")
async def test_stopped_by_a_person_its_cards_stay_and_the_rest_goes_to_the_version_in_use(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(), connectors=with_out) as r:
        await try_out(r)
        mine = threads(r, to_canary=True)
        asked = await come(r, next(mine))
        await r.pause("agent:mira")
        queued = await come(r, next(mine))
        assert version_of(r, queued) == 2
        made = await stop(r)
        assert made.handed_over == 1 and tried(r) is None and last(r).ended_as == "stopped"
        assert version_of(r, queued) == 1 and version_of(r, asked) == 2
        await r.resume("agent:mira")
        await r.settle()
        assert r.states(queued) == [f"{DO} done"], "the version in use acts alone"
        (card,) = r.waiting()
        await allow(r, card.id)
        assert r.states(asked) == [f"{DO} done"]
        (entry,) = r.audit("canary.stopped")
        assert (entry["because"], entry["handed_over"], entry["numbers"]["decisions"]) == ("stopped", 1, 0)
        assert "worse than before" not in f"{entry}"
        with pytest.raises(NotFoundError, match="No version of mira is tried"):
            await stop(r)


@pytest.mark.usefixtures("none_drawn")
async def test_what_the_version_in_use_is_not_about_is_not_handed_to_it(tmp_path: Path) -> None:
    few = [{"kinds": ["mail.received"], "where": "event.title == 'never'"}]
    async with rig(tmp_path / "w", as_purposed, worker(subscribes=few), connectors=with_out) as r:
        await try_out(r, newer())
        await r.pause("agent:mira")
        queued = await come(r, next(threads(r, to_canary=True)))
        made = await stop(r)
        assert made.handed_over == 0 and version_of(r, queued) == 2
        await r.resume("agent:mira")
        await r.settle()
        assert len(r.waiting()) == 1, "it asks: nobody let the version in use work such events"


async def test_a_severe_error_stops_it_at_once(tmp_path: Path) -> None:
    sends = call(SEND, slots={"what": (), "to": ()}, what="hi", to="c1@customer.example")

    def think(view: RunView) -> Turn:
        if view.past:
            return Turn(category="case", confidence=1.0, final="done")
        return Turn(category="case", confidence=1.0, proposals=(sends,))

    autonomy = {"default": 1, "actions": {DO: 3, SEND: 3}}
    async with rig(tmp_path / "w", think, worker(autonomy=autonomy), connectors=with_out) as r:
        await try_out(r, newer(autonomy=autonomy))
        run = await come(r, next(threads(r, to_canary=True)))
        await decided(r, run, [])
        assert tried(r) is None
        assert (last(r).ended_as, last(r).ended_by, last(r).why) == ("severe", "engine", "a severe error (pair 1)")
        assert not fallen(r) and rung(r, SEND).holds is Level.AUTONOMOUS, "the old version keeps its rung"
        (entry,) = r.audit("canary.stopped")
        assert entry["numbers"]["severe"] == 1
        await judge(r, 1, Adjudication.AGENT)
        assert tried(r) is None, "it is not begun again by itself"


@pytest.mark.usefixtures("none_drawn")
async def test_a_guardrail_that_it_would_break_stops_it_at_once(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(guardrails=[RAIL]), connectors=with_out) as r:
        other = next(number for number in range(1, 999))
        assert r.states(await come(r, other)) == [f"{DO} refused"]
        await try_out(r, newer(guardrails=[]))
        run = await come(r, next(threads(r, to_canary=True, since=2)))
        assert version_of(r, run) == 2 and r.states(run) == [f"{DO} refused"], "both versions' guardrails rule"
        assert last(r).ended_as == "breach" and "never-file forbids what it wanted" in last(r).why


@pytest.mark.usefixtures("none_drawn")
async def test_a_refusal_in_the_old_versions_threads_stops_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(guardrails=[RAIL]), connectors=with_out) as r:
        await try_out(r)
        await come(r, next(threads(r, to_canary=False)))
        assert tried(r) is not None


@pytest.mark.usefixtures("none_drawn")
async def test_runs_that_fail_stop_the_canary_and_not_its_agent(tmp_path: Path) -> None:
    def think(view: RunView) -> Turn:
        if view.agent.playbook.purpose == NEW:
            raise ValueError("it cannot think")
        return as_purposed(view)

    limits = {"failures_in_a_row": 3}
    async with rig(tmp_path / "w", think, worker(limits=limits), connectors=with_out) as r:
        await try_out(r, newer(limits=limits))
        mine, others = threads(r, to_canary=True), threads(r, to_canary=False)
        for _ in range(2):
            await come(r, next(mine))
            assert r.states(await come(r, next(others))) == [f"{DO} done"]
        assert tried(r) is not None
        await come(r, next(mine))
        assert last(r).ended_as == "failing" and last(r).why == "3 of its runs failed one after another"
        assert not r.audit("switch.on")
        assert r.states(await come(r, next(others))) == [f"{DO} done"]


async def test_it_ends_with_its_agent(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(), connectors=with_out) as r:
        await try_out(r)
        await r.engine.writer.write(
            lambda tx: dismissal.dismiss(r.kernel, tx, "mira", actor="person:lea", reason=""), name="dismiss"
        )
        assert last(r).ended_as == "dismissed"
        await r.engine.writer.write(
            lambda tx: dismissal.hire_again(r.kernel, tx, "mira", 1, actor="person:lea"), name="again"
        )
        assert tried(r) is None
        with pytest.raises(NotFoundError, match="No version of mira is tried"):
            await use(r)


async def test_a_drawn_decision_of_a_canary_that_is_over_counts_for_nobody_else(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(), connectors=with_out) as r:
        await try_out(r)
        run = await come(r, next(threads(r, to_canary=True)))
        await stop(r)
        await decided(r, run, [OwnAct(DO, {"what": "something else"})])
        assert not fallen(r)
