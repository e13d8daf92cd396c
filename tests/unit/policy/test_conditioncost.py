"""What a condition costs is known before it is worked out; what would cost too much is undecided, and asks a person."""

import re
import time
from typing import Any

import pytest

from opsconsole.policy.cel.conditions import ConditionError, UndecidedError, compile_condition, holds
from opsconsole.policy.cel.cost import Cost, size_of

LONG = "abc defgh " * 30_000


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("t.matches('(.{0,99}a){99}z')", {"t": LONG}),
        ("t.matches(r'(\\w{1,40} ){40}z')", {"t": LONG}),
        ("l.all(a, l.all(b, l.all(c, a + b + c >= 0)))", {"l": list(range(200))}),
        ("l.map(a, l.map(b, a * b)).size() > 0", {"l": list(range(2_000))}),
        ("l.all(a, l.all(b, l.exists(c, c == a)))", {"l": {str(key): 1 for key in range(200)}}),
        (f"({' + '.join(['t'] * 300)}).size() > 0", {"t": LONG}),
        ("l.exists(a, a.exists(b, b.matches('(.{0,99}a){99}z')))", {"l": [[LONG]]}),
        ("l.exists(a, t.matches('(abc|def|ghi){20}x') && a == 1)", {"l": list(range(9_000)), "t": LONG}),
        ("l.map(a, t + t + t).size() > 0", {"l": list(range(400)), "t": LONG[:37_000]}),
        ("l.map(a, t).size() > 0", {"l": list(range(200)), "t": LONG}),
        ("l.map(a, o).size() > 0", {"l": list(range(200)), "o": {"x": [LONG]}}),
        ("l.filter(a, true).size() > 0", {"l": ["x" * 1_000] * 2_000}),
        ("l.map(a, [t, t, t, t]).size() > 0", {"l": list(range(60)), "t": LONG}),
        (f"{[1] * 150}.all(a, {[1] * 150}.all(b, {[1] * 150}.all(c, a > 0)))", {}),
    ],
    ids=range(14),
)
def test_what_would_take_long_is_undecided_at_once(text: str, values: dict[str, Any]) -> None:
    began = time.process_time()
    with pytest.raises(UndecidedError, match=r"too long|too large|would join"):
        holds(text, values)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("text", "values", "answer"),
    [
        (f"t.matches('(?i)({'|'.join(['iban', 'new bank', 'kontoverbindung'] * 20)})')", {"t": LONG}, False),
        ("t.matches('(.{0,99}a){99}z')", {"t": "short"}, False),
        ("l.all(a, l.exists(b, b == a))", {"l": list(range(300))}, True),
        ("l.exists(a, a == 3) && l.exists(a, a == 4) && l.exists(a, a == 5)", {"l": list(range(9_000))}, True),
        ("l.map(a, a).filter(b, b > 3).size() > 3 && t != ''", {"l": list(range(50)), "t": LONG}, True),
        ("(t + ' ' + t).matches('abc')", {"t": LONG}, True),
    ],
    ids=range(6),
)
def test_what_people_write_is_worked_out(text: str, values: dict[str, Any], answer: bool) -> None:
    assert holds(text, values) is answer


@pytest.mark.parametrize("text", ["t.matches(u)", "t.matches('a' + u)", "t.matches(string('a'))"])
def test_a_pattern_that_a_stranger_could_write_is_refused(text: str) -> None:
    with pytest.raises(ConditionError, match="written out"):
        compile_condition(text)


@pytest.mark.parametrize(
    ("pattern", "size"),
    [
        ("", 0),
        ("abc", 3),
        ("a|b+c?", 3),
        ("[abc][a-z]", 4),
        (r"\.\d", 13),
        (".", 3),
        ("a{3}", 3),
        ("a{2,5}b", 6),
        ("a{0}b", 2),
        ("a{4,}", 5),
        ("(ab){3}c", 7),
        ("((a{2}b){3}c){4}", 40),
        (r"\p{Greek}{2}", 24),
        (r"[^a]\w", 24),
        ("a{x}", 4),
        (")(", 1),
    ],
)
def test_parts_count_as_often_as_they_are_repeated(pattern: str, size: int) -> None:
    assert size_of(pattern) == size


def test_what_is_repeated_costs_what_it_costs_written_out() -> None:
    for pattern, whole in (("(ab){5}", "ab" * 5), ("(a(bc){2}){3}", "abcbc" * 3), ("x{7}y", "x" * 7 + "y")):
        assert re.fullmatch(pattern, whole) and size_of(pattern) == size_of(whole)


def test_nothing_dear_costs_nothing_to_estimate() -> None:
    assert Cost().too_much({"t": LONG}) == ""
