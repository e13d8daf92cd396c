"""Where a file lets an agent do more than the one before it: as it holds, not only as it is written."""

from typing import Any

import pytest

from opsconsole.domain.agent import AgentSpec
from opsconsole.engine.agents.difference import raises
from opsconsole.engine.agents.widening import UNTOLD
from tests.support.rig import agent

HELD: dict[str, Any] = {"deployments": [{"connection": "desk", "stage": "shadow"}]}
WHERE: dict[str, Any] = {"deployments": [{"connection": "desk", "stage": "shadow", "where": "event.title != ''"}]}
CEILING = {"action": "desk.reply", "ceiling": "first_contact", "reason": "they wait for it"}
OPEN: dict[str, Any] = {"connection": "desk", "stage": "full", "where": "event.title == 'x'"}
GONE = ("deployments · desk: shadow → not held back",)
TWO = {"purpose": "x", "categories": [{"id": "case", "name": "Case"}, {"id": "prices", "name": "Price list"}]}
NOT_TOLD: tuple[str, ...] = ()


def spec(**changes: Any) -> AgentSpec:
    facts: dict[str, Any] = {"stage": {"default": "expanded"}} | changes
    return agent(level=2, **facts)


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ({}, {}, NOT_TOLD),
        ({}, {"stage": {"default": "full"}}, ("Stage · default: expanded → full",)),
        ({"stage": {"default": "full"}}, {}, NOT_TOLD),
        (
            {"stage": {"default": "full", "categories": {"case": "shadow"}}},
            {"stage": {"default": "full"}},
            ("Stage · categories · case: shadow → full",),
        ),
        ({}, {"playbook": TWO}, ("The new category Price list: shadow → expanded",)),
        ({}, {"playbook": TWO, "scope": ["case"]}, NOT_TOLD),
        ({"scope": []}, {"scope": ["case"]}, ("Scope · case: shadow → expanded",)),
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
        (HELD, {"deployments": [{"connection": "*", "stage": "expanded", "where": "event.title == 'x'"}]}, GONE),
        ({"deployments": [{"stage": "full"}]}, {}, NOT_TOLD),
        (
            {"deployments": [{"stage": "shadow"}]},
            {"deployments": [{"connection": "desk", "stage": "full"}, {"stage": "shadow"}]},
            ("deployments · *: shadow → full",),
        ),
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


THREE = {
    "purpose": "x",
    "categories": [{"id": name, "name": name.capitalize()} for name in ("bug", "praise", "question")],
}
FILTER = {"where": "event.title == 'x'", "stage": "limited"}


def staged(default: str, categories: dict[str, str], *deployments: dict[str, Any], **more: Any) -> AgentSpec:
    stage = {"default": default, "categories": categories}
    return agent(playbook=THREE, stage=stage, deployments=list(deployments), **more)


def desk(stage: str, *names: str, **more: Any) -> dict[str, Any]:
    return {"connection": "desk", "stage": stage, "categories": list(names), **more}


ALL: dict[str, str] = {"bug": "limited", "praise": "limited", "question": "limited"}
NAMED = {"bug": "limited", "praise": "limited"}


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        (staged("shadow", {}), staged("limited", {}), NOT_TOLD),
        (staged("limited", {}), staged("expanded", {}), ("stage · default: limited → expanded",)),
        (staged("limited", {}), staged("limited", {"bug": "limited"}),
         ("stage · categories · bug: limited, not live → limited",)),
        (staged("limited", {"bug": "limited"}), staged("limited", {}), NOT_TOLD),
        (staged("limited", {"bug": "limited"}), staged("limited", {"praise": "limited"}),
         ("stage · categories · praise: limited, not live → limited",)),
        (staged("shadow", ALL), staged("shadow", {"praise": "limited", "question": "limited"}),
         ("stage · categories · question: limited, not live → limited",)),
        (staged("shadow", ALL), staged("shadow", NAMED), NOT_TOLD),
        (staged("full", {}, scope=["bug", "praise", "question"]), staged("full", {}),
         ("scope: bug, praise, question → everything, also events without a category",)),
        (staged("expanded", {}, scope=["bug", "praise", "question"]), staged("expanded", {}), NOT_TOLD),
    ],
)  # fmt: skip
def test_what_a_stage_opens_that_it_did_not_open_is_told(was: AgentSpec, now: AgentSpec, told: tuple[str, ...]) -> None:
    assert tuple(change.line() for change in raises(was, now)) == told


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        (staged("full", {}, desk("limited", "bug")), staged("full", {}, desk("limited", "bug", "praise")),
         ("deployments · desk: limited for bug → limited for bug and praise, also live: Praise",)),
        (staged("full", {}, desk("limited", "bug", "praise")), staged("full", {}, desk("limited", "bug")), NOT_TOLD),
        (staged("full", {}, desk("limited", "bug")), staged("full", {}, desk("limited", "praise")),
         ("deployments · desk: limited for bug → limited for praise, also live: Praise",)),
        (staged("expanded", {}, desk("expanded", "bug")), staged("expanded", {}, desk("expanded")),
         ("deployments · desk: expanded for bug → expanded, also live: Praise and Question",)),
        (staged("full", {}, desk("full", "bug")), staged("full", {}),
         (f"deployments · desk: full for bug → not held back, also live: Praise, Question and {UNTOLD}",)),
        (staged("full", {}, desk("limited")), staged("full", {}, desk("limited", where="event.title == 'x'")),
         ("deployments · desk: limited → not held back",)),
        (staged("full", {}, desk("limited")), staged("full", {}, desk("limited", "bug")),
         ("deployments · desk: limited → limited for bug, also live: Bug",)),
        (staged("full", {}, desk("limited", "bug")), staged("full", {}, desk("expanded", "bug")),
         ("deployments · desk: limited → expanded",)),
        (staged("limited", {}), staged("limited", {}, FILTER),
         ("deployments · * where event.title == 'x': limited, live: Bug, Praise and Question (new)",)),
        (staged("shadow", {}, FILTER), staged("limited", {}, FILTER), ("stage · default: shadow → limited",)),
        (staged("limited", {}, FILTER), staged("limited", {}, {**FILTER, "categories": ["bug"]}), NOT_TOLD),
        (staged("expanded", {}), staged("expanded", {}, FILTER), NOT_TOLD),
        (staged("limited", {"bug": "shadow"}, FILTER), staged("limited", {}, FILTER),
         ("deployments · * where event.title == 'x': limited → limited, also live: Bug",)),
    ],
)  # fmt: skip
def test_what_a_deployment_opens_that_it_did_not_open_is_told(
    was: AgentSpec, now: AgentSpec, told: tuple[str, ...]
) -> None:
    assert tuple(change.line() for change in raises(was, now)) == told
