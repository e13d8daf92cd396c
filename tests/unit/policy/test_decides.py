"""What of an agent's file its evidence hangs on."""

from typing import Any

import pytest

from opsconsole.policy.decides import decision_digest

SPEC: dict[str, Any] = {
    "agent": "mira",
    "name": "Mira",
    "stage": {"default": "shadow"},
    "autonomy": {"default": 2, "actions": {}},
    "guardrails": [],
    "brain": "playbook",
    "tools": [],
    "playbook": {"categories": [{"id": "a", "steps": [{"do": "desk.move_mail"}]}]},
}
TOOLS = {"desk.move_mail": "1", "desk.reply": "1", "crm.note": "1"}


@pytest.mark.parametrize(
    ("change", "tools"),
    [
        ({"stage": {"default": "full"}}, TOOLS),
        ({"name": "Mira the second", "summary": "x"}, TOOLS),
        ({"autonomy": {"default": 3, "actions": {"desk.move_mail": 3}}}, TOOLS),
        ({"budgets": {"actions_per_day": 5}}, TOOLS),
        ({}, TOOLS | {"other.tool": "9"}),
        ({}, TOOLS | {"desk.reply": "2"}),
    ],
)
def test_how_far_it_may_go_and_tools_it_has_nothing_to_do_with_keep_the_evidence(
    change: dict[str, Any], tools: dict[str, str]
) -> None:
    assert decision_digest(SPEC | change, tools) == decision_digest(SPEC, TOOLS)


OTHERS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"playbook": {"categories": [{"id": "a", "steps": list[Any]()}]}}, TOOLS),
    ({"guardrails": [{"name": "x"}]}, TOOLS),
    ({"brain": "model"}, TOOLS),
    ({}, TOOLS | {"desk.move_mail": "2"}),
    ({"tools": ["crm.*"]}, TOOLS),
]


@pytest.mark.parametrize(
    ("change", "tools"),
    OTHERS,
)
def test_what_it_decides_by_starts_anew(change: dict[str, Any], tools: dict[str, str]) -> None:
    assert decision_digest(SPEC | change, tools) != decision_digest(SPEC, TOOLS)


def test_a_model_whose_tools_are_named_is_offered_those_whatever_its_levels() -> None:
    model = SPEC | {"brain": "model", "tools": ["crm.*"]}
    more = model | {"autonomy": {"default": 2, "actions": {"desk.reply": 2}}}
    assert decision_digest(model, TOOLS) == decision_digest(more, TOOLS)
    assert decision_digest(model, TOOLS) != decision_digest(model, TOOLS | {"crm.note": "2"})
    assert decision_digest(model | {"autonomy": None}, TOOLS) == decision_digest(model, TOOLS)


def test_in_what_order_a_level_names_its_tools_makes_no_difference() -> None:
    first, other = ({"default": 2, "actions": dict.fromkeys(names, 2)} for names in (("a.b", "c.d"), ("c.d", "a.b")))
    model = SPEC | {"brain": "model"}
    assert decision_digest(model | {"autonomy": first}, TOOLS) == decision_digest(model | {"autonomy": other}, TOOLS)


def test_a_model_is_offered_what_its_levels_name() -> None:
    model = SPEC | {"brain": "model"}
    more = model | {"autonomy": {"default": 2, "actions": {"desk.reply": 2}}}
    assert decision_digest(model, TOOLS) != decision_digest(more, TOOLS)


def test_a_digest_that_was_stored_stays_what_it_was() -> None:
    aside = ("name", "field", "summary", "scope", "stage", "raised", "budgets", "quiet_hours", "approvals", "trust")
    kept = "4368928c0780ead4ce6b86235402218fb99566dc948b135ca5ce1a9daff21208"
    assert decision_digest(SPEC, TOOLS) == decision_digest(SPEC | dict.fromkeys(aside, 1), TOOLS) == kept


def test_how_often_runs_may_fail_is_not_what_an_agent_decides() -> None:
    """Versions from before that was written down are of the same evidence."""
    limits = {"turns": 24, "seconds": 300}
    before, since = SPEC | {"limits": limits}, SPEC | {"limits": limits | {"failures_in_a_row": 5}}
    assert decision_digest(before, TOOLS) == decision_digest(since, TOOLS)
    assert decision_digest(before, TOOLS) != decision_digest(SPEC | {"limits": limits | {"turns": 9}}, TOOLS)
