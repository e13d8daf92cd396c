"""Where the parts of the panel stand: the list, and beside it the card with its verbs, or another page."""

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from opsconsole.ui.widgets.states import States


def lay_out(
    owner: QWidget, pane: QWidget, card: Sequence[QWidget], others: Sequence[QWidget]
) -> tuple[QStackedWidget, States]:
    """Put the parts into the panel; give the stack of pages, and its first: the card or why there is none.

    Args:
        owner: the panel.
        pane: the list.
        card: the card and what stands below it; the first takes the room.
        others: the pages shown instead of the card.
    """
    page = QFrame()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for place, part in enumerate(card):
        column.addWidget(part, 0 if place else 1)
    states, pages = States(page), QStackedWidget()
    for widget in (states, *others):
        pages.addWidget(widget)
    line = QHBoxLayout(owner)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(0)
    line.addWidget(pane)
    line.addWidget(pages, 1)
    return pages, states
