"""What stands in a story instead of what the agent did, while a person is to decide the event first."""

from collections.abc import Callable

from PySide6.QtWidgets import QFrame

from opsconsole.ui.widgets.basics import button, card, label, row
from opsconsole.ui.widgets.texts import para


def drawn_card(*, decide: Callable[[], None], show: Callable[[], None]) -> QFrame:
    """Make the card: decide it, or see it all the same."""
    frame, column = card()
    column.addWidget(label("Drawn for you to decide first", "h3"))
    column.addWidget(
        para("What the agent did shows once you said what you would do. Seen before, your decision proves nothing.")
    )
    anyway = button("Show anyway", show, kind="link")
    anyway.setToolTip("It then counts neither for the agent nor against it")
    column.addLayout(row(button("Decide it first", decide, kind="accent"), anyway, None))
    return frame
