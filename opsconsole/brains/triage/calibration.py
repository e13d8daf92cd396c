"""How sure to be: the probability that the best guess is right, and the share of the others.

A fixed logistic regression over signals that mean the same in a workspace of 6 categories and 20 examples as
in one of 150 categories and 15,000. Platt, "Probabilistic outputs for support vector machines", 1999, with
more than one signal, as in stacking (Wolpert, Neural Networks 5(2), 1992).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, log1p, sqrt

THRESHOLD = 0.5
"""Confidence below which triage abstains: below it the best guess is more likely wrong than right.

Checked on CLINC150's validation part, which was not used to fit: see tests/bench/triage.py for the figures.
"""

WEIGHTS = (
    3.488,
    0.036,
    1.044,
    0.049,
    1.433,
    0.636,
    0.61,
    0.29,
    0.35,
    0.413,
    -2.188,
    -0.68,
    -0.354,
    0.074,
    -0.11,
    0.405,
    0.531,
    -0.701,
    0.255,
    1.733,
    0.216,
)
"""Of `terms`, fitted by ridge logistic regression (penalty 0.001 on standardised terms).

Data, each group counting alike: held-out folds of BANKING77 and of CLINC150's training part, as they are and
with a quarter of the categories withheld to stand for texts that fit none; 160 workspaces drawn from both
with 5 to 60 categories, 3 to 8 examples each and 0 to 2,000 cases; 200 with 2 to 8 categories and at most 20
cases, asked nonsense and foreign mail too; at 0.3 of their weight, 160 workspaces of mails that wrap such
sentences in others from SpamAssassin's legitimate mail. Texts that fit none weigh 0.07 of those that fit (0.1
in the small workspaces, 0.3 in the smallest): more makes strangers less confident and everyone else's
confidence too low. Fitted on either data set alone, it holds on the other.
"""

SHARPNESS = 3.0
"""How fast alternatives fall off with their distance from the best score.

By hand, on one fold of BANKING77: the second place comes nearest its true share there, and stays below it.
"""

_LITTLE = 0.02


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known about a guess, apart from the guess."""

    lead: float
    """Lead of the joined score over the next category."""

    margin: float
    """The margin voter's score, about 1 for a text like a known one."""

    margin_lead: float
    counted: float
    """The counting voter's score."""

    counted_lead: float
    share: float
    """Share of the neighbours' vote, 0 to 1."""

    nearest: float
    """Similarity of the nearest neighbour of this category, 0 to 1."""

    nearest_other: float
    """Similarity of the nearest neighbour of another category, 0 to 1."""

    known: float
    """Share of the text, by rarity, that was ever seen, 0 to 1."""

    length: int
    """Known features of the text."""

    examples: int
    """Examples of this category, those of the playbook included."""

    categories: int


def terms(signals: Signals) -> tuple[float, ...]:
    """The regression's inputs, in the order of its weights."""
    s = signals
    length = log1p(s.length)
    return (
        1.0,
        s.lead,
        sqrt(max(0.0, s.lead)),
        s.margin,
        s.margin_lead,
        s.counted,
        s.counted_lead,
        s.share,
        s.nearest,
        s.nearest_other,
        s.known,
        log1p(s.examples),
        log(s.categories),
        length,
        length * s.known,
        length * s.margin,
        length * s.margin_lead,
        length * s.nearest,
        log1p(s.examples) * s.known,
        log(_LITTLE + s.known),
        log(_LITTLE + max(s.nearest, s.nearest_other)),
    )


def confidence(signals: Signals) -> float:
    """Probability that the guess is right, 0 to 1."""
    logit = sum([weight * term for weight, term in zip(WEIGHTS, terms(signals), strict=True)])
    if logit >= 0.0:
        return 1.0 / (1.0 + exp(-logit))
    grown = exp(logit)
    return grown / (1.0 + grown)


def alternatives(scores: Sequence[float], best: int, sure: float) -> list[tuple[int, float]]:
    """Categories with their probabilities, best first; together at most 1, none above the best one's."""
    top = scores[best]
    others = {place: sure * exp(SHARPNESS * (score - top)) for place, score in enumerate(scores) if place != best}
    total = sum(others.values())
    scale = min(1.0, (1.0 - sure) / total) if total else 1.0
    ranked = sorted(others.items(), key=lambda item: (-item[1], item[0]))
    return [(best, sure), *((place, share * scale) for place, share in ranked)]
