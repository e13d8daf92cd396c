"""The past worked by an agent, for a command and for the window."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from opsconsole.app.session import Session
from opsconsole.brains.past import PastPlaybookBrain
from opsconsole.engine.agents import Version
from opsconsole.engine.shadow import history


def refusal(version: Version) -> str:
    """Say why an agent cannot be tried on the past; empty where it can."""
    if version.spec.brain == "model":
        return (
            f"{version.spec.name} thinks with a model; the past is worked by the offline brain so far. Apply a version"
            " with `brain: playbook` to try it."
        )
    return ""


def work(
    session: Session,
    version: Version,
    *,
    tell: Callable[[history.Progress], None],
    is_stopped: Callable[[], bool],
    since: datetime | None = None,
    most: int | None = None,
) -> history.Progress:
    """Work the past with a fresh brain that knows only the past."""

    async def run() -> history.Progress:
        brain = PastPlaybookBrain()
        try:
            return await history.work(
                session.kernel,
                session.writes,
                version,
                brain,
                since=since,
                most=most,
                tell=tell,
                is_stopped=is_stopped,
            )
        finally:
            await brain.close()

    return asyncio.run(run())
