"""How far a category is live: its stage, never beyond the agent's scope, and as lists and charts say it."""

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


@pytest.mark.parametrize(
    ("stage", "deployments", "words", "columns"),
    [
        ({"default": "limited"}, [], "Limited, nothing live", ["not live", "not live"]),
        ({"default": "limited", "categories": {"bugs": "limited"}}, [], "Limited, 1 in shadow",
         ["limited", "not live"]),
        ({"default": "expanded"}, [], "Expanded", ["expanded", "expanded"]),
        ({"default": "full"}, [{"stage": "shadow"}], "Shadow", ["in shadow", "in shadow"]),
        ({"default": "full"}, [{"stage": "limited"}], "Limited, nothing live", ["not live", "not live"]),
        ({"default": "full"}, [{"stage": "expanded", "categories": ["bugs"]}], "Expanded, 1 in shadow",
         ["expanded", "not live"]),
        ({"default": "full"}, [{"connection": "desk", "stage": "shadow"}], "Full", ["full", "full"]),
    ],
)  # fmt: skip
def test_list_and_matrix_show_what_stages_open(
    stage: dict[str, Any], deployments: list[dict[str, Any]], words: str, columns: list[str]
) -> None:
    categories = [{"id": name, "name": name.capitalize()} for name in ("bugs", "billing")]
    book = {"purpose": "Answers.", "categories": categories}
    spec = thinker(stage=stage, deployments=deployments, playbook=book)
    said, tone = stage_words(spec)
    assert said == words and (tone == "shadow") is not any(name in ("limited", "expanded", "full") for name in columns)
    assert [each for _, _, each in matrix_of(spec, {}, {}).columns[1:]] == columns
