"""A list in a file becomes another one: it says what was wanted, and every comment is still there."""

from collections import Counter

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from opsconsole.engine.agents.yamltext.change import add_texts, change_texts
from opsconsole.engine.agents.yamltext.items import in_file_order
from opsconsole.engine.agents.yamltext.lists import drop

LINES = """\
# ours
trust:
  addresses:
    # the first
    - ann@a.example   # Ann
    - "bob@a.example" # Bob

    # since May
    - cy@a.example    # Cy
  domains: []   # none
"""
FLOW = """\
trust: {addresses: [   # who
    ann@a.example,   # Ann
    # since May
    bob@a.example,
    cy@a.example     # Cy
  ], domains: []}   # both
"""
HERE = ("trust", "addresses")
WAS = ("ann@a.example", "bob@a.example", "cy@a.example")


def changed(text: str, *after: str) -> str:
    made = change_texts(text, HERE, WAS, after)
    assert yaml.safe_load(made)["trust"] == {"addresses": list(after), "domains": []}
    return made


def test_one_at_the_top_and_one_in_the_middle_leave_the_others_as_they_are() -> None:
    made = changed(LINES, "zoe@a.example", "ann@a.example", "max@a.example", "bob@a.example", "cy@a.example")
    assert made == LINES.replace("    - ann@", "    - zoe@a.example\n    - ann@").replace(
        "# Ann\n", "# Ann\n    - max@a.example\n"
    )
    made = changed(FLOW, "zoe@a.example", "ann@a.example", "max@a.example", "bob@a.example", "cy@a.example")
    assert made == FLOW.replace("addresses: [", "addresses: [zoe@a.example, ").replace(
        "# Ann\n", "# Ann\n    max@a.example,\n"
    )


def test_one_that_is_corrected_keeps_its_comment() -> None:
    for text in (LINES, FLOW):
        assert changed(text, "ann@a.example", "rob@a.example", "cy@a.example") == text.replace(
            '"bob@a.example"', "rob@a.example"
        ).replace("bob@", "rob@")
    made = changed(LINES, "rob@a.example", "cy@a.example")
    assert made == LINES.replace("    - ann@a.example   # Ann\n", "").replace('"bob@a.example"', "rob@a.example")


def test_one_that_moves_takes_its_comment_along() -> None:
    made = changed(LINES, "cy@a.example", "ann@a.example", "bob@a.example")
    cy = "    - cy@a.example    # Cy\n"
    assert made == LINES.replace(cy, "").replace("    - ann@", f"{cy}    - ann@")


def test_a_list_that_is_emptied_keeps_the_comments_on_lines_of_their_own() -> None:
    for text in (LINES, FLOW):
        made = changed(text)
        assert "# since May" in made and made.endswith(text[text.index("domains") :])


@pytest.mark.parametrize(
    ("text", "after", "wanted"),
    [
        ("a:\n- x # 1\n- y", ("x", "y", "z"), "a:\n- x # 1\n- y\n- z\n"),
        ("a:\n- |\n  x\n- |\n  y", ("x\n", "y", "z"), "a:\n- |\n  x\n- |-\n  y\n- z\n"),
        ("a:\n- | # why\n  x\n- y\n", ("z", "y"), "a:\n- z # why\n- y\n"),
        ("a: !!seq\n  - x # 1\n  - y\n", ("y", "x"), "a: !!seq\n  - y\n  - x # 1\n"),
        ("? a\n:\n  -\n    x # 1\n  - y\n", ("w", "y"), "? a\n:\n  -\n    w # 1\n  - y\n"),
        ("a: [x, y,]\n", ("x", "y", "z"), "a: [x, y, z,]\n"),
        ("a: [x, y]\n", ("y",), "a: [y]\n"),
        ("a:\n- x # 1\u2028- y # 2\n", ("y",), "a:\n- y # 2\n"),
        ("a:\n- x # 1\u2028# two\u2028- y # 2\n", ("y",), "a:\n# two\u2028- y # 2\n"),
        ("a:\n- x # 1\u2028# two\n", ("x", "y"), "a:\n- x # 1\u2028- y\n# two\n"),
        ("a:\n- x # 1\r\n- y # 2\r\n", ("x", "w"), "a:\n- x # 1\r\n- w # 2\r\n"),
    ],
)
def test_however_it_is_written_it_says_what_was_wanted(text: str, after: tuple[str, ...], wanted: str) -> None:
    before = yaml.safe_load(text)["a"]
    made = change_texts(text, ("a",), before, after)
    assert made == wanted and yaml.safe_load(made) == {"a": list(after)}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028", "\u2029", "\x85"])
def test_a_comment_stays_when_the_rule_before_it_goes_whatever_ends_its_line(end: str) -> None:
    text = f"rules:{end}- n: 1 # one{end}# two{end}- n: 2{end}"
    assert drop(text, ("rules", 0)) == f"rules:{end}# two{end}- n: 2{end}"


def test_where_order_means_nothing_what_stays_is_in_the_order_of_the_file() -> None:
    assert in_file_order(("a", "b", "c"), ("c", "new", "a")) == ("a", "new", "c")
    assert in_file_order(("a", "a", "b"), ("b", "a", "x", "x")) == ("a", "b", "x", "x")
    assert in_file_order((), ("b", "a")) == ("b", "a")


texts = st.sampled_from(["a", "b", "ab", "abc", "no", "x # y", "- z", "two\nlines", "é", "", "|", "a: b"])
comments = st.sampled_from(["", "", " # {}", "   # {}: [x, 'y']", " # {}, and"])
between = st.sampled_from(["", "", "\n", "  # {}\n", "# {}, so\n\n", "    # {}\n"])
LIST = st.lists(st.tuples(texts, comments, between), min_size=1, max_size=6)


@st.composite
def listed(draw: st.DrawFn) -> tuple[str, list[str], list[str], list[tuple[int, str]]]:
    """(a file, its list, comments on lines of their own, comments behind items as (item, comment))."""
    is_flow, is_open = draw(st.booleans()), draw(st.booleans())
    own, behind, lines, said = list[str](), list[tuple[int, str]](), list[str](), list[str]()
    rows = draw(LIST)
    for at, (one, comment, gap) in enumerate(rows):
        if gap and (at or not is_flow):
            lines.append(gap.format(f"own{at}"))
            own += [f"own{at}"] if "{}" in gap else []
        style = draw(st.sampled_from("'\"|" if not is_flow and one not in ("", "|") else "'\""))
        comma = "" if at + 1 == len(rows) and draw(st.booleans()) else ","
        told = comment.format(f"behind{at}")
        behind += [(at, f"behind{at}")] if comment else []
        if style == "|":
            body = "".join(f"      {line}\n" for line in one.split("\n"))
            lines.append(f"    - |-{told}\n{body}")
        else:
            quoted = yaml.safe_dump(one, default_style=style, width=1000).strip().replace("\n\n", "\n\n    ")
            lines.append(f"    {quoted}{comma}{told}\n" if is_flow else f"    - {quoted}{told}\n")
        said.append(one)
    inside = "".join(lines)
    head = "# top\nt:\n  first: 1\n"
    text = f"{head}  a: [\n{inside}  ]   # end\n" if is_flow else f"{head}  a:\n{inside}"
    text += "  last: [1]   # rest\n" if is_open or is_flow else ""
    return text, said, own, behind


@settings(max_examples=400, deadline=None)
@given(data=st.data(), made=listed())
def test_comments_of_every_list_survive_any_change(
    data: st.DataObject, made: tuple[str, list[str], list[str], list[tuple[int, str]]]
) -> None:
    text, before, own, behind = made
    was = yaml.safe_load(text)
    assert was["t"]["a"] == before
    after = list(before)
    for _ in range(data.draw(st.integers(1, 3))):
        kind = data.draw(st.sampled_from(["insert", "change", "remove", "move"]))
        at = data.draw(st.integers(0, len(after)))
        one = after.pop(at) if kind != "insert" and at < len(after) else ""
        if kind == "move":
            after.insert(data.draw(st.integers(0, len(after))), one)
        elif kind != "remove":
            after.insert(at, data.draw(texts))
    now = change_texts(text, ("t", "a"), before, after)
    assert yaml.safe_load(now) == {"t": {**was["t"], "a": after}}
    assert now.startswith("# top\nt:\n  first: 1\n") and ("# rest" in now) is ("# rest" in text)
    assert [note for note in own if note not in now] == []
    stays = Counter(before) & Counter(after)
    kept = [note for at, note in behind if stays[before[at]] == before.count(before[at])]
    assert [note for note in kept if note not in now] == []
    if len(after) == len(before) and sum(a != b for a, b in zip(before, after, strict=True)) == 1:
        assert [note for _, note in behind if note not in now] == [], "one was corrected"
    assert change_texts(now, ("t", "a"), after, after) == now


@example("p:\n  c:\n    - s:\n        - a\n        - b\n      id: a\n")
@example("p: {c: [{s: [a, b], examples: }]}\n")
@example("p:\n  c:\n    - examples: !!seq\n        - x # 1\n      id: a")
@example("p:\n  c:\n    - ? id\n      ? s\n")
@example("p:\n  c:\n    - id: a\n      examples:\n        - |\n          x")
@example('p:\n  c:\n    - id: "\\ud83d\\ude00"\n      examples: # none\n')
@given(st.sampled_from(["p: {c: [{a: 1}]}"]))
def test_texts_are_added_behind_what_stands_there(text: str) -> None:
    was = yaml.safe_load(text)["p"]["c"][0]
    made = add_texts(text, ("p", "c", 0), "examples", ["n1", "n: 2"])
    read = yaml.safe_load(made)["p"]["c"][0]
    assert read.pop("examples") == [*(was.pop("examples", None) or []), "n1", "n: 2"] and read == was
    assert ("# " in made) is ("# " in text)
