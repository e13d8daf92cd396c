"""The card of a lesson's trial on the past: what it may cost, how far it is, what came of it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from opsconsole.ui.panels.shadow.lessons import backtesttext
from opsconsole.ui.panels.shadow.lessons.backtesttext import LessonBacktest
from opsconsole.ui.panels.shadow.lessons.data import Row
from opsconsole.ui.reports import LessonReport
from opsconsole.ui.widgets.basics import button, card, label, pill, repolish, row
from opsconsole.ui.widgets.texts import clear, para
from opsconsole.ui.widgets.words import plural, sum_typed

ASK = "Say how much it may cost at most: a number above 0, like 5 or 0.50."


class PastCard(QFrame):
    """Shows a trial; `render` is total.

    Signals:
        try_wanted: Enter in the field that asks for the cap.
        cancel_wanted: the trial under way shall end.
    """

    try_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._currency = ""
        self._report: LessonReport | None = None
        frame, column = card()
        self._about = para(backtesttext.ABOUT, "muted")
        self._said = label("", "", is_wrapped=True)
        self.cap = QLineEdit()
        self.cap.setAccessibleName("How much the trial may cost at most")
        self.cap.setPlaceholderText("5.00")
        self.cap.setFixedWidth(110)
        self.cap.textEdited.connect(lambda _="": self._show_wrong(""))
        self.cap.returnPressed.connect(self.try_wanted)
        self._money, self._guess = label("", "small"), label("", "small", is_wrapped=True)
        self._wrong = label("", "error", is_wrapped=True)
        self._costs = QWidget()
        costs = QVBoxLayout(self._costs)
        costs.setContentsMargins(0, 0, 0, 0)
        costs.setSpacing(6)
        costs.addLayout(row(label("It may cost at most"), self.cap, self._money, None))
        costs.addWidget(self._guess)
        costs.addWidget(self._wrong)
        self.progress, self._far = QProgressBar(), label("", "small")
        self.progress.setAccessibleName("Trying on the past")
        self.progress.setTextVisible(False)
        self.cancel = button("Cancel", self.cancel_wanted.emit)
        self._under_way = QWidget()
        line = row(self.progress, self._far, self.cancel, spacing=12)
        line.setStretch(0, 1)
        self._under_way.setLayout(line)
        self._result = QVBoxLayout()
        self._result.setSpacing(10)
        column.addWidget(label("On the past", "h3"))
        column.addWidget(self._about)
        column.addWidget(self._costs)
        column.addWidget(self._said)
        column.addWidget(self._under_way)
        column.addLayout(self._result)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)

    def show_for(self, lesson_row: Row, currency: str) -> None:
        """Another lesson is meant: what was typed for the one before is gone."""
        self._currency = currency
        self.cap.clear()
        self._show_wrong("")
        self._money.setText(currency)
        about = f"A run cost {currency} {lesson_row.mean_cost:,.4f} on average; every event is worked twice."
        self._guess.setText(
            f"{lesson_row.name} thinks with a model. "
            + (about if lesson_row.mean_cost else "What it costs is not known yet.")
        )

    def cap_typed(self) -> float | None:
        """Return the cap; None, and a word about it, where none was typed that can be meant."""
        found = sum_typed(self.cap.text())
        self._show_wrong("" if found else ASK)
        if not found:
            self.cap.setFocus()
            self.cap.selectAll()
        return found

    def render_trial(self, trial: LessonBacktest, *, is_costly: bool) -> None:
        """Show how it stands."""
        self._about.setVisible(trial.report is None)
        self._costs.setVisible(is_costly and not trial.is_running)
        self._said.setText(trial.text)
        self._said.setVisible(bool(trial.text))
        role = "error" if trial.is_wrong else "muted"
        if self._said.property("role") != role:
            self._said.setProperty("role", role)
            repolish(self._said)
        self._under_way.setVisible(trial.is_running)
        self.progress.setRange(0, trial.of)
        self.progress.setValue(trial.done)
        self._far.setText(f"{trial.done:,} of {plural(trial.of, 'event')}" if trial.of else "Looking what there is…")
        if trial.report is not self._report:
            self._report = trial.report
            clear(self._result)
            if trial.report is not None:
                self._show_report(trial.report)

    def _show_report(self, report: LessonReport) -> None:
        head = row(label(backtesttext.headline(report)))
        if report.events:
            head.addWidget(pill(f"{report.better:,} better", "ok" if report.better else "plain"))
            head.addWidget(pill(f"{report.worse:,} worse", "danger" if report.worse else "plain"))
        head.addStretch(1)
        self._result.addLayout(head)
        if report.events:
            self._result.addWidget(self._grid(report))
            self._result.addWidget(para(backtesttext.difference(report)))
        self._result.addWidget(para(backtesttext.footnote(report), "small"))

    def _grid(self, report: LessonReport) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(6)
        for place, stretch in ((0, 0), (1, 1), (2, 1)):
            grid.setColumnStretch(place, stretch)
        for place, head in enumerate(("", "As in use", "With the lesson")):
            grid.addWidget(label(head, "cap"), 0, place)
        for line, figure in enumerate(backtesttext.figures(report, self._currency), 1):
            grid.addWidget(label(figure.name, "small"), line, 0, Qt.AlignmentFlag.AlignTop)
            for place, words in ((1, figure.before), (2, figure.after)):
                made = para(words)
                made.setAccessibleName(f"{figure.name}, {'with the lesson' if place == 2 else 'as in use'}: {words}")
                grid.addWidget(made, line, place, Qt.AlignmentFlag.AlignTop)
        return holder

    def _show_wrong(self, text: str) -> None:
        self._wrong.setText(text)
        self._wrong.setVisible(bool(text))
        self.cap.setProperty("invalid", "true" if text else "false")
        repolish(self.cap)
