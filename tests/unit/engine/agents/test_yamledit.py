"""Small changes to a YAML text leave the rest as it was."""

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from opsconsole.engine.agents.yamltext.change import add_texts, set_text

TEXT = """# who
agent: a   # the name
playbook:
  categories:
    - id: pay          # money
      name: Pay
      examples:
        - one
        # a note
        - |
          two
          lines
      steps:
        - do: desk.move_mail
          with: {folder: People/Pay, tag: 'x'}
    - {id: flow, name: Flow}
    - id: bare
      name: Bare
    - id: inline
      examples: [a, "b"]
      name: Inline
    - id: none
      examples: []
"""


def value(text: str) -> Any:
    return yaml.safe_load(text)["playbook"]["categories"]


@pytest.mark.parametrize(
    ("place", "before"), [(0, ["one", "two\nlines\n"]), (1, []), (2, []), (3, ["a", "b"]), (4, [])]
)
def test_items_come_at_the_end_and_nothing_else_changes(place: int, before: list[str]) -> None:
    changed = add_texts(TEXT, ("playbook", "categories", place), "examples", ["new: 'x'", 'é"\n#'])
    assert value(changed)[place]["examples"] == [*before, "new: 'x'", 'é"\n#']
    rest, was = value(changed), value(TEXT)
    for categories in (rest, was):
        categories[place].pop("examples", None)
    assert rest == was
    assert all(note in changed for note in ("# who", "# the name", "# money", "# a note"))


def test_a_scalar_is_put_in_anothers_place() -> None:
    loc = ("playbook", "categories", 0, "steps", 0, "with", "folder")
    changed = set_text(TEXT, loc, "People/Letters: #1")
    assert value(changed)[0]["steps"][0]["with"] == {"folder": "People/Letters: #1", "tag": "x"}
    assert changed.replace('"People/Letters: #1"', "People/Pay") == TEXT


@settings(deadline=None)
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), min_size=1, max_size=3))
def test_any_text_comes_back_as_it_is(texts: list[str]) -> None:
    for place in (0, 1, 3, 4):
        before: list[str] = value(TEXT)[place].get("examples") or []
        changed = add_texts(TEXT, ("playbook", "categories", place), "examples", texts)
        assert value(changed)[place]["examples"] == [*before, *texts]


@pytest.mark.parametrize("loc", [("nobody",), ("playbook", "categories", 9), ("agent", "x"), ("playbook",)])
def test_what_is_not_there_is_said(loc: tuple[str | int, ...]) -> None:
    with pytest.raises(LookupError):
        set_text(TEXT, loc, "x")
