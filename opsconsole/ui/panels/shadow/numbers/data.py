"""The numbers of pairs, as one query gives them, each with the pairs it stands for. No Qt here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from opsconsole.engine.evidence import report
from opsconsole.engine.evidence.report import BINS, Numbers
from opsconsole.engine.evidence.standing import GateProgress, cohort, counted, progress_of, proves
from opsconsole.engine.kernel import Kernel
from opsconsole.policy.evidence import evidence
from opsconsole.policy.trials import TO_LIMITED, bursts, is_right
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries.pairs import PairRow
from opsconsole.store.queries.views.overview import agent_names

Ids = frozenset[int]


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a curve, and the pairs behind it."""

    x: float
    y: float
    words: str
    ids: Ids


@dataclass(frozen=True, slots=True)
class Told:
    """One choice of pairs in numbers."""

    name: str
    numbers: Numbers
    coverage: tuple[Point, ...]
    reliability: tuple[Point, ...]
    growth: tuple[Point, ...]
    """Evidence after each trial; empty where several cells are counted together."""
    confusion: dict[tuple[str, str], Ids]
    recall: dict[str, Ids]


@dataclass(frozen=True, slots=True)
class Found:
    """Everything the view shows."""

    cells: tuple[GateProgress, ...]
    pairs_of: dict[tuple[str, str], Ids]
    names: dict[str, str]
    repeats: tuple[int, int]
    awaited: int
    told: Told
    chosen: tuple[str, str] | None = field(default=None)


def load(kernel: Kernel, chosen: tuple[str, str] | None) -> Found:
    """Count all cells, and one of them (or all together) in detail."""
    conn = kernel.reader
    cells = tuple(progress_of(conn, now=kernel.clock.now()))
    of: dict[tuple[str, str], list[PairRow]] = {(cell.agent, cell.category): [] for cell in cells}
    for pair in cohort(conn, read.pairs(conn, limit=1_000_000, newest_first=False)):
        of.setdefault((pair.agent, pair.category), []).append(pair)  # a category may have come in since
    names = agent_names(conn)
    if chosen not in of:
        chosen = None
    rows = of[chosen] if chosen else [one for some in of.values() for one in some]
    some = [row for row in rows if proves(row)]
    numbers = report.numbers(conn, some)
    labels = {one.id: both for one, both in zip(some, numbers.labels, strict=True)}
    told = Told(
        "all together" if chosen is None else chosen[1],
        numbers,
        _coverage(some, numbers),
        _reliability(some, numbers),
        _growth(some) if chosen else (),
        _by(labels),
        {
            name: frozenset(which for which, (human, _) in labels.items() if human == name)
            for name in {human for human, _ in labels.values()}
        },
    )
    pairs_of = {cell: frozenset(one.id for one in every) for cell, every in of.items()}
    return Found(cells, pairs_of, names, report.consistency(conn), read.awaited_count(conn), told, chosen)


def _by(labels: Mapping[int, tuple[str, str]]) -> dict[tuple[str, str], Ids]:
    found: dict[tuple[str, str], set[int]] = {}
    for which, both in labels.items():
        found.setdefault(both, set()).add(which)
    return {both: frozenset(some) for both, some in found.items()}


def _coverage(some: Sequence[PairRow], numbers: Numbers) -> tuple[Point, ...]:
    made: list[Point] = []
    for least, share, right in numbers.coverage:
        ids = frozenset(one.id for one in some if one.confidence is not None and one.confidence >= least)
        made.append(Point(share, right, f"from {least:.0%} sure: {share:.0%} of events, {right:.0%} right", ids))
    return tuple(made)


def _reliability(some: Sequence[PairRow], numbers: Numbers) -> tuple[Point, ...]:
    made: list[Point] = []
    for stated, right, count in numbers.reliability:
        place = min(BINS - 1, int(stated * BINS))
        ids = frozenset(
            one.id for one in some if one.confidence is not None and min(BINS - 1, int(one.confidence * BINS)) == place
        )
        made.append(Point(stated, right, f"{stated:.0%} sure: {right:.0%} of {count} right", ids))
    return tuple(made)


def _growth(some: Sequence[PairRow]) -> tuple[Point, ...]:
    groups = [[some[place] for place in group] for group in bursts([counted(one) for one in some])]
    made = [Point(0, 1.0, "before the first: evidence 1", frozenset())]
    right = wrong = 0
    for number, group in enumerate(groups, 1):
        is_fine = all(is_right(counted(one)) for one in group)
        right, wrong = right + is_fine, wrong + (not is_fine)
        grown = evidence(right, wrong, TO_LIMITED.accuracy)
        words = f"after {number}, {'right' if is_fine else 'wrong'}: evidence {grown:,.2f}"
        made.append(Point(number, grown, words, frozenset(one.id for one in group)))
    return tuple(made)
