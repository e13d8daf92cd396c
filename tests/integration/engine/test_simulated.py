"""A call that is tried out gets the word that the gate says when it is really made."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Verdict
from opsconsole.domain.errors import NotFoundError
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.agents.coverage import coverage
from opsconsole.engine.past.simulate import Simulated, TypedCall, typed, under
from tests.support.rig import Rig, agent, call, mail, rig
from tests.support.running import beside

TAG = call("desk.tag_mail", tag="new")
BROKEN = {"name": "gone", "when": "true", "then": "refuse", "because": "never there", "actions": ["out.send"]}


class Other(BaseModel):
    """Arguments by other names."""

    what: str
    whom: str = ""


def last(r: Rig) -> tuple[str, str]:
    """The newest action and the verdict on it."""
    return tuple(r.kernel.reader.execute("SELECT action_id, verdict FROM ruling ORDER BY id DESC LIMIT 1").fetchone())


def tried(r: Rig, **facts: Any) -> Simulated:
    return typed(r.kernel, "mira", TypedCall(tool="desk.tag_mail", args={"tag": "new"}, category="case", **facts))


async def test_by_the_rules_in_use_now_means_all_of_them(tmp_path: Path) -> None:
    async with rig(tmp_path, [TAG], agent(), connectors=beside(FakeConnector())) as r:
        await r.take(mail(1))
        action, verdict = last(r)
        assert verdict == "ACT"
        await r.hire(agent(guardrails=[BROKEN]))
        r.kernel.registry.replace(["out"], [])
        assert under(r.kernel, action).ruling.verdict is tried(r).ruling.verdict is Verdict.ASK
        await r.take(mail(2))
        held, verdict = last(r)
        assert verdict == "ASK"
        await r.hire(agent())
        assert under(r.kernel, held).ruling.verdict is Verdict.ACT, "it is mended by now"
        await r.hire(agent(autonomy={"default": 1}))
        assert under(r.kernel, held).ruling.verdict is Verdict.RECOMMEND


async def test_a_tool_that_changed_since_asks_by_the_rules_in_use_now(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("out.do", what="x")], agent(), connectors=beside(FakeConnector())) as r:
        await r.take(mail(1))
        action, verdict = last(r)
        assert verdict == "ACT" and under(r.kernel, action).ruling.verdict is Verdict.ACT
        r.kernel.registry.replace(["out"], [FakeConnector(schema=Other)])
        assert under(r.kernel, action).ruling.verdict is Verdict.ASK


async def test_what_was_done_to_the_same_subject_counts(tmp_path: Path) -> None:
    out = FakeConnector(repeat_window_s=3600)
    async with rig(tmp_path, [call("out.do", what="x")], agent(), connectors=beside(out)) as r:
        await r.take(mail(1))
        wanted = TypedCall(tool="out.do", args={"what": "y"}, category="case")
        assert typed(r.kernel, "mira", wanted).ruling.verdict is Verdict.ACT
        about = TypedCall(tool="out.do", args={"what": "y"}, category="case", event=1)
        assert typed(r.kernel, "mira", about).ruling.verdict is Verdict.ASK
        assert (found := typed(r.kernel, "mira", about)).event is not None and found.event.id == 1


async def test_a_cap_on_runs_counts_those_that_were(tmp_path: Path) -> None:
    async with rig(tmp_path, [TAG], agent(budgets={"runs_per_day": 2})) as r:
        await r.take(mail(1))
        assert tried(r).ruling.verdict is Verdict.ACT
        await r.take(mail(2))
        simulated = tried(r).ruling.verdict
        await r.take(mail(3))
        assert (simulated.name, last(r)[1]) == ("ASK", "ASK")


HELD: list[tuple[list[dict[str, Any]], Verdict, str]] = [
    ([{"connection": "desk", "stage": "shadow"}], Verdict.SIMULATE, "alone"),
    ([{"stage": "shadow"}], Verdict.SIMULATE, "shadow"),
    ([{"stage": "full"}], Verdict.ACT, "alone"),
    ([], Verdict.ACT, "alone"),
]


@pytest.mark.parametrize(("deployments", "verdict", "most"), HELD)
async def test_where_no_event_is_named_what_is_held_back_somewhere_is(
    tmp_path: Path, deployments: list[dict[str, Any]], verdict: Verdict, most: str
) -> None:
    spec: AgentSpec = agent(deployments=deployments, autonomy={"default": 3, "actions": {"desk.tag_mail": 3}})
    async with rig(tmp_path, [TAG], spec) as r:
        assert tried(r).ruling.verdict is verdict
        covered = {each.tool: each for each in coverage(r.kernel.registry, [spec])}["desk.tag_mail"]
        assert [use.way for use in covered.uses] == [most]
        await r.take(mail(1))
        assert tried(r, event=1).ruling.verdict.name == last(r)[1]


async def test_a_misspelt_category_is_told_and_not_taken_for_a_live_one(tmp_path: Path) -> None:
    async with rig(tmp_path, [TAG], agent()) as r:
        for name, said in (("cas", "did you mean case?"), ("zzz", "it has case")):
            with pytest.raises(NotFoundError, match=f"mira has no category {name}; {said}"):
                typed(r.kernel, "mira", TypedCall(tool="desk.tag_mail", args={"tag": "new"}, category=name))
