"""Ctrl+K: every command by typing; F1: every command with its key. Both are made from the one list of commands."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from opsconsole.ui.command import Command, Commands

MOST = 200


class Palette(QDialog):
    """A search field over the commands that can be run here."""

    def __init__(self, commands: Commands, parent: QWidget, *, is_help: bool = False) -> None:
        super().__init__(parent)
        self.setWindowTitle("All commands and keys" if is_help else "Commands")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 420)
        found = commands.all() if is_help else commands.available()
        self._commands = sorted(found, key=lambda one: (one.group != "General", one.group, one.title))
        self._shown: list[Command] = []
        self._field, self._list = QLineEdit(), QListWidget()
        self._field.setPlaceholderText("What do you want to do?")
        self._field.setAccessibleName("Search commands")
        self._list.setAccessibleName("Commands")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(self._field)
        column.addWidget(self._list)
        self._field.textChanged.connect(self._filter)
        self._field.installEventFilter(self)
        self._list.itemActivated.connect(self._run)
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
        self._shown = [
            one for one in self._commands if all(word in f"{one.group} {one.title}".casefold() for word in wanted)
        ][:MOST]
        for one in self._shown:
            keys = f"    {' or '.join(one.keys)}" if one.keys else ""
            self._list.addItem(QListWidgetItem(f"{one.group}:  {one.title}{keys}"))
        self._list.setCurrentRow(0)

    def _run(self, *_: object) -> None:
        number = self._list.currentRow()
        if 0 <= number < len(self._shown):
            command = self._shown[number]
            self.accept()
            if command.is_enabled():
                command.run()
