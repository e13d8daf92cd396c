"""What the pairs of one agent, in one category, on one day come to: a cell is the sum of its days. Pure.

Trials span neither days nor categories, so that nothing is lost by counting day by day.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from opsconsole.policy.trials import AGREED, FINE, Basis, Counted, is_right, is_severe


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """The counts of one day, or of many together."""

    pairs: int
    agreed: int
    """Both did the same, and the agent came to a decision."""
    judged: int
    judged_fine: int
    """Of those judged: the agent was right, or both were fine."""
    severe: int
    """Severe errors, also among pairs that prove nothing."""
    excluded: int
    unblind: int
    """Agreements where the human saw the proposal first and that nobody judged."""
    trials: int
    right: int
    """Of the trials."""
    severe_trials: int
    bases: Mapping[Basis, int]
    """How many trials stand on which ground; a ground that none stands on is not in it."""
    reasons: Mapping[str, int]
    """Why pairs prove nothing, and how many."""


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """Everything of a pair that counts, but for whose it is: few kinds make up a day, each is looked into once."""

    is_agreed: bool
    is_judged: bool
    is_fine: bool
    is_severe: bool
    is_unblind: bool
    excluded: str
    mark: int | None
    """What it brings to its trial, in bits; None: it is in none."""


_ADDED = (
    "pairs", "agreed", "judged", "judged_fine", "severe", "excluded", "unblind", "trials", "right", "severe_trials",
)  # fmt: skip
_WRONG, _SEVERE, _FAILED, _OPEN, _NOT_JUDGED = 1, 2, 4, 8, 16


def kind_of(pair: Counted) -> Kind:
    """Return of which kind a pair is."""
    is_agreed, is_judged, right = pair.agreement in AGREED, pair.said is not None, is_right(pair)
    mark = (
        _WRONG * (not right)
        | _SEVERE * is_severe(pair)
        | _FAILED * (pair.is_failed and not is_judged)
        | _OPEN * (not is_agreed and not is_judged)
        | _NOT_JUDGED * (not is_judged)
    )
    return Kind(
        is_agreed=is_agreed and not pair.is_failed,
        is_judged=is_judged,
        is_fine=pair.said in FINE,
        is_severe=is_severe(pair),
        is_unblind=is_agreed and not pair.is_blind and not is_judged,
        excluded=pair.excluded,
        mark=None if right is None else mark,
    )


def count_day(pairs: Sequence[tuple[str, int, Kind]]) -> DayCount:
    """Return what the pairs of one category and day come to.

    Args:
        pairs: (customer, thread, kind) of each, in the order of their events.
    """
    kinds = Counter(kind for _, _, kind in pairs)
    marks = _trials(pairs)
    reasons = Counter[str]()
    for kind, many in kinds.items():
        if kind.excluded:
            reasons[kind.excluded] += many
    return DayCount(
        pairs=len(pairs),
        agreed=sum(many for kind, many in kinds.items() if kind.is_agreed),
        judged=sum(many for kind, many in kinds.items() if kind.is_judged),
        judged_fine=sum(many for kind, many in kinds.items() if kind.is_fine),
        severe=sum(many for kind, many in kinds.items() if kind.is_severe),
        excluded=reasons.total(),
        unblind=sum(many for kind, many in kinds.items() if kind.is_unblind),
        trials=marks.total(),
        right=sum(many for mark, many in marks.items() if not mark & _WRONG),
        severe_trials=sum(many for mark, many in marks.items() if mark & _SEVERE),
        bases=dict(_bases(marks)),
        reasons=dict(reasons),
    )


def added(days: Iterable[DayCount]) -> DayCount:
    """Return what days come to together."""
    bases, reasons = Counter[Basis](), Counter[str]()
    sums = dict.fromkeys(_ADDED, 0)
    for day in days:
        bases.update(day.bases)
        reasons.update(day.reasons)
        for name in _ADDED:
            sums[name] += getattr(day, name)
    return DayCount(**sums, bases=dict(bases), reasons=dict(reasons))


def _trials(pairs: Sequence[tuple[str, int, Kind]]) -> Counter[int]:
    """Return the marks of the trials, and how many have each; they are joined as `trials.bursts` joins them."""
    marks: list[int] = []
    known: dict[str | int, int] = {}
    for customer, thread, kind in pairs:
        if kind.mark is None:
            continue
        place = known.get(customer, known.get(thread))
        if place is None:
            place = len(marks)
            marks.append(0)
        marks[place] |= kind.mark
        known.setdefault(customer, place)
        known.setdefault(thread, place)
    return Counter(marks)


def _bases(marks: Mapping[int, int]) -> Counter[Basis]:
    found = Counter[Basis]()
    for mark, many in marks.items():
        is_judged = not mark & _NOT_JUDGED
        found["failed" if mark & _FAILED else "open" if mark & _OPEN else "judged" if is_judged else "blind"] += many
    return found
