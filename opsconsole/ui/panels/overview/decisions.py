"""The card of what people decided: six figures beside the time before, the price of it, and what stands out."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from opsconsole.engine.kernel import Kernel
from opsconsole.policy.insights.observations import MOST, Observation, Rule
from opsconsole.policy.insights.words import PRICE_MEANS, Figure
from opsconsole.store.queries.views.insights import Insights, insights
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.overview.tiles import Tiles
from opsconsole.ui.widgets.basics import ChoiceBox, beside, button, label, row
from opsconsole.ui.widgets.states import States

DAYS = "overview/decision_days"
PERIODS = (7, 30)
WIDEST = 240
"""Px of the choice of agents: a long name must not push the card beyond the page."""
_DOORS: dict[Rule, str] = {
    "level": "Open autonomy",
    "waits": "Open its events",
    "edits": "Open playbook",
    "rejections": "Open playbook",
}


class FigureBlock(QWidget):
    """One figure with what it is of, and how it stands to the time before."""

    def __init__(self) -> None:
        super().__init__()
        self._caption, self._value = label("", "cap"), label("", "h2")
        self._of, self._change = label("", "small", is_wrapped=True), label("", "small", is_wrapped=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for part in (self._caption, self._value, self._of, self._change):
            column.addWidget(part)
        column.addStretch(1)

    def show_figure(self, figure: Figure) -> None:
        """Show it; what is counted stands in the hover, and below the card where that is asked for."""
        self._caption.setText(figure.caption)
        self._value.setText(figure.value)
        self._of.setText(figure.of)
        self._of.setVisible(bool(figure.of))
        self._change.setText(figure.change)
        self.setToolTip(figure.means)
        told = ". ".join(part for part in (figure.value, figure.of, figure.change) if part)
        self.setAccessibleName(f"{figure.caption}: {told}")


class ObservationLine(QWidget):
    """One thing that stands out, with the door to what it speaks of."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context, self._text = context, label("", is_wrapped=True)
        self.door = button("", self._open, kind="link")
        self._shown: tuple[Insights, Observation] | None = None
        line = beside(self._text, self.door)
        line.setSpacing(16)
        self.setLayout(line)

    def show_observation(self, found: Insights, observation: Observation) -> None:
        """Show it."""
        self._shown = found, observation
        self._text.setText(observation.text)
        self.door.setText(_DOORS[observation.rule])
        self.door.setAccessibleName(f"{_DOORS[observation.rule]}: {observation.text}")

    def _open(self) -> None:
        if self._shown is None:
            return
        found, observation = self._shown
        go = self._context.navigator.go
        if observation.rule == "waits":
            about = {"category": observation.category} if observation.category else {}
            go("feed", agent=observation.agent, outcome="with_you", since=found.since, **about)
        else:
            go("agents", agent=observation.agent, tab="autonomy" if observation.rule == "level" else "playbook")


class DecisionsCard(QFrame):
    """Reads for itself, so that another period or agent leaves the rest of the page alone."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("card")
        self._context = context
        kept = str(context.memory.value(DAYS, PERIODS[0]))
        self._days = int(kept) if kept in map(str, PERIODS) else PERIODS[0]
        self._agent: str | None = None
        self._found: Insights | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addLayout(self._head())
        self._blocks: tuple[FigureBlock, ...] = ()
        self.lines: tuple[ObservationLine, ...] = ()
        content = QWidget()
        self._inside = QVBoxLayout(content)
        self._inside.setContentsMargins(0, 0, 0, 0)
        self._inside.setSpacing(10)
        self._states = States(content)
        column.addWidget(self._states)

    def _fill(self) -> None:
        """Make what is inside once it is known, in another turn than the page: so no gap is felt."""
        self._blocks = tuple(FigureBlock() for _ in range(6))
        tiles = Tiles(least=160, most=6, gap=16, is_even=True)
        tiles.show_cards(self._blocks)
        self._price = label("", "muted", is_wrapped=True)
        for part in (tiles, self._price, *self._noticed(), *self._meaning()):
            self._inside.addWidget(part)

    def _head(self) -> QHBoxLayout:
        self.agents = ChoiceBox()
        self.agents.setAccessibleName("Whose requests")
        self.agents.setMaximumWidth(WIDEST)
        self.agents.addItem("All agents", None)
        self.agents.activated.connect(self._on_agent_chosen)
        group = QButtonGroup(self)
        chips: list[QPushButton] = []
        for days in PERIODS:
            chip = button(f"Last {days} days", partial(self._choose, days), kind="chip")
            chip.setCheckable(True)
            chip.setChecked(days == self._days)
            group.addButton(chip)
            chips.append(chip)
        return row(label("Your decisions", "h3"), None, *chips, self.agents)

    def _noticed(self) -> tuple[QWidget, ...]:
        self._nothing = label("", "muted", is_wrapped=True)
        self.lines = tuple(ObservationLine(self._context) for _ in range(MOST))
        return (label("What stands out", "cap"), self._nothing, *self.lines)

    def _meaning(self) -> tuple[QWidget, ...]:
        self.meaning = button("What is counted", self._on_meaning_pressed, kind="link")
        self._meanings = label("", "small", is_wrapped=True, is_selectable=True)
        self._meanings.hide()
        return self.meaning, self._meanings

    def refresh(self) -> None:
        """Query again."""
        self._context.tasks.start(self._load(), name="your decisions", owner=self, key="load")

    async def _load(self) -> None:
        days, agent = self._days, self._agent

        def query(kernel: Kernel) -> Insights:
            return insights(kernel.reader, until=kernel.clock.now(), days=days, agent=agent)

        try:
            self._found = await self._context.backend.read(query)
        except Exception as error:
            self._states.error(str(error), act=self.refresh)
            raise
        self._render(self._found)

    def _choose(self, days: int) -> None:
        self._days = days
        self._context.memory.setValue(DAYS, days)
        self.refresh()

    def _on_agent_chosen(self, place: int) -> None:
        self._agent = self.agents.itemData(place, Qt.ItemDataRole.UserRole)
        self.refresh()

    def _on_meaning_pressed(self) -> None:
        self._meanings.setVisible(self._meanings.isHidden())
        self.meaning.setText("What is counted" if self._meanings.isHidden() else "Hide what is counted")

    def _render(self, found: Insights) -> None:
        """Show what was found; total and idempotent."""
        self._offer(found.agents)
        if found.is_empty:
            self._states.empty(
                f"Nothing was asked in the last {found.days} days",
                "How often you approve, how long it takes and what it costs stands here once agents ask you.",
            )
            return
        if not self._blocks:
            self._fill()
        told = found.figures
        for block, figure in zip(self._blocks, told, strict=True):
            block.show_figure(figure)
        self._price.setText(found.price)
        self._price.setToolTip(PRICE_MEANS)
        self._meanings.setText(
            "\n".join([*(f"{each.caption}: {each.means}" for each in told), f"Price: {PRICE_MEANS}"])
        )
        for place, line in enumerate(self.lines):
            line.setVisible(place < len(found.observed))
            if place < len(found.observed):
                line.show_observation(found, found.observed[place])
        self._nothing.setVisible(not found.observed)
        self._nothing.setText(found.nothing)
        self._states.show_content()

    def _offer(self, agents: dict[str, str]) -> None:
        wanted: list[tuple[str, str | None]] = [("All agents", None), *((name, id_) for id_, name in agents.items())]
        there = [(self.agents.itemText(place), self.agents.itemData(place)) for place in range(self.agents.count())]
        if wanted == there:
            return
        self.agents.clear()
        for name, agent in wanted:
            self.agents.addItem(name, agent)
        self.agents.setCurrentIndex(max(0, self.agents.findData(self._agent)))
