"""The parts of a card: what to look at, evidence, the event, precedents. Each renders what it is given."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from opsconsole.engine.audittrail.words import counted
from opsconsole.ui.panels.approvals.card.data import Notice, Shown, facts_claimed, quoted_briefly
from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import card, clamped, label, pill, row, set_pill
from opsconsole.ui.widgets.columns import keep_to_width
from opsconsole.ui.widgets.flow import FlowLayout
from opsconsole.ui.widgets.parties import party_links
from opsconsole.ui.widgets.plain import one_line, readable
from opsconsole.ui.widgets.texts import clear, stand
from opsconsole.ui.widgets.words import spoken

MOST_CLAIMS, MOST_PRECEDENTS = 8, 4
EVENT_HEIGHT = 168
PADDING = 6
"""Of a field, by the style sheet, in px."""
MOST_TEXT = 200_000


class NoticeStrip(QFrame):
    """ "Look at this": what tells a bad request from a good one, in few lines."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("card")
        self._theme, self._notices = theme, list[Notice]()
        self.setAccessibleName("Look at this")
        self._icon, self._title = QLabel(), label("Look at this", "h3")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        self._lines.setContentsMargins(24, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 9)
        column.setSpacing(3)
        column.addLayout(row(self._icon, self._title, None))
        column.addLayout(self._lines)

    def show_notices(self, notices: Sequence[Notice]) -> None:
        """Show these; nothing is seen where there are none."""
        self._notices = list(notices)
        clear(self._lines)
        for notice in notices:
            self._lines.addWidget(
                label(one_line(notice.text), "error" if notice.weight == "danger" else "", is_wrapped=True)
            )
        self.setVisible(bool(notices))
        self.restyle()

    @property
    def text(self) -> str:
        """What it says."""
        return "\n".join(notice.text for notice in self._notices)

    def restyle(self) -> None:
        """Tint it by the gravest notice."""
        token = "danger" if any(notice.weight == "danger" for notice in self._notices) else "warn"
        colors = self._theme.tokens
        self.setStyleSheet(f"#card {{ background: {colors[f'{token}Soft']}; border: 1px solid {colors[token]} }}")
        self._title.setStyleSheet(f"color: {colors[token]}")
        self._icon.setPixmap(self._theme.pixmap("alert", token))


class ChangedBanner(QFrame):
    """What others did on the subject since the question was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        self._text = label("", is_wrapped=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 8, 28, 8)
        column.addWidget(self._text)

    def show_changes(self, changes: Sequence[str]) -> None:
        """Say what happened; hidden where nothing did."""
        self._text.setText(f"Changed since you were asked: {counted(changes)}. Approving asks you once more.")
        self.setVisible(bool(changes))


class QuotesCard(QFrame):
    """What the action relies on, in three honest states."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        frame, self._column = card()
        self._column.setSpacing(6)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)

    def show_card(self, shown: Shown) -> None:
        """List the claims of a card, and the cases that were like it."""
        clear(self._column)
        claims = facts_claimed(shown)
        ordered = sorted(claims, key=lambda claim: claim.state == "found")
        if not shown.is_question:
            self._column.addWidget(label("What it rests on", "h3"))
            if not claims and not shown.view.money:
                self._column.addWidget(label("It states nothing that could be looked up.", "small", is_wrapped=True))
        for origin in shown.view.money:
            icon, token = ("check", "ok") if origin.is_found else ("alert", "warn")
            self._line(icon, token, f"{spoken(origin.argument)} {origin.value}", one_line(origin.words, 300))
        for claim in ordered[:MOST_CLAIMS]:
            said = f"“{quoted_briefly(claim.text, 90)}”"
            if claim.state == "found":
                where = f"{spoken(claim.argument)}: found in {claim.source.replace('_', ' ').replace('.', ': ')}"
                self._line("check", "ok", said, where)
            else:
                word = "said by the agent, in no source" if claim.state == "asserted" else "no source named"
                self._line("alert", "warn", said, f"{spoken(claim.argument)}: {word}")
        if len(ordered) > MOST_CLAIMS:
            self._column.addWidget(label(f"{len(ordered) - MOST_CLAIMS} more were found in sources", "small"))
        self._precedents(shown)
        self._column.addStretch(1)

    def _precedents(self, shown: Shown) -> None:
        found = shown.view.precedents[:MOST_PRECEDENTS]
        if found:
            self._column.addWidget(label("Cases like it", "h3"))
        for precedent in found:
            quote = quoted_briefly(str(precedent["quote"]), 84)
            self._line("log", "text3", f"“{quote}”", f"was {precedent['category_name']}")

    def _line(self, icon: str, token: str, text: str, where: str) -> None:
        line, mark = QWidget(), QLabel()
        mark.setPixmap(self._theme.pixmap(icon, token))
        mark.setFixedWidth(16)
        mark.setAlignment(Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label(text, is_wrapped=True))
        words.addWidget(label(where, "small", is_wrapped=True))
        parts = row(mark, spacing=10)
        parts.addLayout(words, 1)
        line.setLayout(parts)
        self._column.addWidget(line)


class EventCard(QFrame):
    """The event itself: text, never markup; who sent it, and whether that is sure.

    Signals:
        party_wanted: (address or domain) everything about it is asked for.
    """

    party_wanted = Signal(str)

    def __init__(self, *, lines: int | None = None) -> None:
        """Make it; `lines`: so many of the text are always seen, else as many as fit into EVENT_HEIGHT."""
        super().__init__()
        frame, column = card()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self._trust = pill("", "plain")
        self._title, self._sender = clamped("muted"), label("", "small", is_wrapped=True)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName("Text of the event")
        self._text.setMinimumHeight(EVENT_HEIGHT if lines is None else _height_of(lines, self._text))
        column.addLayout(row(label("The event", "h3"), None, self._trust))
        column.addWidget(self._title)
        column.addWidget(self._sender)
        column.addWidget(self._text, 1)
        self.links = QWidget()
        keep_to_width(self.links)  # a long address holds no card wide
        self._links = FlowLayout(self.links, gap=16, line_gap=0)
        column.addWidget(self.links)

    def show_card(self, shown: Shown) -> None:
        """Show the event of a card."""
        self.show_event(shown.view.event)

    def show_event(self, event: Mapping[str, Any]) -> None:
        """Show an event."""
        clear(self._links)
        for link in party_links(str(event["from"]), self.party_wanted.emit):
            self._links.addWidget(link)
        is_sure = bool(event["is_verified"])
        set_pill(self._trust, "Verified sender" if is_sure else "Not verified", "ok" if is_sure else "danger")
        self._title.setText(one_line(str(event["title"])))
        self._sender.setText(f"{spoken(str(event['kind']))} from {one_line(str(event['from'])) or 'nobody named'}")
        self._text.setPlainText(readable(str(event["text"]), MOST_TEXT) or "(no text)")
        stand(self._text)


def _height_of(lines: int, text: QPlainTextEdit) -> int:
    """Return how high a field is in which so many lines are seen, in px."""
    text.ensurePolished()
    around = text.frameWidth() + int(text.document().documentMargin()) + PADDING
    return lines * QFontMetrics(fonts.font()).lineSpacing() + 2 * around
