"""Putting a request off, and taking back what was decided."""

from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit

from opsconsole.domain.enums import EffectState
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.runstate import grace
from opsconsole.store.queries import approvals, runs
from opsconsole.store.rows import present
from tests.ui.approvals.asked import Person, Sitting, effect_of, ids


def test_snooze_hides_and_undo_brings_back(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        first = ids(seat)[0]
        seat.press("S")
        await seat.until(lambda: first not in ids(seat) and seat.said)
        assert await seat.read(lambda kernel: approvals.waiting_count(kernel.reader)) == 5
        assert await seat.read(lambda k: approvals.waiting_count(k.reader, now=k.clock.now())) == 4
        seat.said[0][2]()
        await seat.until(lambda: first in ids(seat))

    person(job)


def test_what_is_put_off_is_listed_and_can_be_shown_again(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        first = ids(seat)[0]
        assert not seat.panel.list.put_off.isVisible()
        seat.press("S")
        await seat.until(lambda: seat.panel.list.put_off.text() == "1 put off" and not seat.panel.verbs.is_busy)
        seat.press("Z")
        await seat.until(lambda: ids(seat) == [first] and seat.panel.shown is not None)
        assert "back in" in seat.panel.list.model.age(seat.panel.queue.rows[0])
        seat.press("S")
        await seat.until(lambda: len(ids(seat)) == 5)
        assert not seat.panel.queue.is_put_off and not seat.panel.list.put_off.isVisible()

    person(job)


def test_ctrl_z_takes_the_latest_approval_back(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        first = ids(seat)[0]
        seat.press("A")
        await seat.until(lambda: first not in ids(seat) and not seat.panel.verbs.is_busy)
        seat.press("Ctrl+Z")
        await seat.until(lambda: len(ids(seat)) == 5)
        assert await seat.read(effect_of(first)) is EffectState.CANCELLED
        assert seat.said[-1][0].startswith("Undone: approval of “Create a ticket in support: Look at Question 1”.")
        await seat.until(lambda: seat.panel.shown is not None and seat.panel.shown.view.id == max(ids(seat)))
        assert ids(seat)[0] == max(ids(seat)), "it is back in its old place"

    person(job)


def test_undo_never_takes_an_older_decision_back_instead_of_the_last(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        first, second = ids(seat)[:2]
        seat.press("A")
        await seat.until(lambda: first not in ids(seat) and not seat.panel.verbs.is_busy and seat.panel.shown)
        seat.press("R")
        seat.press("3")
        await seat.until(lambda: second not in ids(seat) and not seat.panel.verbs.is_busy)

        def goes_on(kernel: Kernel, tx: Any, actor: str) -> None:
            run = present(runs.action(tx.conn, present(approvals.approval(tx.conn, second), "").action_id), "").run_id
            grace.end(tx, run)
            tx.conn.execute("UPDATE run SET state = 'running' WHERE id = ?", (run,))

        await seat.backend.write(goes_on, name="the agent goes on")
        for _ in range(3):
            seat.press("Ctrl+Z")
            await seat.until(lambda: not seat.panel.verbs.is_busy)
            said = seat.said[-1][0]
            assert said.startswith("Cannot be undone: rejection of “Create a ticket in support: Look at Question 2”.")
            assert "the agent has gone on" in said
            assert await seat.read(effect_of(first)) is EffectState.PREPARED and len(ids(seat)) == 3

    person(job)


@pytest.mark.parametrize("keys", [("R", "1"), ("I",)], ids=["reject", "ignore"])
def test_a_no_is_taken_back_while_the_agent_has_not_gone_on(person: Person, keys: tuple[str, ...]) -> None:
    async def job(seat: Sitting) -> None:
        titles = [row.title for row in seat.panel.queue.rows]
        seat.press("J")
        await seat.until(lambda: seat.panel.shown is not None and seat.panel.shown.view.id == ids(seat)[1])
        for key in keys:
            seat.press(key)
        await seat.until(lambda: len(ids(seat)) == 4 and not seat.panel.verbs.is_busy)
        seat.press("Ctrl+Z")
        await seat.until(lambda: [row.title for row in seat.panel.queue.rows] == titles)
        assert "“Create a ticket in support: Look at Question 2”. It waits again in its old place." in seat.said[-1][0]

    person(job)


def test_an_answer_is_taken_back_and_an_edit_comes_back_with_its_changes(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        (question,) = [row.id for row in seat.panel.queue.rows if row.risk == "ask"]
        seat.panel.go({"approval": question})
        await seat.until(lambda: seat.panel.shown is not None and seat.panel.shown.view.id == question)
        seat.press("1")
        await seat.until(lambda: question not in ids(seat) and not seat.panel.verbs.is_busy)
        seat.press("Ctrl+Z")
        await seat.until(lambda: len(ids(seat)) == 5 and not seat.panel.verbs.is_busy)
        assert seat.said[-1][0].startswith("Undone: answer to “Who takes it?”.")
        first = ids(seat)[0]
        seat.panel.queue.look_at(first)
        await seat.until(lambda: seat.panel.shown is not None and seat.panel.shown.view.id == first)
        seat.press("E")
        editor = seat.panel.form.editor("queue")
        assert isinstance(editor, QLineEdit)
        await seat.until(editor.isVisible)
        editor.setText("billing")
        seat.press("Ctrl+Return", on=editor)
        await seat.until(lambda: first not in ids(seat) and not seat.panel.verbs.is_busy)
        seat.press("Ctrl+Z")
        await seat.until(lambda: len(ids(seat)) == 5 and not seat.panel.verbs.is_busy)
        assert "It waits again, with your changes." in seat.said[-1][0]
        assert seat.panel.queue.rows[0].args["queue"] == "billing"

    person(job)


def test_the_button_of_an_older_notice_takes_nothing_back_once_something_else_was_decided(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        first, second = ids(seat)[:2]
        seat.press("A")
        await seat.until(lambda: first not in ids(seat) and not seat.panel.verbs.is_busy and seat.panel.shown)
        older = seat.said[-1][2]
        seat.press("A")
        await seat.until(lambda: second not in ids(seat) and not seat.panel.verbs.is_busy)
        older()
        await seat.until(lambda: "Something else was decided after it." in seat.said[-1][0])
        assert await seat.read(effect_of(first)) is EffectState.PREPARED

    person(job)


def test_showing_again_what_was_put_off_is_undone_by_putting_it_off_again(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        first = ids(seat)[0]
        seat.press("S")
        await seat.until(lambda: first not in ids(seat) and not seat.panel.verbs.is_busy)
        seat.press("Z")
        await seat.until(lambda: ids(seat) == [first] and seat.panel.shown is not None)
        seat.press("S")
        await seat.until(lambda: len(ids(seat)) == 5 and not seat.panel.verbs.is_busy)
        seat.press("Ctrl+Z")
        await seat.until(lambda: len(ids(seat)) == 4 and not seat.panel.verbs.is_busy)
        assert seat.said[-1][0].endswith("It is put off again.")
        seat.press("Ctrl+Z")
        await seat.until(lambda: len(ids(seat)) == 5)

    person(job)


def test_ctrl_z_takes_back_what_came_last_also_where_that_was_a_snooze(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        first, second = ids(seat)[:2]
        seat.press("A")
        await seat.until(lambda: first not in ids(seat) and not seat.panel.verbs.is_busy and seat.panel.shown)
        seat.press("S")
        await seat.until(lambda: second not in ids(seat) and not seat.panel.verbs.is_busy)
        seat.press("Ctrl+Z")
        await seat.until(lambda: second in ids(seat) and not seat.panel.verbs.is_busy)
        assert await seat.read(effect_of(first)) is EffectState.PREPARED
        seat.press("Ctrl+Z")
        await seat.until(lambda: len(ids(seat)) == 5)
        assert await seat.read(effect_of(first)) is EffectState.CANCELLED

    person(job)
