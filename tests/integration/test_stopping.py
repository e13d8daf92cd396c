"""The engine ends, whatever is under way."""

import asyncio
from pathlib import Path

from opsconsole.doubles.brain import FakeBrain
from opsconsole.engine.ports.brain import RunView, Turn
from tests.support.rig import agent, mail, rig


class _Stubborn(FakeBrain):
    """Loses the first cancellation, as `asyncio.wait_for` may, and thinks on."""

    def __init__(self) -> None:
        super().__init__(lambda view: Turn(category="case", final="done"))
        self.is_thinking = asyncio.Event()
        self.lost = 0

    async def turn(self, view: RunView) -> Turn:
        self.is_thinking.set()
        while self.lost == 0:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.lost += 1
        await asyncio.Event().wait()
        return await super().turn(view)


async def test_a_run_that_lost_its_cancellation_does_not_hold_up_the_end(tmp_path: Path) -> None:
    brain = _Stubborn()
    async with asyncio.timeout(60):
        async with rig(tmp_path, brain, agent()) as r:
            await r.engine.take("desk", mail())
            await brain.is_thinking.wait()
    assert brain.lost == 1
