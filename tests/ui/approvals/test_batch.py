"""Many decided at once: what is ticked is seen, what each would do is shown, and what came of each is said."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel, QStyle, QStyleOptionViewItem

from opsconsole.domain.enums import ApprovalState, EffectState
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.store.transaction import Transaction
from opsconsole.ui.keyguard import TOO_SOON
from opsconsole.ui.theme.theme import Theme
from tests.support.rig import agent, call, mail, rig
from tests.ui.approvals.asked import Person, Sitting, action_of, effect_of, ids, person_at, state_of


def luminance(color: QColor) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in (color.redF(), color.greenF(), color.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ground_of_box(seat: Sitting, place: int) -> tuple[QColor, QColor]:
    """The colours inside the box of a line, near its edge, and of its edge."""
    view = seat.panel.batch.list
    option = QStyleOptionViewItem()
    option.initFrom(view)
    option.rect = view.visualRect(view.model().index(place, 0))
    option.features = QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator
    box: QRect = view.style().subElementRect(QStyle.SubElement.SE_ItemViewItemCheckIndicator, option, view)
    picture = view.viewport().grab().toImage()
    middle = box.center().y()
    return picture.pixelColor(box.left() + 3, middle), picture.pixelColor(box.left(), middle)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_ticked_box_and_an_empty_one_are_told_apart_at_a_glance(
    person: Person, mode: str, qapp: QApplication
) -> None:
    async def job(seat: Sitting) -> None:
        Theme(qapp, "dark" if mode == "dark" else "light")
        seat.press("B")
        await seat.until(seat.panel.batch.list.isVisible)
        await asyncio.sleep(0.05)
        empty, edge = ground_of_box(seat, 0)
        ticked, _ = ground_of_box(seat, 1)
        assert contrast(empty, ticked) >= 3 and contrast(empty, edge) >= 3

    person(job)
    Theme(qapp, "light")


def test_what_each_would_do_is_shown_as_the_keys_move(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        seat.press("B")
        page = seat.panel.batch
        for step in range(3):
            await seat.until(lambda: page.preview.shown is not None and page.preview.shown.view.id == page.current)
            values = [change.after for change in page.preview.table.changes.changes]
            assert any(value.startswith("Look at Question") for value in values)
            shown = [label.text() for label in page.preview.findChildren(QLabel) if label.isVisible()]
            assert any("Sender not verified" in text for text in shown) == (step == 0)
            assert any("Could you have a look, please?" in text for text in shown)
            seat.press("Down")

    person(job)


def test_all_that_are_ticked_are_rejected_for_one_reason(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        seat.press("B")
        chosen = [number for number, _ in seat.panel.batch.chosen()]
        seat.press("R")
        assert seat.panel.mode == "reject many" and seat.panel.sheet.isVisible()
        assert any("Reject 3 requests" in label.text() for label in seat.panel.sheet.findChildren(QLabel))
        seat.press("Escape")
        assert seat.panel.mode == "batch" and len(seat.panel.batch.chosen()) == 3
        seat.press("R")
        seat.press("3")
        await seat.until(lambda: seat.said and seat.panel.mode == "card")
        assert seat.said[-1][0] == "Rejected 3 requests."
        for number in chosen:
            assert await seat.read(state_of(number)) is ApprovalState.DECIDED
            assert "Nothing has to be done here" in str((await seat.read(action_of(number))).result)
        seat.press("Ctrl+Z")
        await seat.until(lambda: len(ids(seat)) == 5)
        assert seat.said[-1][0] == "Undone: rejection of 3 requests."

    person(job)


def test_a_approves_those_that_are_ticked_and_esc_decides_nothing(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        seat.press("B")
        seat.tap("A")
        assert seat.hints == [TOO_SOON], "the finger came with the page"
        seat.press("Escape")
        assert seat.panel.mode == "card" and len(ids(seat)) == 5
        seat.press("B")
        chosen = [number for number, _ in seat.panel.batch.chosen()]
        seat.press("A")
        await seat.until(lambda: seat.said and seat.panel.mode == "card" and len(ids(seat)) == 2)
        assert [await seat.read(effect_of(number)) for number in chosen] == [EffectState.PREPARED] * 3

    person(job)


def test_those_that_were_not_decided_stay_with_the_reason(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        seat.press("B")
        (changed, _), (decided, _), (fine, _) = seat.panel.batch.chosen()

        def meanwhile(kernel: Kernel, tx: Transaction, actor: str) -> None:
            tx.conn.execute("UPDATE approval SET digest = ? WHERE id = ?", ("0" * 64, changed))
            tx.conn.execute("UPDATE approval SET state = 'decided' WHERE id = ?", (decided,))

        await seat.backend.write(meanwhile, name="meanwhile")
        seat.press("A")
        await seat.until(lambda: seat.said)
        page = seat.panel.batch
        assert seat.panel.mode == "batch" and page.chosen() == []
        lines = page.list.findItems("", Qt.MatchFlag.MatchContains)
        told = {line.text(page.list.columnCount() - 1) for line in lines}
        assert any("changed since you saw it" in text for text in told)
        assert any("was decided already" in text for text in told)
        assert seat.said[-1][0].startswith("Approved 1 request. 2 requests not: ")
        assert await seat.read(effect_of(fine)) is EffectState.PREPARED
        assert await seat.read(state_of(changed)) is ApprovalState.WAITING

    person(job)


def _asks(view: RunView) -> Turn:
    """The same question for every mail."""
    if view.past:
        return Turn(category="case", confidence=1.0, final="done")
    return Turn(
        category="case", proposals=(call("person.ask", question="Who takes it?", options=["Sales", "Support"]),)
    )


def test_alike_questions_are_answered_together_from_the_card_of_one(tmp_path: Path, qapp: QApplication) -> None:
    folder = tmp_path / "workspace"

    async def fill() -> None:
        async with rig(folder, _asks) as r:
            await r.hire(agent(level=2))
            await r.take(*(mail(number) for number in range(1, 4)))

    async def job(seat: Sitting) -> None:
        every = ids(seat)
        await seat.until(seat.panel.detail.alike.isVisible)
        assert seat.panel.detail.alike.text() == "3 like this  B"
        seat.panel.detail.alike.click()
        await seat.until(seat.panel.batch.list.isVisible)
        assert len(seat.panel.batch.chosen()) == 3 and not seat.panel.batch.bar.approve.isVisible()
        seat.press("Space", on=seat.panel.batch.list)
        seat.press("2")
        await seat.until(lambda: seat.said)
        assert seat.said[-1][0] == "Answered 2 requests."
        answers = [(await seat.read(action_of(number))).result for number in every]
        assert [answer and answer["answer"] for answer in answers] == [None, "Support", "Support"]

    asyncio.run(fill())
    person_at(folder, qapp)(job)


def test_what_was_not_decided_is_listed_as_it_is_now_and_not_ticked(person: Person) -> None:
    """With what it was before, deciding it again could only be refused again."""

    async def job(seat: Sitting) -> None:
        seat.press("B")
        (changed, before), *_ = seat.panel.batch.chosen()

        def meanwhile(kernel: Kernel, tx: Transaction, actor: str) -> None:
            tx.conn.execute("UPDATE approval SET digest = ? WHERE id = ?", ("0" * 64, changed))

        await seat.backend.write(meanwhile, name="meanwhile")
        seat.press("A")
        await seat.until(lambda: seat.said)
        page = seat.panel.batch
        await seat.until(lambda: "0" * 64 in [row.digest for row in page.members])
        assert page.chosen() == [] and before != "0" * 64

    person(job)
