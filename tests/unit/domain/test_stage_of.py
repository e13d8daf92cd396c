"""How far a category is live: its stage, and never beyond the agent's scope."""

from typing import Any

import pytest

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Stage
from opsconsole.ui.panels.agents.data import stage_words
from opsconsole.ui.panels.agents.levels import matrix_of
from tests.support.thinking import thinker


def _agent(**more: Any) -> AgentSpec:
    categories = [{"id": name, "name": name.capitalize()} for name in ("bugs", "billing")]
    stages = {"default": "full", "categories": {"billing": "limited"}}
    return thinker(stage=stages, playbook={"purpose": "Answers.", "categories": categories}, **more)


@pytest.mark.parametrize(
    ("category", "stage"), [("bugs", Stage.FULL), ("billing", Stage.LIMITED), (None, Stage.FULL), ("more", Stage.FULL)]
)
def test_without_a_scope_the_stage_holds(category: str | None, stage: Stage) -> None:
    assert _agent().stage_of(category) is stage


@pytest.mark.parametrize(
    ("category", "stage"), [("bugs", Stage.SHADOW), ("billing", Stage.LIMITED), (None, Stage.SHADOW)]
)
def test_outside_of_the_scope_everything_is_in_shadow(category: str | None, stage: Stage) -> None:
    assert _agent(scope=["billing"]).stage_of(category) is stage


def test_list_and_matrix_show_a_category_outside_of_the_scope_as_in_shadow() -> None:
    spec = _agent(scope=["billing"])
    assert stage_words(spec)[0] == "Limited, 1 in shadow"
    shown = matrix_of(spec, {}, {}).columns
    assert [stage for _, _, stage in shown[1:]] == ["in shadow", "limited"]
