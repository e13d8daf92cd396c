"""Working a workspace until nothing is left that only needs a moment."""

import asyncio

from opsconsole.app.words import count, say
from opsconsole.domain.enums import EffectState, Hold
from opsconsole.engine.engine import Engine
from opsconsole.engine.runstate import grace
from opsconsole.store.queries import runs

WINDOW_S = 30.0
"""Windows up to this long are waited out, in seconds; longer ones wait for the next engine."""


async def wait_out_windows(engine: Engine, *, is_quiet: bool) -> None:
    """Let the windows pass in which actions could still be stopped, and words taken back; then do and hear them."""
    while True:
        now = engine.clock.now()
        prepared = [run for run in runs.effects_in(engine.reader, EffectState.PREPARED) if run.hold is Hold.NONE]
        ends = [*(effect.not_before for effect in prepared), *runs.timers_due_at(engine.reader, grace.TIMER)]
        soon = [at for at in ends if (at - now).total_seconds() <= WINDOW_S]
        if not soon:
            return
        wait_s = max(0.0, (max(soon) - now).total_seconds()) + 0.05
        if not is_quiet and wait_s > 1:
            say(f"  {count(len(soon), 'decision')} about to count: {wait_s:.0f} s in which you could take it back\n")
        await asyncio.sleep(wait_s)
        await engine.settle()
