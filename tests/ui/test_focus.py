"""What fills itself never takes the keys from a field in which somebody types, and what is hidden never will."""

import asyncio
from operator import attrgetter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListView, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from opsconsole.ui.keyguard import is_text_field
from opsconsole.ui.panel import Panel
from opsconsole.ui.panels.approvals.panel import ApprovalsPanel
from opsconsole.ui.panels.audit.panel import AuditPanel
from opsconsole.ui.panels.feed.panel import FeedPanel
from opsconsole.ui.widgets.focus import give_focus, lead_on, offer_focus
from tests.ui.approvals.asked import fill
from tests.ui.scenes import perform, told
from tests.ui.stage import Stage, until


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


@pytest.mark.parametrize(
    ("kind", "place", "words"),
    [
        (FeedPanel, "filters.search", "No event fits"),
        (ApprovalsPanel, "list.filter", "No match"),
        (AuditPanel, "search", "No entry fits"),
    ],
)
def test_enter_and_down_in_a_filter_that_fits_nothing_are_answered(
    tmp_path: Path, kind: type[Panel], place: str, words: str
) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(kind)
        filtered: QLineEdit = attrgetter(place)(panel)
        panel.activateWindow()
        await until(lambda: panel.isActiveWindow() and stage.tasks.count == 0)
        filtered.show()
        filtered.setFocus()
        QTest.keyClicks(filtered, "zzzzzz")
        await until(lambda: words in told(panel))
        for key in (Qt.Key.Key_Down, Qt.Key.Key_Return):
            QTest.keyClick(filtered, key)
            assert filtered.hasFocus() and words in told(panel)

    asyncio.run(fill(tmp_path / "w"))
    perform(tmp_path / "w", scene)
