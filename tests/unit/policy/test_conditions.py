"""Conditions: a yes, a no, or undecided; nothing else comes out, whatever goes in."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.policy.cel.conditions import LONGEST, ConditionError, UndecidedError, compile_condition, holds, named_in

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
texts = [
    "args.a == 1",
    "args.a.contains('x')",
    "args.a > 3",
    "args.a[0]",
    "size(args.a) > 2",
    "args.a in [1, 'x']",
    "args.a.matches('(x|y)+')",
]


@given(st.sampled_from(texts), json_values)
def test_any_value_is_yes_no_or_undecided(text: str, value: object) -> None:
    with suppress(UndecidedError):
        assert holds(text, {"args": {"a": value}}) in (True, False)


@pytest.mark.parametrize("text", ["(", "", "a ==", "'open", "a.b.", "[" * 200, "(" * 200 + "1" + ")" * 200])
def test_what_does_not_parse_is_said_shortly(text: str) -> None:
    with pytest.raises(ConditionError) as caught:
        compile_condition(text)
    assert len(str(caught.value)) < 500 and "\n" not in str(caught.value)


def test_a_chain_without_end_does_not_end_the_process() -> None:
    with pytest.raises(ConditionError, match=str(LONGEST)):
        compile_condition("a" + ".b" * 20_000)
    with pytest.raises(UndecidedError):
        holds("a" + ".b" * ((LONGEST - 1) // 2), {"a": {}})


@pytest.mark.parametrize(
    "text", ["args.a.matches('(')", "1 / 0 == 1", "9223372036854775807 + 1 > 0", "nobody", "1 + 1", "args.missing"]
)
def test_undecided(text: str) -> None:
    with pytest.raises(UndecidedError):
        holds(text, {"args": {"a": "x"}})


@pytest.mark.parametrize(
    ("text", "names", "members"),
    [
        ("event.title == 'x' && args.amount > 3.0", {"event", "args"}, {("event", "title"), ("args", "amount")}),
        ("event.title.contains(subject)", {"event", "subject"}, {("event", "title")}),
        ("args['a b'] == 1 && args[\"c\"] == 2", {"args"}, {("args", "a b"), ("args", "c")}),
        ("args['a\\n'] == 1 && args[subject] == 2 && args[0] == 1", {"args", "subject"}, set[tuple[str, str]]()),
        ("event.to.exists(one, one.name == subject)", {"event", "subject"}, {("event", "to")}),
        ("'event.gone' == subject // args.gone", {"subject"}, set[tuple[str, str]]()),
        ("subject.startsWith(category)", {"subject", "category"}, set[tuple[str, str]]()),
        ("event.all == 1 && double(args.n) > 1.5", {"event", "args"}, {("event", "all"), ("args", "n")}),
    ],
)
def test_what_a_condition_names(text: str, names: set[str], members: set[tuple[str, str]]) -> None:
    found = named_in(text)
    assert found.names == names and found.members == members


@pytest.mark.parametrize("loop", ["all(x, x)", "exists (x, x)", "map(x, x)", "filter(x, x)", "exists_one(x, x)"])
def test_more_than_three_loops_are_refused(loop: str) -> None:
    three = " && ".join([f"args.{loop}"] * 3)
    compile_condition(three)
    with pytest.raises(ConditionError, match="at most 3 of"):
        compile_condition(f"{three} && args.{loop}")


def test_the_longest_condition_is_read_and_a_longer_one_is_not() -> None:
    assert holds("true" + " " * (LONGEST - 4), {})
    with pytest.raises(ConditionError, match="has 2001"):
        compile_condition("true" + " " * (LONGEST - 3))


def test_an_undecided_condition_says_what_came_instead() -> None:
    with pytest.raises(UndecidedError, match=r"'1 \+ 1' gives int, not yes or no"):
        holds("1 + 1", {})
    with pytest.raises(UndecidedError, match=r"'nobody' cannot be decided"):
        holds("nobody", {})


@pytest.mark.parametrize(
    "text", ["(" * 300 + "a" + ")" * 300, "[" * 300 + "]" * 300, "a ? " * 200 + "b" + " : c" * 200]
)
def test_brackets_without_end_are_told_in_plain_words(text: str) -> None:
    with pytest.raises(ConditionError) as caught:
        compile_condition(text)
    told = str(caught.value)
    assert "stands within each other" in told and "((" not in told and "Error" not in told and len(told) < 160
