"""Letters that were meant as text decide nothing, and a key that does nothing says why."""

import asyncio

import pytest
from PySide6.QtWidgets import QApplication

from opsconsole.domain.enums import ApprovalState
from opsconsole.ui.keyguard import TOO_SOON, TYPING, TYPING_S
from tests.ui.approvals.asked import Person, Sitting, ids, state_of

KEYS = {" ": "Space", "/": "Slash"}


def type_(seat: Sitting, text: str) -> None:
    """Type as fast as one types."""
    for letter in text:
        seat.clock.at += 0.1
        seat.tap(KEYS.get(letter, letter.upper()))


def has_focus(seat: Sitting) -> str:
    focus = QApplication.focusWidget()
    return "" if focus is None else focus.accessibleName()


async def settled(seat: Sitting) -> None:
    """Let what a refresh brings be shown."""
    seat.panel.refresh()
    await asyncio.sleep(0.05)
    await seat.until(lambda: not seat.panel.verbs.is_busy)


def test_a_filter_keeps_the_keys_when_the_list_is_filled_again(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        type_(seat, "/zz")
        await settled(seat)
        assert ids(seat) == []
        seat.press("Escape")
        type_(seat, "/")
        for _ in range(2):
            seat.tap("Backspace")
        assert len(ids(seat)) == 5, "the list is shown again, and takes no keys with it"
        type_(seat, "aa")
        await settled(seat)
        assert has_focus(seat) == "Filter what waits" and seat.panel.list.filter.text() == "aa"
        assert await seat.read(lambda k: k.reader.execute("SELECT count(*) FROM decision").fetchone()[0]) == 0

    person(job)


def test_a_word_whose_field_has_gone_does_nothing_to_its_last_letter(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        first = ids(seat)[0]
        type_(seat, "/lo")
        seat.panel.list.view.setFocus()
        type_(seat, "ok at a real answer as ra")
        assert await seat.read(state_of(first)) is ApprovalState.WAITING and seat.panel.mode == "card"
        assert set(seat.hints) == {TYPING} and not seat.said
        seat.clock.at += TYPING_S + 0.01
        seat.tap("A")
        await seat.until(lambda: first not in ids(seat))

    person(job)


@pytest.mark.parametrize("field", ["answer", "reason"])
def test_a_number_that_was_meant_for_a_field_is_no_answer_and_no_reason(person: Person, field: str) -> None:
    async def job(seat: Sitting) -> None:
        if field == "answer":
            which = next(row.id for row in seat.panel.queue.rows if row.risk == "ask")
            seat.panel.go({"approval": which})
            await seat.until(lambda: seat.panel.shown is not None and seat.panel.shown.view.id == which)
            seat.press("Q")
        else:
            which = ids(seat)[0]
            seat.press("R")
            seat.panel.sheet.own.setFocus()
        type_(seat, "in ")
        seat.panel.list.view.setFocus()
        type_(seat, "2 days")
        await settled(seat)
        assert await seat.read(state_of(which)) is ApprovalState.WAITING and TYPING in seat.hints

    person(job)


def test_the_way_into_the_filter_is_open_also_to_who_types(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        type_(seat, "/one")
        seat.clock.at += 0.1
        seat.tap("Escape")
        type_(seat, "/ two")
        assert seat.panel.list.filter.text() == "one two" and not seat.hints

    person(job)


@pytest.mark.parametrize("key", ["Return", "Down"])
def test_enter_and_down_lead_from_the_filter_to_the_list(person: Person, key: str) -> None:
    async def job(seat: Sitting) -> None:
        type_(seat, "/question")
        seat.press(key)
        assert has_focus(seat) == "Requests that wait"
        type_(seat, "a")
        assert seat.hints == [TYPING]
        type_(seat, "/zz")
        seat.press(key)
        assert has_focus(seat) == "Filter what waits", "there is no list to go to, and it says so"

    person(job)


def test_a_key_that_comes_too_soon_says_so_once_and_quietly(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        first = ids(seat)[0]
        seat.press("A")
        await seat.until(lambda: first not in ids(seat) and seat.panel.shown is not None and seat.said)
        said = len(seat.said)
        for key in "ARES":
            seat.tap(key)
        assert seat.hints == [TOO_SOON] * 4 and len(seat.said) == said and seat.panel.mode == "card"

    person(job)


def test_a_verb_in_a_sheet_says_what_the_sheet_wants(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        seat.press("R")
        for key in ("A", "J", "S"):
            seat.press(key)
        assert seat.hints == ["Say why first: 1 to 5, or your own words. Esc goes back."] * 3
        seat.press("Escape")
        seat.press("Q")
        assert seat.hints[-1] == "This asks for a yes or no: A approves, R rejects."
        seat.press("4")
        assert seat.hints[-1] == "This asks for a yes or no: A approves, R rejects."

    person(job)
