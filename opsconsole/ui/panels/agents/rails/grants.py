"""Standing grants of one agent: what it may do without asking, who said so, until when, and the way to take it back."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from opsconsole.ui.widgets.basics import beside, button, label
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.texts import clear, para, plain_value
from opsconsole.ui.widgets.words import ago, exact, plural, tool_words

_ABOUT = "What you always allow, said beside an approval. It stands for your yes where a level asks; it lifts no rule."


class GrantsCard(QFrame):
    """A line for each.

    Signals:
        revoke_wanted: the number of a grant.
    """

    revoke_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addWidget(label("Standing grants", "h3"))
        column.addWidget(label(_ABOUT, "muted", is_wrapped=True))
        self._list = QVBoxLayout()
        self._list.setSpacing(10)
        column.addLayout(self._list)
        self._known: list[dict[str, Any]] | None = None

    def show_grants(self, grants: Sequence[dict[str, Any]], now: datetime) -> None:
        """Show those in force."""
        if [*grants] == self._known:
            return
        self._known = [*grants]
        with kept_in(self):
            clear(self._list)
        for grant in grants:
            self._list.addWidget(self._line(grant, now))
        if not grants:
            self._list.addWidget(label("None.", "muted"))

    def _line(self, grant: dict[str, Any], now: datetime) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        words = tool_words(grant["tool"])
        pinned = plain_value(grant["pinned"])
        gone = button("Revoke", partial(self.revoke_wanted.emit, grant["id"]))
        gone.setAccessibleName(f"Revoke: {words}")
        column.addLayout(beside(para(f"{words}{f': {pinned}' if pinned else ''}"), gone))
        left = "" if grant["uses_left"] is None else f" · {plural(grant['uses_left'], 'use')} left"
        giver = grant["actor"].partition(":")[2] or grant["actor"]
        told = f"Given by {giver} {ago(grant['created_at'], now)} · until {exact(grant['expires_at'])}{left}"
        column.addWidget(para(told, "small"))
        return made
