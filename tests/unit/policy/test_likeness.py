"""When two values of one field are the same, at the bounds of every kind."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from opsconsole.domain.enums import Comparison
from opsconsole.policy.likeness import FieldDiff, compare_fields, likeness, plain, text_likeness

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "other", "how", "expected"),
    [
        (0, 0.005, Comparison.NUMBER, 1.0),
        (10, 10.006, Comparison.NUMBER, 0.0),
        (1e10, 1e10 + 9, Comparison.NUMBER, 1.0),
        (1e10, 1e10 + 11, Comparison.NUMBER, 0.0),
        ("ten", 10, Comparison.NUMBER, 0.0),
        ([1], 1, Comparison.NUMBER, 0.0),
        (NOON, NOON + timedelta(seconds=60), Comparison.TIME, 1.0),
        (NOON, NOON + timedelta(seconds=61), Comparison.TIME, 0.0),
        (NOON + timedelta(seconds=61), NOON, Comparison.TIME, 0.0),
        (NOON, " 2026-11-02T13:00:00+01:00 ", Comparison.TIME, 1.0),
        (NOON, "2026-11-02T12:00:00", Comparison.TIME, 1.0),
        (NOON, NOON.replace(tzinfo=None), Comparison.TIME, 1.0),
        (date(2026, 11, 2), "2026-11-02", Comparison.TIME, 1.0),
        (date(2026, 11, 2), "2026-11-02T00:02", Comparison.TIME, 0.0),
        ("Monday", "monday", Comparison.TIME, 1.0),
        ("Monday", NOON, Comparison.TIME, 0.0),
        (("a", "b"), frozenset(["b", "A"]), Comparison.SET, 1.0),
        ("a,b,", ["a", "b"], Comparison.SET, 1.0),
        (["a", "b", "c"], ["a", "d"], Comparison.SET, 0.25),
        (5, ["5"], Comparison.SET, 1.0),
        ([None, "a"], "a", Comparison.SET, 1.0),
        ("", {}, Comparison.EXACT, 1.0),
        ((), [], Comparison.EXACT, 1.0),
        (0, "", Comparison.EXACT, 0.0),
        (None, "None", Comparison.TEXT, 0.0),
        (0, False, Comparison.EXACT, 0.0),
        ("e\u0301", "\u00e9", Comparison.EXACT, 1.0),
        ("a \n b", "A b", Comparison.EXACT, 1.0),
        ("STRASSE", "straße", Comparison.EXACT, 1.0),
        (5.5, "5.5", Comparison.EXACT, 1.0),
        ([{"a": 5.0, "b": None}], [{"A": 1, "a": "5"}], Comparison.EXACT, 0.0),
        ([{"a": 5.0, "b": None}], [{"a": "5"}], Comparison.EXACT, 1.0),
    ],
)
def test_values_are_the_same_within_the_bounds_of_their_kind(
    value: Any, other: Any, how: Comparison, expected: float
) -> None:
    assert likeness(value, other, how) == likeness(other, value, how) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), (None, None), (3.0, "3"), (3.25, "3.25"), (7, "7"), (" A  b ", "a b"), (("X", 1), ["x", "1"])],
)
def test_what_makes_no_difference_to_people_is_left_out(value: Any, expected: Any) -> None:
    assert plain(value) == expected and type(plain(value)) is type(expected)


def told(
    agent: Mapping[str, Any], human: Mapping[str, Any], **how: Comparison
) -> list[tuple[str, Comparison, float, bool]]:
    return [(field.field, field.how, field.likeness, field.is_same) for field in compare_fields(agent, human, how)]


def test_fields_stand_in_the_agents_order_and_what_is_ignored_is_left_out() -> None:
    agent, human = {"b": 1, "note": "x", "a": ""}, {"c": 2, "a": "n", "note": "y", "b": 1}
    assert told(agent, human, note=Comparison.IGNORE, b=Comparison.NUMBER) == [
        ("b", Comparison.NUMBER, 1.0, True),
        ("a", Comparison.EXACT, 0.0, False),
        ("c", Comparison.EXACT, 0.0, False),
    ]


def test_a_text_is_the_same_from_nine_words_in_ten_on_a_set_only_as_a_whole() -> None:
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    nine, eight = [*words[:9], "last"], [*words[:8], "last", "word"]
    text = Comparison.TEXT
    assert told({"t": " ".join(words)}, {"t": " ".join(nine)}, t=text) == [("t", text, 0.9, True)]
    assert told({"t": " ".join(words)}, {"t": " ".join(eight)}, t=text) == [("t", text, 0.8, False)]
    many = [f"word{number}" for number in range(20)]
    (whole,) = compare_fields({"s": many}, {"s": many[1:]}, {"s": Comparison.SET})
    assert whole.likeness == 0.95 and not whole.is_same


@pytest.mark.parametrize(
    ("mine", "theirs", "is_same"),
    [
        ("isn't", "is", False),
        ("Bill 7.", "bill 7", True),
        ("Bill 7", "bill 8", False),
        ("a/b", "a b", False),
        ("(not)", "not", True),
        ("kein", "ein", False),
        ("good", "fine", True),
    ],
)
def test_a_figure_a_link_or_a_not_decides_however_long_the_rest(mine: str, theirs: str, is_same: bool) -> None:
    rest = " and so on and so forth" * 9
    ((_, _, degree, same),) = told({"t": mine + rest}, {"t": theirs + rest}, t=Comparison.TEXT)
    assert degree >= 0.9 and same is is_same


def test_long_texts_are_compared_by_sentences_and_very_long_ones_by_their_words_alone() -> None:
    sentences = [f"Sentence {number} says something of its own here." for number in range(100)]
    long = " ".join(sentences)
    assert len(long) * 2 > 4000
    other = " ".join([*sentences[:50], "Quite another one.", *sentences[51:]])
    assert text_likeness(long, other) == pytest.approx(0.99)
    assert text_likeness(long.upper(), long) == 1.0
    many = [f"Point {number} is said." for number in range(250)]
    assert text_likeness(" ".join(many), " ".join(reversed(many))) == pytest.approx(0.89), "never the same"
    half = [*many[:125], *(f"Other {number} is said." for number in range(125))]
    assert text_likeness(" ".join(many), " ".join(half)) == pytest.approx(0.5)


def test_words_that_come_often_count_like_any_other() -> None:
    often = "yes no " * 95
    assert text_likeness(often, f"{often}{'yes no ' * 5}more") > 0.95


def test_a_difference_is_told_as_json() -> None:
    diff = FieldDiff("at", NOON, {"x": 1}, Comparison.TIME, 1 / 3, False)
    assert diff.to_json() == {
        "field": "at",
        "agent": "2026-11-02 12:00:00+00:00",
        "human": {"x": 1},
        "how": "time",
        "likeness": 0.3333,
        "same": False,
    }


@pytest.mark.parametrize(
    ("value", "other", "is_same"),
    [
        ("Medium", "normal", True),
        ("2 - Hoch", "HIGH", True),
        ("high", "low", False),
        ("Brennt", "brennt", True),
        ("Brennt", "urgent", False),
        ("", None, True),
        ("low", None, False),
    ],
)
def test_words_for_one_priority_are_the_same_on_both_sides(value: object, other: object, is_same: bool) -> None:
    assert likeness(value, other, Comparison.PRIORITY) == is_same == likeness(other, value, Comparison.PRIORITY)
