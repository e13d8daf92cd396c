"""Conditions: a yes, a no, or undecided; nothing else comes out, whatever goes in."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.policy.conditions import LONGEST, ConditionError, UndecidedError, compile_condition, holds

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
    "args.a.matches(args.a)",
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
