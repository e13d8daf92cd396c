"""Two decisions beside each other: aligned as sets, compared field by field, judged by what is grave."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.domain.enums import Agreement, Comparison, Effect, Reversibility, Severity
from opsconsole.policy.comparison import MOST_ALIGNED, Compared, ComparedAction, Match, align, compare
from opsconsole.policy.likeness import likeness, text_likeness


def sent(to: str, text: str = "Hello", **other: Any) -> ComparedAction:
    return ComparedAction(tool="mail.send", args={"to": to, "text": text}, compare={"text": Comparison.TEXT}, **other)


def tagged(tag: str, **other: Any) -> ComparedAction:
    kind: dict[str, Any] = {"effect": Effect.INTERNAL, "reversibility": Reversibility.REVERSIBLE, **other}
    return ComparedAction(tool="mail.tag", args={"tag": tag}, **kind)


def told(found: Compared) -> tuple[Agreement, Severity]:
    return found.agreement, found.severity


@pytest.mark.parametrize(
    ("agent", "human", "expected"),
    [
        ([], [], (Agreement.BOTH_NONE, Severity.NONE)),
        ([sent("a@x")], [sent("A@x ")], (Agreement.SAME, Severity.NONE)),
        ([sent("a@x"), tagged("t")], [tagged("t"), sent("a@x")], (Agreement.SAME, Severity.NONE)),
        ([], [sent("a@x")], (Agreement.MISSING, Severity.MINOR)),
        ([tagged("t")], [], (Agreement.EXTRA, Severity.MINOR)),
        ([sent("a@x")], [], (Agreement.EXTRA, Severity.SEVERE)),
        ([sent("b@x")], [sent("a@x")], (Agreement.DIFFERS, Severity.SEVERE)),
        ([sent("a@x", "Quite another text")], [sent("a@x")], (Agreement.DIFFERS, Severity.MINOR)),
        ([tagged("t")], [sent("a@x")], (Agreement.DIFFERS, Severity.MINOR)),
        ([tagged("t", reversibility=Reversibility.IRREVERSIBLE)], [], (Agreement.EXTRA, Severity.SEVERE)),
        ([sent("a@x"), sent("a@x")], [sent("a@x")], (Agreement.EXTRA, Severity.SEVERE)),
    ],
)
def test_verdict_and_severity(
    agent: list[ComparedAction], human: list[ComparedAction], expected: tuple[Agreement, Severity]
) -> None:
    assert told(compare(agent, human)) == expected


def test_of_a_partial_act_only_what_is_told_is_compared() -> None:
    def ticket(**args: Any) -> ComparedAction:
        return ComparedAction(tool="desk.update_ticket", args=args, subject="ticket:1", effect=Effect.INTERNAL)

    agent, human = ticket(queue="q", status="closed"), replace(ticket(queue="q"), is_partial=True)
    assert compare([agent], [human]).agreement is Agreement.SAME
    found = compare([agent], [replace(human, told=("queue", "status"))])
    assert found.agreement is Agreement.DIFFERS
    assert [(field.field, field.human, field.is_same) for field in found.matches[0].fields] == [
        ("queue", "q", True),
        ("status", None, False),
    ]


def test_an_argument_that_names_its_own_subject_says_no_more_than_none() -> None:
    notes = [
        ComparedAction(tool="desk.add_note", args={"text": "t", "about": about}, subject="deal:1")
        for about in ("", "deal:1", "deal:2")
    ]
    assert compare(notes[:1], notes[1:2]).agreement is Agreement.SAME
    assert compare(notes[:1], notes[2:]).agreement is Agreement.DIFFERS


def test_the_same_on_another_subject_is_not_the_same() -> None:
    found = compare([sent("a@x", subject="thread:1")], [sent("a@x", subject="thread:2")])
    assert told(found) == (Agreement.DIFFERS, Severity.SEVERE) and found.matches[0].is_elsewhere


def test_the_most_alike_stand_beside_each_other_whatever_the_order() -> None:
    agent = [sent("a@x"), sent("b@x"), sent("c@x")]
    matches = align(agent, [sent("c@x"), sent("z@x"), sent("a@x")])
    assert [(match.agent, match.human) for match in matches] == [(0, 2), (1, 1), (2, 0)]


def test_forty_of_one_kind_are_aligned_as_sets_and_more_in_their_order() -> None:
    forty = [sent(f"{number}@x") for number in range(MOST_ALIGNED)]
    assert compare(forty, forty[::-1]).agreement is Agreement.SAME
    more = [*forty, sent("last@x")]
    assert compare(more, more[::-1]).agreement is Agreement.DIFFERS
    assert told(compare(more, forty)) == (Agreement.EXTRA, Severity.SEVERE)
    assert (
        compare(more, forty[::-1]).agreement is Agreement.DIFFERS and compare(forty[::-1], more).matches[0].human == 0
    )
    assert compare([tagged("t"), *more], [*more, tagged("t")]).agreement is Agreement.SAME
    assert told(compare(forty, more)) == (Agreement.MISSING, Severity.MINOR)


def test_the_same_subject_comes_before_the_more_alike_elsewhere() -> None:
    mine = [sent("a@x", subject="1")]
    matches = align(mine, [sent("a@x", subject="2"), sent("b@x", subject="1")])
    assert [(match.agent, match.human, match.is_elsewhere) for match in matches] == [(0, 1, False), (None, 0, False)]


def test_of_two_that_differ_the_more_alike_stands_beside_it() -> None:
    mine = [sent("a@x", "one two three four")]
    matches = align(mine, [sent("b@x", "nine ten"), sent("c@x", "one two three four")])
    assert [(match.agent, match.human) for match in matches] == [(0, 1), (None, 0)]


def test_acts_without_fields_are_alike_and_one_that_stands_alone_is_never_the_same() -> None:
    bare = ComparedAction(tool="mail.archive", args={})
    (match,) = align([bare], [bare])
    assert match.is_same and match.likeness == 1.0 and match.fields == ()
    assert not Match(0, None).is_same and not Match(None, 0).is_same
    assert align([sent("a@x", "one two")], [sent("b@x", "one two")])[0].likeness == 0.5


def test_the_agents_tool_says_how_a_field_is_compared() -> None:
    mine = ComparedAction(tool="t", args={"n": "a, b"}, compare={"n": Comparison.SET})
    theirs = ComparedAction(
        tool="t", args={"n": "b, a", "m": "1.0"}, compare={"n": Comparison.EXACT, "m": Comparison.NUMBER}
    )
    fields = align([mine], [theirs])[0].fields
    assert [(field.field, field.how) for field in fields] == [("n", Comparison.SET), ("m", Comparison.NUMBER)]
    assert fields[0].is_same


def test_of_several_differences_the_gravest_says_how_severe_it_is() -> None:
    wording = [sent("a@x", "Quite another text")], [sent("a@x")]
    assert compare(*wording).severity is Severity.MINOR
    both = [*wording[0], sent("c@x")], [*wording[1], sent("d@x")]
    assert compare(*both).severity is Severity.SEVERE
    assert compare([sent("a@x"), tagged("t"), sent("c@x")], [sent("a@x")]).severity is Severity.SEVERE
    assert told(compare([tagged("a"), tagged("b")], [tagged("a")])) == (Agreement.EXTRA, Severity.MINOR)
    inside = ComparedAction(
        tool="mail.tag", args={"tag": "x"}, effect=Effect.INTERNAL, reversibility=Reversibility.COMPENSABLE
    )
    assert not inside.is_grave and replace(inside, effect=Effect.EXTERNAL).is_grave


def test_hundreds_of_one_kind_are_aligned_in_their_order() -> None:
    many = [sent(f"{number}@x") for number in range(500)]
    assert compare(many, many).agreement is Agreement.SAME


def deed(tool: str, a: int, b: str, subject: str) -> ComparedAction:
    return ComparedAction(tool=tool, args={"a": a, "b": b}, subject=subject)


deeds = st.lists(
    st.builds(deed, st.sampled_from("pq"), st.integers(0, 2), st.sampled_from(("", "x")), st.sampled_from("12")),
    max_size=5,
)


@given(agent=deeds, human=deeds, chance=st.randoms())
def test_every_action_stands_in_one_match_and_the_order_does_not_matter(
    agent: list[ComparedAction], human: list[ComparedAction], chance: Any
) -> None:
    matches = align(agent, human)
    assert sorted(match.agent for match in matches if match.agent is not None) == list(range(len(agent)))
    assert sorted(match.human for match in matches if match.human is not None) == list(range(len(human)))
    shuffled = chance.sample(human, len(human))
    assert told(compare(agent, shuffled))[0] is compare(agent, human).agreement
    assert compare(agent, chance.sample(agent, len(agent))).agreement in (Agreement.SAME, Agreement.BOTH_NONE)


@pytest.mark.parametrize(
    ("value", "other", "how", "expected"),
    [
        (None, "", Comparison.EXACT, 1.0),
        ([], None, Comparison.SET, 1.0),
        (0, None, Comparison.NUMBER, 0.0),
        (False, None, Comparison.EXACT, 0.0),
        ("Billing ", "billing", Comparison.EXACT, 1.0),
        (5, "5", Comparison.EXACT, 1.0),
        (5.0, 5, Comparison.EXACT, 1.0),
        ("007", "7", Comparison.EXACT, 0.0),
        (True, 1, Comparison.EXACT, 0.0),
        ([1, 2], [2, 1], Comparison.EXACT, 0.0),
        ({"a": 1, "b": ""}, {"a": 1}, Comparison.EXACT, 1.0),
        ("10.001", 10, Comparison.NUMBER, 1.0),
        (10.01, 10, Comparison.NUMBER, 0.0),
        ("ten", "ten", Comparison.NUMBER, 1.0),
        ("2026-11-02T10:00:00Z", "2026-11-02T11:00:30+01:00", Comparison.TIME, 1.0),
        ("2026-11-02", "2026-11-03", Comparison.TIME, 0.0),
        ("a, B", ["b", "a"], Comparison.SET, 1.0),
        (["a", "b"], ["a"], Comparison.SET, 0.5),
        (float("nan"), 1, Comparison.NUMBER, 0.0),
    ],
)
def test_values_by_their_kind(value: Any, other: Any, how: Comparison, expected: float) -> None:
    assert likeness(value, other, how) == expected
    assert likeness(other, value, how) == expected


def test_texts_by_their_words() -> None:
    assert text_likeness("Hello  Ann,\nthank you.", "hello Ann, thank you.") == 1.0
    assert 0.4 < text_likeness("We refund you today", "We refund nothing today") < 0.9
    long = "We looked into it and come back to you soon. " * 180
    assert text_likeness(long, long + "More follows.") > 0.99
    assert text_likeness("a b " * 9000, "b a " * 9000) < 0.9
    assert text_likeness("One and more of it. Two. " * 90, "Two. One and more of it. " * 90) > 0.9


@pytest.mark.parametrize(
    ("text", "word", "other"),
    [
        ("We will {}refund you, as agreed with your colleague last week", "", "not "),
        ("You get {} EUR back on your account within a few days from now", "100", "100000"),
        ("Write to {}@x.example about the matter that you told us of today", "ann", "eve"),
    ],
)
def test_a_figure_an_address_or_a_not_makes_two_texts_two(text: str, word: str, other: str) -> None:
    first, second = text.format(word), text.format(other)
    assert text_likeness(first, second) > 0.9
    assert compare([sent("a@x", first)], [sent("a@x", second)]).agreement is Agreement.DIFFERS


def test_what_json_cannot_say_is_said_as_text() -> None:
    (diff,) = (
        compare([ComparedAction(tool="x", args={"a": float("nan")})], [ComparedAction(tool="x", args={"a": 1})])
        .matches[0]
        .fields
    )
    assert json.dumps(diff.to_json(), allow_nan=False)


BOOKED = {"who": {"name": "Ann", "born": "1990-01-01"}, "bags": [{"kind": "trunk"}]}


@pytest.mark.parametrize(
    ("given", "severity"),
    [
        ({"who": {"name": "Ann", "born": "1990-01-01", "seat": None, "meal": "none"}}, Severity.MINOR),
        ({"bags": [{"kind": "trunk", "colour": "red"}]}, Severity.MINOR),
        ({"who": {"name": "Bob", "born": "1990-01-01", "meal": "none"}}, Severity.SEVERE),
        ({"who": {"name": "Ann"}}, Severity.SEVERE),
        ({"bags": [{"kind": "trunk"}, {"kind": "trunk"}]}, Severity.SEVERE),
        ({"insured": "yes"}, Severity.SEVERE),
        ({"who": {"name": "Ann", "born": "1990-01-01", "bcc": "eve@evil.example"}}, Severity.SEVERE),
        ({"who": {"name": "Ann", "born": "1990-01-01", "amount": 5000}}, Severity.SEVERE),
    ],
    ids=[
        "a name more",
        "a name more in a list",
        "another",
        "a name less",
        "one more of a list",
        "a field more",
        "an address more",
        "an amount more",
    ],
)  # fmt: skip
def test_names_that_are_superfluous_inside_a_value_are_not_severe_by_themselves(
    given: dict[str, Any], severity: Severity
) -> None:
    agent, human = (ComparedAction(tool="book", args=args) for args in ({**BOOKED, **given}, BOOKED))
    assert told(compare([agent], [human])) == (Agreement.DIFFERS, severity)
