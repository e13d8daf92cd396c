"""The five verdicts at the foot, one key each, and the sheet that asks for the right category."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout

from opsconsole.domain.enums import Adjudication
from opsconsole.engine.evidence.words import SAID
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import button, label, row
from opsconsole.ui.widgets.keybutton import KeyButton

ORDER = (
    Adjudication.AGENT,
    Adjudication.HUMAN,
    Adjudication.BOTH,
    Adjudication.NEITHER,
    Adjudication.UNSURE,
)
"""Which verdict each of the keys 1 to 5 is."""
_SHORT = ("Agent", "Human", "Both", "Neither", "Unsure")
ROOMY, NARROW, LEAST = 770, 640, 612
"""Width in px from which there is room for whole words, and for air between the buttons; each is always there."""


class JudgeBar(QFrame):
    """Who was right."""

    def __init__(self, theme: Theme, judge: Callable[[Adjudication], None], category: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("actions")
        self.setFixedHeight(60)
        self.buttons = {
            verdict: KeyButton(theme, SAID[verdict], key=f"{number}", act=lambda verdict=verdict: judge(verdict))
            for number, verdict in enumerate(ORDER, 1)
        }
        self.category = KeyButton(theme, "Category", key="C", act=category)
        self._line = row(*self.buttons.values(), None, self.category, spacing=6)
        self.setLayout(self._line)
        for key in (*self.buttons.values(), self.category):
            key.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST, 60)  # what it takes with short words; else the long ones would hold the window wide

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the words are short, not cut off."""
        super().resizeEvent(event)
        is_short = self.width() < ROOMY
        is_narrow = self.width() < NARROW
        self._line.setSpacing(4 if is_narrow else 6)
        self._line.setContentsMargins(10 if is_narrow else 16, 12, 10 if is_narrow else 16, 12)
        for short, (verdict, key) in zip(_SHORT, self.buttons.items(), strict=True):
            key.name_it(short if is_short else SAID[verdict])
            key.setAccessibleName(SAID[verdict])

    def show_for(self, *, is_there: bool, has_categories: bool) -> None:
        """Offer what can be said now."""
        for key in self.buttons.values():
            key.setEnabled(is_there)
        self.category.setEnabled(is_there and has_categories)


class CategorySheet(QFrame):
    """Asks what the event really is.

    Signals:
        chosen: (category id).
        closed: nothing was chosen.
    """

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("actions")
        self._theme = theme
        self.list = _Keys()
        self.list.setAccessibleName("The right category")
        self.list.itemActivated.connect(self._on_item)
        self.list.numbered.connect(self.pick)
        title = label("What is it really? It is a precedent at once: the next event like it is told by it.", "h3")
        title.setWordWrap(True)
        self._about = label("", "small", is_wrapped=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 12, 28, 12)
        column.setSpacing(6)
        column.addWidget(title)
        column.addWidget(self._about)
        column.addWidget(self.list)
        column.addLayout(row(label("Number or Enter to choose, Esc to leave", "small"), None, self._cancel()))

    def ask(self, categories: Sequence[tuple[str, str]], *, now: str, verdict: Adjudication) -> None:
        """Offer these; `now` is what the agent took it for."""
        colors = self._theme.tokens
        self.list.setStyleSheet(
            "QListWidget::item { padding: 4px 8px; border-radius: 6px }"
            f"QListWidget::item:selected {{ background: {colors['accentSoft']}; color: {colors['text']} }}"
        )
        self.list.clear()
        for number, (name, words) in enumerate(categories, 1):
            item = QListWidgetItem(f"{number}   {words}" + ("   (what the agent said)" if name == now else ""))
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        height = self.list.sizeHintForRow(0) * min(7, max(1, len(categories))) + 8
        self.list.setFixedHeight(max(40, height))
        self._about.setText(f"Noted with it: {SAID[verdict].lower()}.")

    def pick(self, number: int) -> None:
        """Choose by number, from 1."""
        if 0 < number <= self.list.count():
            self._on_item(self.list.item(number - 1))

    def _cancel(self) -> QFrame:
        made = QFrame()
        made.setLayout(row(button("Cancel", self.closed.emit)))
        return made

    def _on_item(self, item: QListWidgetItem) -> None:
        self.chosen.emit(str(item.data(Qt.ItemDataRole.UserRole)))


class _Keys(QListWidget):
    """Numbers choose.

    Signals:
        numbered: (a digit from 1).
    """

    numbered = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().isdigit() and event.text() != "0" and not event.isAutoRepeat():
            self.numbered.emit(int(event.text()))
            return
        super().keyPressEvent(event)
