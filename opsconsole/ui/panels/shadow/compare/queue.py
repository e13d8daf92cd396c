"""The pairs in the list, and which of them is looked at. No widgets here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from opsconsole.domain.enums import Agreement, Severity
from opsconsole.domain.errors import OpsError
from opsconsole.engine.kernel import Kernel
from opsconsole.policy.daycount import DayCount
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries.evidence import counting, sums, totals
from opsconsole.store.queries.pairlists import Show, Wanted, listed
from opsconsole.store.queries.pairs import PairRow
from opsconsole.store.queries.past import PastThere, past_there
from opsconsole.store.queries.views.names import CategoryNames, agent_names, category_names
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.shadow.compare.data import Shown, load_pairs
from opsconsole.ui.readahead import ReadAhead

MOST = 2_000
"""Pairs in the list at once: after every word they are read again, 25 µs each."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which pairs are listed."""

    show: Show = "queue"
    agent: str = ""
    category: str = ""
    verdict: str = ""
    severity: int = 0
    ids: frozenset[int] | None = None
    """Only these: what a point of the numbers stands for."""
    is_counting: bool = False
    """Only what speaks of the agent as it is now: what a row of the numbers stands for."""
    about: str = ""
    """What these are."""


@dataclass(frozen=True, slots=True)
class Unasked:
    """Why pairs that nobody judged are not to be judged."""

    agreed: int
    """Both did the same."""
    earlier: int
    """Of versions that decide otherwise than what is in use."""
    reasons: tuple[tuple[str, int], ...]
    """Why some prove nothing, and how many, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one query gave."""

    rows: tuple[PairRow, ...]
    is_cut: bool
    """There are more: these are the first."""
    names: dict[str, str]
    called: CategoryNames
    facets: dict[str, list[str]]
    """Agent → its categories."""
    total: int
    judged: int
    unasked: Unasked
    past: PastThere
    """Asked for only where there are no pairs."""
    now: datetime


class PairQueue(ReadAhead[PairRow, Shown]):
    """The state of the page; the file stays the only truth, and is asked again after every word.

    Signals:
        loaded: another query came back: filters and counts too.
    """

    loaded = Signal()

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(context, parent, read=_read, is_fitting=self._has_words)
        self.choice = Choice()
        self.found: Loaded | None = None
        self.again: int | None = None
        """A pair that is shown once more, blind."""
        self._wanted: int | None = None
        self._after: int | None = None

    def _has_words(self, row: PairRow, words: str) -> bool:
        """What is shown again stands in any case."""
        return row.id == self.again or all(word in _hay(row) for word in words.casefold().split())

    @property
    def shown(self) -> Shown | None:
        """The current pair; None while it is not read. What is shown again does not tell what was said of it."""
        found = super().shown
        if found is not None and found.row.id == self.again:
            return replace(found, row=replace(found.row, said=None))
        return found

    @property
    def ready(self) -> frozenset[int]:
        """The pairs that were read and can be shown at once."""
        return frozenset(self._cards)

    def refresh(self) -> None:
        """Query again."""
        self._context.tasks.start(self._load(), name="the pairs", owner=self, key="load")

    def choose(self, choice: Choice) -> None:
        """List other pairs."""
        self.choice = choice
        self.again = None
        self.current = None
        self.refresh()

    def look_for(self, number: int) -> None:
        """Query again, and look at a pair where it is listed."""
        self._wanted = number
        self.refresh()

    def said(self, number: int, again: int | None) -> None:
        """A word was said of a pair: the next takes its place at once, from what was read ahead."""
        if number == self.again:
            self.again = None
        rows, place = self.rows, self.place
        follows = rows[place + 1].id if number == self.current and 0 <= place < len(rows) - 1 else None
        self._cards.pop(number, None)
        if self.choice.show in ("queue", "waiting"):
            self.all = tuple(row for row in self.all if row.id != number)
        if again is not None and self.choice.show == "queue":
            self.again, self._after = again, follows
            self._cards.pop(again, None)
        if number == self.current:
            self.current = follows
        self._settle(max(place, 0))
        self.refresh()

    async def _load(self) -> None:
        choice, again = self.choice, self.again
        place = max(self.place, 0)
        try:
            found, shown_again = await self._context.backend.read(lambda kernel: _query(kernel, choice, again))
        except OpsError as error:
            self.error = f"{error}"
            self.changed.emit()
            return
        self.error, self.found = "", found
        self.all = self._with_again(found.rows, shown_again)
        if self._wanted is not None:
            self.current, self._wanted = self._wanted, None
        self._keep_listed()
        self.loaded.emit()
        self._settle(place)

    def _with_again(self, rows: tuple[PairRow, ...], again: PairRow | None) -> tuple[PairRow, ...]:
        """Put what is shown again behind the pair that followed when it fell due: nothing moves under the eyes."""
        if again is None or again.id != self.again:
            return rows
        at = next((place + 1 for place, row in enumerate(rows) if row.id == self._after), 0)
        return (*rows[:at], replace(again, said=None), *rows[at:])


async def _read(kernel: Kernel, ids: Sequence[int]) -> dict[int, Shown]:
    return {pair.row.id: pair for pair in load_pairs(kernel, ids)}


def _query(kernel: Kernel, choice: Choice, again: int | None) -> tuple[Loaded, PairRow | None]:
    conn = kernel.reader
    wanted = Wanted(
        show=choice.show,
        agent=choice.agent or None,
        category=None if not choice.category else "" if choice.category == "none" else choice.category,
        agreement=Agreement(choice.verdict) if choice.verdict else None,
        severity=Severity(choice.severity),
        ids=choice.ids,
        is_counting=choice.is_counting,
    )
    now_counting = counting(conn)
    rows = listed(conn, wanted, now_counting, MOST + 1)
    counts = totals(conn)
    facets: dict[str, list[str]] = {}
    for agent, category in counts:
        facets.setdefault(agent, []).append(category)
    found = Loaded(
        tuple(rows[:MOST]),
        len(rows) > MOST,
        agent_names(conn),
        category_names(conn),
        facets,
        sum(pairs for pairs, _ in counts.values()),
        sum(judged for _, judged in counts.values()),
        _unasked([cell.count for counted in now_counting for cell in sums(conn, counted)], counts),
        PastThere(is_agent=False, is_past=False) if counts else past_there(conn),
        kernel.clock.now(),
    )
    return found, None if again is None else read.pair(conn, again)


def _unasked(cells: Sequence[DayCount], counts: Mapping[tuple[str, str], tuple[int, int]]) -> Unasked:
    reasons = Counter[str]()
    for cell in cells:
        reasons.update(cell.reasons)
    every = sum(pairs for pairs, _ in counts.values())
    return Unasked(
        sum(cell.agreed for cell in cells), every - sum(cell.pairs for cell in cells), tuple(reasons.most_common())
    )


def is_any_to_judge(kernel: Kernel) -> bool:
    """Return whether the list that is shown first has anything in it."""
    wanted = Wanted(show=Choice().show, severity=Severity(Choice().severity))
    return bool(listed(kernel.reader, wanted, counting(kernel.reader), 1))


def _hay(pair: PairRow) -> str:
    return f"{pair.title} {pair.sender} {pair.agent} {pair.category} {pair.agreement.value}".casefold()
