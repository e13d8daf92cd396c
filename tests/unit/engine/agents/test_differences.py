"""What one version says otherwise than another, in words that show where."""

from typing import Any

import pytest

from opsconsole.engine.agents.difference import differences
from tests.support.rig import agent

LONG = "They write to us about this and that, and want it answered at once, whoever they are. " * 4
RAIL = {"name": "bulk", "when": "event.text.matches('(?i)(refund)')", "then": "ask", "because": "money"}


def book(**category: Any) -> dict[str, Any]:
    return {"playbook": {"purpose": "x", "categories": [{"id": "case", "name": "Case", **category}]}}


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        (book(examples=["one", "two"]), book(examples=["one", "two", "three"]), "examples: three (new)"),
        (book(examples=["one", "two"]), book(examples=["two"]), "examples: one (gone)"),
        (book(examples=["one", "two"]), book(examples=["two", "four"]), "examples: one → four"),
        (book(examples=["one", "two"]), book(examples=["two", "one"]), "examples: one; two → two; one"),
        (book(criteria=f"{LONG}Old."), book(criteria=f"{LONG}New ones."), "criteria: …once, whoever they are. Old. →"),
        (book(criteria=f"{LONG}Old."), book(criteria=f"{LONG}New ones."), "whoever they are. New ones."),
        (
            {"guardrails": [RAIL]},
            {"guardrails": [{**RAIL, "when": "event.text.matches('(?i)(fee)')"}]},
            "when: the text has “refund” → the text has “fee”",
        ),
    ],
)
def test_what_differs_is_seen(was: dict[str, Any], now: dict[str, Any], told: str) -> None:
    (change,) = differences(agent(**was), agent(**now))
    assert told in change.line() and len(change.was) < 200 and len(change.now) < 200
