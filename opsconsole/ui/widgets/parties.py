"""Links to everything about a person, and about everybody at their company."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton

from opsconsole.policy.risk import own_domain
from opsconsole.store.queries.views.people import party_of
from opsconsole.ui.widgets.plain import one_line

LEAST = 120
"""Of its words so much is shown at least, in px."""


class _PartyLink(QPushButton):
    """As wide as its words, or as there is room for; then its middle is left out, and all of it stands in the tip."""

    def __init__(self, words: str) -> None:
        super().__init__(_shown(words))
        self._words = words
        self.setProperty("kind", "link")
        self.setAutoDefault(False)
        self.setAccessibleName(words)
        self.setToolTip(f"{words}: all that came from there, went there or names it, in one history")

    @property
    def _around(self) -> int:
        """What it takes besides its words, in px."""
        return super().sizeHint().width() - self.fontMetrics().horizontalAdvance(self.text().replace("&&", "&"))

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._words) + self._around + 1  # advances are rounded
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._around + LEAST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - self._around
        self.setText(_shown(self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideMiddle, room)))


def _shown(words: str) -> str:
    return words.replace("&", "&&")  # a single one would underline the letter after it


def party_links(address: str, opens: Callable[[str], None]) -> list[QPushButton]:
    """Make a link for an address and one for its domain, where that is a company's; none for what is no address."""
    party = party_of(address)
    if "@" not in party:
        return []
    wanted = [party, *([domain] if (domain := own_domain(party)) else [])]
    made: list[QPushButton] = []
    for name in wanted:
        link = _PartyLink(f"Everything about {one_line(name, 60)}")
        link.clicked.connect(lambda _=False, name=name: opens(name))
        made.append(link)
    return made
