"""What waits for a decision, and which of it is looked at. No widgets here."""

from collections.abc import Collection, Sequence
from datetime import datetime

from PySide6.QtCore import QObject

from opsconsole.domain.errors import OpsError
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import approvals
from opsconsole.store.queries.approvals import Mark
from opsconsole.store.queries.views import drawn
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.approvals.card.data import Shown, load_cards
from opsconsole.ui.panels.approvals.firstcards import FirstCard, first_cards, row_of
from opsconsole.ui.panels.approvals.list.order import Arranged, Grouping, Order, arrange
from opsconsole.ui.panels.approvals.rows import Waiting, rows_of
from opsconsole.ui.readahead import ReadAhead

_First = tuple[tuple[Waiting, ...], dict[int, int]]
FIRST, MORE = 250, 1_000
"""Rows that are read before anything is shown, and with each further step."""


class Queue(ReadAhead[Waiting, Shown | FirstCard]):
    """The panel's state; the file stays the only truth, and is asked again after every change.

    Every request is listed, however many wait: the first are shown at once, the rest comes in steps, and what was read
    is read again only where it changed. Decisions to make first stand among them, each once, instead of its requests.
    """

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(context, parent, read=_read, is_fitting=Waiting.matches)
        self.now: datetime | None = None
        self.total = 0
        """How many wait (or are put off, where those are listed), read or not."""
        self.put_off = 0
        self.to_decide = 0
        """How many of those that wait are decided before they are seen."""
        self.is_put_off = False
        self.has_decided = False
        """Something waited once, and somebody decided it."""
        self.grouping: Grouping = ""
        self.only = ""
        """The one group that is listed; empty for all."""
        self.order: Order = "oldest"
        self._agent = ""
        """Its requests are to be listed, once one is read; empty for none."""
        self._known: dict[Mark, Waiting] = {}
        self._first: tuple[Waiting, ...] = ()
        self._first_of: dict[int, int] = {}
        """Requests that are not seen yet → the row that stands for them."""
        self._tools: tuple[str, ...] = ()
        self._sought: int | None = None
        self._arranged: tuple[object, Arranged] = (None, Arranged((), ()))

    @property
    def shown(self) -> Shown | None:
        """The card of the current request; None while it is not read, or is to be decided first."""
        found = super().shown
        return found if isinstance(found, Shown) else None

    @property
    def first(self) -> FirstCard | None:
        """The current card, where it is to be decided first."""
        found = super().shown
        return found if isinstance(found, FirstCard) else None

    @property
    def arranged(self) -> Arranged:
        """What the filter lets through, grouped and in order."""
        now = self.now
        asked = (self.all, self._words, self.grouping, self.only, self.order, now if self.grouping else None)
        if self._arranged[0] != asked and now is not None:
            found = arrange(super().rows, grouping=self.grouping, only=self.only, order=self.order, now=now)
            self._arranged = (asked, found)
        return self._arranged[1]

    @property
    def rows(self) -> tuple[Waiting, ...]:
        """What is listed."""
        return self.arranged.rows

    @property
    def place_words(self) -> str:
        """Where the current request stands among those that are listed."""
        number = len(self.rows) if self._words or self.only else self.total
        return f"{self.place + 1:,} of {number:,}"

    @property
    def alike(self) -> int:
        """How many of those listed can be decided together with the current one, itself among them."""
        rows = self.rows
        present = next((row.batch for row in rows if row.id == self.current), None)
        return 0 if present is None else sum(row.batch == present for row in rows)

    def arrange_by(self, *, grouping: Grouping, order: Order, only: str = "") -> None:
        """Group and order anew; `only` lists one group."""
        self.grouping, self.order, self.only, self._agent = grouping, order, only, ""
        self._settle(max(self.place, 0))

    def show_agent(self, agent: str) -> None:
        """List what waits of one agent, as its group; of all where it is empty."""
        self.is_put_off, self.only, self._agent = False, "", agent
        self._seek_agent()
        self._settle(0)
        self.refresh()

    def _seek_agent(self) -> None:
        name = next((row.agent for row in self.all if row.agent_id == self._agent), "")
        if name:
            self.grouping, self.only, self._agent = "agent", name, ""

    def refresh(self) -> None:
        """Query again."""
        self._context.tasks.start(self._load(), name="approvals", owner=self, key="load")

    def switch(self) -> None:
        """Show what is put off, or again what waits."""
        self.is_put_off = not self.is_put_off
        self.refresh()

    def look_for(self, number: int) -> None:
        """Query again and look at a request; say so where it waits no longer."""
        self._sought, self.is_put_off, self.only = number, False, ""
        self.look_at(number)
        self.refresh()

    def title_of(self, number: int) -> str:
        """Return the title of a request that is listed."""
        return next((row.title for row in self.all if row.id == number), f"request {number}")

    def until_of(self, number: int) -> datetime | None:
        """Return until when a request is put off."""
        return next((row.until for row in self.all if row.id == number), None)

    def drop(self, numbers: Collection[int]) -> None:
        """Requests wait no longer: the next takes their place at once, from what was read ahead."""
        place = self.place
        self.all = tuple(row for row in self.all if row.id not in numbers)
        self._first = tuple(row for row in self._first if row.id not in numbers)
        self.to_decide = len(self._first)
        self.total = max(self.total - len(numbers), len(self.all))
        for number in numbers:
            self._cards.pop(number, None)
        if self.current in numbers:
            self._settle(max(place, 0))
        else:
            self.changed.emit()

    async def _load(self) -> None:
        is_put_off = self.is_put_off

        def job(kernel: Kernel) -> tuple[list[Mark], datetime, int, bool, tuple[str, ...], _First]:
            now, conn = kernel.clock.now(), kernel.reader
            later = approvals.waiting_count(conn) - approvals.waiting_count(conn, now=now)
            marks = approvals.waiting_marks(conn, now=now, is_put_off=is_put_off)
            draws = [] if is_put_off else drawn.listed(conn, now=now)
            rows = tuple(row_of(kernel, draw) for draw in draws)
            hidden = {which: -draw.run for draw in draws for which in drawn.requests_of(conn, draw.run)}
            is_any = approvals.is_any_decided(conn)
            return marks, now, later, is_any, tuple(kernel.registry.names()), (rows, hidden)

        place = max(self.place, 0)
        try:
            marks, now, later, has_decided, tools, first = await self._context.backend.read(job)
            if tools != self._tools:  # risks and words go by what is connected
                self._tools, self._known = tools, {}
            missing = [mark for mark in marks if mark not in self._known]
            await self._learn(missing[:FIRST])
            self._first, self._first_of = first
            self.now, self.put_off, self.has_decided, self.to_decide = now, later, has_decided, len(self._first)
            self.total = len(marks) + self.to_decide
            self._list(marks, place)
            for at in range(FIRST, len(missing), MORE):
                await self._learn(missing[at : at + MORE])
                self._list(marks, max(self.place, 0))
        except OpsError as error:
            self.error = f"{error}"
            self.changed.emit()
            return
        self._known = {mark: self._known[mark] for mark in marks if mark in self._known}
        self._end_of_search()

    async def _learn(self, marks: Sequence[Mark]) -> None:
        """Read the rows of requests that are not known as they are now."""
        if marks:
            numbers = [mark[0] for mark in marks]
            found = await self._context.backend.read(lambda kernel: rows_of(kernel, numbers))
            self._known |= {mark: found[mark[0]] for mark in marks if mark[0] in found}

    def _list(self, marks: Sequence[Mark], place: int) -> None:
        """List what is known of these."""
        self.all = tuple(self._known[mark] for mark in marks if mark in self._known)
        if self._first:
            self.all = tuple(sorted((*self._first, *self.all), key=_place))
        self.error = ""
        if self._sought in self._first_of:
            self._sought = self.current = self._first_of[self._sought]
        self._seek_agent()
        if self.is_put_off and not marks:
            self.switch()
        self._keep_listed()
        if self._sought is None or any(row.id == self._sought for row in self.all):
            self._sought = None
            self._settle(place)
        else:
            self.changed.emit()

    def _end_of_search(self) -> None:
        """All is read: what was looked for and is not there does not wait."""
        if self._sought is not None:
            self._context.navigator.say(f"Request {self._sought} does not wait any more.")
            self._sought = None
            self._settle(max(self.place, 0))


def _place(row: Waiting) -> tuple[datetime, int]:
    """Return where a row stands among others; what came at one moment stands by its run."""
    return row.asked_at, -row.id if row.id < 0 else int(row.action.partition("/")[0] or 0)


async def _read(kernel: Kernel, ids: Sequence[int]) -> dict[int, Shown | FirstCard]:
    asked = await load_cards(kernel, [which for which in ids if which > 0])
    return {**{card.view.id: card for card in asked}, **first_cards(kernel, [-which for which in ids if which < 0])}
