"""The numbers of pairs, as one query gives them, each with the pairs it stands for. No Qt here.

Cells are sums of days. Details, which need what each pair compares, are of the newest pairs only.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from typing import TypeVar

from opsconsole.engine.evidence import report
from opsconsole.engine.evidence.report import BINS, Numbers
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.standing import GateProgress, counted, newest, progress_of, proves
from opsconsole.policy.evidence import evidence
from opsconsole.policy.trials import TO_LIMITED, bursts, is_right
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries.evidence import counting, days
from opsconsole.store.queries.pairs import PairRow
from opsconsole.store.queries.views.names import CategoryNames, agent_names, category_names
from opsconsole.store.rows import Reader

Ids = frozenset[int]
Which = Ids | tuple[str, str]
"""Pairs by their numbers, or those of a row: (agent, category)."""
NEWEST = 1_000
"""Details are of so many pairs: each takes 40 µs or more, and a view should take less than a tenth of a second."""
POINTS = 100
"""A curve has about so many: from there on several are drawn as one."""
_T = TypeVar("_T")


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
    newest: int | None
    """Of so many of the newest pairs; None: of all that may count."""
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
    names: dict[str, str]
    called: CategoryNames
    repeats: tuple[int, int]
    awaited: int
    told: Told
    chosen: tuple[str, str] | None = field(default=None)


def load(kernel: Kernel, chosen: tuple[str, str] | None) -> Found:
    """Count all cells, and one of them (or all together) in detail."""
    conn = kernel.reader
    cells = tuple(progress_of(conn, now=kernel.clock.now()))
    if chosen not in {(cell.agent, cell.category) for cell in cells}:
        chosen = None
    told = _told(conn, [cell for cell in cells if chosen in (None, (cell.agent, cell.category))], chosen)
    names, called = agent_names(conn), category_names(conn)
    return Found(cells, names, called, report.consistency(conn), read.awaited_count(conn), told, chosen)


def _told(conn: Reader, cells: Sequence[GateProgress], chosen: tuple[str, str] | None) -> Told:
    rows = newest(conn, cells, NEWEST)
    is_cut = sum(cell.pairs - cell.excluded for cell in cells) > len(rows)
    some = [row for row in rows if proves(row)]
    since = rows[0].occurred_at.date() if is_cut and rows else date.min  # the rest of this day may not be among them
    numbers = report.numbers(conn, some)
    labels = [(row.id, both) for row, both in zip(some, numbers.labels, strict=True)]
    return Told(
        "all together" if chosen is None else chosen[1],
        len(rows) if is_cut else None,
        numbers,
        _coverage(some, numbers),
        _reliability(some, numbers),
        _growth(conn, cells[0], some, since) if chosen else (),
        _by(labels),
        _by([(which, human) for which, (human, _) in labels]),
    )


def _by(labels: Sequence[tuple[int, _T]]) -> dict[_T, Ids]:
    found: dict[_T, set[int]] = {}
    for which, label in labels:
        found.setdefault(label, set()).add(which)
    return {label: frozenset(some) for label, some in found.items()}


def _coverage(some: Sequence[PairRow], numbers: Numbers) -> tuple[Point, ...]:
    known = sorted((-row.confidence, row.id) for row in some if row.confidence is not None)
    sure, ids = [confidence for confidence, _ in known], [which for _, which in known]
    made: list[Point] = []
    for bunch in _bunches(numbers.coverage):
        least, share, right = bunch[-1]
        words = f"from {least:.0%} sure: {share:.0%} of events, {right:.0%} right"
        made.append(Point(share, right, words, frozenset(ids[: bisect_right(sure, -least)])))
    return tuple(made)


def _reliability(some: Sequence[PairRow], numbers: Numbers) -> tuple[Point, ...]:
    made: list[Point] = []
    for stated, right, count in numbers.reliability:
        place = min(BINS - 1, int(stated * BINS))
        ids = frozenset(
            pair.id
            for pair in some
            if pair.confidence is not None and min(BINS - 1, int(pair.confidence * BINS)) == place
        )
        made.append(Point(stated, right, f"{stated:.0%} sure: {right:.0%} of {count} right", ids))
    return tuple(made)


def _growth(conn: Reader, cell: GateProgress, some: Sequence[PairRow], since: date) -> tuple[Point, ...]:
    """Return the evidence after each trial; until a day, itself included, as the days say it."""
    made = [Point(0, 1.0, "before the first: evidence 1", frozenset())]
    right = total = 0
    earlier = [day for group in counting(conn, cell.agent) for day in days(conn, group, cell.category, until=since)]
    for some_days in _bunches(earlier):
        right, total = right + sum(day.right for day in some_days), total + sum(day.trials for day in some_days)
        grown = evidence(right, total - right, TO_LIMITED.accuracy)
        words = f"until {some_days[-1].day}, {right:,} of {total:,} right: evidence {grown:,.2f}"
        made.append(Point(total, grown, words, frozenset()))
    later = [row for row in some if row.occurred_at.date() > since]
    for groups in _bunches([[later[place] for place in group] for group in bursts([counted(row) for row in later])]):
        fine = sum(all(is_right(counted(row)) for row in group) for group in groups)
        right, total = right + fine, total + len(groups)
        grown = evidence(right, total - right, TO_LIMITED.accuracy)
        how = ("right" if fine else "wrong") if len(groups) == 1 else f"{fine} of {len(groups)} right"
        words = f"after {total:,}, {how}: evidence {grown:,.2f}"
        made.append(Point(total, grown, words, frozenset(row.id for group in groups for row in group)))
    return tuple(made)


def _bunches(every: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Return all in order, at most `POINTS` bunches of them."""
    size = max(1, ceil(len(every) / POINTS))
    return (every[place : place + size] for place in range(0, len(every), size))
