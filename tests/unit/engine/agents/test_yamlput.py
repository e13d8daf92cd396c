"""A scalar is put into a file, and all else stays as it is written."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.engine.agents.yamltext.change import put_all
from opsconsole.engine.agents.yamltext.edit import put

FILE = """\
# ours
agent: mira          # her name
autonomy:
  default: 1         # careful
  actions:
    desk.reply: 2    # she reads them
    desk.tag_mail: 3
  categories: {}

limits: {turns: 12, seconds: 180}   # enough
stage:
playbook:
  purpose: >-
    Nobody waits.

  # the rest
  categories: []
"""
PLACES = [
    ("autonomy", "default"),
    ("autonomy", "actions", "desk.reply"),
    ("autonomy", "actions", "desk.move_mail"),
    ("autonomy", "categories", "billing", "desk.reply"),
    ("autonomy", "categories", "bugs", "desk.tag_mail"),
    ("limits", "turns"),
    ("limits", "cost"),
    ("stage", "default"),
    ("stage", "categories", "bugs"),
    ("playbook", "tone"),
    ("brain",),
]


def placed(body: dict[str, Any], loc: tuple[str, ...], value: Any) -> None:
    for name in loc[:-1]:
        if not isinstance(body.get(name), dict):
            body[name] = {}
        body = body[name]
    body[loc[-1]] = value


@given(st.lists(st.tuples(st.sampled_from(PLACES), st.integers(1, 3) | st.sampled_from(["full", "a: b # c", "ö"]))))
def test_what_was_put_is_there_and_nothing_else_changed(edits: list[tuple[tuple[str, ...], Any]]) -> None:
    text, wanted = FILE, yaml.safe_load(FILE)
    for loc, value in edits:
        text = put(text, loc, value)
        placed(wanted, loc, value)
    assert yaml.safe_load(text) == wanted
    for comment in ("# ours", "# her name", "# careful", "# she reads them", "# enough", "# the rest"):
        assert comment in text
    assert text.startswith("# ours\nagent: mira          # her name\nautonomy:\n")


def test_a_line_that_is_not_meant_stays_byte_for_byte() -> None:
    changed = put(FILE, ("autonomy", "actions", "desk.reply"), 3)
    assert changed == FILE.replace("desk.reply: 2 ", "desk.reply: 3 ")
    added = put(FILE, ("autonomy", "actions", "desk.move_mail"), 2)
    assert added == FILE.replace("desk.tag_mail: 3\n", "desk.tag_mail: 3\n    desk.move_mail: 2\n")


@pytest.mark.parametrize("loc", [("agent", "name"), ("playbook", "categories"), ("autonomy",)])
def test_what_is_something_else_is_not_overwritten(loc: tuple[str, ...]) -> None:
    with pytest.raises(LookupError):
        put(FILE, loc, 1)


@pytest.mark.parametrize("style", ["|", "|-", "|+", ">", ">+", "|2+", "|+2"])
@pytest.mark.parametrize("tail", ["\n", "\n\n", "\n\n\n"])
def test_a_block_that_ends_the_file_says_what_it_said(style: str, tail: str) -> None:
    text = f"agent: mira\nplaybook:\n  purpose: {style}\n    Nobody waits.{tail}"
    put_in = put(text, ("playbook", "tone"), "warm")
    assert yaml.safe_load(put_in) == {
        "agent": "mira",
        "playbook": {**yaml.safe_load(text)["playbook"], "tone": "warm"},
    }


def test_a_byte_order_mark_shifts_nothing() -> None:
    assert put("\ufeffa: 1   # one\nb: 2\n", ("b",), 3) == "\ufeffa: 1   # one\nb: 3\n"


@pytest.mark.parametrize(
    ("text", "loc", "wanted"),
    [
        ("a:\n  b: 1\n  ? d.y\nc: 1\n", ("a", "x"), "a:\n  b: 1\n  ? d.y\n  x: 5\nc: 1\n"),
        ("a:\n  ? d.y\n  :\n", ("a", "x"), "a:\n  ? d.y\n  :\n  x: 5\n"),
        ("a:\n  ? d.y # why\n\n# rest\nc: 1\n", ("a", "x"), "a:\n  ? d.y # why\n  x: 5\n\n# rest\nc: 1\n"),
        ("? a", ("x",), "? a\nx: 5\n"),
        ("a:", ("a",), "a: 5"),
        ("a: # why\nb: 1\n", ("a", "x"), "a: {x: 5} # why\nb: 1\n"),
        ("a: {b: 1}\n", ("a", "no"), 'a: {b: 1, "no": 5}\n'),
        ("a: 1\n", ("on", "b", "null"), 'a: 1\n"on": {b: {"null": 5}}\n'),
        ("a: 1 # one\u2028b: 2 # two\u2028c: 3", ("b",), "a: 1 # one\u2028b: 5 # two\u2028c: 3"),
        ('a: "\\ud83d\\ude00"\nb: 1\n', ("b",), 'a: "\\ud83d\\ude00"\nb: 5\n'),
    ],
)
def test_however_a_key_is_written_the_file_says_what_was_put(text: str, loc: tuple[str, ...], wanted: str) -> None:
    assert put_all(text, {loc: 5}) == wanted


def test_a_comment_behind_the_sign_of_a_block_stays() -> None:
    text = "a:\n  when: >-   # why so\n    x\n\n  b: 1\n"
    assert put(text, ("a", "when"), "y") == 'a:\n  when: "y"   # why so\n\n  b: 1\n'


@pytest.mark.parametrize("number", [1e-05, 1e12, 1e16, 0.5, -2.5e-7, 3, 12.345])
def test_a_number_is_read_as_the_number_that_was_put(number: float) -> None:
    made = put("a: 1\n", ("a",), number)
    assert yaml.safe_load(made) == {"a": number} and "e" not in made


def test_what_would_say_something_else_is_not_put() -> None:
    for text in ("b: &x {c: 1}\na: *x\n", "? a\n", "a: {b: 1}\n", "{"):
        with pytest.raises(LookupError, match=r"without touching more|no scalar|without a colon"):
            put_all(text, {("b", "c") if text[0] == "b" else ("a",): 5})
