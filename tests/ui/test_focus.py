"""What fills itself never takes the keys from a field in which somebody types, and what is hidden never will."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListView, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from opsconsole.ui.keyguard import is_text_field
from opsconsole.ui.widgets.focus import give_focus, lead_on, offer_focus


def test_the_keys_stay_with_who_types_and_never_go_to_what_is_hidden(qtbot: QtBot) -> None:
    page, field, view = QWidget(), QLineEdit(), QListView()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    column.addWidget(field)
    column.addWidget(view)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    field.setFocus()
    offer_focus(view, otherwise=page)
    assert QApplication.focusWidget() is field
    view.hide()
    give_focus(view, otherwise=page)
    assert QApplication.focusWidget() is page
    view.show()
    assert QApplication.focusWidget() is page
    offer_focus(view, otherwise=page)
    assert QApplication.focusWidget() is view
    lead_on(field, view)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is view


def test_a_text_that_is_only_read_takes_no_letters(qtbot: QtBot) -> None:
    text = QPlainTextEdit()
    qtbot.addWidget(text)
    assert is_text_field(text)
    text.setReadOnly(True)
    assert not is_text_field(text) and not is_text_field(None)
