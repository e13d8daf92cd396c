"""Runs that fail one after another pause their agent; a category can be paused alone."""

from pathlib import Path

import pytest

from opsconsole.domain.enums import Hold
from opsconsole.domain.errors import NotFoundError, PermanentError, UserError
from opsconsole.doubles.brain import FakeBrain
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.store.queries import limits
from tests.support.rig import Rig, agent, call, mail, rig
from tests.support.running import beside, state

DO = call("out.do", what="x")


def failing_when(bad: set[str]) -> FakeBrain:
    """A brain that cannot think about mails of these titles."""

    def think(view: RunView) -> Turn:
        if view.event.title in bad:
            raise PermanentError("it hung up")
        return Turn(category=None, confidence=1.0, final="done")

    return FakeBrain(think)


def paused(r: Rig) -> dict[str, str]:
    return dict(limits.switches(r.engine.reader))


async def take(r: Rig, *titles: str) -> None:
    for title in titles:
        await r.take(mail(r.count("event") + 1, title=title))


async def test_failures_one_after_another_pause_the_agent_and_say_why(tmp_path: Path) -> None:
    spec = agent(limits={"failures_in_a_row": 3})
    async with rig(tmp_path, failing_when({"bad"}), spec) as r:
        await take(r, "bad", "bad", "good", "bad", "bad")
        assert paused(r) == {}, "one that came to its end lies between them"
        await take(r, "bad")
        assert list(paused(r)) == ["agent:mira"]
        assert paused(r)["agent:mira"].startswith("3 runs failed one after another; the last one: could not be thought")
        (entry,) = r.audit("switch.on")
        assert (entry["actor"], entry["scope"]) == ("engine", "agent:mira")
        await take(r, "good")
        assert r.run(7).state == "queued", "nothing starts, and nothing is lost"
        await r.resume("agent:mira")
        await r.settle()
        assert r.run(7).state == "done"
        await take(r, "bad", "bad")
        assert paused(r) == {}, "what a person has looked at counts no more"
        await take(r, "bad")
        assert list(paused(r)) == ["agent:mira"]


async def test_who_wants_no_breaker_has_none(tmp_path: Path) -> None:
    spec = agent(limits={"failures_in_a_row": None})
    async with rig(tmp_path, failing_when({"bad"}), spec) as r:
        await take(r, *["bad"] * 8)
        assert paused(r) == {}


async def test_a_paused_category_holds_its_actions_and_no_others(tmp_path: Path) -> None:
    out = FakeConnector()
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        category = r.engine.kernel.roster.current(r.engine.reader)[0].spec.playbook.categories[0].id
        await r.pause(f"category:mira/{category}")
        await r.take(mail())
        held = r.engine.reader.execute("SELECT state, is_held FROM effect").fetchall()
        assert held == [("prepared", Hold.SWITCH)] and out.calls == []
        await r.resume(f"category:mira/{category}")
        await r.wait(seconds=1)
        assert len(out.calls) == 1 and state(r) == ["done"]


@pytest.mark.parametrize("scope", ["category:mira/nothing", "category:nobody/case", "agent:nobody", "connection:none"])
async def test_what_is_not_there_cannot_be_paused(tmp_path: Path, scope: str) -> None:
    async with rig(tmp_path, [], agent()) as r:
        with pytest.raises(NotFoundError, match="Nothing was changed"):
            await r.pause(scope)


@pytest.mark.parametrize("scope", ["category:mira", "category:/case", "category:mira/", "agent:", "everything"])
async def test_what_is_no_scope_is_refused(tmp_path: Path, scope: str) -> None:
    async with rig(tmp_path, [], agent()) as r:
        with pytest.raises(UserError, match="is not something to pause"):
            await r.pause(scope)


async def test_a_limit_that_is_set_because_runs_fail_binds_those_that_wait(tmp_path: Path) -> None:
    async with rig(tmp_path, failing_when({"bad"}), agent(limits={"failures_in_a_row": None})) as r:
        await r.pause("agent:mira")
        await take(r, *["bad"] * 4)
        await r.hire(agent(limits={"failures_in_a_row": 2}))
        await r.resume("agent:mira")
        await r.settle()
        assert list(paused(r)) == ["agent:mira"] and paused(r)["agent:mira"].startswith("2 runs failed")
