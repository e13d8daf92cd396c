"""Everything triage has learned, as a pure function of the sequence of examples.

The margin voter depends on order, so the order is fixed here. At checkpoints, whose distance grows with the
number of examples, all examples so far are learned anew in an order drawn from their texts; those since are
learned one by one. Where learning happens one at a time or all at once, with or without questions in between,
the state is the same. As of a time: build one from the cases before it, in order.
"""

from dataclasses import dataclass, field
from zlib import crc32

from opsconsole.brains.triage.features import features
from opsconsole.brains.triage.voters import (
    CategoryId,
    Example,
    FeatureId,
    MarginVoter,
    Statistics,
    unit_vector,
)

GROWTH = 1.2
"""A checkpoint comes each time the examples have grown by this factor: at most six learnings of each."""

PASSES = 2
_FIRST_CHECKPOINT = 8
_KNUTH = 2_654_435_761


@dataclass(frozen=True, slots=True)
class Query:
    """A text as the memory sees it: features it knows, and how much of the text that is."""

    ids: tuple[FeatureId, ...]
    weights: tuple[float, ...]
    rarity: tuple[float, ...]
    unknown: float
    """Sum of squared rarity of the features never seen."""


@dataclass(slots=True)
class Memory:
    """Examples, their statistics and the margin voter, caught up when asked."""

    examples: list[Example] = field(default_factory=list[Example])
    statistics: Statistics = field(default_factory=Statistics)
    margin: MarginVoter = field(default_factory=MarginVoter)
    _ids: dict[str, FeatureId] = field(default_factory=dict[str, FeatureId])
    _keys: list[int] = field(default_factory=list[int])
    _categories: int = 0
    _caught_up: int = 0
    _checkpoint: int = 0

    def add(self, category: CategoryId, text: str) -> Example:
        """Append an example. Cheap; it is learned when the memory is next asked."""
        found = features(text)
        ids = self._ids
        known = tuple([ids.setdefault(name, FeatureId(len(ids))) for name in found])
        example = Example(category=category, ids=known, weights=tuple(found.values()))
        self.examples.append(example)
        self._keys.append(crc32(text.encode("utf-8", "surrogatepass")))
        self._categories = max(self._categories, category + 1)
        return example

    def remove(self, example: Example) -> None:
        """Forget an example as if it had never been; all is learned anew when next asked."""
        place = next(i for i, known in enumerate(self.examples) if known is example)
        del self.examples[place], self._keys[place]
        self.statistics, self.margin = Statistics(), MarginVoter()
        self._caught_up = self._checkpoint = 0

    def query(self, text: str) -> Query:
        """See a text. Call `catch_up` first."""
        names = features(text)
        seen, ids = self.statistics.seen, self._ids
        known: list[tuple[FeatureId, float]] = []
        strange: list[float] = []
        for name, weight in names.items():
            feature = ids.get(name)
            if feature is not None and feature < len(seen) and seen[feature]:
                known.append((feature, weight))
            else:
                strange.append(weight)
        found = tuple([feature for feature, _ in known])
        weights = tuple([weight for _, weight in known])
        most = self.statistics.rarest
        return Query(
            ids=found,
            weights=weights,
            rarity=tuple(self.statistics.rarity(found, weights)),
            unknown=sum([(most * weight) ** 2 for weight in strange]),
        )

    def catch_up(self) -> None:
        """Learn what was added since; where a checkpoint passed, learn all examples anew."""
        if self._caught_up == len(self.examples):
            return
        due = _last_checkpoint(len(self.examples))
        if due > self._checkpoint:
            self._start_over(due)
        for place in range(self._caught_up, len(self.examples)):
            self._grow()
            self.statistics.count(self.examples[place])
            self._step(place)
            self._step(place * _KNUTH % (place + 1))
        self._caught_up = len(self.examples)

    def _start_over(self, count: int) -> None:
        self.statistics, self.margin = Statistics(), MarginVoter()
        self._grow()
        for example in self.examples[:count]:
            self.statistics.count(example)
        keys = self._keys
        order = sorted(range(count), key=lambda place: (keys[place], place))
        todo = [
            (e.category, e.ids, unit_vector(self.statistics.rarity(e.ids, e.weights)))
            for e in (self.examples[place] for place in order)
        ]
        for _ in range(PASSES):
            # An example that was right with room to spare is not asked again in the next pass.
            todo = [item for item in todo if self.margin.learn(*item)]
        self._caught_up = self._checkpoint = count

    def _grow(self) -> None:
        self.statistics.grow(features=len(self._ids), categories=self._categories)
        self.margin.grow(features=len(self._ids), categories=self._categories)

    def _step(self, place: int) -> None:
        example = self.examples[place]
        unit = unit_vector(self.statistics.rarity(example.ids, example.weights))
        self.margin.learn(example.category, example.ids, unit)


def _last_checkpoint(count: int) -> int:
    checkpoint = 0
    following = _FIRST_CHECKPOINT
    while following <= count:
        checkpoint = following
        following = max(checkpoint + _FIRST_CHECKPOINT, int(checkpoint * GROWTH))
    return checkpoint
