"""What statisticians ask: agreement beyond chance, recall, confusion, coverage, reliability, evidence."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from opsconsole.engine.evidence.report import Numbers
from opsconsole.policy.evidence import OPENS_AT
from opsconsole.ui.panels.shadow.numbers.data import Ids, Point, Told
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import Role, button, card, label, row
from opsconsole.ui.widgets.charts.evidence import Curve, Spot
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import clear, tip

MOST = 10
"""Decisions a table shows."""


class Details(QWidget):
    """Everything behind Details; `show_told` is total.

    Signals:
        pairs_wanted: (frozenset of pairs, what they are).
    """

    pairs_wanted = Signal(object, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._told: Told | None = None
        self.growth = Curve(
            theme, "Evidence", names=("decisions that count", "evidence, logarithmic"), is_log=True, is_share=False,
            threshold=(OPENS_AT, "opens at 20"),
        )  # fmt: skip
        self.coverage = Curve(theme, "Risk and coverage", names=("share of events taken", "right among them"))
        self.reliability = Curve(theme, "Reliability", names=("how sure it said", "how often right"), has_diagonal=True)
        for which in ("growth", "coverage", "reliability"):
            chart: Curve = getattr(self, which)
            chart.opened.connect(partial(self._open, which))
        self._figures, self._recall, self._confusion = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        self._growth_note = label("", "small", is_wrapped=True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(12)
        self._cut = label("", "small")
        outer.addWidget(self._cut)
        outer.addWidget(_card("In figures", self._figures))
        charts = QGridLayout()
        charts.setSpacing(12)
        for place, (title, chart) in enumerate(
            (
                ("Evidence that it is right in more than 85%", self.growth),
                ("When only sure decisions are taken", self.coverage),
                ("Is it as sure as it is right?", self.reliability),
            )
        ):
            column = QVBoxLayout()
            column.addWidget(chart)
            if chart is self.growth:
                column.addWidget(self._growth_note)
            charts.addWidget(_card(title, column), place // 2, place % 2)
        charts.addWidget(_card("How often it did what the human did", self._recall), 1, 1)
        outer.addLayout(charts)
        outer.addWidget(_card("What the human did, and what the agent would have", self._confusion))

    def show_told(self, told: Told) -> None:
        """Show other numbers."""
        self._told = told
        self._cut.setText(
            f"Details are of the newest {told.newest:,} pairs that may count; the rows above are of all."
            if told.newest
            else ""
        )
        self._cut.setVisible(bool(told.newest))
        for chart, points in (
            (self.growth, told.growth), (self.coverage, told.coverage), (self.reliability, told.reliability),
        ):  # fmt: skip
            chart.show_spots([Spot(point.x, point.y, point.words) for point in points])
        self._growth_note.setText("" if told.growth else "Choose one agent and category: evidence is of one cell.")
        self._growth_note.setVisible(not told.growth)
        self._render_figures(told.numbers)
        self._render_recall(told)
        self._render_confusion(told)

    def _render_figures(self, numbers: Numbers) -> None:
        clear(self._figures)
        judged = f"{numbers.judged_fine} of {numbers.judged}" if numbers.judged else "none judged yet"
        facts = (
            ("Agreement", f"{numbers.agreed} of {numbers.pairs}", "Both did the same. Agreement is not accuracy"),
            ("Right of judged", judged, "A person said that the agent was right, or both"),
            ("Most frequent alone", _share(numbers.majority), "Always doing what people do most would agree so often"),
            ("Kappa", _number(numbers.kappa), "Agreement beyond chance (Cohen): 0 is chance, 1 is all"),
            ("AC1", _number(numbers.ac1), "Agreement beyond chance (Gwet), steady where nearly all is of one kind"),
        )
        line = row(spacing=28)
        for name, value, more in facts:
            part = QWidget()
            column = QVBoxLayout(part)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(2)
            column.addWidget(label(name, "cap"))
            column.addWidget(label(value, "h3"))
            part.setToolTip(more)
            line.addWidget(part)
        line.addStretch(1)
        holder = QWidget()
        line.setContentsMargins(0, 0, 0, 0)
        holder.setLayout(line)
        self._figures.addWidget(holder)

    def _render_recall(self, told: Told) -> None:
        clear(self._recall)
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(0, 1)
        for line, (name, (met, of)) in enumerate(list(told.numbers.recall.items())[:MOST]):
            words = _narrow(one_line(_decision(name), 60))
            words.setToolTip(tip(_decision(name)))
            grid.addWidget(words, line, 0)
            grid.addWidget(label(f"{met} of {of}", "small"), line, 1)
            grid.addWidget(self._opens(told.recall.get(name, frozenset()), f"the human: {_decision(name)}"), line, 2)
        self._recall.addWidget(holder)
        self._recall.addStretch(1)

    def _render_confusion(self, told: Told) -> None:
        clear(self._confusion)
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        names, left = _most_confused(told.numbers)
        grid.addWidget(label("Human ↓   Agent →", "cap"), 0, 0)
        for at, name in enumerate(names, 1):
            head, side = label(f"{at}", "cap"), _narrow(f"{at}   {one_line(_decision(name), 72)}", "small")
            for part in (head, side):
                part.setToolTip(tip(_decision(name)))
            grid.addWidget(head, 0, at, Qt.AlignmentFlag.AlignHCenter)
            grid.setColumnMinimumWidth(at, 44)
            grid.addWidget(side, at, 0)
        grid.setColumnStretch(0, 1)
        for down, human in enumerate(names, 1):
            for across, agent in enumerate(names, 1):
                ids = told.confusion.get((human, agent))
                if ids:
                    about = f"human {_decision(human)}, agent {_decision(agent)}"
                    made = button(f"{len(ids)}", partial(self.pairs_wanted.emit, ids, about), kind="chip")
                    made.setCheckable(True)
                    made.setChecked(human == agent)
                    made.setAccessibleName(f"{len(ids)} pairs: {about}")
                    made.clicked.connect(partial(made.setChecked, human == agent))
                    grid.addWidget(made, down, across, Qt.AlignmentFlag.AlignCenter)
                else:
                    grid.addWidget(label("·", "small"), down, across, Qt.AlignmentFlag.AlignCenter)
        self._confusion.addWidget(holder)
        if left:
            self._confusion.addWidget(label(f"{left} more decisions are not shown here.", "small"))

    def _opens(self, ids: Ids, about: str) -> QWidget:
        made = button("Open", partial(self.pairs_wanted.emit, ids, about), kind="link")
        made.setAccessibleName(f"Open {len(ids)} pairs: {about}")
        return made

    def _open(self, which: str, at: int) -> None:
        points: Sequence[Point] = getattr(self._told, which)
        if points[at].ids:
            self.pairs_wanted.emit(points[at].ids, points[at].words)


def _card(title: str, inside: QVBoxLayout) -> QFrame:
    frame, column = card()
    column.addWidget(label(title, "h3"))
    column.addLayout(inside)
    return frame


def _most_confused(numbers: Numbers) -> tuple[list[str], int]:
    """Return the decisions to show, those over which the two differ first, and how many are left."""
    sums: dict[str, tuple[int, int]] = {}
    for (human, agent), count in numbers.confusion.items():
        for name in {human, agent}:
            other, every = sums.get(name, (0, 0))
            sums[name] = other + count * (human != agent), every + count
    names = sorted(sums, key=lambda sum_: (-sums[sum_][0], -sums[sum_][1], sum_))
    return names[:MOST], len(names[MOST:])


def _narrow(text: str, role: Role = "") -> QLabel:
    """Make a label that takes more lines before it widens the page."""
    made = label(text, role, is_wrapped=True)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    made.setSizePolicy(policy)
    return made


def _decision(name: str) -> str:
    return name.replace("_", " ")


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.0%}"


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"
