"""Where the parts of the panel stand: the list, and beside it the card with its verbs, or another page."""

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from opsconsole.ui.widgets.states import States


def lay_out(
    owner: QWidget, pane: QWidget, card: QWidget, bar: QWidget, *, others: Sequence[QWidget], sheets: Sequence[QWidget]
) -> tuple[QStackedWidget, States]:
    """Put the parts into the panel; give the stack of pages, and its first: the card or why there is none.

    Args:
        owner: the panel.
        pane: the list.
        card: the card; it takes the room.
        bar: its verbs.
        others: the pages shown instead of the card.
        sheets: open at the foot of whatever page is shown.
    """
    page = QFrame()
    _column(page, card, bar)
    states, pages = States(page), QStackedWidget()
    for widget in (states, *others):
        pages.addWidget(widget)
    right = QWidget()
    _column(right, pages, *sheets)
    line = QHBoxLayout(owner)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(0)
    line.addWidget(pane)
    line.addWidget(right, 1)
    return pages, states


def _column(owner: QWidget, roomy: QWidget, *below: QWidget) -> None:
    column = QVBoxLayout(owner)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(roomy, 1)
    for widget in below:
        column.addWidget(widget)
