"""The two voters that know every case: one counts, one corrects its mistakes.

Both read the same rows, feature to {category: number}, so a text costs only its own features. Categories and
features are small integers here; `triage.py` keeps the names.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log, sqrt
from typing import NewType

FeatureId = NewType("FeatureId", int)
CategoryId = NewType("CategoryId", int)

PRIOR = 0.5
DOUBT = 3.0
LENGTH_FLOOR = 3.0
"""Smoothing of the counting voter: see `Statistics.votes`.

Chosen on one fold of BANKING77, on CLINC150 and on mails made of their sentences among unrelated ones, with
few cases. All three are flat around these values on the first two.
"""

AGGRESSIVENESS = 0.5
"""Largest step of the correcting voter (C of PA-I). Flat between 0.3 and 1 on BANKING77 and CLINC150."""


@dataclass(frozen=True, slots=True)
class Example:
    """One learned text: its features with their weights, and its right category."""

    category: CategoryId
    ids: tuple[FeatureId, ...]
    weights: tuple[float, ...]


@dataclass(slots=True)
class Statistics:
    """How often each feature was seen, in all and per category. Independent of the order of learning."""

    total: int = 0
    per_category: list[int] = field(default_factory=list[int])
    seen: list[int] = field(default_factory=list[int])
    rows: list[dict[CategoryId, int]] = field(default_factory=list[dict[CategoryId, int]])

    def grow(self, *, features: int, categories: int) -> None:
        """Make room for new features and categories."""
        self.per_category.extend([0] * (categories - len(self.per_category)))
        missing = features - len(self.seen)
        if missing > 0:
            self.seen.extend([0] * missing)
            self.rows.extend({} for _ in range(missing))

    def count(self, example: Example) -> None:
        """Count one example."""
        self.total += 1
        category = example.category
        self.per_category[category] += 1
        for feature in example.ids:
            self.seen[feature] += 1
            row = self.rows[feature]
            row[category] = row.get(category, 0) + 1

    @property
    def rarest(self) -> float:
        """Rarity of a feature never seen."""
        return log(self.total + 1) - log(0.5)

    def rarity(self, ids: Sequence[FeatureId], weights: Sequence[float]) -> list[float]:
        """Inverse document frequency of each feature times its weight: log((n + 1) / (seen + 1/2)).

        Sparck Jones, "A statistical interpretation of term specificity", J. Documentation 28(1), 1972.
        """
        top = log(self.total + 1)
        seen = self.seen
        return [weight * (top - log(seen[feature] + 0.5)) for feature, weight in zip(ids, weights, strict=True)]

    def votes(self, ids: Sequence[FeatureId], weights: Sequence[float]) -> list[float]:
        """Mean log evidence per feature and category; the mean, so that long texts do not shout.

        Naive Bayes with each feature's likelihood smoothed towards its share in all examples (Zhai and
        Lafferty, TOIS 22(2), 2004), relative to a category that never saw the feature: log(1 + p(feature |
        category) / (PRIOR * p(feature))), where `DOUBT` imagined sightings elsewhere keep a feature seen once
        from deciding. Categories have no prior: rare ones matter as much.
        """
        scores = [0.0] * len(self.per_category)
        sizes = self.per_category
        known = LENGTH_FLOOR
        for feature, weight in zip(ids, weights, strict=True):
            seen = self.seen[feature]
            if not seen:
                continue
            known += weight * weight
            scale = self.total / (PRIOR * (seen + DOUBT))
            for category, count in self.rows[feature].items():
                scores[category] += weight * log(1.0 + scale * count / sizes[category])
        return [score / known for score in scores]


@dataclass(slots=True)
class MarginVoter:
    """An online linear classifier that changes only where it was wrong or unsure.

    Multiclass passive-aggressive, PA-I: Crammer, Dekel, Keshet, Shalev-Shwartz, Singer, "Online
    passive-aggressive algorithms", JMLR 7, 2006, with the most-offending rival of section 7. Depends on the
    order of learning; its owner fixes the order.
    """

    size: int = 0
    rows: list[dict[CategoryId, float]] = field(default_factory=list[dict[CategoryId, float]])

    def grow(self, *, features: int, categories: int) -> None:
        """Make room for new features and categories."""
        self.size = max(self.size, categories)
        self.rows.extend({} for _ in range(features - len(self.rows)))

    def votes(self, ids: Sequence[FeatureId], unit: Sequence[float]) -> list[float]:
        """Score per category for a text given as a vector of length one.

        Around 1 for a text just like a known one.
        """
        scores = [0.0] * self.size
        rows = self.rows
        for feature, value in zip(ids, unit, strict=True):
            for category, weight in rows[feature].items():
                scores[category] += weight * value
        return scores

    def learn(self, category: CategoryId, ids: Sequence[FeatureId], unit: Sequence[float]) -> bool:
        """One step towards scoring `category` by 1 above its best rival; False where it already did."""
        if self.size < 2:
            return False
        scores = self.votes(ids, unit)
        own = scores[category]
        scores[category] = float("-inf")
        best = max(scores)
        loss = 1.0 - own + best
        if loss <= 0.0:
            return False
        rival = CategoryId(scores.index(best))
        step = min(AGGRESSIVENESS, loss / 2.0)
        rows = self.rows
        for feature, value in zip(ids, unit, strict=True):
            change = step * value
            row = rows[feature]
            row[category] = row.get(category, 0.0) + change
            row[rival] = row.get(rival, 0.0) - change
        return True


def unit_vector(values: Sequence[float]) -> list[float]:
    """The values scaled to Euclidean length one; all zeros stay zeros."""
    length = sqrt(sum([value * value for value in values]))
    if not length:
        return list(values)
    return [value / length for value in values]
