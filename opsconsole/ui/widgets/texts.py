"""Longer texts in a column: paragraphs that never widen the page, pairs of name and value."""

import html
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from opsconsole.ui.widgets.basics import PlainLabel, Role, button, label
from opsconsole.ui.widgets.plain import honest, is_right_to_left, readable

SHORT = 420
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
_MICROS = re.compile(r"\d{15,16}")
"""Microseconds since 1970, of a time from 1973 on."""
LONG = 60_000
"""Characters a paragraph lays out in less than half a second."""
TIP = 1_000


class Paragraph(PlainLabel):
    """Wraps between words, and breaks a word that no line can hold: Qt would cut it off without a sign."""

    def __init__(self, text: str) -> None:
        self._whole = ""
        super().__init__(text)
        self.setWordWrap(True)

    def setText(self, text: str) -> None:
        self._whole = honest(text)
        self._break()

    def text(self) -> str:
        return self._whole

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._break()

    def _break(self) -> None:
        self.ensurePolished()
        width, metrics = self.contentsRect().width(), self.fontMetrics()
        shown = self._whole
        if self.testAttribute(Qt.WidgetAttribute.WA_Resized) and width > metrics.maxWidth():
            least = width // metrics.maxWidth()  # so many signs fit in any case
            shown = re.sub(rf"\S{{{least + 1},}}", lambda found: _in_pieces(found[0], width, metrics), shown)
        if shown != super().text():
            super().setText(shown)


def _in_pieces(word: str, width: int, metrics: QFontMetrics) -> str:
    pieces: list[str] = []
    begin = 0
    while metrics.horizontalAdvance(rest := word[begin : begin + width]) > width:
        most = bisect_right(range(1, len(rest)), width, key=lambda number: metrics.horizontalAdvance(rest[:number]))
        pieces.append(rest[: max(1, most)])
        begin += max(1, most)
    return "\n".join((*pieces, word[begin:]))


def para(text: str, role: Role = "") -> QLabel:
    """Make a paragraph of plain text that can be marked and copied and takes the width it is given."""
    made = Paragraph(text)
    if role:
        made.setProperty("role", role)
    made.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    made.setSizePolicy(policy)
    return made


def foldable(text: str, role: Role = "", *, short: int = SHORT, lines: int = 8) -> QWidget:
    """Make a paragraph of which a long text shows its beginning, with a button for the rest."""
    cut = whole_words("\n".join(text.splitlines()[:lines]), short)
    if len(cut) >= len(text.rstrip()):
        return para(text, role)
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    shown = para(cut + " …", role)

    def unfold() -> None:
        shown.setText(readable(text, LONG))
        more.hide()

    more = button("Show all", unfold, kind="link")
    column.addWidget(shown)
    column.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
    return box


def whole_words(text: str, most: int) -> str:
    """Return the beginning of a text, of at most so many characters, that ends no word in its midst."""
    text = text.rstrip()
    if len(text) <= most:
        return text
    begun = text[: most + 1]
    return (begun[: found[-1].start()] if (found := list(re.finditer(r"\s+", begun))) else text[:most]).rstrip()


def verbatim(part: QWidget) -> QWidget:
    """Mark a part that shows something word for word as it is kept: a file, an entry of the record."""
    part.setProperty("verbatim", True)
    return part


def pairs(values: Iterable[tuple[str, str]]) -> QGridLayout:
    """Lay names beside their values."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    for line, (name, value) in enumerate(values):
        key = label(name[:60], "small")
        key.setMinimumWidth(96)
        grid.addWidget(key, line, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(foldable(value), line, 1)
    return grid


def stand(edit: QPlainTextEdit) -> None:
    """Let a text stand at the side on which it begins, each paragraph in its own direction."""
    option = edit.document().defaultTextOption()
    option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    is_right = is_right_to_left(edit.toPlainText())
    option.setAlignment(Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft)
    edit.document().setDefaultTextOption(option)


def tip(text: str) -> str:
    """Make the text of a hover: Qt would read what looks like markup as markup, and it may come from outside."""
    return f"<qt>{html.escape(readable(text, TIP))}</qt>".replace("\n", "<br>")


def clear(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (part := item.widget()) is not None:
            part.hide()  # else what was laid out a moment ago is still about to be shown, as a window of its own
            part.setParent(None)
            part.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)
            inner.deleteLater()


def broken(text: str, width: int) -> str:
    """Break words longer than `width` characters, which no line could hold."""

    def pieces(found: re.Match[str]) -> str:
        word = found[0]
        return "\n".join(word[place : place + width] for place in range(0, len(word), width))

    return re.sub(rf"\S{{{width + 1},}}", pieces, text)


def with_times(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as they are told: a moment that was kept as a number, of a field named `…_at`, is a time."""
    is_of_moment = str(fields.get("field", "")).endswith("_at")
    return {
        name: _time(value) if name.endswith("_at") or (is_of_moment and name in ("was", "now")) else value
        for name, value in fields.items()
    }


def _time(value: Any) -> Any:
    if not _MICROS.fullmatch(str(value)):
        return value
    return (datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(value))).isoformat()


def plain_value(value: Any) -> str:
    """Return an argument or a result as text; what says nothing inside of it is left out."""
    if isinstance(value, list | tuple):
        parts = [plain_value(part) for part in value]  # pyright: ignore[reportUnknownVariableType]
        return ("; " if any(isinstance(part, dict) for part in value) else ", ").join(parts)  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        found = cast("dict[str, Any]", value)
        told = [(name, part) for name, part in with_times(found).items() if part not in ("", None, [], {})]
        return ", ".join(f"{name.replace('_', ' ')} {plain_value(part)}" for name, part in told)
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _moment(value) if isinstance(value, str) and _MOMENT.fullmatch(value) else str(value)


def _moment(text: str) -> str:
    try:
        return f"{datetime.fromisoformat(text).astimezone():%d %b %Y, %H:%M}"
    except ValueError:
        return text
