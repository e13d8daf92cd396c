"""Where a file lets an agent do more than the one before it: as it holds, not only as it is written."""

from typing import Any

import pytest

from opsconsole.domain.agent import AgentSpec
from opsconsole.engine.agents.difference import raises
from tests.support.rig import agent

HELD: dict[str, Any] = {"deployments": [{"connection": "desk", "stage": "shadow"}]}
WHERE: dict[str, Any] = {"deployments": [{"connection": "desk", "stage": "shadow", "where": "event.title != ''"}]}
CEILING = {"action": "desk.reply", "ceiling": "first_contact", "reason": "they wait for it"}
OPEN: dict[str, Any] = {"connection": "desk", "stage": "full", "where": "event.title == 'x'"}
GONE = ("deployments · desk: shadow → not held back",)
TWO = {"purpose": "x", "categories": [{"id": "case", "name": "Case"}, {"id": "prices", "name": "Price list"}]}
NOT_TOLD: tuple[str, ...] = ()


def spec(**changes: Any) -> AgentSpec:
    facts: dict[str, Any] = {"stage": {"default": "limited"}} | changes
    return agent(level=2, **facts)


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ({}, {}, NOT_TOLD),
        ({}, {"stage": {"default": "full"}}, ("Stage · default: limited → full",)),
        ({"stage": {"default": "full"}}, {}, NOT_TOLD),
        (
            {"stage": {"default": "full", "categories": {"case": "shadow"}}},
            {"stage": {"default": "full"}},
            ("Stage · categories · case: shadow → full",),
        ),
        ({}, {"playbook": TWO}, ("The new category Price list: shadow → limited",)),
        ({}, {"playbook": TWO, "scope": ["case"]}, NOT_TOLD),
        ({"scope": []}, {"scope": ["case"]}, ("Scope · case: shadow → limited",)),
        ({"scope": ["case"]}, {"scope": []}, NOT_TOLD),
        (HELD, {}, GONE),
        ({}, HELD, NOT_TOLD),
        (HELD, HELD, NOT_TOLD),
        (HELD, {"deployments": [{"connection": "desk", "stage": "full"}]}, ("deployments · desk: shadow → full",)),
        (WHERE, HELD, NOT_TOLD),
        (HELD, WHERE, GONE),
        (HELD, {"deployments": [OPEN, *HELD["deployments"]]}, ("deployments · desk: shadow → full",)),
        (HELD, {"deployments": [{"connection": "*", "stage": "shadow"}]}, NOT_TOLD),
        (HELD, {"deployments": [{"connection": "inbox", "stage": "shadow"}]}, GONE),
        ({}, {"autonomy": {"default": 3}}, ("Autonomy · default: 2 with approval → 3 alone",)),
        ({"autonomy": {"default": 3}}, {"autonomy": {"default": 2}}, NOT_TOLD),
        (
            {"autonomy": {"default": 3, "actions": {"desk.reply": 1}}},
            {"autonomy": {"default": 3}},
            ("Autonomy · actions · reply: 1 recommend → 3 alone",),
        ),
        (
            {"autonomy": {"default": 2, "categories": {"case": {"desk.reply": 1}}}},
            {"autonomy": {"default": 2, "categories": {"case": {"desk.reply": 2}}}},
            ("Autonomy · categories · case · reply: 1 recommend → 2 with approval",),
        ),
        ({}, {"raised": [CEILING]}, ("Raised · reply: past first contact (new)",)),
        ({"raised": [CEILING]}, {"raised": [CEILING]}, NOT_TOLD),
    ],
)
def test_what_may_do_more_is_told_and_nothing_else(
    was: dict[str, Any], now: dict[str, Any], told: tuple[str, ...]
) -> None:
    found = tuple(change.line() for change in raises(spec(**was), spec(**now)))
    assert tuple(line.lower() for line in found) == tuple(line.lower() for line in told)
