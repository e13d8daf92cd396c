"""What waits for a decision, and which of it is looked at. No widgets here."""

from collections.abc import Collection, Sequence
from datetime import datetime

from PySide6.QtCore import QObject

from opsconsole.domain.errors import OpsError
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import approvals
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.approvals.card.data import Shown, load_cards
from opsconsole.ui.panels.approvals.rows import Waiting, put_off, waiting
from opsconsole.ui.readahead import ReadAhead


class Queue(ReadAhead[Waiting, Shown]):
    """The panel's state; the file stays the only truth, and is asked again after every change."""

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(context, parent, read=_read, is_fitting=Waiting.matches)
        self.now: datetime | None = None
        self.put_off = 0
        self.is_put_off = False
        self.has_decided = False
        """Something waited once, and somebody decided it."""
        self._sought: int | None = None

    def refresh(self) -> None:
        """Query again."""
        self._context.tasks.start(self._load(), name="approvals", owner=self, key="load")

    def switch(self) -> None:
        """Show what is put off, or again what waits."""
        self.is_put_off = not self.is_put_off
        self.refresh()

    def look_for(self, number: int) -> None:
        """Query again and look at a request; say so where it waits no longer."""
        self._sought, self.is_put_off = number, False
        self.look_at(number)
        self.refresh()

    @property
    def alike(self) -> int:
        """How many of those listed can be decided together with the current one, itself among them."""
        rows = self.rows
        present = next((row.batch for row in rows if row.id == self.current), None)
        return 0 if present is None else sum(row.batch == present for row in rows)

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
        for number in numbers:
            self._cards.pop(number, None)
        if self.current in numbers:
            self._settle(max(place, 0))
        else:
            self.changed.emit()

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
        waits = {request.id for request in self.all}
        if self.is_put_off and not waits:
            self.switch()
        if self._sought is not None and self._sought not in waits:
            self._context.navigator.say(f"Request {self._sought} does not wait any more.")
        self._sought = None
        self._keep_listed()
        self._settle(place)


async def _read(kernel: Kernel, ids: Sequence[int]) -> dict[int, Shown]:
    return {card.view.id: card for card in await load_cards(kernel, ids)}
