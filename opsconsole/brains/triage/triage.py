"""Triage of one agent: seeds and cases in, verdicts out.

Joins the voters of `memory` and `neighbours`, weighs the outcome with `calibration`, and says it plainly.
Keeps the names that the other modules know as numbers. As of a time: build one from the cases before it, with
a `nearest` bound to it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from opsconsole.brains.triage import neighbours
from opsconsole.brains.triage.calibration import THRESHOLD, Signals, alternatives, confidence
from opsconsole.brains.triage.memory import Memory, Query
from opsconsole.brains.triage.neighbours import Neighbour
from opsconsole.brains.triage.voters import CategoryId, Example, unit_vector
from opsconsole.store.cases import Hit

NEAREST = 25
"""Cases asked of the text index. Their votes were best between 20 and 40 on a fold of BANKING77."""

MARGIN_WEIGHT = 1.6
NEIGHBOUR_WEIGHT = 0.2
"""Weights of the margin voter and the neighbours against the counting voter's 1.

Chosen with its smoothing, see there.
"""

_SHORTLIST = 8
_SHOWN = 5
_RANKED = 5
_CLOSE = 0.5
_FAMILIAR = 0.5


@dataclass(frozen=True, slots=True)
class CategorySeed:
    """One category as the playbook has it."""

    id: str
    name: str
    criteria: str = ""
    """When it applies, in words; learned as one more example, never shown as a precedent."""

    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Precedent:
    """A known text near the one in question."""

    case_id: int | None
    """None for an example of the playbook."""

    category: str
    text: str
    similarity: float
    """0 nothing in common, 1 the same."""


@dataclass(frozen=True, slots=True)
class Classification:
    """What triage makes of one text."""

    category: str | None
    """None where it abstains."""

    best: str | None
    """Its best guess even so; None where nothing in the text is known."""

    confidence: float
    """Estimated probability that `best` is right, 0 to 1."""

    ranked: tuple[tuple[str, float], ...]
    """Best guess and alternatives with their probabilities; what is missing to 1 is none of them."""

    precedents: tuple[Precedent, ...]
    """The nearest known texts, those of `best` first."""

    why: str
    """One plain sentence."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    signals: Signals
    best: CategoryId
    scores: list[float]
    near: list[Neighbour]


class Triage:
    """Sorts texts into an agent's categories, from examples, and knows when it does not know.

    What it says is a function of the seeds, the sequence of cases in use and the text. A case counts for the
    next text; the first question after many new cases takes longer (see `catch_up`). Not safe for use from
    several threads at once.
    """

    def __init__(
        self,
        *,
        categories: Sequence[CategorySeed],
        nearest: Callable[[str, int], Sequence[Hit]],
        threshold: float = THRESHOLD,
    ) -> None:
        """Start from the playbook.

        Args:
            categories: What the agent tells apart.
            nearest: Gives up to that many cases near a text, of this agent only. Others are ignored.
            threshold: Confidence below which it abstains, 0 to 1.
        """
        self._nearest = nearest
        self._threshold = threshold
        self._memory = Memory()
        self._ids: list[str] = []
        self._index: dict[str, CategoryId] = {}
        self._names: dict[str, str] = {}
        self._cases: dict[int, Example] = {}
        self._seeds: list[list[tuple[int | None, str, Example]]] = []
        for seed in categories:
            self._category(seed.id)
            self._names[seed.id] = seed.name
        self._own = len(self._ids)
        for seed in categories:
            category = self._category(seed.id)
            self._seeds.append([(None, text, self._memory.add(category, text)) for text in seed.examples])
            if seed.criteria:
                self._memory.add(category, f"{seed.name}. {seed.criteria}")

    def learn(self, *, case_id: int, category: str, text: str) -> None:
        """Learn a case, or learn it anew with another category.

        A category that is not of the playbook teaches what is none of the agent's: texts like it make triage
        abstain.
        """
        self.forget(case_id)
        self._cases[case_id] = self._memory.add(self._category(category), text)

    def forget(self, case_id: int) -> bool:
        """Forget a case as if it had never been learned; False where it was not.

        Costs a full learning at the next question.
        """
        example = self._cases.pop(case_id, None)
        if example is None:
            return False
        self._memory.remove(example)
        return True

    def catch_up(self) -> None:
        """Do now what the next `classify` would do first.

        Mostly next to nothing; at a checkpoint up to 1.7 s of CPU for 10,000 cases.
        """
        self._memory.catch_up()

    def classify(self, text: str) -> Classification:
        """Sort one text: a mail as "subject, blank line, body" without quoted parts, or any other text."""
        outcome = self._weigh(text)
        if outcome is None:
            return Classification(None, None, 0.0, (), (), "Nothing in this text resembles anything learned so far.")
        sure = confidence(outcome.signals)
        best = self._ids[outcome.best]
        shares = alternatives(outcome.scores, outcome.best, sure)
        ranked = tuple((self._ids[place], share) for place, share in shares if place < self._own)[:_RANKED]
        foreign = outcome.best >= self._own
        if foreign:
            best, sure = ranked[0] if ranked else (None, 0.0)
        shown = sorted(outcome.near, key=lambda near: near.category != outcome.best)[:_SHOWN]
        precedents = tuple(
            Precedent(near.case_id, self._ids[near.category], near.text, near.similarity) for near in shown
        )
        abstains = foreign or sure < self._threshold
        return Classification(
            category=None if abstains else best,
            best=best,
            confidence=sure,
            ranked=ranked,
            precedents=precedents,
            why=self._why(outcome, ranked, abstains=abstains, foreign=foreign),
        )

    def _category(self, name: str) -> CategoryId:
        category = self._index.get(name)
        if category is None:
            category = self._index[name] = CategoryId(len(self._ids))
            self._ids.append(name)
        return category

    def _weigh(self, text: str) -> _Outcome | None:
        memory = self._memory
        memory.catch_up()
        query = memory.query(text)
        if not query.ids:
            return None
        counted = memory.statistics.votes(query.ids, query.weights)
        margins = memory.margin.votes(query.ids, unit_vector(query.rarity))
        scores = [c + MARGIN_WEIGHT * m for c, m in zip(counted, margins, strict=True)]
        near = self._neighbours(text, query, scores)
        shares = neighbours.votes(near, len(scores))
        scores = [score + NEIGHBOUR_WEIGHT * share for score, share in zip(scores, shares, strict=True)]
        best = CategoryId(scores.index(max(scores)))
        known = sum([value * value for value in query.rarity])
        signals = Signals(
            lead=_lead(scores, best),
            margin=margins[best],
            margin_lead=_lead(margins, best),
            counted=counted[best],
            counted_lead=_lead(counted, best),
            share=shares[best],
            nearest=max((n.similarity for n in near if n.category == best), default=0.0),
            nearest_other=max((n.similarity for n in near if n.category != best), default=0.0),
            known=known / (known + query.unknown),
            length=len(query.ids),
            examples=memory.statistics.per_category[best],
            categories=len(scores),
        )
        return _Outcome(signals=signals, best=best, scores=scores, near=near)

    def _neighbours(self, text: str, query: Query, scores: list[float]) -> list[Neighbour]:
        candidates: list[tuple[int | None, str, Example]] = []
        for hit in self._nearest(text, NEAREST):
            example = self._cases.get(hit.case_id)
            if example is not None:
                candidates.append((hit.case_id, hit.text, example))
        # Playbook examples are in no index; those of categories out of the running would only cost time.
        for place in sorted(range(self._own), key=lambda place: (-scores[place], place))[:_SHORTLIST]:
            candidates.extend(self._seeds[place])
        return neighbours.measure(query, candidates, self._memory.statistics)[:NEAREST]

    def _why(self, outcome: _Outcome, ranked: tuple[tuple[str, float], ...], *, abstains: bool, foreign: bool) -> str:
        if foreign:
            return "This looks most like past cases that were none of this agent's categories."
        name = self._name(ranked[0][0])
        if not abstains:
            alike = [near for near in outcome.near if near.category == outcome.best]
            if not alike:
                return f"The words are typical of {name}, though no earlier text is very similar."
            if len(outcome.near) == 1:
                return f"The one similar earlier text was {name}."
            were = "was" if len(alike) == 1 else "were"
            return f"{len(alike)} of the {len(outcome.near)} most similar earlier texts {were} {name}."
        if outcome.signals.known < _FAMILIAR:
            return f"Most of its words are new here. {name} is the nearest, but that is a guess."
        if len(ranked) > 1 and ranked[1][1] >= _CLOSE * ranked[0][1]:
            return f"It could be {name} or {self._name(ranked[1][0])}; earlier texts do not settle it."
        return f"It is closest to {name}, but not close enough to be sure."

    def _name(self, category: str) -> str:
        return f'"{self._names.get(category) or category}"'


def _lead(votes: Sequence[float], best: CategoryId) -> float:
    """Distance to the best other category; to zero where there is none."""
    return votes[best] - max((vote for place, vote in enumerate(votes) if place != best), default=0.0)
