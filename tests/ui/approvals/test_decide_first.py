"""Deciding first, in the window: what is shown before and after, by keys alone, and what it is worth."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from opsconsole.domain.enums import Adjudication
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder import draws
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.store.queries import ladder as read
from opsconsole.store.queries import pairs
from opsconsole.store.queries.ladder import Draw
from opsconsole.store.rows import present
from opsconsole.ui.widgets.basics import ChoiceBox
from opsconsole.ui.widgets.diff.table import ChangeModel, ChangeTable
from tests.support.rig import agent, call, mail, rig
from tests.ui.approvals.asked import Person, Sitting, person_at

TICKET, NOTE = "desk.create_ticket", "desk.add_note"
TELLING = "vault"
"""A word of the proposal that no screen may show before."""


def _wanted(view: RunView) -> Turn:
    if view.past:
        return Turn(category="case", confidence=1.0, final="done")
    ticket = call(TICKET, title=f"Look at {view.event.title}", queue=TELLING, priority="high")
    return Turn(category="case", confidence=1.0, rationale=f"It is for the {TELLING}", proposals=(ticket,))


async def _fill(folder: Path, level: int, mails: int) -> None:
    category: dict[str, Any] = {
        "id": "case",
        "name": "Case",
        "steps": [{"do": TICKET, "with": {"title": "x"}}, {"do": NOTE, "with": {"text": "x"}}],
    }
    async with rig(folder, _wanted) as r:
        levels = {"default": 1, "actions": {TICKET: level, NOTE: 2}}
        await r.hire(agent(autonomy=levels, playbook={"purpose": "a test", "categories": [category]}))
        await r.take(*(mail(number) for number in range(1, mails + 1)))


@pytest.fixture(autouse=True)
def coin(monkeypatch: pytest.MonkeyPatch) -> None:
    """All is drawn."""

    def always(_workspace: str, _run: int) -> float:
        return 0.0

    monkeypatch.setattr(draws, "coin", always)


def _before(tmp_path: Path, qapp: QApplication, *, level: int, mails: int = 2) -> Person:
    folder = tmp_path / "workspace"
    asyncio.run(_fill(folder, level, mails))
    return person_at(folder, qapp, is_first=True)


@pytest.fixture
def asked(tmp_path: Path, qapp: QApplication) -> Person:
    """Somebody before two requests that they decide first."""
    return _before(tmp_path, qapp, level=2)


@pytest.fixture
def done(tmp_path: Path, qapp: QApplication) -> Person:
    """Somebody before two decisions that an agent made alone."""
    return _before(tmp_path, qapp, level=3)


def words(seat: Sitting) -> str:
    """Every word on the screen, also of fields and of the list."""
    labels = [label.text() for label in seat.panel.findChildren(QLabel) if label.isVisible()]
    rows = [f"{row.title} {row.because} {row.amount} {row.agent} {row.args}" for row in seat.panel.queue.rows]
    tables = [
        f"{change.now} {change.after}"
        for table in seat.panel.findChildren(ChangeTable)
        if table.isVisible()
        for change in cast(ChangeModel, table.model()).changes
    ]
    return "\n".join([*labels, *rows, *tables])


def drawn(run: int) -> Callable[[Kernel], Draw]:
    def job(kernel: Kernel) -> Draw:
        return present(read.draw(kernel.reader, run), f"draw {run}")

    return job


async def first_shown(seat: Sitting, run: int) -> None:
    page = seat.panel.first.page
    await seat.until(lambda: (card := seat.panel.queue.first) is not None and card.run == run and page.isVisible())


def test_before_it_is_decided_nothing_of_the_agents_is_on_the_screen(asked: Person) -> None:
    async def job(seat: Sitting) -> None:
        await first_shown(seat, 1)
        assert TELLING not in words(seat) and "Case" not in words(seat)
        assert [row.id for row in seat.panel.queue.rows] == [-1, -2]
        assert seat.panel.list.count.text() == "2 waiting, 2 to decide first"
        titles = [tick.accessibleName() for tick in seat.panel.first.page.form.ticks]
        assert titles == ["Create ticket", "Add note"]
        seat.press("A")
        assert "Say first what you would do" in seat.hints[-1]
        seat.press("R")
        seat.press("E")
        assert seat.panel.mode == "card" and await seat.read(drawn(1)) == await seat.read(drawn(1))
        assert (await seat.read(drawn(1))).answered_at is None
        assert await seat.read(lambda kernel: pairs.seen_at(kernel.reader, 1)) is None

    asked(job)


def test_what_waits_shows_its_card_at_once_with_both_sides(asked: Person) -> None:
    async def job(seat: Sitting) -> None:
        await first_shown(seat, 1)
        seat.press("1")
        queue = seat.panel.first.page.form.editor(TICKET, "queue")
        assert isinstance(queue, QLineEdit) and queue.isVisible()
        queue.setFocus()
        queue.setText("support")
        seat.press("Return", on=queue)
        await seat.until(lambda: seat.panel.shown is not None)
        shown = seat.panel.shown
        assert shown is not None and shown.view.tool == TICKET
        assert shown.own == "You: create ticket (queue support). Mira: create ticket (queue vault)."
        assert seat.panel.detail.agreement.text() == "Otherwise"
        assert seat.panel.detail.own.isVisible() and seat.panel.detail.own.text() == shown.own
        assert "can be said once it has finished" in seat.said[-1][0]
        assert (await seat.read(drawn(1))).pair is None
        assert [row.id for row in seat.panel.queue.rows] == [1, -2]

    asked(job)


def test_the_same_is_a_quiet_word_and_the_next_is_there(done: Person) -> None:
    async def job(seat: Sitting) -> None:
        await first_shown(seat, 1)
        seat.press("1")
        priority = seat.panel.first.page.form.editor(TICKET, "priority")
        assert isinstance(priority, ChoiceBox)
        priority.setCurrentIndex(priority.findData("high"))
        seat.press("Return")
        await first_shown(seat, 2)
        assert seat.said[-1][0] == "The agent decided the same." and seat.panel.mode == "card"
        made = await seat.read(drawn(1))
        assert made.pair is not None
        assert seat.panel.first.page.form.acts is None, "the next begins without a tick"

    done(job)


@pytest.mark.parametrize(
    ("key", "said"), [("1", Adjudication.AGENT), ("2", Adjudication.HUMAN), ("3", Adjudication.BOTH), ("Return", None)]
)
def test_otherwise_shows_both_sides_and_takes_a_word_by_key(done: Person, key: str, said: Adjudication | None) -> None:
    async def job(seat: Sitting) -> None:
        await first_shown(seat, 1)
        seat.press("0")
        assert seat.panel.first.page.form.nothing.isChecked()
        seat.press("Return")
        await seat.until(lambda: seat.panel.mode == "outcome")
        assert TELLING in words(seat) and "You: nothing." in words(seat)
        seat.press("A")
        assert seat.panel.mode == "outcome"
        seat.press(key)
        await first_shown(seat, 2)
        pair = (await seat.read(drawn(1))).pair

        def judged(kernel: Kernel) -> Adjudication | None:
            found = pairs.pair(kernel.reader, pair or 0)
            return None if found is None else found.said

        assert await seat.read(judged) is said

    done(job)


def test_nothing_ticked_decides_nothing_and_nothing_stands_alone(done: Person) -> None:
    async def job(seat: Sitting) -> None:
        await first_shown(seat, 1)
        seat.press("Return")
        assert "Say first" in seat.hints[-1]
        form = seat.panel.first.page.form
        seat.press("2")
        seat.press("0")
        assert [tick.isChecked() for tick in form.ticks] == [False, False] and form.acts == []
        seat.press("1")
        assert not form.nothing.isChecked() and [act.tool for act in form.acts or ()] == [TICKET]
        assert (await seat.read(drawn(1))).answered_at is None

    done(job)


def test_a_finger_on_its_way_decides_nothing(done: Person) -> None:
    async def job(seat: Sitting) -> None:
        await first_shown(seat, 1)
        seat.press("0")
        seat.press("Return")
        await seat.until(lambda: seat.panel.mode == "outcome")
        seat.tap("1")
        seat.tap("Return")
        assert seat.panel.mode == "outcome"

    done(job)


def test_what_is_typed_stays_while_others_come_and_where_it_does_not_fit(done: Person) -> None:
    async def job(seat: Sitting) -> None:
        await first_shown(seat, 1)
        form = seat.panel.first.page.form
        seat.press("1")
        queue = form.editor(TICKET, "queue")
        assert isinstance(queue, QLineEdit)
        queue.setMaxLength(1000)
        queue.setText("x" * 200)
        seat.panel.refresh()
        await seat.until(lambda: seat.panel.queue.first is not None)
        assert form.editor(TICKET, "queue") is queue
        seat.press("Return", on=queue)
        await seat.until(lambda: "queue" in form._error.text())  # pyright: ignore[reportPrivateUsage]
        assert queue.text() == "x" * 200 and (await seat.read(drawn(1))).answered_at is None

    done(job)


def test_show_anyway_marks_it_as_seen(asked: Person) -> None:
    async def job(seat: Sitting) -> None:
        await first_shown(seat, 1)
        seat.clock.at += 1.0
        seat.panel.first.page.anyway.click()
        await seat.until(lambda: seat.panel.shown is not None)
        assert (await seat.read(drawn(1))).closed == "seen"
        assert seat.panel.shown is not None and seat.panel.shown.own == ""

    asked(job)


def test_who_comes_for_a_request_that_is_not_seen_yet_decides_first(asked: Person) -> None:
    async def job(seat: Sitting) -> None:
        await first_shown(seat, 1)
        seat.panel.go({"approval": 2})
        await first_shown(seat, 2)
        seat.panel.go({"first": 1})
        await first_shown(seat, 1)

    asked(job)


def test_those_to_decide_first_are_no_batch(tmp_path: Path, qapp: QApplication) -> None:
    async def job(seat: Sitting) -> None:
        for run in (1, 2):
            await first_shown(seat, run)
            seat.clock.at += 1.0
            seat.panel.first.page.anyway.click()
            await seat.until(lambda: seat.panel.shown is not None)
            seat.panel.queue.look_for(-2) if run == 1 else None
        await seat.until(lambda: [row.id for row in seat.panel.queue.rows] == [1, 2, -3])
        seat.press("B")
        await seat.until(lambda: seat.panel.mode == "batch")
        assert [member.id for member in seat.panel.batch.members] == [1, 2]
        assert "1 to decide first are not among them" in seat.hints[-1]

    _before(tmp_path, qapp, level=2, mails=3)(job)


def test_in_a_small_window_the_event_and_the_first_ticks_are_seen_without_scrolling(done: Person) -> None:
    async def job(seat: Sitting) -> None:
        await first_shown(seat, 1)
        await seat.until(lambda: seat.panel.minimumSizeHint().width() <= 960)
        seat.panel.resize(960, 660)
        page = seat.panel.first.page
        await seat.until(lambda: not page.event_card.links.isVisible())
        await seat.until(lambda: all(not tick.visibleRegion().isEmpty() for tick in page.form.ticks))
        for part in (*page.form.ticks, page.form.nothing):
            assert part.accessibleName() and part.accessibleDescription().startswith("Shortcut")

    done(job)
