"""The foot of the ladder: the step up, what it stands on, and the step down."""

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QVBoxLayout

from opsconsole.ui.panels.agents.ladder.data import CellRow
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import button, label, row
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.keybutton import KeyButton

UP, DOWN = "M", "D"


class Foot(QFrame):
    """Three buttons and a word."""

    def __init__(
        self, theme: Theme, *, promote: Callable[[], None], see: Callable[[], None], lower: Callable[[], None]
    ) -> None:
        super().__init__()
        self.setObjectName("actions")
        self.up = KeyButton(theme, "Promote", key=UP, act=promote, kind="accent")
        self.anyway = KeyButton(theme, "Promote without evidence…", key=UP, act=promote)
        self.see = button("", see)
        self.hint = label(f"Lowering never asks: {DOWN}", "small")
        self.down = KeyButton(theme, "Lower", key=DOWN, act=lower, kind="danger")
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 10, 28, 10)
        column.addLayout(row(self.up, self.anyway, self.see, self.hint, None, self.down))

    def show_row(self, found: CellRow | None, *, is_asked: bool, is_busy: bool) -> None:
        """Offer what can be done with a cell."""
        rung = None if found is None else found.rung
        can_climb = rung is not None and rung.can_climb
        is_barred = rung is None or not rung.next or bool(rung.wall)
        with kept_in(self):
            self.up.setVisible(can_climb)
            self.anyway.setVisible(not can_climb and not is_barred)
            self.anyway.name_it("Promote without evidence" if is_asked else "Promote without evidence…")
            total = 0 if rung is None or rung.shown is None else rung.shown.standing.total
            self.see.setVisible(total > 0)
            self.see.setText(f"See the {total:,}")
            is_low = rung is not None and bool(rung.below)
            self.hint.setVisible(is_low)
            self.down.setVisible(is_low)
            for made in (self.up, self.anyway, self.down):
                made.setEnabled(not is_busy)
        title = "" if found is None else found.title
        self.up.setAccessibleName(f"Promote {title}")
        self.anyway.setAccessibleName(f"Promote {title} without evidence")
        self.down.setAccessibleName(f"Lower {'' if rung is None else rung.title}")
        self.see.setAccessibleName(f"See the {total:,} decisions of {title}")
