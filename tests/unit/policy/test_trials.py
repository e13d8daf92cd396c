"""What counts as one piece of evidence, and from pairs to an open gate under every look and selective judging."""

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from opsconsole.domain.enums import Adjudication, Agreement, Severity
from opsconsole.policy.evidence import evidence, exact_interval, forecast, still_needed
from opsconsole.policy.trials import (
    TO_LIMITED,
    Counted,
    EvidenceThreshold,
    Standing,
    bursts,
    is_right,
    standing,
    trials,
)

DAY = date(2026, 11, 2)
PLAIN = Counted(
    category="billing", about="ann", day=DAY, agreement=Agreement.SAME, severity=Severity.NONE, is_blind=True
)


def many(number: int, **other: object) -> list[Counted]:
    return [replace(PLAIN, about=f"c{place}", **other) for place in range(number)]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("other", "counts"),
    [
        ({}, True),
        ({"agreement": Agreement.BOTH_NONE}, True),
        ({"is_blind": False}, None),
        ({"is_blind": False, "said": Adjudication.BOTH}, None),
        ({"is_blind": False, "said": Adjudication.HUMAN}, False),
        ({"is_failed": True, "said": Adjudication.BOTH}, False),
        ({"said": Adjudication.NEITHER}, False),
        ({"said": Adjudication.UNSURE}, False),
        ({"agreement": Agreement.DIFFERS}, False),
        ({"agreement": Agreement.MISSING}, False),
        ({"agreement": Agreement.EXTRA, "said": Adjudication.AGENT}, True),
        ({"is_failed": True}, False),
        ({"excluded": "worked before"}, None),
        ({"excluded": "worked before", "said": Adjudication.AGENT}, None),
    ],
)
def test_what_counts_as_right(other: dict[str, object], counts: bool | None) -> None:
    assert is_right(replace(PLAIN, **other)) is counts  # pyright: ignore[reportArgumentType]


def test_a_burst_is_one_trial_and_one_wrong_in_it_makes_it_wrong() -> None:
    burst = [PLAIN] * 9 + [replace(PLAIN, agreement=Agreement.DIFFERS)]
    (trial,) = trials(burst)
    assert not trial.is_right and trial.pairs == 10 and trial.basis == "open"
    assert len(trials([PLAIN, replace(PLAIN, day=DAY + timedelta(days=1)), replace(PLAIN, about="bob")])) == 3


def test_a_thread_in_which_ten_people_write_is_one_trial_a_day() -> None:
    def of(about: str, thread: int, **other: Any) -> Counted:
        return replace(PLAIN, about=about, thread=thread, **other)

    assert len(trials([of(f"c{number}", 7) for number in range(10)])) == 1
    assert len(trials([of("ann", 1), of("ann", 2), of("bob", 2), of("bob", 3)])) == 1
    assert len(trials([of("ann", 1), of("bob", 2), of("ann", 2), of("cem", 2)])) == 2, "two trials stay two"
    assert len(trials([of("ann", 7), of("bob", 7, day=DAY + timedelta(days=1)), of("cem", 7, category="x")])) == 3


def test_a_severe_difference_is_severe_until_a_person_says_the_agent_was_right() -> None:
    severe = replace(PLAIN, agreement=Agreement.EXTRA, severity=Severity.SEVERE)
    assert trials([severe])[0].is_severe
    assert trials([replace(severe, said=Adjudication.UNSURE)])[0].is_severe
    assert not trials([replace(severe, said=Adjudication.AGENT)])[0].is_severe
    assert trials([PLAIN, severe])[0].is_severe, "one in a burst is enough"


GROUNDS: list[tuple[list[dict[str, object]], str]] = [
    ([{}], "blind"),
    ([{"said": Adjudication.BOTH}], "judged"),
    ([{}, {"said": Adjudication.BOTH}], "blind"),
    ([{"said": Adjudication.BOTH}, {"agreement": Agreement.DIFFERS}], "open"),
    ([{"agreement": Agreement.DIFFERS, "said": Adjudication.HUMAN}], "judged"),
    ([{"agreement": Agreement.DIFFERS}, {"is_failed": True}], "failed"),
    ([{"is_failed": True, "said": Adjudication.HUMAN}], "judged"),
]


@pytest.mark.parametrize(("others", "basis"), GROUNDS)
def test_a_trial_names_the_weakest_ground_it_stands_on(others: list[dict[str, object]], basis: str) -> None:
    (trial,) = trials(replace(PLAIN, **other) for other in others)  # pyright: ignore[reportArgumentType]
    assert trial.basis == basis


def test_what_proves_nothing_is_in_no_trial() -> None:
    nothing = replace(PLAIN, excluded="not seen")
    assert trials([nothing]) == [] and bursts([nothing, PLAIN, nothing]) == [[1]]
    assert [trial.pairs for trial in trials([PLAIN, replace(PLAIN, is_blind=False), PLAIN])] == [2]


def test_a_standing_counts_right_severe_and_all() -> None:
    wrong = replace(PLAIN, about="w", agreement=Agreement.DIFFERS)
    severe = replace(PLAIN, about="s", agreement=Agreement.EXTRA, severity=Severity.SEVERE)
    at = standing(trials([*many(40), wrong, severe]), TO_LIMITED)
    assert (at.right, at.total, at.severe, at.bases) == (40, 42, 1, {"blind": 40, "open": 2})
    assert at.evidence == evidence(40, 2, 0.85) and at.evidence_not_severe == evidence(41, 1, 0.95)
    assert at.needed == max(still_needed(40, 2, 0.85), still_needed(41, 1, 0.95)) == still_needed(41, 1, 0.95)
    assert at.expected is not None and at.expected == max(forecast(40, 2, 0.85) or 0, forecast(41, 1, 0.95) or 0)
    assert at.interval == exact_interval(40, 42) and not at.is_open
    bad = standing(trials([*many(5), *(replace(wrong, about=f"w{number}") for number in range(5))]), TO_LIMITED)
    assert bad.expected is None and bad.needed == still_needed(5, 5, 0.85)


@pytest.mark.parametrize(("right", "wrong", "severe"), [(28, 0, 0), (88, 12, 0), (88, 2, 2)])
def test_one_test_alone_opens_no_gate(right: int, wrong: int, severe: int) -> None:
    at = Standing(TO_LIMITED, right, right + wrong, severe, 25.0, 19.9, {})
    assert not at.is_open and not replace(at, evidence=19.9, evidence_not_severe=25.0).is_open
    assert replace(at, evidence=20.0, evidence_not_severe=20.0).is_open


def test_a_clean_series_opens_both_tests_of_the_first_gate() -> None:
    # 28 decisions in a row say "better than 85 %"; 88 say "fewer than 5 % severe".
    assert standing(trials(many(87)), TO_LIMITED).needed == 1
    at = standing(trials(many(88)), TO_LIMITED)
    assert at.is_open and at.needed == 0 and at.expected == 0 and at.bases == {"blind": 88}
    severe = replace(PLAIN, about="x", severity=Severity.SEVERE, agreement=Agreement.EXTRA)
    assert not standing(trials([*many(88), severe]), TO_LIMITED).is_open


def _series(chance: random.Random, gate: EvidenceThreshold, days: int) -> list[Counted]:
    """Decisions of an agent just as good as the gate's boundary, with bursts, some not blind, some failing."""
    found: list[Counted] = []
    for number in range(days):
        is_good = chance.random() < gate.accuracy
        verdict = Agreement.SAME if is_good and chance.random() < 0.8 else Agreement.DIFFERS
        pair = replace(
            PLAIN, about=f"c{number}", agreement=verdict, is_blind=chance.random() < 0.9,
            is_failed=not is_good and chance.random() < 0.2,
        )  # fmt: skip
        # A person judges the differences they come to, in no fixed order, and finds the truth.
        truth = Adjudication.AGENT if is_good else Adjudication.HUMAN
        is_judged = verdict is Agreement.DIFFERS and not pair.is_failed and chance.random() < 0.7
        found += [replace(pair, said=truth if is_judged else None)] * chance.choice((1, 1, 1, 4))
    return found


def test_from_pairs_to_gate_with_selective_judging_the_boundary_holds() -> None:
    gate, chance, opened, rounds = EvidenceThreshold(0.85, 0.5), random.Random(11), 0, 400
    for _ in range(rounds):
        pairs = _series(chance, gate, 80)
        opened += any(standing(trials(pairs[:seen]), gate).is_open for seen in range(20, len(pairs) + 1, 3))
    assert opened / rounds <= 0.05
