"""The pairs in the list, and which of them is looked at. No widgets here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from opsconsole.domain.enums import Agreement, Severity
from opsconsole.domain.errors import OpsError
from opsconsole.engine.evidence.sample import to_judge
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries.pairs import PairRow
from opsconsole.store.queries.views.overview import agent_names
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.shadow.compare.data import Shown, load_pairs
from opsconsole.ui.readahead import ReadAhead

MOST = 5_000
"""Pairs in the list at once."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which pairs are listed."""

    show: str = "queue"
    """`queue` (what should be judged), `waiting`, `judged`, `all`."""
    agent: str = ""
    category: str = ""
    verdict: str = ""
    severity: int = 0
    ids: frozenset[int] | None = None
    """Only these: what a row or a point of the numbers stands for."""
    about: str = ""
    """What these are."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one query gave."""

    rows: tuple[PairRow, ...]
    names: dict[str, str]
    facets: dict[str, list[str]]
    """Agent → its categories."""
    total: int
    judged: int
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


def _read(kernel: Kernel, ids: Sequence[int]) -> dict[int, Shown]:
    return {pair.row.id: pair for pair in load_pairs(kernel, ids)}


def _query(kernel: Kernel, choice: Choice, again: int | None) -> tuple[Loaded, PairRow | None]:
    conn = kernel.reader
    every = read.pairs(conn, limit=100_000)
    if choice.show == "queue":
        rows = to_judge(conn, every)
    else:
        judged = {"waiting": False, "judged": True}.get(choice.show)
        rows = [one for one in every if judged is None or (one.said is not None) is judged]
    facets: dict[str, set[str]] = {}
    for one in every:
        facets.setdefault(one.agent, set()).add(one.category)
    fitting = tuple(row for row in rows if _fits(row, choice))[:MOST]
    found = Loaded(
        fitting,
        agent_names(conn),
        {name: sorted(some) for name, some in sorted(facets.items())},
        len(every),
        sum(one.said is not None for one in every),
        kernel.clock.now(),
    )
    return found, None if again is None else read.pair(conn, again)


def _fits(pair: PairRow, choice: Choice) -> bool:
    return (
        (choice.ids is None or pair.id in choice.ids)
        and choice.agent in ("", pair.agent)
        and (not choice.category or choice.category == (pair.category or "none"))
        and (not choice.verdict or pair.verdict is Agreement(choice.verdict))
        and pair.severity >= Severity(choice.severity)
    )


def _hay(pair: PairRow) -> str:
    return f"{pair.title} {pair.sender} {pair.agent} {pair.category} {pair.verdict.value}".casefold()
