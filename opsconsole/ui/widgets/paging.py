"""Keeps a row window filled from the file: the ids that fit, pages as they are looked at, what is new."""

import time
from array import array
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from opsconsole.domain.errors import OpsError
from opsconsole.engine.kernel import Kernel
from opsconsole.ui.panel import Context
from opsconsole.ui.widgets.rowwindow import RowView, RowWindow
from opsconsole.ui.widgets.states import States

RENEW_MS = 400
"""After a change: rows are read again, and ids looked for, at most so often; ids take at most a tenth of the time."""


class Pager(QObject):
    """Reads for one list. `ids` and `rows` run on a reading thread.

    Signals:
        shown: the ids are others, or more.
    """

    shown = Signal()

    def __init__(
        self,
        model: RowWindow[Any],
        view: RowView,
        *,
        ids: Callable[[Kernel], "array[int]"],
        rows: Callable[[Kernel, Sequence[int]], dict[int, Any]],
        context: Context,
        owner: QObject,
        states: States,
        is_long: Callable[[], bool],
    ) -> None:
        """`is_long` tells whether looking for ids may take more than a blink now."""
        super().__init__(owner)
        self._model, self._view, self._context, self._owner, self._states = model, view, context, owner, states
        self._ids, self._rows, self._is_long = ids, rows, is_long
        self._is_first = True
        self._took_s = 0.0
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._on_later_timeout)
        model.wanted.connect(self._on_model_wanted)
        model.grew.connect(self.shown)

    def refresh(self) -> None:
        """Something changed: show it soon."""
        if self._is_first:
            self.renew()
        elif not self._later.isActive():
            self._later.start(max(RENEW_MS, int(self._took_s * 10_000)))

    def renew(self) -> None:
        """Another filter: look for its ids now."""
        self._start(self._load(is_swap=True), "ids")

    async def select(self, identity: int) -> None:
        """Make a row the current one, among all ids that there are now."""
        await self._load(is_swap=True)
        if (line := self._model.line_of(identity)) is not None:
            self._view.show_line(line)

    def _start(self, coro: Any, key: str) -> None:
        self._context.tasks.start(coro, name=f"reading {key}", owner=self._owner, key=f"pager {key}")

    def _on_later_timeout(self) -> None:
        self._start(self._load(is_swap=False), "ids")

    async def _load(self, *, is_swap: bool) -> None:
        took: list[float] = []

        def read(kernel: Kernel) -> "array[int]":
            began = time.perf_counter()
            found = self._ids(kernel)
            took.append(time.perf_counter() - began)
            return found

        try:
            found = await self._context.backend.read(read, lane="long" if self._is_long() else "read")
        except OpsError as error:
            if not self._model.ids:
                self._states.error(str(error), act=self.renew)
                return
            raise
        self._is_first = False
        self._took_s = took[0]
        self._model.flush()  # what came before is among those found
        known = self._model.ids
        if not is_swap and len(known) and found[: len(known)] == known:
            self._model.append(found[len(known) :])
            self._model.invalidate()
            return
        self._swap(found, is_kept=not is_swap)
        self.shown.emit()

    def _swap(self, found: "array[int]", *, is_kept: bool) -> None:
        """Show other ids; the current row stays current where it is among them, and the place where asked."""
        bar = self._view.verticalScrollBar()
        height = self._view.height_px
        top = self._model.id_at(bar.value() // height) if is_kept and bar.value() else None
        current = self._model.id_at(self._view.currentIndex().row())
        offset = bar.value() % height
        self._model.reset_ids(found)
        if current is not None and (line := self._model.line_of(current)) is not None:
            self._view.keep_current(line)
        if top is not None and (line := self._model.line_of(top)) is not None:
            bar.setValue(line * height + offset)
        elif not is_kept:
            self._view.scrollToTop()

    def _on_model_wanted(self) -> None:
        self._start(self._fetch(), "rows")

    async def _fetch(self) -> None:
        while wanted := self._model.take_wanted():
            try:
                for page, generation, ids in wanted:
                    rows = await self._context.backend.read(lambda kernel, ids=ids: self._rows(kernel, ids))
                    self._model.fill(page, generation, ids=ids, rows=rows)
            finally:
                self._model.give_up()
