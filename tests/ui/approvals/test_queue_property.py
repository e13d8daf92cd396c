"""Any sequence of keys in Approvals: what is decided is what was shown and meant, and undo concerns the last decision.

`dev.py test --full` plays many more and longer ones.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.support.storms import IS_FULL
from tests.ui.approvals.asked import Sitting, fill, person_at
from tests.ui.approvals.queuemodel import Hand, begin

Step = Callable[[Hand], Awaitable[None]]
EXAMPLES, LONGEST = (400, 40) if IS_FULL else (12, 16)
PHASES = tuple(Phase) if IS_FULL else (Phase.explicit, Phase.generate)
"""Making a failing example shorter takes minutes."""


async def approve(hand: Hand) -> None:
    shown = hand.shown
    hand.seat.press("A")
    if shown is not None and shown not in hand.model.questions:
        hand.model.decide("approve", [shown])


async def reject(hand: Hand) -> None:
    shown = hand.shown
    hand.seat.press("R")
    hand.seat.press("3")
    if shown is not None and shown not in hand.model.questions:
        hand.model.decide("reject", [shown])


async def leave(hand: Hand) -> None:
    shown = hand.shown
    hand.seat.press("L")
    if shown in hand.model.questions:
        hand.model.decide("ignore", [str(shown)])


async def change_mind(hand: Hand) -> None:
    hand.seat.press("R")
    hand.seat.press("A")
    hand.seat.press("Escape")


async def answer(hand: Hand) -> None:
    shown = hand.shown
    hand.seat.press("2")
    if shown in hand.model.questions:
        hand.model.decide("respond", [str(shown)])


async def ignore(hand: Hand) -> None:
    shown = hand.shown
    hand.seat.press("I")
    if shown is not None and shown not in hand.model.questions:
        hand.model.decide("ignore", [shown])


async def snooze(hand: Hand) -> None:
    shown = hand.shown
    hand.seat.press("S")
    if shown is not None:
        hand.model.decide("snooze", [shown], is_on_record=False)


async def edit(hand: Hand) -> None:
    shown, panel = hand.shown, hand.seat.panel
    if shown is None or shown in hand.model.questions:
        return
    hand.seat.press("E")
    editor = panel.form.editor("queue")
    assert isinstance(editor, QLineEdit)
    await hand.seat.until(editor.isVisible)
    editor.setFocus()
    hand.type("xa")
    hand.seat.press("Ctrl+Return")
    hand.model.decide("edit", [shown])


async def undo(hand: Hand) -> None:
    before = len(hand.seat.said)
    hand.seat.press("Ctrl+Z")
    begins = hand.model.undo()
    await hand.seat.until(lambda: len(hand.seat.said) > before)
    assert hand.seat.said[-1][0].startswith(begins)


def batch(*keys: str, verb: str) -> Step:
    """Decide many that are alike: the keys on the page, of which Space leaves out or takes in what they are on."""

    async def step(hand: Hand) -> None:
        panel = hand.seat.panel
        listed = hand.model.listed
        if sum(action not in hand.model.questions for action in listed) < 2:
            return
        hand.seat.press("B")
        await hand.seat.until(panel.batch.list.isVisible)
        for key in keys[:-1]:
            hand.seat.press(key, on=panel.batch.list)
        chosen = [hand.action(number) for number, _ in panel.batch.chosen()]
        assert not set(chosen) - set(listed) and not set(chosen) & hand.model.questions
        hand.seat.press(keys[-1])
        if verb == "reject" and chosen:
            hand.seat.press("2")
        if verb and chosen:
            hand.model.decide(verb, chosen)
        else:
            hand.rest()
            hand.seat.press("Escape")
        await hand.seat.until(lambda: panel.mode == "card")

    return step


async def go_on(hand: Hand) -> None:
    await hand.go_on()


async def too_late(hand: Hand) -> None:
    """Want back what stands, again and again."""
    await hand.go_on()
    for _ in range(2):
        hand.rest()
        await undo(hand)
        await hand.agrees()


async def refresh(hand: Hand) -> None:
    hand.seat.panel.refresh()


async def look_on(hand: Hand) -> None:
    hand.seat.press("J")


async def look_back(hand: Hand) -> None:
    hand.seat.press("K")


async def hasty(hand: Hand) -> None:
    """A finger that was on its way when another card came."""
    before = hand.shown
    hand.seat.press("J")
    await hand.seat.until(lambda: hand.seat.panel.shown is not None or not hand.model.listed)
    if hand.shown != before:
        for key in "ASI":
            hand.seat.tap(key)


def filter_by(words: str) -> Step:
    """Filter by these words, with the list filled anew in between, and go on to the list."""

    async def step(hand: Hand) -> None:
        hand.type("/")
        for _ in range(len(hand.model.words)):
            hand.seat.tap("Backspace")
        hand.type(words[:3])
        hand.seat.panel.refresh()
        await asyncio.sleep(0.01)
        hand.type(words[3:])
        hand.model.words = words
        hand.seat.tap("Return")
        hand.seat.tap("Escape")
        hand.type("a")  # still typing

    return step


STEPS: tuple[Step, ...] = (
    approve, reject, change_mind, answer, leave, ignore, snooze, edit, undo, go_on, too_late, refresh, look_on,
    look_back,
    batch("A", verb="approve"), batch("Space", "Down", "Space", "R", verb="reject"), batch("Space", "J", verb=""),
    hasty, filter_by("question"), filter_by("who takes"), filter_by("zz"), filter_by(""),
)  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five requests, to be copied for each example."""
    folder = tmp_path_factory.mktemp("queue") / "workspace"
    asyncio.run(fill(folder))
    return folder


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    database=None,
    phases=PHASES,
)
@given(steps=st.lists(st.sampled_from(STEPS), min_size=6, max_size=LONGEST))
def test_what_is_decided_is_what_was_shown_and_meant(
    steps: list[Step], workspace: Path, tmp_path_factory: pytest.TempPathFactory, qapp: QApplication
) -> None:
    folder = tmp_path_factory.mktemp("example") / "workspace"
    shutil.copytree(workspace, folder)

    async def job(seat: Sitting) -> None:
        hand = await begin(seat)
        for step in steps:
            await hand.pass_time()
            await step(hand)
            hand.rest()
            await hand.agrees()

    person_at(folder, qapp)(job)
    shutil.rmtree(folder.parent)
