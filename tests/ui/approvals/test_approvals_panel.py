"""The Approvals panel over a real workspace: what a person presses is what is decided, and nothing else."""

import asyncio
from typing import Any

from PySide6.QtWidgets import QLineEdit

from opsconsole.domain.enums import ApprovalState, EffectState
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import approvals
from opsconsole.store.rows import present
from opsconsole.store.transaction import Transaction
from tests.ui.approvals.asked import Person, Sitting, action_of, effect_of, ids, state_of


def test_a_approves_what_is_shown_and_the_next_takes_its_place(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        first, second = ids(seat)[:2]
        seat.press("A")
        await seat.until(lambda: seat.panel.shown is not None and seat.panel.shown.view.id == second)
        assert await seat.read(effect_of(first)) is EffectState.PREPARED
        await seat.until(lambda: seat.said)
        assert seat.said[0][:2] == ("Approved, done when an engine runs.", "Undo")
        assert await seat.read(state_of(second)) is ApprovalState.WAITING

    person(job)


def test_a_held_key_approves_one_only(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        first, second = ids(seat)[:2]
        seat.press("A")
        for _ in range(5):
            seat.clock.at += 1.0
            seat.tap("A", is_repeat=True)
        await seat.until(lambda: first not in ids(seat) and seat.panel.shown is not None)
        for _ in range(5):
            seat.clock.at += 1.0
            seat.tap("A", is_repeat=True)
        await asyncio.sleep(0.05)
        assert ids(seat)[0] == second and await seat.read(state_of(second)) is ApprovalState.WAITING

    person(job)


def test_a_finger_that_comes_just_after_the_card_changed_decides_nothing(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        first, second = ids(seat)[:2]
        seat.press("A")
        await seat.until(lambda: first not in ids(seat))
        seat.clock.at += 0.3
        seat.tap("A")
        assert not seat.panel.verbs.is_busy
        assert await seat.read(state_of(second)) is ApprovalState.WAITING
        seat.clock.at += 0.2
        seat.tap("A")
        await seat.until(lambda: second not in ids(seat))

    person(job)


def test_reject_takes_a_reason_and_the_agent_gets_its_sentence(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        first, second = ids(seat)[:2]
        seat.press("R")
        assert seat.panel.mode == "reject" and not seat.panel.sheet.isHidden()
        seat.press("A")
        assert await seat.read(state_of(first)) is ApprovalState.WAITING
        seat.press("3")
        await seat.until(lambda: first not in ids(seat))
        assert "Nothing has to be done here" in str((await seat.read(action_of(first))).result)
        await seat.until(lambda: seat.panel.shown is not None and seat.panel.shown.view.id == second)
        seat.press("R")
        seat.panel.sheet.own.setFocus()
        seat.panel.sheet.own.setText("Not today, a colleague is on it")
        seat.press("Return", on=seat.panel.sheet.own)
        await seat.until(lambda: second not in ids(seat))
        assert "a colleague is on it" in str((await seat.read(action_of(second))).result)

    person(job)


def test_edit_refuses_what_does_not_fit_beside_its_field_and_then_approves(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        first = ids(seat)[0]
        seat.press("E")
        form = seat.panel.form
        queue = form.editor("queue")
        assert isinstance(queue, QLineEdit) and queue.text() == "support"
        await seat.until(queue.isVisible)
        queue.setText("x" * 121)
        seat.press("Ctrl+Return", on=queue)
        assert form.error_of("queue") == "This is longer than 120 characters."
        assert await seat.read(state_of(first)) is ApprovalState.WAITING and seat.panel.mode == "edit"
        queue.setText("billing")
        changes = form.changes.changes.changes
        assert [(change.field, change.now, change.after) for change in changes] == [("Queue", "support", "billing")]
        assert form.changes.isVisible()
        seat.press("Ctrl+Return", on=queue)
        await seat.until(lambda: first not in ids(seat))
        assert (await seat.read(action_of(first))).args["queue"] == "billing"
        assert await seat.read(effect_of(first)) is EffectState.PREPARED

    person(job)


def test_what_was_written_is_kept_where_the_card_changed_meanwhile(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        first = ids(seat)[0]
        seat.press("E")
        written = seat.panel.form.editor("queue")
        assert isinstance(written, QLineEdit)
        written.setText("billing")

        def meanwhile(kernel: Kernel, tx: Transaction, actor: str) -> None:
            tx.conn.execute("UPDATE approval SET digest = ? WHERE id = ?", ("0" * 64, first))
            tx.touch("approvals")

        await seat.backend.write(meanwhile, name="meanwhile")
        seat.press("Ctrl+Return")
        await seat.until(lambda: seat.said and seat.panel.mode == "card")
        await seat.until(lambda: seat.panel.shown is not None and seat.panel.shown.view.digest == "0" * 64)
        seat.press("E")
        editor = seat.panel.form.editor("queue")
        assert isinstance(editor, QLineEdit) and editor.text() == "billing"

    person(job)


def test_a_question_is_answered_by_one_key(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        (question,) = [row.id for row in seat.panel.queue.rows if row.risk == "ask"]
        seat.panel.go({"approval": question})
        await seat.until(lambda: seat.panel.shown is not None and seat.panel.shown.view.id == question)
        seat.press("A")
        seat.press("2")
        await seat.until(lambda: question not in ids(seat))
        result = (await seat.read(action_of(question))).result
        assert result is not None and result["answer"] == "Support"

    person(job)


def test_a_card_that_changed_under_the_finger_is_not_approved(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        first = ids(seat)[0]

        def change(kernel: Kernel, tx: Any, actor: str) -> None:
            asked = present(approvals.approval(tx.conn, first), "")
            tx.conn.execute("UPDATE approval SET digest = ? WHERE id = ?", ("0" * 64, asked.id))

        await seat.backend.write(change, name="change")
        seat.press("A")
        await seat.until(lambda: seat.said)
        assert "changed since you saw it" in seat.said[0][0] and "opsconsole" not in seat.said[0][0]
        assert await seat.read(state_of(first)) is ApprovalState.WAITING
        await seat.until(lambda: seat.panel.shown is not None and seat.panel.shown.view.digest == "0" * 64)
        # It was read again and is another card: it has to be looked at first.
        seat.tap("A")
        assert not seat.panel.verbs.is_busy

    person(job)


def test_ignore_and_the_keys_about(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        first, second = ids(seat)[:2]
        seat.press("J")
        await seat.until(lambda: seat.panel.shown is not None and seat.panel.shown.view.id == second)
        assert "Sender not verified: ann@harbour.example" in seat.panel.detail.strip.text
        seat.press("K")
        seat.press("I")
        await seat.until(lambda: first not in ids(seat))
        assert await seat.read(state_of(first)) is ApprovalState.DECIDED
        assert await seat.read(effect_of(first)) is None

    person(job)


def test_batch_approves_what_is_ticked_with_one_decision_each(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        seat.press("B")
        page = seat.panel.batch
        assert seat.panel.mode == "batch" and len(page.chosen()) == 3
        seat.press("Space", on=page.list)  # the one whose sender is not verified stands first, left out
        assert len(page.chosen()) == 4
        seat.press("Down", on=page.list)
        seat.press("Space", on=page.list)
        left = {which for which in ids(seat) if which not in {number for number, _ in page.chosen()}}
        assert len(page.chosen()) == 3
        seat.press("Ctrl+Return", on=page.list)
        await seat.until(lambda: seat.said)
        assert seat.said[0][0] == "Approved 3 requests."
        await seat.until(lambda: set(ids(seat)) == left)
        decided = await seat.read(lambda k: k.reader.execute("SELECT count(*) FROM decision").fetchone()[0])
        assert decided == 3

    person(job)


def test_the_filter_and_what_it_leaves(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        seat.panel.list.filter.setText("question 4")
        assert [row.title for row in seat.panel.queue.rows] == ["Create a ticket in support: Look at Question 4"]
        seat.panel.list.filter.setText("nothing like it")
        assert seat.panel.shown is None
        seat.panel.list.filter.clear()
        await seat.until(lambda: seat.panel.shown is not None)

    person(job)


def test_a_on_a_question_says_how_it_is_answered(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        (question,) = [row.id for row in seat.panel.queue.rows if row.risk == "ask"]
        seat.panel.go({"approval": question})
        await seat.until(lambda: seat.panel.shown is not None and seat.panel.shown.view.id == question)
        seat.press("A")
        assert "It is a question" in seat.hints[0] and not seat.said
        assert await seat.read(state_of(question)) is ApprovalState.WAITING

    person(job)
