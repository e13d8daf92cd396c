"""How the matrix is painted: cells in as many words as fit, and heads that turn where columns are narrow."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from opsconsole.domain.enums import Level
from opsconsole.ui.panels.agents.levels import Line, Matrix, SetLevel
from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets import painting

ROW, HEADING = 36, 30
"""In px."""
LINE, TURNED_LINE, TURNED_HEAD = 15, 13, 116
"""Height of a line in a head, of one in a turned head, and of a turned head, in px."""
MOST_LINES, MOST_TURNED = 4, 2
"""Lines of a category's name, in a head that stands and in one that is turned."""
NAMES, LEAST_NAMES = 170, 104
_SHORT = {Level.OBSERVE: "1 tells", Level.APPROVAL: "2 asks", Level.AUTONOMOUS: "3 alone"}
_LOOKS = {
    Level.AUTONOMOUS: ("okSoft", "ok"),
    Level.APPROVAL: ("warnSoft", "warn"),
    Level.OBSERVE: ("sunken", "text2"),
}
_PAD, _SIGN = 6, 16
_EDGE = 3
"""Between a column's edge and what stands in it, in px."""
_Index = QModelIndex | QPersistentModelIndex


def cell_words(cell: SetLevel, room: int) -> tuple[str, int]:
    """Return as much of a level as fits into `room` px, in words, in short, or its number, and the size of its font."""
    mark = " *" if cell.is_changed else ""
    set_, short = f"{int(cell.level)}", _SHORT[cell.level]
    if cell.holds is not None:
        set_, short = f"{set_}→{int(cell.holds)}", f"{set_} → {_SHORT[cell.holds]}"
    some = ((cell.words, fonts.BODY), (short, fonts.BODY), (short, fonts.SMALL))
    for words, size in some:
        if painting.width_of(words + mark, size, fonts.SEMIBOLD) <= room:
            return words + mark, size
    return f"{set_}{mark.strip()}", fonts.BODY


class MatrixDelegate(QStyledItemDelegate):
    """Paints a level."""

    def __init__(self, theme: Theme, parent: QTableView) -> None:
        super().__init__(parent)
        self._theme, self._table = theme, parent
        self.matrix: Matrix | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(ROW, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        matrix = self.matrix
        if matrix is None:
            return
        painter.save()
        rect = QRect(option.rect)
        underline(painter, rect, self._theme)
        if (cell := matrix.cell(index.row(), index.column())) is not None:
            is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            self._paint_cell(painter, rect, cell, is_own=cell.is_own or not index.column(), is_chosen=is_chosen)
        painter.restore()

    def _paint_cell(self, painter: QPainter, rect: QRect, cell: SetLevel, *, is_own: bool, is_chosen: bool) -> None:
        ground, ink = _LOOKS[cell.level if cell.holds is None else cell.holds]
        place = rect.adjusted(_EDGE, 5, -_EDGE, -6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(ground))
        painter.drawRoundedRect(QRectF(place), 6, 6)
        if is_chosen:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.color("focus" if self._table.hasFocus() else "outline"), 2))
            painter.drawRoundedRect(QRectF(place).adjusted(1, 1, -1, -1), 6, 6)
        room = place.width() - 2 * _PAD - (_SIGN if cell.wall else 0)
        words, size = cell_words(cell, room)
        painter.setFont(fonts.font(size, fonts.SEMIBOLD if is_own else fonts.MEDIUM))
        painter.setPen(self._theme.color(ink if is_own else "text2"))
        is_number = len(words) <= 2 and not cell.wall
        side = Qt.AlignmentFlag.AlignHCenter if is_number else Qt.AlignmentFlag.AlignLeft
        painter.drawText(place.adjusted(_PAD, 0, -4, 0) if not is_number else place, _middle(side), words)
        if cell.wall:
            painter.drawPixmap(
                place.right() - 18,
                place.center().y() - 7,
                self._theme.pixmap("shield", "warn" if cell.holds is None else "danger"),
            )


class Names(QHeaderView):
    """What stands before each line: an action, or the heading of a group."""

    def __init__(self, theme: Theme, parent: QTableView) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._theme = theme
        self.matrix: Matrix | None = None
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(HEADING)

    def fit(self, room: int) -> None:
        """Take what the longest name needs, and no more than a quarter of the room."""
        lines = () if self.matrix is None else self.matrix.lines
        wanted = max((painting.width_of(line.title, *_font(line)) for line in lines), default=0) + 16
        self.setFixedWidth(max(LEAST_NAMES, min(wanted, NAMES, room // 4)))

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:
        if self.matrix is None or logical >= len(self.matrix.lines):
            return
        line = self.matrix.lines[logical]
        painter.save()
        underline(painter, rect, self._theme)
        size, weight, ink = (
            (fonts.BODY, fonts.MEDIUM, "text") if line.tool else (fonts.CAPTION, fonts.SEMIBOLD, "text2")
        )
        at = rect.adjusted(8, 0, -6, -1)
        painting.text(painter, at, line.title, size=size, weight=weight, color=self._theme.color(ink))
        painter.restore()


class Heads(QHeaderView):
    """What stands over each column: a category and how far it is live; turned where the columns are narrow."""

    def __init__(self, theme: Theme, parent: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.matrix: Matrix | None = None
        self.is_turned = False

    def fit(self, width: int) -> None:
        """Stand, or turn where a word is wider than a column of `width` px."""
        columns = () if self.matrix is None else self.matrix.columns
        words = [word for _, name, stage in columns for word in (*name.split(), stage)]
        widest = max((painting.width_of(word, fonts.CAPTION, fonts.SEMIBOLD) for word in words), default=0)
        self.is_turned = widest > width - 2 * _EDGE
        lines = max((len(wrapped(name, width - 2 * _EDGE, most=MOST_LINES)) for _, name, _ in columns), default=1) + 1
        self.setFixedHeight(TURNED_HEAD if self.is_turned else lines * LINE + 16)
        self.viewport().update()

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:
        if (matrix := self.matrix) is None or logical >= len(matrix.columns):
            return
        painter.save()
        underline(painter, rect, self._theme)
        if self.is_turned:
            painter.translate(rect.left(), rect.bottom())
            painter.rotate(-90)
            place, most, line = QRect(8, 0, rect.height() - 12, rect.width()), MOST_TURNED, TURNED_LINE
        else:
            place, most, line = rect.adjusted(_EDGE, 8, -_EDGE, -8), MOST_LINES, LINE
        name, stage, ink = _told(matrix, logical)
        lines = wrapped(name, place.width(), most=most)
        if self.is_turned:
            place.setTop((place.height() - line * (len(lines) + 1)) // 2)
        for at, (text, tint) in enumerate([*((each, "text") for each in lines), (stage, ink)]):
            weight = fonts.SEMIBOLD if at < len(lines) else fonts.MEDIUM
            where = QRect(place.left(), place.top() + line * at, place.width(), line)
            painting.text(painter, where, text, size=fonts.CAPTION, weight=weight, color=self._theme.color(tint))
        painter.restore()


def _font(line: Line) -> tuple[int, QFont.Weight]:
    """Return size and weight of a line's name."""
    return (fonts.BODY, fonts.MEDIUM) if line.tool else (fonts.CAPTION, fonts.SEMIBOLD)


def _told(matrix: Matrix, column: int) -> tuple[str, str, str]:
    """Return (category, how far it is live, the tint of that)."""
    category, name, stage = matrix.columns[column]
    return name, stage, "text2" if not category else "shadow" if stage in ("in shadow", "not live") else "ok"


def wrapped(text: str, width: int, *, most: int) -> list[str]:
    """Return a text in lines of `width` px, the last one with what is left; it is cut where it is painted."""
    lines, words = [""], text.split()
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if painting.width_of(longer, fonts.CAPTION, fonts.SEMIBOLD) <= width or not lines[-1] or len(lines) == most:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def underline(painter: QPainter, rect: QRect, theme: Theme) -> None:
    """Draw the line under a row, from edge to edge."""
    painter.setPen(theme.color("border"))
    painter.drawLine(rect.left(), rect.bottom(), rect.right() + 1, rect.bottom())


def _middle(side: Qt.AlignmentFlag) -> int:
    return int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
