"""The list of what waits: what its cards say, the filter, and how much is put off."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from opsconsole.ui.panels.approvals.list.order import GROUPINGS, ORDERS, Grouping, Order
from opsconsole.ui.panels.approvals.rows import RISKS, Waiting
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import ChoiceBox, button, label, pill, row
from opsconsole.ui.widgets.flow import FlowLayout
from opsconsole.ui.widgets.listpane.face import Card, Measures, Pill, RowFace
from opsconsole.ui.widgets.listpane.filterfield import FilterField
from opsconsole.ui.widgets.listpane.pane import ListPane
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import clear, tip
from opsconsole.ui.widgets.words import ago, exact, short_span

_MEASURES = Measures(title=10, pill=17, bar=12)


@dataclass(frozen=True, slots=True)
class WaitingFace(RowFace[Waiting]):
    """What is said of a request at a moment; before the first query there is none."""

    now: datetime | None = None

    def card(self, row: Waiting) -> Card:
        return Card(
            title=row.title,
            age=self._age(row),
            text=row.because,
            pills=(Pill(*RISKS[row.risk]),),
            beside=row.agent,
            right=row.amount,
        )

    def text(self, row: Waiting) -> str:
        risk = RISKS[row.risk][0]
        kind = risk if row.risk in ("ask", "first") else f"{risk} risk"
        return f"{row.title}, {kind}, agent {row.agent}, waiting {self._age(row)} {row.amount}".strip()

    def description(self, row: Waiting) -> str:
        return row.because

    def tip(self, row: Waiting) -> str:
        asked = "" if self.now is None else f"Asked {ago(row.asked_at, self.now)}: {exact(row.asked_at)}"
        return tip(f"{one_line(row.title)}\n{one_line(row.because)}\n{asked}")

    def _age(self, row: Waiting) -> str:
        """Return how long it waits; where it is put off, until when."""
        if self.now is None:
            return ""
        if row.until is not None and row.until > self.now:
            return f"back in {short_span(row.until - self.now)}"
        return short_span(self.now - row.asked_at)


class WaitingPane(ListPane[Waiting]):
    """The left pane.

    Signals:
        switched: show what is put off, or again what waits.
        arranged: (grouping, order, the one group that is listed or empty).
    """

    switched = Signal()
    arranged = Signal(str, str, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, WaitingFace(), measures=_MEASURES, name="Requests that wait")
        self.count = pill("", "plain")
        self.put_off = button("", self.switched.emit, kind="chip")
        self.put_off.setCheckable(True)
        self.put_off.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.filter = FilterField(theme, hint="Filter by words, agent or sender", name="Filter what waits")
        self.put_above(row(label("Approvals", "h2"), None, self.put_off, self.count), margins=(20, 16, 16, 0))
        self.put_above(row(self.filter), margins=(16, 12, 16, 8))
        self.grouping = _choice(GROUPINGS, "Group what waits", self._on_chosen)
        self.order = _choice(ORDERS, "Order of what waits", self._on_chosen)
        self.put_above(row(self.grouping, self.order), margins=(16, 0, 16, 8))
        self._groups = QWidget()
        self._chips = FlowLayout(self._groups)
        self._shown: tuple[object, ...] = ()
        chips = row(self._groups)
        self.put_above(chips, margins=(16, 0, 16, 6))
        for part in (self._groups, self.count, self.put_off):  # until something is known
            part.hide()

    def show_groups(self, groups: Sequence[tuple[str, int]], *, grouping: Grouping, order: Order, only: str) -> None:
        """Show the groups with their numbers, and which of them is listed."""
        self.grouping.setCurrentIndex(self.grouping.findData(grouping))
        self.order.setCurrentIndex(self.order.findData(order))
        self._groups.setVisible(bool(groups))
        if self._shown == (tuple(groups), only):
            return
        self._shown = tuple(groups), only
        clear(self._chips)
        for name, number in groups:
            made = button(f"{one_line(name, 34)}  {number:,}", partial(self._on_group, "" if name == only else name))
            made.setProperty("kind", "chip")
            made.setCheckable(True)
            made.setChecked(name == only)
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            made.setToolTip("Show all groups" if name == only else "Show only these")
            self._chips.addWidget(made)

    def _on_chosen(self) -> None:
        self.arranged.emit(self.grouping.currentData(), self.order.currentData(), "")
        self.view.setFocus()

    def _on_group(self, name: str) -> None:
        self.arranged.emit(self.grouping.currentData(), self.order.currentData(), name)

    def show_counts(self, waiting: int, put_off: int, *, first: int, is_put_off: bool) -> None:
        """Say how many wait, how many of them are decided first, how many are put off, and which are listed."""
        self.count.setText(f"{waiting:,} waiting" if not first else f"{waiting:,} waiting, {first:,} to decide first")
        self.count.setVisible(not is_put_off)
        self.put_off.setText(f"{put_off:,} put off")
        self.put_off.setChecked(is_put_off)
        self.put_off.setVisible(put_off > 0)
        self.put_off.setToolTip("Show what waits (Z)" if is_put_off else "Show what is put off (Z)")


def _choice(names: Mapping[Any, str], name: str, act: Callable[[], None]) -> ChoiceBox:
    """Make a small box of choices that never has the keys by itself: single keys are verbs."""
    made = ChoiceBox()
    made.setAccessibleName(name)
    made.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    for value, words in names.items():
        made.addItem(words, value)
    made.activated.connect(lambda _=0: act())
    return made
