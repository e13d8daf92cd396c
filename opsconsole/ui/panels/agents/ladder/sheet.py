"""The sheet of one cell: what a person would sign, what is missing and the ways to get there, and why it is done."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from opsconsole.engine.ladder import told
from opsconsole.engine.ladder.climb import LEAST_REASON
from opsconsole.engine.ladder.marks import fallen_words
from opsconsole.engine.ladder.rungs import Rung
from opsconsole.ui.panels.agents.ladder.data import CellRow, LadderView, details
from opsconsole.ui.panels.agents.ladder.staircase import day
from opsconsole.ui.panels.agents.parts import mark
from opsconsole.ui.panels.agents.savebar import REASON
from opsconsole.ui.widgets.basics import Role, Tone, button, label, pill, repolish, row, set_pill
from opsconsole.ui.widgets.flow import FlowLayout
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import clear, pairs, para
from opsconsole.ui.widgets.words import plural

WHY = "Why (kept with your name in the record)"
WHY_ANYWAY = "Why may it, though this is not earned? Kept with your name in the record"
NEVER = (
    "It will not get there as it is: too many of its decisions are wrong. See them, change its playbook, and try that"
    " on your past."
)
NEEDED = f"Say why in at least {LEAST_REASON} characters, so that others can read it; nothing was changed."


class Sheet(QFrame):
    """Shows one cell; `show_row` is total and keeps what is typed.

    Signals:
        way_wanted: a way to get there honestly: `judge`, `decide` or `past`.
        signed: Enter in the reason.
        fitted: what it says is laid out anew.
    """

    way_wanted = Signal(str)
    signed = Signal()
    fitted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setProperty("chosen", True)
        self._row: CellRow | None = None
        self.is_asked = False
        """The reason for a step without evidence is asked for."""
        self.title, self.state = label("", "h3", is_wrapped=True), pill("")
        self._lines, self._numbers = QVBoxLayout(), QVBoxLayout()
        self._lines.setSpacing(5)
        self.ways = QWidget()
        self._flow = FlowLayout(self.ways, gap=18, line_gap=4)
        self._ways = {name: button("", partial(self.way_wanted.emit, name), kind="link") for name in _WAYS}
        for made in self._ways.values():
            self._flow.addWidget(made)
        self.more = button("Details", self.turn_details, kind="link")
        self._details = QWidget()
        self._details.setLayout(self._numbers)
        self._numbers.setContentsMargins(0, 0, 0, 0)
        self._details.hide()
        self.reason = QLineEdit()
        self.reason.setMaxLength(REASON)
        self.reason.setAccessibleName("Why this step is taken")
        self.reason.returnPressed.connect(self.signed)
        self.reason.installEventFilter(self)
        self.said = label("", "error", is_wrapped=True)
        self.said.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        head = row(self.title, self.state)
        head.setStretch(0, 1)
        column.addLayout(head)
        column.addLayout(self._lines)
        column.addWidget(self.ways)
        column.addWidget(self.reason)
        column.addWidget(self.said)
        column.addLayout(row(self.more, None))
        column.addWidget(self._details)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The field moves as the lines above it are laid out."""
        if watched is self.reason and event.type() is QEvent.Type.Move:
            self.fitted.emit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fitted.emit()

    @property
    def typed(self) -> str:
        """The reason, on one line."""
        return " ".join(self.reason.text().split())

    def show_row(self, view: LadderView, found: CellRow, *, is_asked: bool) -> None:
        """Show a cell.

        Args:
            view: the agent's ladder.
            found: its line.
            is_asked: the step without evidence is wanted, and its reason asked for.
        """
        is_same = self._row == found and self.is_asked == is_asked
        is_other = self._row is None or self._row.key != found.key
        self._row, self.is_asked = found, is_asked
        if is_other:
            self.say("")
        if is_same:
            return
        rung = found.rung
        step = "Promote" if rung.next else "At the top"
        self.title.setText(f"{step}: {found.title}" if rung.next else f"{found.title}: at the top")
        set_pill(self.state, *_state(rung))
        with kept_in(self):
            self._tell(view, found)
            self._show_ways(view, rung)
            self._show_details(rung)
        self.reason.setPlaceholderText(WHY_ANYWAY if is_asked else WHY)
        self.reason.setVisible(bool(rung.next) and not rung.wall)

    def _tell(self, view: LadderView, found: CellRow) -> None:
        clear(self._lines)
        for text, role, tone in _sentences(view, found, is_asked=self.is_asked):
            made = para(text, role)
            if tone:
                made.setProperty("tone", tone)
            self._lines.addWidget(made)

    def _show_ways(self, view: LadderView, rung: Rung) -> None:
        offered = dict(_offered(view, rung))
        for name, made in self._ways.items():
            made.setVisible(name in offered)
            made.setText(offered.get(name, ""))
        self.ways.setVisible(bool(offered))

    def _show_details(self, rung: Rung) -> None:
        clear(self._numbers)
        found = details(rung)
        if found:
            self._numbers.addLayout(pairs(found))
        self.more.setVisible(bool(found))
        self._details.setVisible(bool(found) and self.more.text() != "Details")

    def turn_details(self) -> None:
        """Show the numbers behind it, or hide them."""
        is_open = self._details.isHidden()
        self._details.setVisible(is_open)
        self.more.setText("Hide details" if is_open else "Details")

    def has_reason(self) -> bool:
        """Return whether a reason stands there that others can read; where not, it is asked for."""
        if len(self.typed) >= LEAST_REASON:
            return True
        mark(self.reason, self.said, NEEDED)
        self.reason.setFocus()
        return False

    def say(self, error: str) -> None:
        """Say what went wrong, in place; empty: nothing did. What is typed stays."""
        mark(None, self.said, error)
        if not error and self.reason.property("invalid"):
            self.reason.setProperty("invalid", False)
            repolish(self.reason)


_WAYS = ("judge", "decide", "past")


def _state(rung: Rung) -> tuple[str, Tone]:
    if rung.demotion is not None:
        return "taken back", "danger"
    if rung.is_without_evidence:
        return told.WITHOUT_EVIDENCE, "warn"
    if not rung.next:
        return "at the top", "plain"
    if rung.can_climb:
        return ("gate open", "ok") if rung.gate is not None else ("your word is enough", "plain")
    return ("stays so", "plain") if rung.wall else ("not yet", "plain")


def _sentences(view: LadderView, found: CellRow, *, is_asked: bool) -> list[tuple[str, Role, str]]:
    """Return (text, role, tone) of each line of the sheet."""
    rung = found.rung
    lines: list[tuple[str, Role, str]] = []
    if (fall := rung.demotion) is not None:
        why = one_line(fall.why, 300).rstrip(".")
        held = fallen_words(fall)
        lines.append(
            (f"Taken back on {day(fall.at)}: {why}. It {held} since then, until its gate is open anew.", "", "danger")
        )
    if rung.is_without_evidence:
        lines.append(
            (f"It is {told.WITHOUT_EVIDENCE}: nothing proves yet that it may do what it does here.", "", "warn")
        )
    if not rung.next:
        lines.append(("It stands on the highest step. Lowering never asks for anything.", "", ""))
        return [*lines, *_owed(rung)]
    if rung.can_climb or is_asked:
        return [*lines, *_plain(told.sheet(view.name, rung, is_proven=rung.can_climb))]
    if rung.wall and rung.tool:
        lines.append((f"No record takes it further: {rung.wall}.", "", ""))
        return lines
    missing = told.missing(rung)
    is_never = missing.startswith(told.NEVER)
    lines.append((NEVER if is_never else f"Still needed: {missing}.", "", "warn" if is_never else ""))
    if rung.gate is not None:
        lines.append((told.record(rung.gate), "muted", ""))
    return lines


def _owed(rung: Rung) -> list[tuple[str, Role, str]]:
    if rung.owed is None:
        return []
    missing = told.missing(rung)
    said: list[tuple[str, Role, str]] = [(f"{missing[:1].upper()}{missing[1:]}.", "", "")] if missing else []
    return [*said, (told.record(rung.owed), "muted", "")]


def _plain(texts: tuple[str, ...]) -> list[tuple[str, Role, str]]:
    return [(text, "", "") for text in texts]


def _offered(view: LadderView, rung: Rung) -> list[tuple[str, str]]:
    """Return the honest ways to get there, as (name, words): none where the gate is open or nothing helps."""
    gate = rung.shown
    if rung.wall or gate is None or gate.is_open:
        return []
    found: list[tuple[str, str]] = []
    waiting = gate.standing.bases.get("open", 0)
    if not rung.tool:
        found.append(("judge", f"Judge what waits: {waiting:,}" if waiting else "Judge what was decided"))
    if rung.is_live:
        draws = view.draws.get(rung.category, 0)
        found.append(("decide", f"Decide first: {plural(draws, 'waits', 'wait')}" if draws else "Decide first"))
    if not rung.tool:
        found.append(("past", "Try it on your past" if view.has_past else "Bring in the past"))
    return found
