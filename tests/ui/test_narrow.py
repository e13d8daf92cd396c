"""A small window, or a large one at twice the size: what must be read and pressed is on the screen."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QTextLayout
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QWidget,
)

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.app.session import opened
from opsconsole.domain.event import IncomingEvent
from opsconsole.store.writes import events
from opsconsole.ui.panels.approvals.panel import ApprovalsPanel
from opsconsole.ui.panels.audit.line import COLUMNS, column_widths
from opsconsole.ui.panels.audit.panel import AuditPanel
from opsconsole.ui.panels.feed.panel import FeedPanel
from opsconsole.ui.panels.shadow.panel import ShadowPanel
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.diff.table import ChangeTable, breaking_addresses
from opsconsole.ui.widgets.diff.words import FieldRow
from tests.support.desktop.console import in_window
from tests.support.files import NOW
from tests.ui.approvals.asked import Person, Sitting
from tests.ui.scenes import perform
from tests.ui.shadow.pairsample import make_pairs
from tests.ui.stage import Stage, play, until

SMALL = (968, 672)
"""What a window of 1024 x 700 leaves to a panel, in px."""
TWICE = (886, 430)
"""What a screen of 1920 x 1080 leaves to a panel at twice the size, in px."""


def beyond(area: QScrollArea) -> list[str]:
    """The pills, words and buttons that end beyond the right edge of a page, or are narrower than their words."""
    edge = area.viewport().width()
    found: list[str] = []
    for part in [*area.findChildren(QLabel), *area.findChildren(QPushButton)]:
        if not part.isVisible() or not part.text():
            continue
        right = part.mapTo(area.viewport(), QPoint(part.width(), 0)).x()
        is_cut = not (isinstance(part, QLabel) and part.wordWrap()) and part.width() < part.minimumSizeHint().width()
        if right > edge or is_cut:
            found.append(f"{part.text()} ends at {right} of {edge}, {part.width()} wide")
    return found


def unreachable(panel: QWidget) -> list[str]:
    """What ends beyond the edge of the panel or of a page on it, or is narrower than its words, or was taken away."""
    areas = [area for area in panel.findChildren(QScrollArea) if area.isVisible()]
    found = [fault for area in areas for fault in beyond(area)]
    inside = {part for area in areas for part in area.findChildren(QWidget)}
    for part in [*panel.findChildren(QLabel), *panel.findChildren(QAbstractButton), *panel.findChildren(QComboBox)]:
        if part.isVisible() and part not in inside and (words := _words(part)):
            right = part.mapTo(panel, QPoint(part.width(), 0)).x()
            is_wrapped = isinstance(part, QLabel) and part.wordWrap()
            if right > panel.width() or (not is_wrapped and part.width() < part.minimumSizeHint().width()):
                found.append(f"{words} ends at {right} of {panel.width()}, {part.width()} wide")
    return found


def _words(part: QWidget) -> str:
    if isinstance(part, QComboBox):
        return part.currentText()
    return part.text() if isinstance(part, QLabel | QAbstractButton) else ""


def page_of(area: QScrollArea) -> QWidget:
    page = area.widget()
    assert page is not None
    return page


def test_a_story_wraps_to_the_width_of_a_small_window(worked: Path, qapp: QApplication) -> None:
    with opened(worked) as session:
        incoming = IncomingEvent(
            external_id="long", kind="mail.received", subject="thread:9", occurred_at=NOW, title="OVERDUE: stand fee",
            text="Our records show an unpaid stand fee. " * 20, sender="billing-department@expo-hallen.example",
            sender_name="Expo Hallen Billing and Collections of the Whole Fair",
        )  # fmt: skip
        session.write(lambda tx: events.add(tx, "desk", incoming, now=NOW), name="test")

    async def scene(stage: Stage) -> None:
        panel = stage.show(FeedPanel, *SMALL)
        for event, title in ((6, "OVERDUE: stand fee"), (1, "Refund for order 10482"), (2, "Question")):
            panel.go({"event": event})
            await until(lambda title=title: title in [part.text() for part in panel.story.findChildren(QLabel)])
            await until(lambda: 0 < page_of(panel.story).width() <= panel.story.viewport().width())
            await until(lambda: not beyond(panel.story))

    play(worked, qapp, scene)


def test_what_came_in_stands_above_what_is_judged(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(ShadowPanel, *SMALL)
        detail = panel.compare.detail
        await until(lambda: detail.findChildren(ChangeTable))

        def top(text: str) -> int:
            words = [part for part in detail.findChildren(QLabel) if part.text() == text and part.isVisible()]
            return words[0].mapTo(detail, QPoint(0, 0)).y()

        table = detail.findChildren(ChangeTable)[0]
        await until(lambda: 0 < top("Please answer question 1.") < table.mapTo(detail, QPoint(0, 0)).y())
        await until(lambda: not beyond(detail.area))

    perform(make_pairs(tmp_path / "w", 1, kinds=("differs",)), scene)


@pytest.mark.parametrize("size", [SMALL, TWICE], ids=["small", "twice the size"])
def test_every_word_that_can_be_said_of_a_pair_has_its_button(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(ShadowPanel, *size)
        bar = panel.compare.bar
        await until(bar.category.isVisible)
        assert panel.width() == size[0]
        assert [part.text() for part in bar.findChildren(QPushButton) if part.isVisible()] == [
            "Agent", "Human", "Both", "Neither", "Unsure", "Category",
        ]  # fmt: skip
        await until(lambda: not unreachable(panel))

    perform(make_pairs(tmp_path / "w", 1, kinds=("differs",)), scene)


@pytest.mark.parametrize(("width", "is_narrow"), [(520, True), (900, False)])
def test_names_of_fields_leave_room_for_addresses_where_there_is_little(
    qapp: QApplication, width: int, is_narrow: bool
) -> None:
    table = ChangeTable(Theme(qapp, "light"), ("The agent would have", "The human did"), is_two_sided=True)
    table.resize(width, 300)
    table.show()
    table.show_changes([FieldRow("Assignee", "femke@slotwise.example", "britt@slotwise.example")])
    assert (table.columnWidth(0) < 100) is is_narrow
    assert table.rowHeight(0) < 40, "an address of this length stands in one line"
    table.close()


def test_a_line_ends_before_the_at_of_an_address_and_marks_stay_on_their_words() -> None:
    text, marked = "to femke@slotwise.example now", QTextLayout.FormatRange()
    marked.start, marked.length = text.index("slotwise"), len("slotwise")
    broken, moved = breaking_addresses(text, [marked])
    assert broken == "to femke\u200b@slotwise.example now"
    assert broken[moved[0].start : moved[0].start + moved[0].length] == "slotwise"


def test_an_edit_shows_five_lines_of_the_event_in_a_small_window(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        seat.panel.resize(*SMALL)
        seat.press("E")
        text = seat.panel.form.event_card.findChildren(QPlainTextEdit)[0]
        await seat.until(text.isVisible)
        await seat.until(lambda: text.viewport().height() >= 5 * text.fontMetrics().lineSpacing())

    person(job)


@pytest.mark.parametrize("width", [904, 968], ids=["twice the size", "small"])
def test_what_an_entry_is_about_has_room_in_a_small_window(worked: Path, qapp: QApplication, width: int) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(AuditPanel, width, 672)
        await until(lambda: panel.model.ids)
        before = sum(column_widths(panel.view.viewport().width()))
        assert panel.view.viewport().width() - before - 44 >= 140
        heads = [head for head in panel.findChildren(QLabel) if head.text() in (*COLUMNS, "About")]
        assert [head.text() for head in heads if head.x() == 22 + before] == ["About"]
        await until(lambda: not beyond(panel.side))

    play(worked, qapp, scene)


def test_a_notice_lies_over_no_verbs_and_over_no_sheet_that_opens_under_it(worked: Path) -> None:
    async def scenario(joined: Joined) -> None:
        window = joined.window
        window.resize(1024, 700)
        window.show_panel("approvals")
        panel = window.panel("approvals")
        assert isinstance(panel, ApprovalsPanel)
        window.notice.say("Approved, done in 10 s.", "Undo", lambda: None)
        window.context.commands.keys.say("Not now.")
        low, lies = window.notice.y(), (window.notice, window.hint)
        panel.sheet.ask(1)
        panel.sheet.show()

        def covers(part: QWidget) -> bool:
            top = part.mapTo(window, QPoint(0, 0)).y()
            return any(lying.mapTo(window, QPoint(0, lying.height())).y() > top for lying in lies)

        await until(lambda: window.notice.y() < low and not covers(panel.sheet))
        panel.sheet.hide()
        await until(lambda: window.notice.y() == low)

    in_window(worked, scenario)
