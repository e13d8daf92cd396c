"""Rows ⇄ CEL: what is written is read back the same, and what is read decides the same as the text it came from."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.policy.cel.conditions import UndecidedError, holds
from opsconsole.policy.cel.reader import rows_of
from opsconsole.policy.cel.rows import (
    BARE,
    MANY,
    TITLE_AND_TEXT,
    Operator,
    Row,
    Rows,
    Value,
    text_of,
    written,
)

TEXTUAL = (
    "contains", "contains_not", "starts", "starts_not", "ends", "ends_not", "has_words", "has_no_words",
)  # fmt: skip
FIELDS = ("args.to", "args.a.b", "event.fields.amount", "double(args.n)", "category", TITLE_AND_TEXT, "args.labels")
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8) | st.sampled_from(
    ["a\\", "(x)", "50 %", "it's", '"', "a|b", "\\d", "é\n", "\u2028", "//", "'''", "EUR [0-9]", ")"]
)
numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
values = texts | numbers | st.booleans()


@st.composite
def a_row(draw: st.DrawFn) -> Row:
    operator = draw(st.sampled_from(list(Operator)))
    is_given = operator in (Operator.GIVEN, Operator.NOT_GIVEN)
    fields = FIELDS[:3] if is_given else FIELDS[:5] if operator == Operator.NO_ENTRY else FIELDS
    fields = [name for name in fields if operator != Operator.NO_ENTRY or name != "double(args.n)"]
    of = texts if operator in TEXTUAL else values
    many = draw(st.lists(of, min_size=1, max_size=4 if operator in MANY else 1))
    return Row(draw(st.sampled_from(fields)), operator, () if operator in BARE else tuple(many))


@st.composite
def some_rows(draw: st.DrawFn) -> Rows:
    rows = draw(st.lists(a_row(), min_size=1, max_size=4))
    return Rows(tuple(rows), draw(st.sampled_from(["all", "any"])) if len(rows) > 1 else "all")


things: st.SearchStrategy[Any] = st.none() | values | st.lists(values, max_size=2)


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    args = draw(st.dictionaries(st.sampled_from(["to", "n", "labels", "a"]), things))
    if draw(st.booleans()):
        args["a"] = {"b": draw(things)}
    event = {"title": draw(texts), "text": draw(texts), "fields": {"amount": draw(things)}}
    return {"args": args, "event": event, "category": draw(texts)}


def outcome(text: str, world: dict[str, Any]) -> bool | None:
    try:
        return holds(text, world)
    except UndecidedError:
        return None


@given(some_rows())
def test_what_is_written_is_read_back_the_same(rows: Rows) -> None:
    assert rows_of(text_of(rows)) == rows


@given(some_rows(), worlds(), st.data())
def test_a_text_in_another_spelling_decides_as_its_rows_do(
    rows: Rows, world: dict[str, Any], data: st.DataObject
) -> None:
    parts = [text_of(Rows((row,))) for row in rows.rows]
    spelt = [data.draw(st.sampled_from([part, f"({part})", f"  ( {part} )"])) for part in parts]
    text = (" && " if rows.join == "all" else "||").join(spelt)
    assert rows_of(text) == rows
    assert outcome(text, world) is outcome(text_of(rows), world)


SPELT = {
    "args.to.endsWith('@a.example') == false && args.to != event.sender": None,
    "args.to.endsWith('@a.example') == false": "!args.to.endsWith('@a.example')",
    '"x" in args.labels || !("y" in args.labels)': "'x' in args.labels || !('y' in args.labels)",
    "(event.title + ' ' + event.text).matches('(?i)pay slip|dismiss')": (
        "(event.title + ' ' + event.text).matches('(?i)(pay slip|dismiss)')"
    ),
    "has(args.stage) && args.stage == 'lost' && event.fields.amount > 20000.0": (
        "has(args.stage) && args.stage == 'lost' && event.fields.amount > 20000.0"
    ),
    "!event.is_verified": "!event.is_verified",
    "double(args.amount) > 250.0": "double(args.amount) > 250.0",
    "args.subject == \"\"": "args.subject == ''",
}  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), SPELT.items())
def test_what_files_say_becomes_rows(text: str, wanted: str | None) -> None:
    read = rows_of(text)
    assert (None if read is None else text_of(read)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "args.a == 1 && args.b == 2 || args.c == 3",
        "args.a && (args.b || args.c)",
        "args.a == 'x' // why",
        "args.a == args.b",
        "args.a + 1 > 2",
        "!args.a in ['x']",
        "!(args.a == 'x')",
        "!args.a.contains('x') == false",
        "args.text.matches('EUR [0-9]')",
        "args.text.matches('(?i)EUR [0-9]')",
        "args.text.matches('(?i)a|')",
        "args.list.exists(x, x == 'a')",
        "args.n == 3u",
        "args.n == 0x10",
        "args.a == b'x'",
        "args.a == null",
        "args['a'] == 1",
        "other.a == 1",
        "args.a in []",
        "args.a ? true : false",
        "size(args.a) > 0",
        "contact.found",
        "args.a ==",
        "",
        "(" * 400 + "args.a" + ")" * 400,
    ],
)
def test_what_is_no_row_stays_text(text: str) -> None:
    assert rows_of(text) is None


@pytest.mark.parametrize(
    "row",
    [
        Row("args.a", Operator.IS, ()),
        Row("args.a", Operator.IS, ("",)),
        Row("args.a", Operator.YES, ("x",)),
        Row("args.a", Operator.ONE_OF, ()),
        Row("args.a", Operator.CONTAINS, (3,)),
        Row("args.a) || (true", Operator.YES),
        Row("secrets.a", Operator.YES),
        Row("category", Operator.GIVEN),
        Row("args.a", Operator.IS, ("\ud800",)),
        Row("args.a", Operator.MORE, (float("inf"),)),
    ],
)
def test_a_row_that_fits_nothing_is_not_written(row: Row) -> None:
    with pytest.raises(ValueError):
        text_of(Rows((row,)))


def test_there_is_no_condition_without_a_row() -> None:
    with pytest.raises(ValueError):
        text_of(Rows(()))


@given(values)
def test_a_value_is_written_as_the_evaluator_reads_it(value: Value) -> None:
    assert holds(f"args.x == {written(value)}", {"args": {"x": value}})
