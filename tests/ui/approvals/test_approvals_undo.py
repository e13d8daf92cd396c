"""Putting a request off, and taking back what was decided."""

from opsconsole.domain.enums import EffectState
from opsconsole.store.queries import approvals
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
        await seat.until(lambda: seat.panel.shown is not None and seat.panel.shown.view.id == max(ids(seat)))

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
