"""The past worked by an agent, for a command and for the window."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from opsconsole.app.session import Session, models
from opsconsole.brains.past import PastModelBrain, PastPlaybookBrain
from opsconsole.domain.errors import UserError
from opsconsole.engine.agents import Version
from opsconsole.engine.shadow import history
from opsconsole.store.queries import past

FIRST = 10
"""Events by which a cost is told where an agent never ran."""


def unbounded(version: Version) -> str:
    """Say that a limit is needed."""
    return (
        f"{version.spec.name} thinks with a model, which costs money: say how much at most, `opsconsole shadow run"
        f" {version.agent_id} --cap 5`. Or apply a version with `brain: playbook` to try it offline."
    )


def estimate(session: Session, version: Version, events: int) -> str:
    """Say what working so many events would cost, and how that is known."""
    if version.spec.brain != "model":
        return "offline, at no cost"
    mean, runs = past.mean_cost(session.kernel.reader, version.agent_id)
    if not runs:
        return f"what it costs is known after the first {FIRST}"
    return f"about {events * mean / 1e6:.2f} by what its {runs:,} runs so far cost"


def work(
    session: Session,
    version: Version,
    *,
    tell: Callable[[history.Progress], None],
    is_stopped: Callable[[], bool],
    since: datetime | None = None,
    most: int | None = None,
    cap: float | None = None,
    parallel: int = 1,
) -> history.Progress:
    """Work the past with a fresh brain that knows only the past.

    Raises:
        UserError: it thinks with a model, and nobody said how much that may cost.
    """
    is_model = version.spec.brain == "model"
    if is_model and cap is None:
        raise UserError(unbounded(version))

    async def run() -> history.Progress:
        brain = PastModelBrain(models(session)) if is_model else PastPlaybookBrain()
        try:
            return await history.work(
                session.kernel,
                session.writes,
                version,
                brain,
                since=since,
                most=most,
                cost_cap=cap,
                parallel=parallel,
                tell=tell,
                is_stopped=is_stopped,
            )
        finally:
            await brain.close()

    return asyncio.run(run())
