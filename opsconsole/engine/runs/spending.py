"""Money for models: asked before every turn, so that a cap holds though many runs think at once."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import timedelta

from opsconsole.domain.agent import Budgets
from opsconsole.domain.ids import AgentId, RunId
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import limits

_SPANS = (("cost_per_hour", timedelta(hours=1), "an hour"), ("cost_per_day", timedelta(days=1), "a day"))


class Spending:
    """Counts what was spent, and what turns under way may still cost: each as much as the dearest one so far."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._thinking: dict[RunId, AgentId] = {}
        self._dearest: Counter[AgentId] = Counter()
        self._known: set[AgentId] = set()
        self._firsts: defaultdict[AgentId, asyncio.Lock] = defaultdict(asyncio.Lock)

    def why_not(self, version: Version) -> str:
        """Say why no more may be spent on models for an agent now; empty where it may."""
        conn, now = self._kernel.reader, self._kernel.clock.now()
        workspace = self._of_workspace()
        for who, agent, budget in (
            (f"agent {version.agent_id}", version.agent_id, version.spec.budgets),
            ("the workspace", None, workspace),
        ):
            for name, span, word in _SPANS:
                cap: float | None = getattr(budget, name)
                if cap is None:
                    continue
                spent = limits.cost_since(conn, since=now - span, agent=agent)
                if spent + self._coming(agent) >= cap:
                    return f"parked at cap: money {word} of {who} is {spent:.4g} of {cap:g}"
        return ""

    @asynccontextmanager
    async def first_alone(
        self, version: Version, queueing: Callable[[], AbstractContextManager[None]]
    ) -> AsyncGenerator[None]:
        """As long as nobody knows what an agent's turns cost, one is thought at a time where a cap is set."""
        agent = version.agent_id
        if agent in self._known or not self._has_cap(version):
            yield
            return
        with queueing():
            await self._firsts[agent].acquire()
        try:
            if agent not in self._known:
                yield
                return
        finally:
            self._firsts[agent].release()
        yield

    def _has_cap(self, version: Version) -> bool:
        budgets = (version.spec.budgets, self._of_workspace())
        return any(getattr(budget, name) is not None for budget in budgets for name, _, _ in _SPANS)

    def _of_workspace(self) -> Budgets:
        stored = limits.setting(self._kernel.reader, "budgets")
        return Budgets() if stored is None else Budgets.model_validate(json.loads(stored))

    def begin(self, run: RunId, agent: AgentId) -> None:
        """A turn is being thought."""
        self._thinking[run] = agent

    def learn(self, agent: AgentId, cost_micros: int) -> None:
        """A turn cost so much."""
        self._known.add(agent)
        self._dearest[agent] = max(self._dearest[agent], cost_micros)

    def end(self, run: RunId) -> None:
        """The turn is on disk, or is none."""
        self._thinking.pop(run, None)

    def _coming(self, agent: AgentId | None) -> float:
        """Return what the turns under way may cost, in whole currency units."""
        return sum(self._dearest[thinker] for thinker in self._thinking.values() if agent in (None, thinker)) / 1e6
