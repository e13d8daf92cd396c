"""How near the precedents are, and what they vote.

The text index proposes candidates; nearness is measured here, with the statistics of what the agent has
learned, so that nothing outside its scope or after its time has a say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from opsconsole.brains.triage.memory import Query
from opsconsole.brains.triage.voters import CategoryId, Example, Statistics


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A precedent and how near it is: cosine of the rarity-weighted features, 0 to 1."""

    case_id: int | None
    category: CategoryId
    text: str
    similarity: float


def measure(
    query: Query, candidates: Iterable[tuple[int | None, str, Example]], statistics: Statistics
) -> list[Neighbour]:
    """Candidates with their nearness, nearest first; those with nothing in common are left out."""
    squares = {feature: value * value for feature, value in zip(query.ids, query.rarity, strict=True)}
    length = sqrt(sum(squares.values()) + query.unknown)
    found: list[Neighbour] = []
    for case_id, text, example in candidates:
        common = sum([squares.get(feature, 0.0) for feature in example.ids])
        if not common:
            continue
        own = sqrt(sum([value * value for value in statistics.rarity(example.ids, example.weights)]))
        found.append(Neighbour(case_id, example.category, text, min(1.0, common / (length * own))))
    found.sort(key=lambda near: (-near.similarity, near.case_id or 0))
    return found


def votes(neighbours: Sequence[Neighbour], categories: int) -> list[float]:
    """Share of the vote per category: similarity squared, summed, scaled to 1.

    Zeros where there are no neighbours.
    """
    scores = [0.0] * categories
    for near in neighbours:
        scores[near.category] += near.similarity * near.similarity
    total = sum(scores)
    return [score / total for score in scores] if total else scores
