"""A question by keys: a digit is taken at once and can be taken back for some seconds; it is never rejected."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QPushButton

from opsconsole.domain.enums import ActionState, ApprovalState
from opsconsole.doubles.brain import FakeBrain
from opsconsole.doubles.clock import FakeClock
from opsconsole.engine.engine import Engine
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.store import workspace as workspaces
from opsconsole.store.queries import approvals, runs
from tests.support.rig import agent, call, desk_only, mail, rig
from tests.ui.approvals.asked import Person, Sitting, action_of, ids, person_at, state_of


def _asks(view: RunView) -> Turn:
    """The same question for every mail."""
    if view.past:
        return Turn(category="case", confidence=1.0, final="done")
    wanted = call("person.ask", question="Who takes it?", options=["Sales", "Support"])
    return Turn(category="case", confidence=1.0, proposals=(wanted,))


@contextlib.asynccontextmanager
async def _at_work(folder: Path, clock: FakeClock) -> AsyncGenerator[Engine]:
    """Have an engine work the workspace beside the window, by a clock of its own."""
    workspace = workspaces.open_(folder)
    try:
        async with Engine(workspace, desk_only, FakeBrain(_asks), clock=clock) as engine:
            yield engine
    finally:
        workspace.close()


@pytest.fixture
def questions(tmp_path: Path, qapp: QApplication) -> tuple[Path, Person]:
    """Somebody before three alike questions."""
    folder = tmp_path / "workspace"

    async def fill() -> None:
        async with rig(folder, _asks) as r:
            await r.hire(agent(level=2))
            await r.take(*(mail(number) for number in range(1, 4)))

    asyncio.run(fill())
    return folder, person_at(folder, qapp)


def test_an_answer_by_one_digit_is_undone_in_its_seconds_and_the_agent_goes_on_after_them(
    questions: tuple[Path, Person],
) -> None:
    folder, person = questions

    async def job(seat: Sitting) -> None:
        clock = FakeClock()
        first = ids(seat)[0]
        async with _at_work(folder, clock) as engine:
            seat.press("2")
            await seat.until(lambda: first not in ids(seat) and seat.said)
            text, button, _ = seat.said[-1]
            assert (text, button) == ("Answered. The agent goes on with it in 10 s.", "Undo")
            await engine.settle()
            clock.move(seconds=9)
            await engine.settle()
            assert runs.run(engine.reader, 1).turns == 1  # pyright: ignore[reportOptionalMemberAccess]
            seat.press("Ctrl+Z")
            await seat.until(lambda: len(ids(seat)) == 3 and not seat.panel.verbs.is_busy)
            assert seat.said[-1][0] == "Undone: answer to “Who takes it?”. It waits again in its old place."
            clock.move(seconds=9)
            await engine.settle()
            again = ids(seat)[0]
            assert await seat.read(state_of(again)) is ApprovalState.WAITING
            await seat.until(lambda: seat.panel.shown is not None and seat.panel.shown.view.id == again)
            seat.press("1")
            await seat.until(lambda: again not in ids(seat) and not seat.panel.verbs.is_busy)
            clock.move(seconds=11)
            await engine.settle()
            assert runs.run(engine.reader, 1).state == "done"  # pyright: ignore[reportOptionalMemberAccess]
            seat.press("Ctrl+Z")
            await seat.until(lambda: "the agent has gone on with what you said" in seat.said[-1][0])

    person(job)


def test_a_question_is_left_to_people_by_one_key_and_not_rejected(questions: tuple[Path, Person]) -> None:
    _, person = questions

    async def job(seat: Sitting) -> None:
        first = ids(seat)[0]
        bar = seat.panel.bar
        assert bar.leave.isVisible() and not bar.reject.isVisible() and not bar.approve.isVisible()
        for key in ("R", "I"):
            seat.press(key)
            assert seat.panel.mode == "card" and seat.hints.pop().endswith("L to leave it to people.")
        assert not seat.said and await seat.read(state_of(first)) is ApprovalState.WAITING
        seat.press("L")
        await seat.until(lambda: first not in ids(seat) and seat.said)
        assert seat.said[-1][:2] == ("Left to people. The agent goes on without an answer.", "Undo")
        assert (await seat.read(action_of(first))).state is ActionState.LAPSED
        seat.press("Ctrl+Z")
        await seat.until(lambda: len(ids(seat)) == 3 and not seat.panel.verbs.is_busy)
        assert seat.said[-1][0].startswith("Undone: leaving to people of “Who takes it?”.")

    person(job)


def test_many_questions_are_left_to_people_together_and_other_keys_say_why_not(
    questions: tuple[Path, Person],
) -> None:
    _, person = questions

    async def job(seat: Sitting) -> None:
        every = ids(seat)
        seat.press("B")
        page = seat.panel.batch
        await seat.until(page.list.isVisible)
        assert page.bar.leave.isVisible() and not page.bar.reject.isVisible()
        assert page.bar.leave.text() == "Leave 3 to people"
        for key in ("A", "R"):
            seat.press(key)
            assert seat.hints.pop() == "It does not fit these: press the number of an answer, or L."
        seat.press("Space", on=page.list)
        seat.press("L")
        await seat.until(lambda: seat.said)
        assert seat.said[-1][0] == "Left to people: 2 requests."
        states = [await seat.read(state_of(number)) for number in every]
        assert states == [ApprovalState.WAITING, ApprovalState.DECIDED, ApprovalState.DECIDED]

    person(job)


def test_an_action_is_not_left_to_people(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        assert not seat.panel.bar.leave.isVisible() and seat.panel.bar.reject.isVisible()
        seat.press("L")
        assert seat.hints == ["This asks for a yes or no: A approves, R rejects."] and len(ids(seat)) == 5

    person(job)


def test_it_is_put_off_until_a_time_that_is_picked_by_its_digit(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        first = ids(seat)[0]
        sheet = seat.panel.snoozing.sheet
        seat.press("Shift+S")
        assert sheet.isVisible() and not seat.panel.bar.isVisible()
        offered = [(made.text(), made.isEnabled()) for made in sheet.findChildren(QPushButton)]
        assert offered[1:] == [
            ("1  In an hour", True),
            ("2  This afternoon, 14:00", True),
            ("3  Tomorrow, 9:00", True),
            ("4  Monday, 9:00: after its deadline", False),
        ]
        seat.press("4")
        seat.press("A")
        assert sheet.isVisible() and seat.hints == ["Say until when first, by its number. Esc goes back."]
        seat.press("3")
        await seat.until(lambda: first not in ids(seat) and seat.said)
        assert seat.said[-1][0] == "Put off until Tuesday 09:00." and not sheet.isVisible()
        until = await seat.read(lambda kernel: approvals.approval(kernel.reader, first))
        assert until is not None and until.snoozed_until is not None
        assert f"{until.snoozed_until.astimezone():%a %H:%M}" == "Tue 09:00"
        seat.press("Ctrl+Z")
        await seat.until(lambda: first in ids(seat))

    person(job)


def test_esc_leaves_the_times_and_nothing_is_put_off(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        seat.press("Shift+S")
        seat.press("Escape")
        assert not seat.panel.snoozing.sheet.isVisible() and seat.panel.bar.isVisible()
        assert len(ids(seat)) == 5 and not seat.said

    person(job)


def test_what_is_said_once_an_engine_runs_waits_for_no_other_to_start(questions: tuple[Path, Person]) -> None:
    """The window was open, and something was decided in it, before the engine came."""
    folder, person = questions

    async def job(seat: Sitting) -> None:
        seat.press("1")
        await seat.until(lambda: len(ids(seat)) == 2 and not seat.panel.verbs.is_busy and seat.panel.shown)
        assert seat.said[-1][0] == "Answered. The agent goes on with it."
        async with _at_work(folder, FakeClock()):
            seat.press("1")
            await seat.until(lambda: len(ids(seat)) == 1 and not seat.panel.verbs.is_busy and seat.panel.shown)
            assert seat.said[-1][0] == "Answered. The agent goes on with it in 10 s."
        seat.press("1")
        await seat.until(lambda: not ids(seat) and not seat.panel.verbs.is_busy)
        assert seat.said[-1][0] == "Answered. The agent goes on with it."

    person(job)
