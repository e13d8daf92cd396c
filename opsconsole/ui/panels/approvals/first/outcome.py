"""What a person decided beside what the agent did, where these differ, and who was right."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from opsconsole.domain.enums import Adjudication
from opsconsole.engine.ladder.beside import Beside
from opsconsole.ui.panels.approvals.sides import OneAct, deeds, is_severe, line_of
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import card, clamped, label, pill, row
from opsconsole.ui.widgets.columns import scrolled
from opsconsole.ui.widgets.diff.table import ChangeTable
from opsconsole.ui.widgets.keybutton import KeyButton
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import clear, para

VERDICTS = ((Adjudication.AGENT, "The agent was right"), (Adjudication.HUMAN, "I was right"),
            (Adjudication.BOTH, "Both are fine"))  # fmt: skip
"""What the keys 1 to 3 say."""
_SHORT = ("Agent right", "I was right", "Both fine")
ROOMY, LEAST = 700, 520
"""Width in px from which there is room for whole words, and what is always there."""
_ONLY = {"agent": ("− Only the agent", "danger"), "you": ("+ Only you", "ok")}


class Outcome(QFrame):
    """Both sides; `judge` takes a verdict, `go_on` leaves it for later."""

    def __init__(self, theme: Theme, *, judge: Callable[[Adjudication], None], go_on: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("detail")
        self._theme = theme
        page = QWidget()
        page.setObjectName("page")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(28, 20, 28, 20)
        self._column.setSpacing(12)
        self.keys = [
            KeyButton(theme, words, key=f"{number}", act=lambda verdict=verdict: judge(verdict))
            for number, (verdict, words) in enumerate(VERDICTS, 1)
        ]
        self.later = KeyButton(theme, "Later", key="Enter", act=go_on)
        self._name_keys()
        self._bar = QFrame()
        self._bar.setObjectName("actions")
        self._bar.setFixedHeight(60)
        line = row(*self.keys, None, self.later)
        line.setContentsMargins(28, 12, 28, 12)
        self._bar.setLayout(line)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(scrolled(page), 1)
        column.addWidget(self._bar)

    def show_sides(self, title: str, agent: str, sides: Beside) -> None:
        """Show both sides."""
        clear(self._column)
        head = clamped("h1")
        head.setText(one_line(title))
        line = row(spacing=10)
        line.addWidget(head, 1)
        line.addWidget(pill("Otherwise", "warn"), 0, Qt.AlignmentFlag.AlignTop)
        if is_severe(sides):
            line.addWidget(pill("Severe", "danger"), 0, Qt.AlignmentFlag.AlignTop)
        self._column.addLayout(line)
        self._column.addWidget(para(line_of(sides, agent)))
        self._column.addWidget(
            para("It counts as wrong for the agent until you say who was right.", "muted"),
        )
        for deed in deeds(sides):
            self._column.addWidget(self._deed(deed, agent))
        if not sides.person:
            self._column.addWidget(para("You would have done nothing.", "muted"))
        self._column.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the words are short, not cut off."""
        super().resizeEvent(event)
        self._name_keys()

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST, super().minimumSizeHint().height())  # else the long words would hold the window wide

    def _name_keys(self) -> None:
        for key, short, (_, words) in zip(self.keys, _SHORT, VERDICTS, strict=True):
            key.name_it(words if self.width() >= ROOMY else short)
            key.setAccessibleName(words)
        self.later.setAccessibleName("Judge it later")

    def _deed(self, deed: OneAct, agent: str) -> QFrame:
        frame, column = card()
        words, tone = _ONLY.get(deed.who, ("Alike", "ok") if deed.is_same else ("Differs", "warn"))
        column.addLayout(row(label(deed.title, "h3"), pill(words, tone), None))  # type: ignore[arg-type]
        if deed.fields:
            sides = (one_line(agent, 40), "You")
            table = ChangeTable(self._theme, sides, spoken=("the agent", "you"), is_two_sided=True)
            table.setAccessibleName(f"{deed.title}: the agent beside you")
            table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            table.show_changes(deed.fields)
            column.addWidget(table)
        return frame
