"""The evidence: the published table, the bounds by their definition, and what happens under every look."""

import math
import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.policy.evidence import (
    OPENS_AT,
    Interval,
    ac1,
    evidence,
    exact_interval,
    forecast,
    incomplete_beta,
    kappa,
    log_evidence,
    paired_interval,
    still_needed,
)


def opening(outcomes: Iterable[bool], p0: float) -> int | None:
    """Look after every decision; return how many it took to open the gate, None where it stays shut."""
    right = wrong = 0
    for is_right in outcomes:
        right, wrong = right + is_right, wrong + (not is_right)
        if evidence(right, wrong, p0) >= OPENS_AT:
            return right + wrong
    return None


@pytest.mark.parametrize(
    ("p0", "clean", "with_one_error"),
    [(0.85, 28, 43), (0.90, 43, 66), (0.95, 88, 134), (0.98, 224, 340), (0.99, 449, 683)],
)
def test_decisions_needed_are_those_of_the_table(p0: float, clean: int, with_one_error: int) -> None:
    assert still_needed(0, 0, p0) == clean
    assert still_needed(0, 1, p0) + 1 == with_one_error
    assert evidence(clean - 1, 0, p0) < OPENS_AT <= evidence(clean, 0, p0)
    assert opening([True] * 1000, p0) == clean


@given(right=st.integers(0, 400), wrong=st.integers(0, 60), p0=st.floats(0.5, 0.99))
def test_evidence_is_the_integral_it_is_said_to_be(right: int, wrong: int, p0: float) -> None:
    # The binomial sum that the incomplete beta function of whole numbers is (DLMF 8.17.5), term by term.
    count = right + wrong + 1
    terms = [
        math.lgamma(count + 1) - math.lgamma(k + 1) - math.lgamma(count - k + 1) + k * math.log(p0)
        + (count - k) * math.log1p(-p0)
        for k in range(right + 1)
    ]  # fmt: skip
    top = max(terms)
    tail = top + math.log(math.fsum(math.exp(term - top) for term in terms))
    beta = math.lgamma(right + 1) + math.lgamma(wrong + 1) - math.lgamma(count + 1)
    expected = beta + tail - math.log1p(-p0) - right * math.log(p0) - wrong * math.log1p(-p0)
    assert log_evidence(right, wrong, p0) == pytest.approx(expected, abs=1e-8)


@given(right=st.integers(0, 60), wrong=st.integers(0, 20), p0=st.floats(0.5, 0.99), p=st.floats(0.01, 1))
def test_what_is_expected_next_is_never_more_than_what_is_there(right: int, wrong: int, p0: float, p: float) -> None:
    # A supermartingale at every accuracy up to p0: this is all that Ville's inequality needs.
    accuracy = p * p0
    after = accuracy * evidence(right + 1, wrong, p0) + (1 - accuracy) * evidence(right, wrong + 1, p0)
    assert after <= evidence(right, wrong, p0) * (1 + 1e-9)


@pytest.mark.parametrize(("right", "wrong"), [(0, 375), (1200, 1200), (3000, 1500), (8500, 1500), (10_000, 90_000)])
def test_there_is_no_evidence_for_an_agent_at_or_below_the_bar(right: int, wrong: int) -> None:
    assert evidence(right, wrong, 0.85) <= 1.0
    assert evidence(right, wrong, 0.98) <= 1.0


def test_a_right_decision_never_lowers_and_a_wrong_one_never_raises() -> None:
    for p0 in (0.85, 0.95):
        for right in range(0, 120, 7):
            for wrong in range(6):
                here = evidence(right, wrong, p0)
                assert evidence(right + 1, wrong, p0) > here > evidence(right, wrong + 1, p0)


@pytest.mark.parametrize("p0", [0.85, 0.95])
def test_at_the_boundary_a_gate_opens_falsely_in_at_most_one_of_twenty(p0: float) -> None:
    chance, opened, rounds = random.Random(7), 0, 1000
    for _ in range(rounds):
        opened += opening((chance.random() < p0 for _ in range(150)), p0) is not None
    assert opened / rounds <= 0.05


def test_exact_bounds_cover() -> None:
    for share in (0.5, 0.9, 0.97):
        for total in (10, 40, 100):
            covered = 0.0
            for right in range(total + 1):
                found = exact_interval(right, total)
                if found.low <= share <= found.high:
                    covered += math.comb(total, right) * share**right * (1 - share) ** (total - right)
            assert covered >= 0.95
    assert exact_interval(48, 50).low == pytest.approx(0.8629, abs=1e-4)
    assert exact_interval(0, 0).high == 1.0 and exact_interval(20, 20).high == 1.0
    assert exact_interval(0, 0) == Interval(0.0, 1.0)
    # One in twenty on either side of nothing: 1 - 0.025 ** (1 / 20), and its like at other confidences.
    none, every = exact_interval(0, 20), exact_interval(20, 20, 0.9)
    assert none.low == 0.0 and none.high == pytest.approx(1 - 0.025 ** (1 / 20))
    assert every.high == 1.0 and every.low == pytest.approx(0.05 ** (1 / 20))


def test_the_bounds_of_a_paired_difference_cover_it() -> None:
    assert paired_interval(0, 0, 0) == Interval(-1.0, 1.0)
    up, down = exact_interval(9, 50, 0.975), exact_interval(3, 50, 0.975)
    assert paired_interval(9, 3, 50) == Interval(up.low - down.high, up.high - down.low), "half the error each"
    nothing = paired_interval(0, 0, 6)
    assert nothing.low == -nothing.high and nothing.high > 0.4
    chance, covered, rounds = random.Random(5), 0, 600
    for _ in range(rounds):
        draws = [chance.random() for _ in range(60)]
        better, worse = sum(draw < 0.12 for draw in draws), sum(draw > 0.95 for draw in draws)
        found = paired_interval(better, worse, 60)
        covered += found.low <= 0.12 - 0.05 <= found.high
    assert covered / rounds >= 0.95


def test_a_forecast_promises_nothing_that_the_accuracy_does_not_carry() -> None:
    assert forecast(100, 20, 0.85) is None
    assert forecast(0, 0, 0.85) == 28
    expected = forecast(60, 1, 0.90)
    assert expected is not None and expected > still_needed(60, 1, 0.90)
    assert forecast(28, 0, 0.85) == 0
    assert forecast(17, 1, 0.9) is None, "just at the bar"
    assert forecast(8502, 1499, 0.85) is None, "so little above it that 100,000 are not enough"


@pytest.mark.parametrize(("right", "wrong", "p0"), [(60, 1, 0.90), (30, 1, 0.85), (95, 4, 0.90), (5, 0, 0.95)])
def test_a_forecast_is_the_first_number_that_opens_the_gate(right: int, wrong: int, p0: float) -> None:
    share = (right + 1) / (right + wrong + 2) if wrong else 1.0
    found = forecast(right, wrong, p0)
    assert found is not None
    reached = [log_evidence(right + share * more, wrong + (1 - share) * more, p0) for more in (found - 1, found)]
    assert reached[0] < math.log(OPENS_AT) <= reached[1]


def test_agreement_beyond_chance() -> None:
    # Cohen's own way of counting, by hand: agreed 0.9, by chance 0.8 * 0.9 + 0.2 * 0.1 = 0.74.
    pairs = [("a", "a")] * 8 + [("b", "a")] + [("b", "b")]
    assert kappa(pairs) == pytest.approx((0.9 - 0.74) / (1 - 0.74))
    # Nearly all of one category: kappa is near nothing though 98 of 100 agree; AC1 is not.
    skewed = [("a", "a")] * 98 + [("a", "b"), ("b", "a")]
    by_kappa, by_ac1 = kappa(skewed), ac1(skewed)
    assert by_kappa is not None and by_ac1 is not None and by_kappa < 0 and by_ac1 > 0.97
    # Gwet's AC1 of the first: shares 0.85 and 0.15, by chance 2 * 0.85 * 0.15; of three names, over two.
    assert ac1(pairs) == pytest.approx((0.9 - 0.255) / (1 - 0.255))
    three = [("a", "a"), ("b", "b"), ("c", "c"), ("a", "b")]
    chance = (0.375 * 0.625 + 0.375 * 0.625 + 0.25 * 0.75) / 2
    assert ac1(three) == pytest.approx((0.75 - chance) / (1 - chance))
    assert kappa([("a", "a")] * 5) is None and kappa([]) is None and ac1([("a", "a")] * 5) == 1.0


def test_the_incomplete_beta_function_at_known_points() -> None:
    assert incomplete_beta(1, 1, 0.3) == pytest.approx(0.3)
    assert incomplete_beta(2, 3, 0.5) == pytest.approx(0.6875)
    assert incomplete_beta(5, 2, 0.0) == 0.0 and incomplete_beta(5, 2, 1.0) == 1.0


@pytest.mark.parametrize(("right", "wrong", "p0"), [(-1, 0, 0.9), (0, -1, 0.9), (1, 1, 0.0), (1, 1, 1.0)])
def test_senseless_counts_are_refused(right: int, wrong: int, p0: float) -> None:
    with pytest.raises(ValueError, match="not negative"):
        evidence(right, wrong, p0)


def test_a_category_that_only_one_side_names_is_none_by_chance() -> None:
    for pairs in ([("c", "a"), ("a", "a")], [("a", "c"), ("a", "a")]):
        assert kappa(pairs) == pytest.approx(0.0)
        assert ac1(pairs) == pytest.approx((0.5 - 0.375) / (1 - 0.375))


@pytest.mark.parametrize(("right", "low", "high"), [(0, 0.0, 0.975), (1, 0.025, 1.0)])
def test_one_trial_says_little_and_not_nothing(right: int, low: float, high: float) -> None:
    found = exact_interval(right, 1)
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


def test_what_is_enough_already_needs_none_and_the_first_that_is_enough_is_found() -> None:
    needed = [still_needed(right, 0, 0.9) for right in range(43, 48)]
    assert needed == [0] * 5
    assert [still_needed(right, 0, 0.9) for right in (42, 41, 40, 0)] == [1, 2, 3, 43]


def test_a_category_that_one_side_never_names_has_no_share_there() -> None:
    pairs = [("a", "a"), ("a", "b"), ("b", "b"), ("c", "b")]
    by_chance = (0.375 * 0.625 + 0.5 * 0.5 + 0.125 * 0.875) / 2
    expected = pytest.approx((0.5 - by_chance) / (1 - by_chance))
    assert ac1(pairs) == expected and ac1([(theirs, mine) for mine, theirs in pairs]) == expected
