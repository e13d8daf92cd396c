"""Where an agent's question reaches a person, and where it is only recorded."""

from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.enums import ApprovalKind
from opsconsole.doubles.brain import FakeBrain
from opsconsole.engine.ports.brain import RunView, Turn
from tests.support.rig import Rig, agent, call, mail, rig

ASK = call("person.ask", question="Which one?")
LIVE_CASE = {"default": "shadow", "categories": {"case": "limited"}}
SHADOW_CASE = {"default": "full", "categories": {"case": "shadow"}}


def asks(category: str | None) -> Any:
    def script(view: RunView) -> Turn:
        return Turn(category=category, final="done") if view.past else Turn(category=category, proposals=(ASK,))

    return script


def reasons(r: Rig) -> list[str]:
    (ruled,) = r.audit("action.ruled")
    return list(ruled["reasons"])


@pytest.mark.parametrize(
    ("category", "changes", "is_asked"),
    [
        ("case", {}, True),
        ("case", {"level": 1}, True),
        ("case", {"stage": {"default": "shadow"}}, False),
        ("case", {"stage": SHADOW_CASE}, False),
        ("case", {"stage": LIVE_CASE}, True),
        ("case", {"scope": ["other"]}, False),
        (None, {"stage": {"default": "shadow"}}, False),
        (None, {"stage": LIVE_CASE}, True),
        (None, {"stage": SHADOW_CASE}, True),
        (None, {"stage": {"default": "shadow", "categories": {"case": "shadow"}}}, False),
        (None, {"stage": {"default": "shadow", "categories": {"case": "full", "other": "shadow"}}}, True),
    ],
)
async def test_a_question_reaches_a_person_where_its_category_or_for_none_any_is_live(
    tmp_path: Path, category: str | None, changes: dict[str, Any], is_asked: bool
) -> None:
    others = [{"id": name, "name": name} for name in ("case", "other")]
    spec = agent(playbook={"purpose": "a test", "categories": others}, **changes)
    async with rig(tmp_path, asks(category), spec) as r:
        await r.take(mail())
        assert [approval.kind for approval in r.waiting()] == ([ApprovalKind.QUESTION] if is_asked else [])
        word = (
            "question: the agent asks a person" if is_asked else "stage: in shadow: the question is recorded, not asked"
        )
        assert reasons(r) == [word]


async def test_a_question_in_a_pause_says_that_it_was_paused(tmp_path: Path) -> None:
    class Paused(FakeBrain):
        async def turn(self, view: RunView) -> Turn:
            await r.pause()
            return await super().turn(view)

    async with rig(tmp_path, Paused(asks("case")), agent()) as r:
        await r.take(mail())
        assert reasons(r) == ["question: the agent asks a person", "kill_switch: paused: everything"]
        assert [approval.kind for approval in r.waiting()] == [ApprovalKind.QUESTION]
