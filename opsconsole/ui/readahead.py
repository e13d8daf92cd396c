"""A list of which one is looked at, with those after it read ahead. No widgets here."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal

from opsconsole.domain.errors import OpsError
from opsconsole.engine.kernel import Kernel
from opsconsole.ui.panel import Context

AHEAD = 3
"""Cards that are read before they are asked for."""


class Listed(Protocol):
    """A row of the list."""

    @property
    def id(self) -> int:
        """Its number: the same row again."""
        ...


_Row = TypeVar("_Row", bound=Listed)
_Card = TypeVar("_Card")


class ReadAhead(QObject, Generic[_Row, _Card]):
    """The state of such a page; who inherits says how rows are found.

    Args:
        read: gives the cards of rows, by their numbers; it may look into other systems.
        is_fitting: says whether a row fits the words typed; asked only where there are some.

    Signals:
        changed: there is something else to render.
    """

    changed = Signal()

    def __init__(
        self,
        context: Context,
        parent: QObject,
        *,
        read: Callable[[Kernel, Sequence[int]], Coroutine[Any, Any, Mapping[int, _Card]]],
        is_fitting: Callable[[_Row, str], bool],
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._read, self._is_fitting = read, is_fitting
        self._cards: dict[int, _Card] = {}
        self._words = ""
        self.all: tuple[_Row, ...] = ()
        self.current: int | None = None
        self.error = ""

    @property
    def rows(self) -> tuple[_Row, ...]:
        """What the filter lets through."""
        words = self._words
        return tuple(row for row in self.all if self._is_fitting(row, words)) if words else self.all

    @property
    def shown(self) -> _Card | None:
        """The current card; None while it is not read."""
        return None if self.current is None else self._cards.get(self.current)

    @property
    def place(self) -> int:
        """Where the current row stands in the list, from 0; -1 for nowhere."""
        return next((place for place, row in enumerate(self.rows) if row.id == self.current), -1)

    def filter_by(self, words: str) -> None:
        """Let only these through."""
        self._words = words.strip()
        self._settle(max(self.place, 0))

    def look_at(self, number: int) -> None:
        """Make a row the current one."""
        self.current = number
        self.error = ""
        self.changed.emit()
        self._fetch_soon()

    def step(self, by: int) -> None:
        """Go on in the list; stays at its ends."""
        rows, place = self.rows, self.place + by
        if rows and 0 <= place < len(rows):
            self.look_at(rows[place].id)

    def _settle(self, place: int) -> None:
        """Keep the current row where it is still listed, else take the one at `place`."""
        rows = self.rows
        if all(row.id != self.current for row in rows):
            self.current = rows[min(place, len(rows) - 1)].id if rows else None
        self.changed.emit()
        self._fetch_soon()

    def _keep_listed(self) -> None:
        """Forget cards whose rows are listed no more."""
        listed = {row.id for row in self.all}
        self._cards = {which: card for which, card in self._cards.items() if which in listed}

    def _fetch_soon(self) -> None:
        if self.current is not None:
            self._context.tasks.start(self._fetch(), name="card", owner=self, key="fetch")

    async def _fetch(self) -> None:
        """Read the current card anew, and those after it that were not read yet."""
        if self.current is None:
            return
        place = self.place
        ahead = [row.id for row in self.rows[place + 1 : place + 1 + AHEAD] if row.id not in self._cards]
        for ids in ([self.current], ahead):
            if not ids:
                continue
            try:
                found = await self._context.backend.ask(lambda kernel, wanted=ids: self._read(kernel, wanted))
            except OpsError as error:
                if ids != ahead:  # what is read ahead says so when it is looked at
                    self.error = f"{error}"
                    self.changed.emit()
                return
            self._cards |= found
            if ids != ahead:
                self.changed.emit()
