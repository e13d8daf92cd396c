"""One pair: what the event said, and side by side what the agent would have done and what the human did."""

from collections.abc import Callable, Mapping
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from opsconsole.domain.enums import Severity
from opsconsole.engine.evidence.words import SAID, VERDICTS
from opsconsole.store.queries.pairs import PairRow
from opsconsole.ui.panels.shadow.compare.data import ComparedRow, Shown
from opsconsole.ui.panels.shadow.compare.list import TONES
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import Tone, beside, button, card, clamped, label, pill, row
from opsconsole.ui.widgets.columns import scrolled
from opsconsole.ui.widgets.diff.table import ChangeTable
from opsconsole.ui.widgets.flow import flowing
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import clear, foldable, para
from opsconsole.ui.widgets.words import ago, exact, spoken

SIDES = ("The agent would have", "The human did")
_MARKS: dict[str, tuple[str, Tone]] = {
    "agent": ("− Only the agent", "danger"),
    "human": ("+ Only the human", "ok"),
}


class PairDetail(QWidget):
    """Shows one pair whole. `show_pair` is total: what was shown before is gone."""

    def __init__(self, theme: Theme, open_run: Callable[[PairRow], None]) -> None:
        super().__init__()
        self._theme, self._open_run = theme, open_run
        page = QWidget()
        page.setObjectName("page")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(28, 18, 28, 24)
        self._column.setSpacing(12)
        self.area: QScrollArea = scrolled(page)
        self._face: tuple[Shown, str] | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)

    def show_pair(self, shown: Shown, *, names: Mapping[str, str], place: str, now: datetime) -> None:
        """Show a pair, from its top where it is another one."""
        face = (shown, place)
        if face == self._face:
            return
        is_other = self._face is None or self._face[0].row.id != shown.row.id
        self._face = face
        self.setUpdatesEnabled(False)
        clear(self._column)
        self._head(shown, names, place, now)
        if shown.counts:
            self._column.addWidget(_notice(shown.counts))
        self._column.addWidget(self._event(shown))  # first: whoever judges must know to what both answered
        if shown.is_erased:
            self._column.addWidget(para("What was compared was erased with the customer's data.", "muted"))
        elif not shown.deeds:
            self._column.addWidget(_nothing("Both did nothing: the agent would have left it, and so did the human."))
        elif not shown.agent_acts:
            self._column.addWidget(_nothing("The agent would have done nothing."))
        elif not shown.human_acts:
            self._column.addWidget(_nothing("The human did nothing."))
        for deed in shown.deeds:
            self._column.addWidget(self._deed(deed))
        if shown.because:
            frame, column = card()
            column.addWidget(label("Why the agent would have", "h3"))
            column.addWidget(foldable(shown.because))
            self._column.addWidget(frame)
        self._column.addStretch(1)
        self.setUpdatesEnabled(True)
        if is_other:
            self.area.verticalScrollBar().setValue(0)

    def _head(self, shown: Shown, names: Mapping[str, str], place: str, now: datetime) -> None:
        pair = shown.row
        line = QHBoxLayout()
        line.addWidget(para(one_line(pair.title) or "(no title)", "h2"), 1)
        line.addWidget(label(place, "small"), 0, Qt.AlignmentFlag.AlignTop)
        pills = [pill(VERDICTS[pair.agreement], TONES[pair.agreement])]
        if pair.severity is Severity.SEVERE:
            pills.append(pill("Severe", "danger"))
        if pair.is_failed:
            pills.append(pill("The agent did not know", "danger"))
        pills.append(
            pill(
                "The human had not seen it" if pair.is_blind else "The human had seen it",
                "plain" if pair.is_blind else "warn",
            )
        )
        if pair.said is not None:
            pills.append(pill(f"✓ {SAID[pair.said]}", "accent"))
        sure = "" if pair.confidence is None else f", {pair.confidence:.0%} sure"
        agent = names.get(pair.agent, spoken(pair.agent))
        category = (dict(shown.categories).get(pair.category) or spoken(pair.category) or "no category") + sure
        facts = para(" · ".join(part for part in (agent, category, one_line(pair.sender, 80)) if part), "small")
        when = label(ago(pair.occurred_at, now), "small")
        when.setToolTip(exact(pair.occurred_at))
        self._column.addLayout(line)
        self._column.addWidget(flowing(*pills, gap=8))
        self._column.addLayout(beside(facts, when))

    def _deed(self, deed: ComparedRow) -> QFrame:
        frame, column = card()
        frame.setProperty("shadow", "true" if deed.side == "agent" else "false")
        head = row(label(deed.title, "h3"))
        if deed.side == "both":
            words: tuple[str, Tone] = ("Alike", "ok") if deed.is_same else ("Differs", "warn")
            head.addWidget(pill(*words))
        else:
            head.addWidget(pill(*_MARKS[deed.side]))
        if deed.is_elsewhere:
            head.addWidget(pill("On another subject", "warn"))
        head.addStretch(1)
        column.addLayout(head)
        if deed.fields:
            table = ChangeTable(self._theme, SIDES, spoken=("the agent would have", "the human did"), is_two_sided=True)
            table.setAccessibleName(f"{deed.title}: the agent beside the human")
            table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            table.show_changes(deed.fields)
            column.addWidget(table)
        else:
            column.addWidget(label("Without any details.", "small"))
        if deed.by:
            column.addWidget(label(deed.by, "small", is_wrapped=True))
        return frame

    def _event(self, shown: Shown) -> QFrame:
        frame, column = card()
        pair = shown.row
        sender = clamped("small", lines=1)
        sender.setText(one_line(pair.sender, 80))
        head = row(label("What came in", "h3"))
        head.addWidget(sender, 1)
        if pair.run_id is not None:
            head.addWidget(button("Open the run", lambda: self._open_run(pair), kind="link"))
        column.addLayout(head)
        column.addWidget(foldable(shown.text or "No text.", lines=6))
        return frame


def _notice(text: str) -> QWidget:
    made = label(text, is_wrapped=True)
    made.setProperty("tone", "warn")
    return made


def _nothing(text: str) -> QWidget:
    return para(text, "muted")
