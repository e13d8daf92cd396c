"""A playbook's steps: what one needs of another that failed is told by the failure."""

import pytest

from opsconsole.brains.playbook.steps import Place, advance, take_outcomes
from opsconsole.domain.agent import Category
from opsconsole.engine.ports.brain import Outcome

FACTS = {"event": {"title": "Hello"}}


def category(second: dict[str, object]) -> Category:
    first = {"do": "crm.create", "with": {"title": "x"}, "as": "made"}
    return Category.model_validate({"id": "case", "name": "Case", "criteria": "Any.", "steps": [first, second]})


@pytest.mark.parametrize(
    "second",
    [
        {"do": "crm.note", "with": {"ticket": "{{ made.id }}"}},
        {"do": "crm.note", "with": {"text": "about {{ made.id }}"}},
        {"do": "crm.note", "with": {"text": "x"}, "when": "made.id != ''"},
        {"stop": "made {{ made.id }}"},
        {"ask": "Is {{ made.id }} right?"},
    ],
    ids=["alone", "in a text", "condition", "stop", "ask"],
)
def test_a_step_that_needs_what_a_failed_one_did_not_bring_is_told_by_that_failure(second: dict[str, object]) -> None:
    case, place = category(second), Place()
    (proposal,) = advance(case, place, FACTS, sender="").proposals
    failed = Outcome(proposal, "failed", {"ok": False, "error": "crm.create answered 403: no rights"})
    assert take_outcomes(case, place, [failed]) is None
    ended = advance(case, place, FACTS, sender="")
    assert ended.end == (
        "crm.create did not work: crm.create answered 403: no rights. Step 2 of Case needs what it brings"
    )
    assert not ended.is_handled


def test_a_step_that_names_what_nobody_brings_says_so_itself() -> None:
    case, place = category({"do": "crm.note", "with": {"text": "{{ event.nowhere }}"}}), Place()
    (proposal,) = advance(case, place, FACTS, sender="").proposals
    take_outcomes(case, place, [Outcome(proposal, "done", {"ok": True, "id": 3})])
    ended = advance(case, place, FACTS, sender="")
    assert ended.end is not None and "step 2 of Case could not be worked out" in ended.end
