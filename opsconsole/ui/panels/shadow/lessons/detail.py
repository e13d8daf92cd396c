"""One lesson: why, what would change in the file, what the past says of it, and the pairs it was learnt from."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from opsconsole.store.queries.pairs import PairRow
from opsconsole.ui.panels.shadow.lessons.backtestcard import PastCard
from opsconsole.ui.panels.shadow.lessons.backtesttext import LessonBacktest
from opsconsole.ui.panels.shadow.lessons.data import Row
from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets import painting
from opsconsole.ui.widgets.basics import button, card, label, pill, row
from opsconsole.ui.widgets.columns import scrolled
from opsconsole.ui.widgets.diff.lines import LineTable
from opsconsole.ui.widgets.diff.words import file_lines
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import clear, para, tip, verbatim
from opsconsole.ui.widgets.words import exact, plural

TITLE = 360
"""So wide is the name of a pair at most, in px."""
EXAMPLE = 240
"""So many characters are shown of an example that is added."""


class LessonDetail(QWidget):
    """Shows one lesson whole; `show_lesson` is total.

    Signals:
        pairs_wanted: (frozenset of pairs, what they are).
    """

    pairs_wanted = Signal(object, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._shown: Row | None = None
        self._links: list[QWidget] = []
        self._why, self._place, self._facts = para("", "h2"), label("", "small"), para("", "small")
        self.table, self.past = LineTable(theme), PastCard()
        verbatim(self.table)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._where, self._change = para("", "muted"), QVBoxLayout()
        self._change.setSpacing(6)
        self.opens_file = button("Show the change in its file", self._turn_file, kind="link")
        self._counts, self._pairs = row(), QVBoxLayout()
        self._pairs.setSpacing(4)
        page = QWidget()
        page.setObjectName("page")
        self.area: QScrollArea = scrolled(page)
        self.area.setAccessibleName("The lesson")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)
        column = QVBoxLayout(page)
        column.setContentsMargins(28, 18, 28, 24)
        column.setSpacing(12)
        head = QHBoxLayout()
        head.addWidget(self._why, 1)
        head.addWidget(self._place, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        column.addWidget(self._facts)
        column.addWidget(self._change_card())
        column.addWidget(self.past)
        frame, inside = card()
        inside.addLayout(self._pairs)
        column.addWidget(frame)
        column.addStretch(1)

    def _change_card(self) -> QFrame:
        """What would change in plain words; its file, for who reads such, is one press away."""
        frame, column = card()
        column.setContentsMargins(6, 14, 6, 10)
        told = QVBoxLayout()
        told.setContentsMargins(10, 0, 10, 0)
        told.addWidget(label("What would change", "h3"))
        told.addWidget(self._where)
        told.addLayout(self._change)
        foot = row(self.opens_file, spacing=12)
        foot.addLayout(self._counts)
        foot.addStretch(1)
        told.addLayout(foot)
        column.addLayout(told)
        column.addWidget(self.table)
        self.table.hide()
        return frame

    def _turn_file(self) -> None:
        is_shown = self.table.isHidden()
        self.table.setVisible(is_shown)
        self.opens_file.setText("Hide its file" if is_shown else "Show the change in its file")

    @property
    def stops(self) -> list[QWidget]:
        """What Tab comes by, in order."""
        return [self.area, self.opens_file, self.past.cap, self.past.cancel, *self._links]

    def show_lesson(self, lesson_row: Row, currency: str, *, place: str) -> None:
        """Show a lesson, from its top where it is another one."""
        self._place.setText(place)
        if lesson_row == self._shown:
            return
        is_other = self._shown is None or self._shown.lesson != lesson_row.lesson
        self._shown = lesson_row
        self._facts.setText(
            f"{lesson_row.name} · version {lesson_row.number} is in use · taking it makes version {lesson_row.makes}"
        )
        if is_other:
            self._why.setText(one_line(lesson_row.lesson.text))
            self._show_change(lesson_row)
            self._show_file(lesson_row)
            self.past.show_for(lesson_row, currency)
            self.area.verticalScrollBar().setValue(0)
        self._show_pairs(lesson_row)

    def show_trial(self, trial: LessonBacktest) -> None:
        """Show how its trial stands."""
        self.past.render_trial(trial, is_costly=self._shown is not None and self._shown.is_costly)

    def scroll_to_past(self) -> None:
        """Bring the trial on the screen, once it stands where it will stand."""
        self.area.ensureWidgetVisible(self.past, 0, 24)

    def _show_change(self, lesson_row: Row) -> None:
        clear(self._change)
        lesson = lesson_row.lesson
        self._where.setText(lesson.where)
        told = [("Now", "danger", lesson.now)] if lesson.now else []
        told += [("After" if lesson.now else "Added", "ok", text) for text in lesson.after]
        for word, tone, text in told:
            line = row(pill(word, "danger" if tone == "danger" else "ok"), spacing=10)
            line.addWidget(para(one_line(text, EXAMPLE)), 1)
            self._change.addLayout(line)

    def _show_file(self, lesson_row: Row) -> None:
        lines = file_lines(lesson_row.lesson.diff)
        self.table.show_lines(lines)
        clear(self._counts)
        for kind, sign in (("removed", "−"), ("added", "+")):
            if number := sum(line.kind == kind for line in lines):
                self._counts.addWidget(pill(f"{sign} {number} {kind}", "danger" if kind == "removed" else "ok"))

    def _show_pairs(self, lesson_row: Row) -> None:
        clear(self._pairs)
        ids, every = frozenset(lesson_row.lesson.pairs), plural(len(lesson_row.lesson.pairs), "pair")
        about = f"what {lesson_row.name} could learn from"
        opens = button(f"Open all {every}", partial(self.pairs_wanted.emit, ids, about), kind="link")
        self._links = [opens]
        self._pairs.addLayout(row(label(f"Learnt from {every}", "h3"), None, opens))
        for pair in lesson_row.pairs:
            self._pairs.addLayout(self._pair(pair))
        if left := len(lesson_row.lesson.pairs) - len(lesson_row.pairs):
            self._pairs.addWidget(label(f"and {left:,} more", "small"))

    def _pair(self, pair: PairRow) -> QHBoxLayout:
        title = one_line(pair.title) or "(no title)"
        short = painting.metrics(fonts.font()).elidedText(title, Qt.TextElideMode.ElideRight, TITLE)
        made = button(short, partial(self.pairs_wanted.emit, frozenset({pair.id}), one_line(title, 40)), kind="link")
        made.setToolTip(tip(f"{title}\n{one_line(pair.sender)}"))
        made.setAccessibleName(f"Open the pair: {title}")
        self._links.append(made)
        when = label(f"{pair.occurred_at.astimezone():%d %b %Y}", "small")
        when.setToolTip(exact(pair.occurred_at))
        return row(made, None, when)
