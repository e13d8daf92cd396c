"""Where the parts of the panel stand: the list, and beside it the card with its verbs, or another page."""

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

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
    # What is empty is laid into each other first: a part with much in it that is laid in elsewhere is costly.
    page, pages, right = QFrame(), QStackedWidget(), QWidget()
    line = QHBoxLayout(owner)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(0)
    line.addWidget(pane)
    line.addWidget(right, 1)
    _column(right, pages, *sheets)
    states = States(page)
    for widget in (states, *others):
        pages.addWidget(widget)
    _column(page, card, bar)
    pages.currentChanged.connect(lambda _=0: _bind_width(states, is_shown=pages.currentWidget() is states))
    return pages, states


def _bind_width(states: States, *, is_shown: bool) -> None:
    """Let the card hold the window wide only while it is shown: before that it was never laid out to its words."""
    policy = states.sizePolicy()
    ways = QSizePolicy.Policy
    policy.setHorizontalPolicy(ways.Preferred if is_shown else ways.Ignored)
    states.setSizePolicy(policy)


def _column(owner: QWidget, roomy: QWidget, *below: QWidget) -> None:
    column = QVBoxLayout(owner)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(roomy, 1)
    for widget in below:
        column.addWidget(widget)
