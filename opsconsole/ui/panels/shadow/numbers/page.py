"""So far: how often each agent was right in each category, and what a gate still needs. The rest is behind Details."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from opsconsole.domain.errors import OpsError
from opsconsole.engine.evidence.words import needs, set_aside
from opsconsole.engine.ladder.standing import GateProgress
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.shadow.numbers.data import Found, load
from opsconsole.ui.panels.shadow.numbers.details import Details
from opsconsole.ui.widgets.basics import ChoiceBox, button, card, label, pill, row
from opsconsole.ui.widgets.charts.evidence import IntervalBar
from opsconsole.ui.widgets.columns import card_column
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.texts import clear
from opsconsole.ui.widgets.words import plural, spoken

_NOTE = (
    "Right so far, with the range the truth lies in, and the mark a narrow scope asks for. One customer, or one thread,"
    " counts once a day; what people did the same without having seen it counts, and what you judged."
)


class NumbersPage(QWidget):
    """One row an agent and category; each opens its pairs.

    Signals:
        pairs_wanted: (which, see `data.Which`; what they are).
    """

    pairs_wanted = Signal(object, str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._chosen: tuple[str, str] | None = None
        self.found: Found | None = None
        self._scroll, column = card_column()
        self._rows, self._repeats = QVBoxLayout(), label("", "small", is_wrapped=True)
        self._rows.setSpacing(12)
        self.details = Details(context.theme)
        self.details.pairs_wanted.connect(self.pairs_wanted)
        self.details.hide()
        self.toggle = button("Details", self._on_toggle)
        self.toggle.setCheckable(True)
        self._of = ChoiceBox()
        self._of.setAccessibleName("Details of")
        self._of.setMinimumWidth(240)
        self._of.activated.connect(self.detail_of)
        self._of.hide()
        column.addWidget(label(_NOTE, "muted", is_wrapped=True))
        column.addLayout(self._rows)
        column.addWidget(self._repeats)
        column.addLayout(row(self.toggle, self._of, None))
        column.addWidget(self.details)
        self.states = States(self._scroll)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.states)

    def refresh(self) -> None:
        """Count again."""
        self._context.tasks.start(self._load(), name="the numbers", owner=self, key="load")

    async def _load(self) -> None:
        chosen = self._chosen
        try:
            found = await self._context.backend.read(lambda kernel: load(kernel, chosen), lane="long")
        except OpsError as error:
            self.states.error(f"{error}", act=self.refresh)
            return
        if found != self.found:
            self.found = found
            self._render(found)

    def _render(self, found: Found) -> None:
        clear(self._rows)
        if not found.cells:
            number = plural(found.awaited, "decision in shadow waits", "decisions in shadow wait")
            waits = f"{number} for what people do. " if found.awaited else ""
            self.states.empty("No pairs yet", f"{waits}Numbers stand here once there is something to compare.")
            return
        by_agent: dict[str, list[GateProgress]] = {}
        for cell in found.cells:
            by_agent.setdefault(cell.agent, []).append(cell)
        for agent, some in by_agent.items():
            self._rows.addWidget(self._agent(found, agent, some))
        same, again = found.repeats
        self._repeats.setText(
            f"Shown again, you said the same in {same} of {again}."
            if again
            else "Now and then a pair you judged is shown again, to see whether you say the same. None was yet."
        )
        self._render_of(found)
        self.details.show_told(found.told)
        self.states.show_content()

    def _agent(self, found: Found, agent: str, some: list[GateProgress]) -> QFrame:
        frame, column = card()
        versions = {progress.number for progress in some if progress.number is not None}
        name = found.names.get(agent, spoken(agent))
        version = f"version {max(versions)}" if versions else ""
        column.addLayout(row(label(name, "h3"), label(version, "small"), None))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(4, 3)
        for place, width in ((0, 160), (2, 84), (3, 76), (5, 70)):
            grid.setColumnMinimumWidth(place, width)  # the columns of all agents stand under each other
        for place, head in enumerate(("Category", "Right so far", "", "Severe", "Still needed", "")):
            grid.addWidget(label(head, "cap"), 0, place)
        for line, progress in enumerate(some, 1):
            self._cell(grid, line, found, progress)
        column.addLayout(grid)
        for why, number in set_aside(some):
            nothing = plural(number, "pair proves nothing", "pairs prove nothing")
            column.addWidget(label(f"{nothing}: {why}", "small", is_wrapped=True))
        return frame

    def _cell(self, grid: QGridLayout, line: int, found: Found, progress: GateProgress) -> None:
        at = progress.standing
        category = found.called.of(progress.agent, progress.category) or "No category"
        bar = IntervalBar(self._context.theme)
        bounds, share = at.interval, at.right / at.total if at.total else None
        bar.show_interval(share, bounds.low, bounds.high, mark=at.gate.accuracy)
        right = f"{at.right} of {at.total}" if at.total else "nothing counts"
        needed = needs(progress)
        more = label(needed[:1].upper() + needed[1:], "small", is_wrapped=True)
        more.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        if at.is_open:
            more.setProperty("tone", "ok")
        name = found.names.get(progress.agent, spoken(progress.agent))
        about = f"{name}, {category.lower()}"
        opens = button(
            plural(progress.pairs, "pair"),
            partial(self.pairs_wanted.emit, (progress.agent, progress.category), about),
            kind="link",
        )
        opens.setAccessibleName(f"Open {plural(progress.pairs, 'pair')} of {about}")
        severe = pill(f"{progress.severe} severe", "danger") if progress.severe else label("none", "small")
        name_label = label(category)
        name_label.setToolTip(
            f"Judged {progress.judged}, excluded {progress.excluded}, agreed after seeing {progress.unblind}"
        )
        parts = (name_label, bar, label(right), severe, more, opens)
        for place, part in enumerate(parts):
            is_bar = place in (1, 4)
            side = Qt.AlignmentFlag.AlignVCenter
            grid.addWidget(part, line, place, side if is_bar else side | Qt.AlignmentFlag.AlignLeft)

    def _render_of(self, found: Found) -> None:
        self._of.clear()
        self._of.addItem("All together", None)
        for cell in found.cells:
            name = found.names.get(cell.agent, spoken(cell.agent))
            self._of.addItem(f"{name}: {found.called.of(cell.agent, cell.category) or 'No category'}")
        cells = [(cell.agent, cell.category) for cell in found.cells]
        self._of.setCurrentIndex(cells.index(found.chosen) + 1 if found.chosen else 0)

    def scroll_to(self, part: QWidget) -> None:
        """Bring the end of a part on the screen."""
        self._scroll.verticalScrollBar().setValue(part.y() + part.height())

    def detail_of(self, place: int) -> None:
        """Count one row in detail, from 1; 0: all together."""
        if self.found is not None and place <= len(self.found.cells):
            cell = self.found.cells[place - 1] if place else None
            self._chosen = None if cell is None else (cell.agent, cell.category)
            self.refresh()

    def _on_toggle(self) -> None:
        for part in (self.details, self._of):
            part.setVisible(self.toggle.isChecked())
