"""What one request of many would do, small, below the list."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from opsconsole.ui.panels.approvals.card.data import Shown, fields, notices
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import card, clamped, label
from opsconsole.ui.widgets.diff.table import ChangeTable
from opsconsole.ui.widgets.plain import one_line, readable
from opsconsole.ui.widgets.texts import para

MOST_TEXT = 2_000


class Preview(QFrame):
    """Renders a card's deed; total and idempotent."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._shown: Shown | None = None
        self.setMinimumHeight(120)
        frame, around = card()
        around.setContentsMargins(2, 2, 2, 2)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self._title, self._look = clamped("h3"), label("", "error", is_wrapped=True)
        self.table, self._event = ChangeTable(theme), para("", "muted")
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        page.setObjectName("page")
        column = QVBoxLayout(page)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(6)
        for part in (self._title, self._look, self.table, self._event):
            column.addWidget(part)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(page)
        self._scroll = scroll
        around.addWidget(scroll)

    @property
    def shown(self) -> Shown | None:
        """The card that is previewed."""
        return self._shown

    def show_card(self, shown: Shown | None) -> None:
        """Show what a request would do; None while its card is read."""
        if shown is not None and self._shown is not None and shown.view == self._shown.view:
            return
        self._shown = shown
        self._title.setText("Reading…" if shown is None else one_line(shown.view.intent, 200))
        found = [] if shown is None else notices(shown)
        self._look.setText("\n".join(one_line(notice.text) for notice in found))
        self._look.setVisible(bool(found))
        is_deed = shown is not None and not shown.is_question
        self.table.setVisible(is_deed)
        self.table.show_changes(fields(shown) if shown is not None and is_deed else ())
        event = None if shown is None else shown.view.event
        self._event.setText(
            "" if event is None else f"{one_line(str(event['title']))}\n{readable(str(event['text']), MOST_TEXT)}"
        )
        self._scroll.verticalScrollBar().setValue(0)

    def restyle(self) -> None:
        """Paint with other tokens."""
        self.table.viewport().update()
