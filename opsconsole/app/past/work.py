"""The past worked by an agent, for a command and for the window."""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime

from opsconsole.app.session import Session, Typed, models
from opsconsole.brains.past import PastModelBrain, PastPlaybookBrain
from opsconsole.domain.errors import NotFoundError, UserError
from opsconsole.domain.ids import VersionId
from opsconsole.engine.agents.file import AgentFile
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.past import history
from opsconsole.engine.past.backtest import backtest
from opsconsole.engine.past.backtestresult import Result
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
    if version.spec.brain == "model" and cap is None:
        raise UserError(unbounded(version))

    async def run() -> history.Progress:
        brain = _brain(session, version)
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


def _brain(session: Session, version: Version, typed: Typed | None = None) -> PastPlaybookBrain | PastModelBrain:
    is_model = version.spec.brain == "model"
    return PastModelBrain(models(session, typed=typed)) if is_model else PastPlaybookBrain()


def is_costly(session: Session, changed: AgentFile) -> bool:
    """Return whether a backtest of an agent's file asks a model: then somebody has to say how much that may cost."""
    return "model" in (changed.spec.brain, _in_use(session, changed.spec.agent).spec.brain)


def is_as_in_use(session: Session, changed: AgentFile) -> bool:
    """Return whether an agent's file says just what the version in use says."""
    return _in_use(session, changed.spec.agent).spec == changed.spec


def tried(
    session: Session,
    changed: AgentFile,
    *,
    since: datetime | None = None,
    most: int | None = None,
    cap: float | None = None,
    besides: Collection[int] = (),
    tell: Callable[[int, int], None] = lambda _, __: None,
    is_stopped: Callable[[], bool] = lambda: False,
    typed: Typed | None = None,
) -> Result:
    """Backtest an agent's file against the version of it in use; see `engine.past.backtest.backtest`.

    `typed` gives the passphrase of the sealed secrets where a window asked for it.

    Raises:
        NotFoundError: no such agent is in use.
        UserError: one of the two thinks with a model, and nobody said how much that may cost.
    """
    in_use = _in_use(session, changed.spec.agent)
    if cap is None and is_costly(session, changed):
        raise UserError(
            f"{changed.spec.name}, in use or as changed, thinks with a model, which costs money: say how much at most,"
            " with `--cap 5`. Or write `brain: playbook` in both to try it offline."
        )
    candidate = Version(VersionId(0), in_use.agent_id, in_use.number + 1, changed.spec, in_use.tools)

    async def run() -> Result:
        brains = _brain(session, in_use, typed), _brain(session, candidate, typed)
        try:
            return await backtest(
                session.kernel,
                in_use,
                candidate,
                brains,
                since=since,
                most=most,
                cost_cap=cap,
                besides=besides,
                tell=tell,
                is_stopped=is_stopped,
            )
        finally:
            for brain in brains:
                await brain.close()

    return asyncio.run(run())


def _in_use(session: Session, agent: str) -> Version:
    version = session.kernel.roster.in_use(session.kernel.reader, agent)
    if version is None:
        raise NotFoundError(
            f"No agent {agent} is in use, so there is nothing to compare it with.",
            hint="`opsconsole agents list` shows those that are; `opsconsole agents apply FILE` puts one in use.",
        )
    return version
