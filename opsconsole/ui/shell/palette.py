"""Ctrl+K: every command by typing; F1: every command with its key. Both are made from the one list of commands."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from opsconsole.ui.command import Command, Commands
from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets import painting
from opsconsole.ui.widgets.basics import label

MOST = 200
HEIGHT = 32
_COMMAND, _HEADING, _IS_HERE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2
_Index = QModelIndex | QPersistentModelIndex


class _Line(QStyledItemDelegate):
    """Group, command, keys, each in a column of its own."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        command: Command = index.data(_COMMAND)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
        color = self._theme.color
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painting.ground(painter, rect, color("accentSoft") if is_current else None, bar=None)
        inside = rect.adjusted(12, 0, -12, 0)
        heading = QRect(inside.x(), inside.y(), 108, inside.height())
        painting.text(painter, heading, index.data(_HEADING), size=fonts.SMALL, color=color("text3"))
        x = inside.right() + 1
        for key in reversed(command.keys):
            x -= painting.width_of(key, fonts.CAPTION, fonts.SEMIBOLD) + 16
            painting.pill(painter, x, inside.center().y() + 1, key, ground=color("sunken"), ink=color("text2"))
            x -= 6
        title = QRect(heading.right() + 8, inside.y(), x - heading.right() - 16, inside.height())
        ink = color("text" if index.data(_IS_HERE) else "text3")
        painting.text(painter, title, command.title, size=fonts.BODY, color=ink)
        painter.restore()


class Palette(QDialog):
    """A search field over the commands: those that can be run here, or for help all there are."""

    def __init__(self, commands: Commands, theme: Theme, parent: QWidget, *, is_help: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setWindowTitle("All commands and keys" if is_help else "Commands")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 560 if is_help else 460)
        self._here = {command.id for command in commands.available()}
        found = commands.all() if is_help else commands.available()
        self._commands = sorted(found, key=lambda command: (command.group != "General", command.group, command.title))
        self._shown: list[Command] = []
        self._field, self._list, self._hint = QLineEdit(), QListWidget(), label("", "small")
        self._field.setPlaceholderText("Find a command or its key" if is_help else "What do you want to do?")
        self._field.setAccessibleName("Search commands")
        self._list.setAccessibleName("Commands")
        self._list.setItemDelegate(_Line(theme, self._list))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        for part in (self._field, self._list, self._hint):
            column.addWidget(part)
        self._field.textChanged.connect(self._filter)
        self._field.installEventFilter(self)
        self._list.currentRowChanged.connect(self._say)
        self._list.itemClicked.connect(self._run)
        self._filter("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self._list.setCurrentRow(max(0, min(self._list.count() - 1, self._list.currentRow() + step)))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run()
                return True
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()
        self._list.clear()
        self._shown = [command for command in self._commands if all(word in _words(command) for word in wanted)][:MOST]
        before = ""
        for command in self._shown:
            item = QListWidgetItem(f"{command.group}: {command.title}. {' or '.join(command.keys)}".strip())
            item.setData(_COMMAND, command)
            item.setData(_HEADING, command.group if command.group != before else "")
            item.setData(_IS_HERE, command.id in self._here)
            self._list.addItem(item)
            before = command.group
        self._list.setCurrentRow(0)
        self._say(self._list.currentRow())

    def _say(self, number: int) -> None:
        if not 0 <= number < len(self._shown):
            self._hint.setText("No command fits. Try another word.")
        elif self._shown[number].id in self._here:
            self._hint.setText("Enter runs it, Esc closes this.")
        else:
            self._hint.setText(f"Not now: this works on the page {self._shown[number].group}, where something fits it.")

    def _run(self, *_: object) -> None:
        number = self._list.currentRow()
        # A command of a page that is not on the screen would act on what nobody sees.
        if 0 <= number < len(self._shown) and self._shown[number].id in self._here:
            command = self._shown[number]
            self.accept()
            if command.is_enabled():
                command.run()


def _words(command: Command) -> str:
    return f"{command.group} {command.title} {command.words} {' '.join(command.keys)}".casefold()
