"""The pairs in the list, which of them is looked at, and those that were read ahead. No widgets here."""

from dataclasses import dataclass, replace
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from opsconsole.domain.enums import PairVerdict, Severity
from opsconsole.domain.errors import OpsError
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.shadow.tojudge import to_judge
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries.overview import agent_names
from opsconsole.store.queries.pairs import PairRow
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.shadow.pairdata import Shown, load_pairs

AHEAD = 3
"""Pairs that are read before they are asked for."""
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


class PairQueue(QObject):
    """The state of the page; the file stays the only truth, and is asked again after every word.

    Signals:
        changed: there is something else to render.
        loaded: another query came back: filters and counts too.
    """

    changed = Signal()
    loaded = Signal()

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._cards: dict[int, Shown] = {}
        self._words = ""
        self.choice = Choice()
        self.found: Loaded | None = None
        self.all: tuple[PairRow, ...] = ()
        self.current: int | None = None
        self.again: int | None = None
        """A pair that is shown once more, blind."""
        self._wanted: int | None = None
        self._after: int | None = None
        self.error = ""

    @property
    def rows(self) -> tuple[PairRow, ...]:
        """What the filter lets through; what is shown again stands in any case."""
        words = self._words.casefold().split()
        if not words:
            return self.all
        return tuple(one for one in self.all if one.id == self.again or all(word in _hay(one) for word in words))

    @property
    def shown(self) -> Shown | None:
        """The current pair; None while it is not read. What is shown again does not tell what was said of it."""
        found = None if self.current is None else self._cards.get(self.current)
        if found is not None and found.row.id == self.again:
            return replace(found, row=replace(found.row, said=None))
        return found

    @property
    def ready(self) -> frozenset[int]:
        """The pairs that were read and can be shown at once."""
        return frozenset(self._cards)

    @property
    def place(self) -> int:
        """Where the current pair stands in the list, from 0; -1 for nowhere."""
        return next((place for place, one in enumerate(self.rows) if one.id == self.current), -1)

    def refresh(self) -> None:
        """Query again."""
        self._context.tasks.start(self._load(), name="the pairs", owner=self, key="load")

    def choose(self, choice: Choice) -> None:
        """List other pairs."""
        self.choice = choice
        self.again = None
        self.current = None
        self.refresh()

    def filter_by(self, words: str) -> None:
        """Let only these through."""
        self._words = words.strip()
        self._settle(max(self.place, 0))

    def look_at(self, one: int) -> None:
        """Make a pair the current one."""
        self.current = one
        self.error = ""
        self.changed.emit()
        self._fetch_soon()

    def look_for(self, one: int) -> None:
        """Query again, and look at a pair where it is listed."""
        self._wanted = one
        self.refresh()

    def step(self, by: int) -> None:
        """Go on in the list; stays at its ends."""
        rows, place = self.rows, self.place + by
        if rows and 0 <= place < len(rows):
            self.look_at(rows[place].id)

    def said(self, one: int, again: int | None) -> None:
        """A word was said of a pair: the next takes its place at once, from what was read ahead."""
        if one == self.again:
            self.again = None
        rows, place = self.rows, self.place
        follows = rows[place + 1].id if one == self.current and 0 <= place < len(rows) - 1 else None
        self._cards.pop(one, None)
        if self.choice.show in ("queue", "waiting"):
            self.all = tuple(row for row in self.all if row.id != one)
        if again is not None and self.choice.show == "queue":
            self.again, self._after = again, follows
            self._cards.pop(again, None)
        if one == self.current:
            self.current = follows
        self._settle(max(place, 0))
        self.refresh()

    def _settle(self, place: int) -> None:
        rows = self.rows
        if all(one.id != self.current for one in rows):
            self.current = rows[min(place, len(rows) - 1)].id if rows else None
        self.changed.emit()
        self._fetch_soon()

    def _fetch_soon(self) -> None:
        if self.current is not None:
            self._context.tasks.start(self._fetch(), name="pair", owner=self, key="fetch")

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
        listed = {one.id for one in self.all}
        self._cards = {which: card for which, card in self._cards.items() if which in listed}
        self.loaded.emit()
        self._settle(place)

    def _with_again(self, rows: tuple[PairRow, ...], again: PairRow | None) -> tuple[PairRow, ...]:
        """Put what is shown again behind the pair that followed when it fell due: nothing moves under the eyes."""
        if again is None or again.id != self.again:
            return rows
        at = next((place + 1 for place, one in enumerate(rows) if one.id == self._after), 0)
        return (*rows[:at], replace(again, said=None), *rows[at:])

    async def _fetch(self) -> None:
        """Read the current pair, then those after it that were not read yet."""
        if self.current is None:
            return
        place = self.place
        ahead = [one.id for one in self.rows[place + 1 : place + 1 + AHEAD] if one.id not in self._cards]
        for ids in ([self.current], ahead):
            if not ids:
                continue
            try:
                found = await self._context.backend.read(lambda kernel, wanted=ids: load_pairs(kernel, wanted))
            except OpsError as error:
                if ids != ahead:
                    self.error = f"{error}"
                    self.changed.emit()
                return
            self._cards |= {one.row.id: one for one in found}
            if ids != ahead:
                self.changed.emit()


def _query(kernel: Kernel, choice: Choice, again: int | None) -> tuple[Loaded, PairRow | None]:
    conn = kernel.reader
    every = read.pairs(conn, limit=100_000)
    if choice.show == "queue":
        rows = to_judge(every)
    else:
        judged = {"waiting": False, "judged": True}.get(choice.show)
        rows = [one for one in every if judged is None or (one.said is not None) is judged]
    facets: dict[str, set[str]] = {}
    for one in every:
        facets.setdefault(one.agent, set()).add(one.category)
    fitting = tuple(one for one in rows if _fits(one, choice))[:MOST]
    found = Loaded(
        fitting,
        agent_names(conn),
        {name: sorted(some) for name, some in sorted(facets.items())},
        len(every),
        sum(one.said is not None for one in every),
        kernel.clock.now(),
    )
    return found, None if again is None else read.pair(conn, again)


def _fits(one: PairRow, choice: Choice) -> bool:
    return (
        (choice.ids is None or one.id in choice.ids)
        and choice.agent in ("", one.agent)
        and (not choice.category or choice.category == (one.category or "none"))
        and (not choice.verdict or one.verdict is PairVerdict(choice.verdict))
        and one.severity >= Severity(choice.severity)
    )


def _hay(one: PairRow) -> str:
    return f"{one.title} {one.sender} {one.agent} {one.category} {one.verdict.value}".casefold()
