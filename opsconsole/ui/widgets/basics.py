"""Labels, pills, buttons, cards, lines: the parts every panel is made of."""

import html
from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent, QTextLayout, QWheelEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from opsconsole.ui.widgets.plain import honest, is_right_to_left, readable

Role = Literal["h1", "h2", "h3", "muted", "cap", "small", "error", "figure", ""]
Tone = Literal["plain", "ok", "warn", "danger", "accent", "shadow"]
_COMMANDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
MOST_TIP = 1_000
"""Characters in a hover."""
Kind = Literal["", "primary", "accent", "danger", "chip", "link"]


class PlainLabel(QLabel):
    """Shows text only, and a stranger's text as it is: no markup, nothing that turns or hides its neighbours."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._is_right = False
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str) -> None:
        shown = honest(text)
        super().setText(shown)
        is_right = is_right_to_left(shown)
        if is_right != self._is_right:
            self._is_right = is_right
            self.setAlignment(_turned(self.alignment(), is_right=is_right))


class ClampedLabel(PlainLabel):
    """Takes so many lines at most; the rest is cut, and stands in the hover."""

    def __init__(self, lines: int = 2) -> None:
        self._lines, self._whole = lines, ""
        super().__init__()
        self.setWordWrap(True)
        # Its words wrap where the room ends; it never asks for more room than there is.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)

    def setText(self, text: str) -> None:
        self._whole = text
        self.setAccessibleName(honest(text))
        self._clamp()

    @property
    def whole(self) -> str:
        """The text that is not cut."""
        return self._whole

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._clamp()

    def _clamp(self) -> None:
        self.ensurePolished()
        shown = self._cut(honest(self._whole), self.width())
        super().setText(shown)
        is_cut = shown != honest(self._whole)
        self.setToolTip(f"<qt>{html.escape(readable(self._whole, MOST_TIP))}</qt>" if is_cut else "")

    def _cut(self, text: str, width: int) -> str:
        laid = QTextLayout(text, self.font())
        starts: list[int] = []
        laid.beginLayout()
        while (line := laid.createLine()).isValid():
            line.setLineWidth(width)
            starts.append(line.textStart())
        laid.endLayout()
        if len(starts) <= self._lines:
            return text
        last = starts[self._lines - 1]
        return text[:last] + QFontMetrics(self.font()).elidedText(text[last:], Qt.TextElideMode.ElideRight, width - 4)


class ChoiceBox(QComboBox):
    """Turns with the wheel only while it has the focus; else the wheel scrolls the page that it stands on."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # Qt's own policy lets the wheel give it the focus first

    def event(self, event: QEvent) -> bool:
        """A letter that is typed on it looks for a choice, and is no command of the page meanwhile."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride:
            has_sign = event.text().isprintable() and bool(event.text().strip())
            if has_sign and not event.modifiers() & _COMMANDING:
                event.accept()
                return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def _turned(alignment: Qt.AlignmentFlag, *, is_right: bool) -> Qt.AlignmentFlag:
    """Return where a text stands that begins on the right, or on the left again; what is centred stays."""
    if alignment & Qt.AlignmentFlag.AlignHCenter:
        return alignment
    rest = alignment & Qt.AlignmentFlag.AlignVertical_Mask
    side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
    return rest | side


def label(text: str = "", role: Role = "", *, is_wrapped: bool = False, is_selectable: bool = False) -> QLabel:
    """Make a label of plain text: nothing that came from outside is ever read as markup."""
    made = PlainLabel(text)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(is_wrapped)
    if is_selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def clamped(role: Role = "", *, lines: int = 2) -> ClampedLabel:
    """Make a label of so many lines at most."""
    made = ClampedLabel(lines)
    if role:
        made.setProperty("role", role)
    return made


def pill(text: str, tone: Tone = "plain") -> QLabel:
    """Make a pill; the tone never stands alone, the text says it too."""
    made = label(text)
    made.setFixedHeight(20)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    set_pill(made, text, tone)
    return made


def set_pill(made: QLabel, text: str, tone: Tone) -> None:
    """Give a pill another text and tone."""
    made.setText(text)
    if made.property("pill") != tone:
        made.setProperty("pill", tone)
        repolish(made)


def repolish(widget: QWidget) -> None:
    """Have the style sheet look at a widget's properties again."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def button(text: str, act: Callable[[], None] | None = None, *, kind: Kind = "", keys: str = "") -> QPushButton:
    """Make a button; `keys` names its shortcut in the tip and to screen readers (the command binds it)."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    if kind:
        made.setProperty("kind", kind)
    if keys:
        made.setToolTip(f"{text} ({keys})")
        made.setAccessibleDescription(f"Shortcut {keys}")
    if act is not None:
        made.clicked.connect(lambda _=False: act())
    return made


def card() -> tuple[QFrame, QVBoxLayout]:
    """Make a card and the column inside it."""
    frame = QFrame()
    frame.setObjectName("card")
    column = QVBoxLayout(frame)
    column.setContentsMargins(16, 14, 16, 14)
    column.setSpacing(8)
    return frame, column


def row(*parts: QWidget | int | None, spacing: int = 8) -> QHBoxLayout:
    """Lay parts in a row: a widget, a gap in px, or None for the stretch."""
    made = QHBoxLayout()
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(spacing)
    for part in parts:
        if part is None:
            made.addStretch(1)
        elif isinstance(part, int):
            made.addSpacing(part)
        else:
            made.addWidget(part)
    return made


def beside(wide: QWidget, *parts: QWidget) -> QHBoxLayout:
    """Lay a part that takes all the room (a wrapped label) beside small ones."""
    made = row(wide, *parts)
    made.setStretch(0, 1)
    for part in parts:
        made.setAlignment(part, Qt.AlignmentFlag.AlignTop)
    return made
