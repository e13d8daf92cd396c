"""Texts with slots: plain paths by key, types kept, what is missing left out, the rest by Jinja."""

from typing import Any

import pytest
from jinja2 import TemplateError

from opsconsole.engine.agents.slottext import MissingError, SlotText, SlotValue
from opsconsole.engine.agents.templates import TemplateFailure

VALUES: dict[str, Any] = {
    "body": {
        "id": 7,
        "items": [{"values": "x"}, 2],
        "get": "field",
        "a-b": 1.5,
        "none": None,
        "yes": True,
        "list": [1, "a"],
        "name": "Ann",
    }
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ body.id }}", 7),
        ("{{ body.items[0].values }}", "x"),
        ("{{body.items[1]}}", 2),
        ("{{ body.get }}", "field"),
        ("{{ body['a-b'] }}", 1.5),
        ("{{ body.none }}", None),
        ("{{ body.yes }}", True),
        ("{{ body.list }}", [1, "a"]),
        ("{{ body.name | lower }}", "ann"),
        ("{{ body.list | length > 1 }}", True),
        ("{{ [body.id, 'b'] }}", [7, "b"]),
        ("id {{ body.id }}, {{ body.name }}", "id 7, Ann"),
        ("{{ body.yes }}{{ body.none }}!", "true!"),
        ("of {{ body.list }}", 'of [1,"a"]'),
        ("{% if body.yes %}on{% endif %}", "on"),
        ("no slot { here }", "no slot { here }"),
        ("", ""),
    ],
)
def test_a_text_is_filled(text: str, value: Any) -> None:
    found = SlotText(text).value(VALUES)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("text", ["{{ body.nothing }}", "{{ body.items[9] }}", "{{ body.id.more }}", "{{ other }}"])
def test_a_path_that_leads_nowhere_says_so(text: str) -> None:
    with pytest.raises(MissingError):
        SlotText(text).value(VALUES)


def test_an_expression_that_fails_says_so() -> None:
    with pytest.raises(TemplateFailure):
        SlotText("{{ body.nothing | lower }}").value(VALUES)


@pytest.mark.parametrize("text", ["{{ body.", "}} x", "{{ body. }}", "{{ 'a' + }}", "{% for x in y %}{% endfor %}"])
def test_what_does_not_parse_is_refused_at_once(text: str) -> None:
    with pytest.raises(TemplateError):
        SlotText(text)


def test_the_sandbox_holds() -> None:
    for text in ("{{ body.__class__.__mro__ }}", "{{ (body | attr('__class__')) }}", "{{ body.id.__class__() }}"):
        with pytest.raises(TemplateFailure):
            SlotText(text).value(VALUES)


def test_what_was_not_given_is_left_out_of_objects_and_lists() -> None:
    value = SlotValue({"a": "{{ body.id }}", "b": "{{ body.nothing }}", "c": ["{{ body.nothing }}", 1], "d": {"e": 1}})
    assert value.fill(VALUES) == {"a": 7, "c": [1], "d": {"e": 1}}


def test_a_text_around_what_was_not_given_is_an_error() -> None:
    with pytest.raises(MissingError):
        SlotValue({"a": "number {{ body.nothing }}"}).fill(VALUES)


def test_each_slot_is_encoded_on_its_own() -> None:
    assert SlotText("/a/{{ body.name }}/{{ body.id }}").fill(VALUES, lambda text: f"<{text}>") == "/a/<Ann>/<7>"
