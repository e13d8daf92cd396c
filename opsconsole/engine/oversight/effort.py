"""What oversight costs a person, as far as it can be measured: the time from one answer to the next in a sitting."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from opsconsole.store.queries.views.oversight import Answer, Judged

SITTING = timedelta(minutes=10)
"""Who answers nothing for so long did something else meanwhile."""
FEWEST = 5
"""Fewer times say nothing of how long one takes."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Time that people spent on requests and pairs."""

    cards: int
    """Requests answered and pairs judged."""
    measured: int
    """Times between two answers of one person in a sitting."""
    median_s: float | None
    """Their median; None: too few to tell."""

    @property
    def total_s(self) -> float | None:
        """The median time for every card; None where there is none."""
        return None if self.median_s is None else self.median_s * self.cards


def effort_of(answers: Iterable[Answer], judged: Iterable[Judged]) -> Effort:
    """Return what answers and judgements of a time cost."""
    by_person: dict[str, list[datetime]] = {}
    cards = 0
    for said in (*answers, *judged):
        by_person.setdefault(said.actor, []).append(said.at)
        cards += 1
    gaps = [
        (later - sooner).total_seconds()
        for moments in by_person.values()
        for sooner, later in pairwise(sorted(moments))
        if later - sooner <= SITTING
    ]
    return Effort(cards, len(gaps), median(gaps) if len(gaps) >= FEWEST else None)
