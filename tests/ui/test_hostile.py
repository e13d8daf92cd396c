"""What strangers write, and what lies broken on the disk, before a real window: it stays text, and the window stays."""

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QPlainTextEdit, QTreeWidget, QWidget

from opsconsole.app.gui.tools import WindowTools
from opsconsole.domain.errors import OpsError
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.store.queries import approvals
from opsconsole.ui.drafts import ModelDraft
from opsconsole.ui.panels.approvals.panel import ApprovalsPanel
from opsconsole.ui.panels.feed.filters import SAVED
from opsconsole.ui.panels.feed.panel import FeedPanel
from opsconsole.ui.shell.notice import Notice
from opsconsole.ui.widgets.plain import honest, one_line, readable
from opsconsole.ui.widgets.texts import LONG, foldable
from tests.support.desktop.window import HandClock, Seat, sit
from tests.support.rig import agent, call, mail, rig
from tests.ui.stage import Stage, play, until

MARKUP = '<img src="file:////203.0.113.9/share/a.png"><b>Verified sender</b>'
FAKE = "Refund\nVerified sender\u2028Approved by Ann\x85\x0bMoney: none"
TURNED = "invoice \u202efdp.exe"


def _wanted(view: RunView) -> Turn:
    if view.past:
        return Turn(category="case", confidence=1.0, final="done")
    title = view.event.title[:200]
    wanted = call("desk.create_ticket", title=title, priority="normal", queue="support")
    return Turn(category="case", confidence=1.0, rationale=title, proposals=(wanted,))


async def _fill(folder: Path, *mails: dict[str, Any]) -> None:
    async with rig(folder, _wanted) as r:
        await r.hire(agent(level=2))
        await r.take(*(mail(number, **facts) for number, facts in enumerate(mails, 1)))


def _approvals(app: QApplication, folder: Path, job: Any) -> None:
    async def ready(seat: Seat[ApprovalsPanel]) -> None:
        await seat.until(lambda: seat.panel.shown is not None)
        await job(seat)

    def make(context: Any, clock: HandClock) -> ApprovalsPanel:
        return ApprovalsPanel(context, clock=clock)

    sit(app, folder, make, ready)


def _hovers(root: QWidget) -> Iterator[str]:
    """Every text that Qt would show in a tool tip."""
    for widget in (root, *root.findChildren(QWidget)):
        yield widget.toolTip()
        if isinstance(widget, QAbstractItemView):
            model = widget.model()
            columns = widget.columnCount() if isinstance(widget, QTreeWidget) else 3 if hasattr(model, "has_now") else 1
            for line in range(model.rowCount()):
                for column in range(columns):
                    yield str(model.index(line, column).data(Qt.ItemDataRole.ToolTipRole) or "")


def test_no_label_and_no_hover_reads_a_strangers_text_as_markup(tmp_path: Path, qapp: QApplication) -> None:
    folder = tmp_path / "workspace"
    asyncio.run(_fill(folder, *({"title": MARKUP, "text": MARKUP, "sender_name": MARKUP} for _ in range(3))))

    async def job(seat: Seat[ApprovalsPanel]) -> None:
        seat.panel.desk.open()
        shown = [*_hovers(seat.panel)]
        assert any("&lt;img" in text for text in shown)
        assert not [text for text in shown if "<img" in text or "<b>" in text]
        for label in seat.panel.findChildren(QLabel):
            assert label.textFormat() is Qt.TextFormat.PlainText or not label.text()

    _approvals(qapp, folder, job)


def test_a_notice_shows_markup_as_text_on_one_line(qapp: QApplication) -> None:
    over = QWidget()
    notice = Notice(over)
    notice.say(MARKUP + "\n" * 40, "", None)
    assert not [hover for hover in _hovers(notice) if "<img" in hover]
    assert notice.height() < 80
    over.deleteLater()


def test_a_card_of_a_mail_of_megabytes_on_one_line_is_shown_at_once(tmp_path: Path, qapp: QApplication) -> None:
    folder = tmp_path / "workspace"
    asyncio.run(_fill(folder, {"text": "B" * 3_000_000, "title": "A" * 100_000}))

    async def job(seat: Seat[ApprovalsPanel]) -> None:
        text = next(
            editor
            for editor in seat.panel.detail.findChildren(QPlainTextEdit)
            if editor.accessibleName() == "Text of the event"
        )
        assert "2,800,000 more characters are not shown here" in text.toPlainText()
        assert max(map(len, text.toPlainText().split("\n"))) <= 2_100

    _approvals(qapp, folder, job)


def test_a_strangers_line_ends_and_turned_letters_draw_nothing_on_a_card(tmp_path: Path, qapp: QApplication) -> None:
    folder = tmp_path / "workspace"
    asyncio.run(_fill(folder, {"title": FAKE, "is_verified": False}, {"title": TURNED}))

    async def job(seat: Seat[ApprovalsPanel]) -> None:
        told: list[str] = []
        for number in [row.id for row in seat.panel.queue.rows]:
            seat.panel.queue.look_at(number)
            await seat.until(lambda which=number: seat.panel.detail.shown and seat.panel.detail.shown.view.id == which)
            told = [label.text() for label in seat.panel.detail.findChildren(QLabel)]
            assert not [text for text in told if "\n" in text or "\u2028" in text or "\u202e" in text]
        assert any("‹202E›fdp.exe" in text for text in told)

    _approvals(qapp, folder, job)


def test_what_is_not_shown_is_said_and_what_is_harmless_stays() -> None:
    for text in ("Grüße\naus Köln", "👩\u200d👩\u200d👧", "می\u200cخواهم", "שלום"):
        assert honest(text) == text
    assert honest("a\x00\x1b[31m\ud800\u200b") == "a‹0000›‹001B›[31m‹D800›‹200B›"
    assert one_line("a" * 200_000, 10) == "a" * 9 + "…"
    assert readable("abc", 3) == "abc" and readable("abcd", 3).endswith("[1 more characters are not shown here]")


def test_of_a_text_too_long_to_lay_out_at_once_the_beginning_unfolds(qapp: QApplication) -> None:
    box = foldable("word " * 1_000_000)
    box.show()
    button = next(iter(box.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)))
    for widget in box.findChildren(QWidget):
        if hasattr(widget, "click"):
            widget.click()  # type: ignore[attr-defined]
    qapp.processEvents()
    assert max(len(label.text()) for label in box.findChildren(QLabel)) < LONG + 100
    assert any("more characters are not shown" in label.text() for label in box.findChildren(QLabel))
    assert button is not None
    box.deleteLater()


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_events_dated_to_the_edge_of_the_calendar_are_listed_and_told(
    tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    folder = tmp_path / "workspace"
    edges = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
    asyncio.run(_fill(folder, *({"occurred_at": edge} for edge in edges)))
    monkeypatch.setenv("TZ", zone)
    time.tzset()

    async def scene(stage: Stage) -> None:
        panel = stage.show(FeedPanel)
        await until(lambda: panel.model.rowCount() == 2 and panel.model.row_at(1) is not None)
        for line in range(2):
            assert panel.model.index(line, 0).data(Qt.ItemDataRole.ToolTipRole)
            panel.view.show_line(line)
            await until(lambda: any("Mira" in label.text() for label in panel.story.findChildren(QLabel)))

    try:
        play(folder, qapp, scene)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("kept", ["{", "17", "null", '"x"', "[1, null, [], {}]", "[" * 100_000])
def test_saved_filters_that_another_hand_wrote_are_left_out(worked: Path, qapp: QApplication, kept: str) -> None:
    async def scene(stage: Stage) -> None:
        stage.context.memory.setValue(SAVED, kept)
        panel = stage.show(FeedPanel)
        assert panel.filters.saved_menu().actions()[0].text() == "Save this filter"

    play(worked, qapp, scene)


def test_one_odd_filter_hides_no_other(worked: Path, qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        odd: list[Any] = [{"nope": 1}, {"agent": ["x"]}, {"text": 5}, {"text": "refund"}, {"text": "x" * 30_000}]
        memory: QSettings = stage.context.memory
        memory.setValue(SAVED, json.dumps(odd))
        panel = stage.show(FeedPanel)
        texts = [action.text() for action in panel.filters.saved_menu().actions() if not action.isSeparator()]
        assert texts[1] == "“refund”" and len(texts) == 3 and len(texts[2]) <= 80

    play(worked, qapp, scene)


def test_an_undo_while_a_decision_is_under_way_is_kept_for_later(tmp_path: Path, qapp: QApplication) -> None:
    folder = tmp_path / "workspace"
    asyncio.run(_fill(folder, {}, {}))

    async def job(seat: Seat[ApprovalsPanel]) -> None:
        first, second = [row.id for row in seat.panel.queue.rows]
        seat.press("A")
        await seat.until(lambda: seat.panel.shown is not None and seat.panel.shown.view.id == second)
        seat.press("A")
        assert seat.panel.verbs.is_busy
        seat.panel.verbs.undo()
        await seat.until(lambda: not seat.panel.verbs.is_busy and not seat.panel.queue.rows)
        for _ in range(2):
            seat.panel.verbs.undo()
            await seat.until(lambda: not seat.panel.verbs.is_busy)
        await seat.until(lambda: len(seat.panel.queue.rows) == 2)
        assert await seat.read(lambda kernel: approvals.waiting_count(kernel.reader)) == 2
        assert first and "under way" in "".join(text for text, _, _ in seat.said)

    _approvals(qapp, folder, job)


@pytest.mark.parametrize("typed", ["//user:{}@host/v1", "{}", "https://user:{}@host/v1", "http://host/v1?key={}"])
def test_a_key_in_the_field_of_the_address_is_not_said_again(empty: Path, typed: str) -> None:
    key = "kx-canary-7781"

    async def ask() -> str:
        draft = ModelDraft(name="main", url=typed.format(key), model="m")
        with pytest.raises(OpsError) as told:
            await WindowTools(empty).try_model(draft, lambda step: None, is_kept=True)
        return str(told.value)

    assert key not in asyncio.run(ask())
