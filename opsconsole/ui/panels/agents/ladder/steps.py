"""The steps that an agent took so far, the newest first: who, when, why, and on what numbers."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from opsconsole.ui.panels.agents.ladder.data import LadderView, StepTaken
from opsconsole.ui.panels.agents.ladder.staircase import day
from opsconsole.ui.widgets.basics import beside, label, pill
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import clear, para
from opsconsole.ui.widgets.words import exact, plural


class StepsCard(QFrame):
    """A list; made anew only where a step came to it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._shown: tuple[str, tuple[StepTaken, ...]] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addWidget(label("Steps so far", "h3"))
        self._column = QVBoxLayout()
        self._column.setSpacing(10)
        column.addLayout(self._column)

    def show_view(self, view: LadderView) -> None:
        """Show an agent's."""
        if self._shown == (view.agent, view.steps):
            return
        self._shown = view.agent, view.steps
        with kept_in(self):
            clear(self._column)
        if not view.steps:
            self._column.addWidget(para("None yet. Each step up or down will stand here, with its numbers.", "muted"))
        for step in view.steps:
            self._column.addLayout(_line(step))
        if view.more_steps:
            text = f"{plural(view.more_steps, 'earlier step')}: `opsconsole ladder history {view.agent}`"
            self._column.addWidget(label(text, "small"))


def _line(step: StepTaken) -> QVBoxLayout:
    made = QVBoxLayout()
    made.setSpacing(1)
    pills: list[QWidget] = []
    if not step.is_up:
        pills.append(pill("down, over since" if step.is_over else "down", "plain" if step.is_over else "danger"))
    elif not step.is_proven:
        pills.append(pill("without evidence", "warn"))
    made.addLayout(beside(para(step.what, "h3"), *pills))
    parts = [f"{day(step.at)} {step.at.year}", step.who, step.numbers]
    under = label(" · ".join(part for part in parts if part), "small", is_wrapped=True)
    under.setToolTip(exact(step.at))
    made.addWidget(under)
    if step.why:
        made.addWidget(para(one_line(step.why, 400), "muted"))
    return made
