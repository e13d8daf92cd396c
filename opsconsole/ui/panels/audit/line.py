"""One line of the audit list."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from opsconsole.engine.audittrail.words import about, actor_words, kind_words
from opsconsole.store.queries.views.auditlist import Entry
from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets import painting
from opsconsole.ui.widgets.rowwindow import RowWindow
from opsconsole.ui.widgets.words import exact, local

HEIGHT = 40
COLUMNS = ("No.", "When", "What", "Who")
"""The columns before `About`."""
NARROW = 760
"""Width of a list in px below which `About` gets its room from the others."""
_ROOMY, _TIGHT = (72, 124, 172, 120), (58, 98, 150, 88)
_DANGER = (
    "effect.failed",
    "effect.unknown",
    "action.failed",
    "action.refused",
    "decision.reject",
    "switch.on",
    "unreadable",
)


def column_widths(width: int) -> tuple[int, ...]:
    """Return the widths of the columns before `About` in a list of so many px."""
    return _TIGHT if width < NARROW else _ROOMY


def words(entry: Entry) -> tuple[str, str]:
    """Return (text, description) for screen readers and the hover."""
    text = f"{entry.seq}: {kind_words(entry.kind)}, {actor_words(entry.actor, entry.names)}"
    return text, f"{exact(entry.at)}\n{about(entry.kind, entry.facts, entry.names, what=entry.what)}"


class AuditLine(QStyledItemDelegate):
    """Paints an entry straight from its row object."""

    def __init__(self, model: RowWindow[Entry], theme: Theme) -> None:
        super().__init__()
        self._model, self._theme = model, theme
        self._colors: dict[str, QColor] = {}
        self.restyle()

    def restyle(self) -> None:
        """Take the tokens that hold now."""
        self._colors = {name: QColor(value) for name, value in self._theme.tokens.items()}

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        colors, entry = self._colors, self._model.row_at(index.row())
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_current = bool(state & QStyle.StateFlag.State_Selected)
        ground = "accentSoft" if is_current else "hover" if state & QStyle.StateFlag.State_MouseOver else ""
        painting.ground(
            painter, rect.adjusted(8, 1, -8, -1), colors[ground] if ground else None,
            bar=colors["accent"] if is_current else None,
        )  # fmt: skip
        x, box = rect.x() + 22, rect.adjusted(22, 0, -22, 0)
        if entry is None:
            painter.fillRect(QRect(x, rect.center().y() - 5, min(320, box.width()), 10), colors["sunken"])
        else:
            widths, form = column_widths(rect.width()), "%d %b %H:%M" if rect.width() < NARROW else "%d %b %H:%M:%S"
            ink = colors["danger" if entry.kind in _DANGER else "text"]
            cells = (
                (f"{entry.seq:,}", colors["text3"], fonts.NORMAL),
                (f"{local(entry.at):{form}}", colors["text2"], fonts.NORMAL),
                (kind_words(entry.kind), ink, fonts.SEMIBOLD),
                (actor_words(entry.actor, entry.names), colors["text2"], fonts.NORMAL),
            )
            for (text, color, weight), width in zip(cells, widths, strict=True):
                cell = QRect(x, rect.y(), width - 10, rect.height())
                painting.text(painter, cell, text, size=fonts.SMALL, color=color, weight=weight)
                x += width
            rest = QRect(x, rect.y(), max(10, box.right() - x), rect.height())
            painting.text(
                painter,
                rest,
                about(entry.kind, entry.facts, entry.names, what=entry.what),
                size=fonts.SMALL,
                color=colors["text2"],
            )
        painter.restore()
