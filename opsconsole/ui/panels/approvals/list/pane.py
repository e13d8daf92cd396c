"""The list of what waits: what its cards say, the filter, and how much is put off."""

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt, Signal

from opsconsole.ui.panels.approvals.rows import RISKS, Waiting
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import button, label, pill, row
from opsconsole.ui.widgets.listpane.face import Card, Measures, Pill, RowFace
from opsconsole.ui.widgets.listpane.filterfield import FilterField
from opsconsole.ui.widgets.listpane.pane import ListPane
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import tip
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
        kind = risk if row.risk == "ask" else f"{risk} risk"
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
    """

    switched = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, WaitingFace(), measures=_MEASURES, name="Requests that wait")
        self.count = pill("", "plain")
        self.put_off = button("", self.switched.emit, kind="chip")
        self.put_off.setCheckable(True)
        self.put_off.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.filter = FilterField(theme, hint="Filter by words, agent or sender", name="Filter what waits")
        self.put_above(row(label("Approvals", "h2"), None, self.put_off, self.count), margins=(20, 16, 16, 0))
        self.put_above(row(self.filter), margins=(16, 12, 16, 8))

    def show_counts(self, waiting: int, put_off: int, *, is_put_off: bool) -> None:
        """Say how many wait and how many are put off, and which of them are listed."""
        self.count.setText(f"{waiting} waiting")
        self.count.setVisible(not is_put_off)
        self.put_off.setText(f"{put_off} put off")
        self.put_off.setChecked(is_put_off)
        self.put_off.setVisible(put_off > 0)
        self.put_off.setToolTip("Show what waits (Z)" if is_put_off else "Show what is put off (Z)")
