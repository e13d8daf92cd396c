"""What a series of right and wrong decisions proves: an anytime-valid test, bounds, agreement beyond chance. Pure.

The test of "accuracy <= p0" is the mixture likelihood ratio of Robbins (1970) with a uniform prior on (p0, 1). Under
any accuracy up to p0 it is a nonnegative supermartingale that starts at 1, so by Ville's inequality it reaches 20 with
a probability of at most 1 in 20, however often one looks (Ramdas and others, "Game-theoretic statistics and safe
anytime-valid inference", 2023).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

OPENS_AT = 20.0
"""Evidence from which a gate may open: false in at most 1 of 20 cells."""
_SMALLEST = 1e-300
_STEPS = 500


@dataclass(frozen=True, slots=True)
class Interval:
    """A bound on either side of a share, both in 0 to 1."""

    low: float
    high: float


def evidence(right: int, wrong: int, p0: float) -> float:
    """Return the evidence against "accuracy <= p0" after so many right and wrong decisions; from 0, starts at 1.

    E = integral over q in (p0, 1) of q^right (1-q)^wrong dq / ((1-p0) p0^right (1-p0)^wrong).

    Raises:
        ValueError: a count is negative, or p0 is not between 0 and 1.
    """
    return math.exp(min(700.0, log_evidence(right, wrong, p0)))


def log_evidence(right: float, wrong: float, p0: float) -> float:
    """Return the logarithm of `evidence`; counts need not be whole, for forecasts."""
    if right < 0 or wrong < 0 or not 0 < p0 < 1:
        raise ValueError("counts are not negative, and p0 lies between 0 and 1")
    a, b = right + 1, wrong + 1
    # The upper tail of Beta(a, b) above p0 is the lower one of Beta(b, a) below 1 - p0: exact where it is tiny.
    tail = max(_SMALLEST, incomplete_beta(b, a, 1 - p0))
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    value = log_beta + math.log(tail) - math.log1p(-p0) - right * math.log(p0) - wrong * math.log1p(-p0)
    # At or below p0 every q in the mixture is less likely than p0 itself: there is no evidence, and the tail, which is
    # too small for a float after some hundred wrong ones, must not make any.
    return min(value, 0.0) if right <= p0 * (right + wrong) else value


def still_needed(right: int, wrong: int, p0: float, *, opens_at: float = OPENS_AT) -> int:
    """Return how many more right decisions in a row open the gate; 0 where it is open."""
    return _first(lambda more: log_evidence(right + more, wrong, p0) >= math.log(opens_at))


def forecast(right: int, wrong: int, p0: float, *, opens_at: float = OPENS_AT) -> int | None:
    """Return how many more decisions of the observed accuracy open the gate.

    None where they never do: the accuracy so far, with one right and one wrong added so that a short clean series
    promises no miracle, is not above p0, or 100,000 decisions are not enough.
    """
    share = (right + 1) / (right + wrong + 2) if wrong else 1.0
    if share <= p0:
        return None
    more = _first(
        lambda number: log_evidence(right + share * number, wrong + (1 - share) * number, p0) >= math.log(opens_at)
    )
    return more if more <= 100_000 else None


def _first(is_enough: Callable[[int], bool]) -> int:
    if is_enough(0):
        return 0
    high = 1
    while not is_enough(high) and high <= 100_000:
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def exact_interval(right: int, total: int, confidence: float = 0.95) -> Interval:
    """Return the interval of Clopper and Pearson (1934): covers the true share at least so often, at one look."""
    if total == 0:
        return Interval(0.0, 1.0)
    tail = (1 - confidence) / 2
    low = 0.0 if right == 0 else _quantile(tail, right, total - right + 1)
    high = 1.0 if right == total else _quantile(1 - tail, right + 1, total - right)
    return Interval(low, high)


def paired_interval(better: int, worse: int, total: int, confidence: float = 0.95) -> Interval:
    """Return bounds of the difference of two accuracies on the same events, from the events on which they differ.

    The difference is the share of better events less that of worse ones; each has its exact bounds at half the error,
    so that both hold together at least so often (Bonferroni). It is a little wide and never too short.
    """
    each = 1 - (1 - confidence) / 2
    up, down = exact_interval(better, total, each), exact_interval(worse, total, each)
    return Interval(up.low - down.high, up.high - down.low)


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa (1960) of two sides' categories; None where chance alone explains everything."""
    return _beyond_chance(
        pairs, lambda mine, theirs: sum(mine[category] * theirs.get(category, 0.0) for category in mine)
    )


def ac1(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Gwet's AC1 (2008): agreement beyond chance that stands when nearly all is of one category."""

    def chance(mine: Mapping[str, float], theirs: Mapping[str, float]) -> float:
        names = {*mine, *theirs}
        shares = [(mine.get(name, 0.0) + theirs.get(name, 0.0)) / 2 for name in names]
        return sum(share * (1 - share) for share in shares) / max(1, len(names) - 1)

    return _beyond_chance(pairs, chance)


def _beyond_chance(
    pairs: Sequence[tuple[str, str]], chance: Callable[[dict[str, float], dict[str, float]], float]
) -> float | None:
    if not pairs:
        return None
    share = 1 / len(pairs)
    mine: dict[str, float] = {}
    theirs: dict[str, float] = {}
    for pair, other in pairs:
        mine[pair] = mine.get(pair, 0.0) + share
        theirs[other] = theirs.get(other, 0.0) + share
    by_chance = float(chance(mine, theirs))
    agreed = sum(pair == other for pair, other in pairs) / len(pairs)
    return None if by_chance >= 1 - 1e-12 else (agreed - by_chance) / (1 - by_chance)


def _quantile(share: float, a: float, b: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if incomplete_beta(a, b, middle) < share else (low, middle)
    return (low + high) / 2


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b) by its continued fraction (DLMF 8.17.22, Lentz)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    c, d = 1.0, 1 / _kept(1 - (a + b) * x / (a + 1))
    fraction = d
    for step in range(1, _STEPS):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        for part in (even, odd):
            d = 1 / _kept(1 + part * d)
            c = _kept(1 + part / c)
            fraction *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return math.exp(log_front) * fraction / a


def _kept(value: float) -> float:
    return value if abs(value) > _SMALLEST else _SMALLEST
