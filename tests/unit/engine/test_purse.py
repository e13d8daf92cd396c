"""What models may cost: asked before every answer, also of many at once."""

import asyncio

import pytest

from opsconsole.domain.errors import PermanentError
from opsconsole.engine.past.budget import CapReachedError, Purse


async def answers(purse: Purse, costs: list[int], *, most: list[int] | None = None) -> int:
    """Ask for all answers at once; give how many were refused."""
    under_way = 0

    async def spend(cost: int) -> None:
        nonlocal under_way
        async with purse.answer() as bill:
            under_way += 1
            if most is not None:
                most.append(under_way)
            await asyncio.sleep(0)
            under_way -= 1
            bill.micros = cost

    found = await asyncio.gather(*(spend(cost) for cost in costs), return_exceptions=True)
    assert all(error is None or isinstance(error, CapReachedError) for error in found)
    return sum(error is not None for error in found)


async def test_answers_as_dear_as_before_never_pass_the_cap() -> None:
    purse = Purse(1e-3)
    assert await answers(purse, [150] * 40) == 34 and purse.spent == 900


async def test_dearer_answers_pass_it_by_little_however_many_are_asked_at_once() -> None:
    purse = Purse(5.2e-3)
    await answers(purse, [400, *[8000] * 11])
    assert purse.spent <= 400 + 2 * 8000


async def test_how_many_are_asked_at_once_grows_with_what_was_paid() -> None:
    most: list[int] = []
    await answers(Purse(10.0), [1] * 30, most=most)
    assert most[0] == 1 and max(most) > 4


async def test_without_a_cap_nobody_waits() -> None:
    most: list[int] = []
    purse = Purse(None)
    assert await answers(purse, [7] * 20, most=most) == 0 and max(most) == 20 and purse.spent == 140


async def test_a_cap_of_nothing_asks_for_nothing() -> None:
    assert await answers(Purse(0.0), [1]) == 1


async def test_what_a_refusal_cost_is_counted() -> None:
    purse = Purse(1.0)
    error = PermanentError("no")
    error.cost_micros = 70
    with pytest.raises(PermanentError):
        async with purse.answer():
            raise error
    assert (purse.spent, purse.dearest, purse.under_way) == (70, 70, 0)
