"""What waits, which of it is looked at, and the cards that were read ahead. No widgets here."""

from datetime import datetime

from PySide6.QtCore import QObject, Signal

from opsconsole.domain.errors import OpsError
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import approvals
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.approvals.carddata import Shown, load_cards
from opsconsole.ui.panels.approvals.rows import Waiting, put_off, waiting

AHEAD = 3
"""Cards that are read before they are asked for."""


class Queue(QObject):
    """The panel's state; the file stays the only truth, and is asked again after every change.

    Signals:
        changed: there is something else to render.
    """

    changed = Signal()

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._cards: dict[int, Shown] = {}
        self._words = ""
        self.all: tuple[Waiting, ...] = ()
        self.current: int | None = None
        self.now: datetime | None = None
        self.put_off = 0
        self.is_put_off = False
        self.has_decided = False
        """Something waited once, and somebody decided it."""
        self.error = ""
        self._sought: int | None = None

    @property
    def rows(self) -> tuple[Waiting, ...]:
        """What the filter lets through."""
        return tuple(one for one in self.all if one.matches(self._words)) if self._words else self.all

    @property
    def shown(self) -> Shown | None:
        """The card of the current request; None while it is not read."""
        return None if self.current is None else self._cards.get(self.current)

    @property
    def place(self) -> int:
        """Where the current request stands in the list, from 0; -1 for nowhere."""
        return next((place for place, one in enumerate(self.rows) if one.id == self.current), -1)

    def refresh(self) -> None:
        """Query again."""
        self._context.tasks.start(self._load(), name="approvals", owner=self, key="load")

    def switch(self) -> None:
        """Show what is put off, or again what waits."""
        self.is_put_off = not self.is_put_off
        self.refresh()

    def filter_by(self, words: str) -> None:
        """Let only these through."""
        self._words = words.strip()
        self._settle(max(self.place, 0))

    def look_at(self, one: int) -> None:
        """Make a request the current one."""
        self.current = one
        self.error = ""
        self.changed.emit()
        self._fetch_soon()

    def look_for(self, one: int) -> None:
        """Query again and look at a request; say so where it waits no longer."""
        self._sought, self.is_put_off = one, False
        self.look_at(one)
        self.refresh()

    def step(self, by: int) -> None:
        """Go on in the list; stays at its ends."""
        rows, place = self.rows, self.place + by
        if rows and 0 <= place < len(rows):
            self.look_at(rows[place].id)

    def drop(self, one: int) -> None:
        """A request waits no longer: the next takes its place at once, from what was read ahead."""
        place = self.place
        self.all = tuple(row for row in self.all if row.id != one)
        self._cards.pop(one, None)
        if one == self.current:
            self._settle(max(place, 0))
        else:
            self.changed.emit()

    def _settle(self, place: int) -> None:
        """Keep the current request where it is still listed, else take the one at `place`."""
        rows = self.rows
        if all(one.id != self.current for one in rows):
            self.current = rows[min(place, len(rows) - 1)].id if rows else None
        self.changed.emit()
        self._fetch_soon()

    def _fetch_soon(self) -> None:
        if self.current is not None:
            self._context.tasks.start(self._fetch(), name="card", owner=self, key="fetch")

    async def _load(self) -> None:
        is_put_off = self.is_put_off

        def job(kernel: Kernel) -> tuple[tuple[Waiting, ...], datetime, int, bool]:
            now, conn = kernel.clock.now(), kernel.reader
            later = approvals.waiting_count(conn) - approvals.waiting_count(conn, now=now)
            return (put_off if is_put_off else waiting)(kernel), now, later, approvals.is_any_decided(conn)

        place = max(self.place, 0)
        try:
            self.all, self.now, self.put_off, self.has_decided = await self._context.backend.read(job)
            self.error = ""
        except OpsError as error:
            self.error = f"{error}"
            self.changed.emit()
            return
        waits = {one.id for one in self.all}
        if self.is_put_off and not waits:
            self.switch()
        if self._sought is not None and self._sought not in waits:
            self._context.navigator.say(f"Request {self._sought} does not wait any more.")
        self._sought = None
        self._cards = {which: card for which, card in self._cards.items() if which in waits}
        self._settle(place)

    async def _fetch(self) -> None:
        """Read the current card anew, and those after it that were not read yet."""
        if self.current is None:
            return
        place = self.place
        ahead = [one.id for one in self.rows[place + 1 : place + 1 + AHEAD] if one.id not in self._cards]
        for ids in ([self.current], ahead):
            if not ids:
                continue
            try:
                found = await self._context.backend.read(lambda kernel, wanted=ids: load_cards(kernel, wanted))
            except OpsError as error:
                if ids != ahead:  # what is read ahead says so when it is looked at
                    self.error = f"{error}"
                    self.changed.emit()
                return
            self._cards |= {one.view.id: one for one in found}
            if ids != ahead:
                self.changed.emit()
