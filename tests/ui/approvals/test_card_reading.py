"""What a card says can be read: nothing is cut in the least window, the long is short, right-to-left is right."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QScrollArea

from opsconsole.domain.action import Call, Result
from opsconsole.domain.errors import AmbiguousError
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.engine import Engine
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.engine.ports.connector import Connector
from opsconsole.store.writes import connections
from opsconsole.ui.shell.window import LEAST
from opsconsole.ui.widgets.basics import ClampedLabel, PlainLabel
from opsconsole.ui.widgets.diff.table import _laid  # pyright: ignore[reportPrivateUsage]
from opsconsole.ui.widgets.plain import is_right_to_left
from tests.support.rig import ANN, agent, call, desk_only, mail, rig
from tests.ui.approvals.asked import Job, Sitting, person_at

LONG = "Question about the invoice of last month and the one before, " * 8
HEBREW = "שלום, יש לי שאלה לגבי החשבונית"
NOTE = "Anything about personal data goes to Annelies."
LEAST_PANEL = (LEAST[0] - 56, 700 - 28)


def play(folder: Path, app: QApplication, job: Job, *, wanted: Any, **changes: Any) -> None:
    """One mail, what an agent wants about it, and a person before its card in the least window."""

    def script(view: RunView) -> Turn:
        return Turn(category="case", final="done") if view.past else Turn(category="case", proposals=(wanted,))

    async def fill() -> None:
        async with rig(folder, script) as r:
            await r.hire(agent(level=2))
            config, now = {"address": "support@slotwise.example"}, r.clock.now()
            await r.engine.writer.write(
                lambda tx: connections.put(tx, "inbox", kind="mail", config=config, now=now), name="test"
            )
            await r.take(mail(**changes))

    async def resized(seat: Sitting) -> None:
        seat.panel.resize(*LEAST_PANEL)
        await asyncio.sleep(0.05)
        await job(seat)

    asyncio.run(fill())
    person_at(folder, app)(resized)


def on_screen(seat: Sitting, part: Any) -> bool:
    """It is wholly within the panel."""
    place = QRect(part.mapTo(seat.panel, QPoint(0, 0)), part.size())
    return part.isVisible() and seat.panel.rect().contains(place)


def test_a_question_shows_what_is_asked_why_the_answers_and_the_event(tmp_path: Path, qapp: QApplication) -> None:
    asked = call(
        "person.ask", question="What kind of event is this?", about="category", options=["billing", "case"],
        why="Its words are new here.", note=NOTE,
    )  # fmt: skip

    async def job(seat: Sitting) -> None:
        detail = seat.panel.detail
        assert detail.title.text() == "What kind of event is this?" and not detail.sub.isVisible()
        assert detail.note.text().endswith(NOTE) and detail.note.isVisible()
        assert NOTE not in detail.why.text()
        assert on_screen(seat, detail.why) and on_screen(seat, detail.answers)
        text = detail.event_card.findChild(QPlainTextEdit)
        assert text is not None and text.toPlainText() == "Could you have a look, please?"
        assert detail.event_card.width() > 400, "it comes whole, before what is like it"
        assert text.mapTo(seat.panel, QPoint(0, 0)).y() + 60 < seat.panel.bar.mapTo(seat.panel, QPoint(0, 0)).y()

    play(tmp_path / "w", qapp, job, wanted=asked)


def test_a_question_that_was_asked_with_the_note_in_it_shows_them_apart(tmp_path: Path, qapp: QApplication) -> None:
    asked = call("person.ask", question=f"What kind of event is this? {NOTE}", about="category", options=["case"])

    async def job(seat: Sitting) -> None:
        detail = seat.panel.detail
        assert detail.title.text() == "What kind of event is this?" and not detail.sub.isVisible()
        assert detail.note.text().endswith(NOTE)

    play(tmp_path / "w", qapp, job, wanted=asked)


@pytest.mark.parametrize("width", [LEAST_PANEL[0], 1400])
def test_the_mail_stays_in_sight_while_its_answer_is_edited(tmp_path: Path, qapp: QApplication, width: int) -> None:
    async def job(seat: Sitting) -> None:
        seat.panel.resize(width, LEAST_PANEL[1])
        seat.press("E")
        editor = seat.panel.form.editor("text")
        await seat.until(editor.isVisible)
        await asyncio.sleep(0.05)
        text = seat.panel.form.event_card.findChild(QPlainTextEdit)
        assert text is not None and text.toPlainText() == "Could you have a look, please?"
        assert on_screen(seat, text) and on_screen(seat, editor)
        is_beside = text.mapTo(seat.panel, QPoint(0, 0)).x() > editor.mapTo(seat.panel, QPoint(0, 0)).x()
        assert is_beside == (width > 1000)

    play(tmp_path / "w", qapp, job, wanted=call("desk.reply", to=ANN, text="We are on it."))


def test_nothing_of_a_card_is_cut_in_the_least_window(tmp_path: Path, qapp: QApplication) -> None:
    async def job(seat: Sitting) -> None:
        detail = seat.panel.detail
        scroll = detail.findChild(QScrollArea)
        assert scroll is not None and (page := scroll.widget()) is not None
        assert page.width() <= scroll.viewport().width()
        for shown in detail.findChildren(QLabel):
            if shown.isVisible() and shown.text() and not isinstance(shown, ClampedLabel):
                assert shown.width() >= shown.minimumSizeHint().width(), shown.text()
        title = detail.event_card.findChild(ClampedLabel)
        assert title is not None and title.text().endswith("…")
        for shown in (title, detail.title):
            assert shown.height() < 3 * shown.fontMetrics().height()
        assert title.whole == LONG.strip() and "Question about the invoice" in title.toolTip()

    wanted = call("desk.create_ticket", title=LONG[:110], queue="support")
    sender = "somebody.with.a.rather.long.name@a-rather-long-company.example"
    play(tmp_path / "w", qapp, job, wanted=wanted, title=LONG, sender=sender)


def test_a_text_stands_where_its_first_letter_says(tmp_path: Path, qapp: QApplication) -> None:
    async def job(seat: Sitting) -> None:
        card = seat.panel.detail.event_card
        text, title = card.findChild(QPlainTextEdit), card.findChild(ClampedLabel)
        assert text is not None and title is not None
        assert title.alignment() & Qt.AlignmentFlag.AlignRight
        document = text.document()
        assert document.firstBlock().textDirection() is Qt.LayoutDirection.RightToLeft
        assert document.lastBlock().textDirection() is Qt.LayoutDirection.LeftToRight
        line = document.firstBlock().layout().lineAt(0)
        assert line.naturalTextRect().left() > text.viewport().width() / 3

    play(tmp_path / "w", qapp, job, wanted=call("desk.reply", to=ANN, text="."), title=HEBREW, text=f"{HEBREW}\nThanks")
    laid, _ = _laid(HEBREW, 400, [])
    assert (
        laid.lineAt(0).naturalTextRect().right() > 390
        and _laid("Thanks", 400, [])[0].lineAt(0).naturalTextRect().left() < 1
    )
    for words, is_right in ((HEBREW, True), (f"1. „{HEBREW}", True), (f"Re: {HEBREW}", False), ("123", False)):
        assert is_right_to_left(words) is is_right
    label = PlainLabel(HEBREW)
    assert label.alignment() & Qt.AlignmentFlag.AlignRight
    label.setText("Thanks")
    assert label.alignment() & Qt.AlignmentFlag.AlignLeft


def test_a_doubt_says_what_may_have_been_done_and_no_deadline_of_a_year(tmp_path: Path, qapp: QApplication) -> None:
    async def hang_up(_: Call) -> Result:
        raise AmbiguousError("the system hung up")

    async def fill() -> None:
        def make(engine: Engine) -> list[Connector]:
            return [*desk_only(engine), FakeConnector(hang_up)]

        async with rig(tmp_path / "w", [call("out.do", what="x")], agent(level=3), connectors=make) as r:
            await r.take(mail())
            await r.wait(minutes=10)
            assert r.waiting()[0].kind == "unknown"

    async def job(seat: Sitting) -> None:
        await seat.until(lambda: seat.panel.shown is not None)
        detail = seat.panel.detail
        model = detail.table.model()
        assert model.headerData(1, Qt.Orientation.Horizontal) == "What may have been done"
        told = [label.text() for label in detail.facts.findChildren(QLabel)]
        assert any(text.startswith("Asked ") for text in told) and not any("decide" in text for text in told)

    asyncio.run(fill())
    person_at(tmp_path / "w", qapp)(job)


def test_a_date_is_edited_as_the_card_shows_it(tmp_path: Path, qapp: QApplication) -> None:
    async def job(seat: Sitting) -> None:
        shown = seat.panel.shown
        assert shown is not None and shown.view.args["due"] == "+1"
        (day,) = [change.after for change in shown.view.changes if change.field == "due"]
        seat.press("E")
        editor = seat.panel.form.editor("due")
        await seat.until(editor.isVisible)
        assert isinstance(editor, QLineEdit) and editor.text() == day and day != "+1"

    play(tmp_path / "w", qapp, job, wanted=call("desk.create_task", title="Call her back", due="+1"))


@pytest.mark.parametrize(
    ("wanted", "word", "tone"),
    [
        (call("desk.create_ticket", title="Look", priority="normal", queue="support"), "Low risk", "plain"),
        (call("desk.acknowledge", slots={"text": ("Ann",)}, to=ANN, text="Dear Ann, we have it."), "Low risk", "plain"),
        (call("desk.forward", to="femke@slotwise.example", text="For you."), "Medium risk", "warn"),
        (call("desk.forward", to="eve@evil.example", text="For you."), "High risk", "danger"),
    ],
    ids=["internal", "fixed receipt", "own domain", "stranger"],
)
def test_red_is_for_what_can_do_harm(tmp_path: Path, qapp: QApplication, wanted: Any, word: str, tone: str) -> None:
    async def job(seat: Sitting) -> None:
        risk = seat.panel.detail.risk
        assert (risk.text(), risk.property("pill")) == (word, tone)

    play(tmp_path / "w", qapp, job, wanted=wanted)


def test_all_about_a_sender_is_one_click_from_the_card(tmp_path: Path, qapp: QApplication) -> None:
    gone: list[tuple[str, dict[str, Any]]] = []

    def went(panel: str, where: dict[str, Any]) -> None:
        gone.append((panel, where))

    async def job(seat: Sitting) -> None:
        seat.panel.context.navigator.requested.connect(went)
        links = [part for part in seat.panel.detail.findChildren(QPushButton) if "Everything" in part.accessibleName()]
        for link in links:
            link.click()

    wanted = call("desk.create_ticket", title="Look", priority="normal", queue="support")
    play(tmp_path / "w", qapp, job, wanted=wanted)
    assert gone == [("audit", {"subject": ANN}), ("audit", {"subject": "harbour.example"})]
