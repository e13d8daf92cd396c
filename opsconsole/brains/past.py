"""Brains for the past: they know the playbook, and what they were told since they were made."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from opsconsole.brains.chain import MAIN
from opsconsole.brains.model import Endpoint, LanguageModelBrain
from opsconsole.brains.playbook.brain import PlaybookBrain
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.errors import PermanentError, TransientError
from opsconsole.domain.event import Event
from opsconsole.engine.ports.brain import CaseExample, RunView, Turn
from opsconsole.store.casememory import CaseMemory
from opsconsole.store.cases import Hit

KEPT = 256
"""More events than are ever worked at once."""


class PastPlaybookBrain:
    """`engine.past.history.PastBrain`: precedents and their statistics hold nothing of what came later."""

    def __init__(self) -> None:
        self._memory = CaseMemory()
        self._brain = PlaybookBrain(self._nearest, self._of)

    def _nearest(self, agent: str, text: str, count: int) -> Sequence[Hit]:
        return self._memory.nearest(agent, text, count)

    def _of(self, agent: str) -> Iterator[CaseExample]:
        return (CaseExample(number, agent, category, text) for number, category, text in self._memory.every(agent))

    def know(self, agent: str, category: str, text: str) -> None:
        """Take in what people made of a past event."""
        case = self._memory.add(agent, category, text)
        self._brain.learn(CaseExample(case, agent, category, text))

    def learn(self, lesson: CaseExample) -> None:
        """Nothing: what is learnt today was not known then."""

    def forget(self, cases: Iterable[int]) -> None:
        """Nothing: it learnt nothing of today."""

    def precedents(self, agent: AgentSpec, event: Event) -> list[dict[str, Any]]:
        """Return the nearest events of those known by now."""
        return self._brain.precedents(agent, event)

    def opinion(self, agent: AgentSpec, event: Event) -> tuple[str | None, float]:
        """Return (category, how sure) by what is known by now."""
        return self._brain.opinion(agent, event)

    async def turn(self, view: RunView) -> Turn:
        """Think once."""
        return await self._brain.turn(view)

    async def close(self) -> None:
        """Let go of the memory."""
        self._memory.close()
        await self._brain.close()


class PastModelBrain:
    """`engine.past.history.PreparedBrain`: a model that is shown only precedents from before each event.

    Nothing stands in for a model that does not answer: what the offline brain would have said proves nothing of it.
    """

    def __init__(self, endpoints: Mapping[str, Endpoint]) -> None:
        self._past = PastPlaybookBrain()
        self._endpoints = endpoints
        self._known: dict[int, tuple[list[dict[str, Any]], tuple[str | None, float]]] = {}
        self._model = LanguageModelBrain(lambda _, event: self._known[event.id][0], lambda _, e: self._known[e.id][1])

    @property
    def is_free(self) -> bool:
        """None of its models costs anything."""
        return all(endpoint.config.prices.is_free for endpoint in self._endpoints.values())

    def know(self, agent: str, category: str, text: str) -> None:
        """Take in what people made of a past event."""
        self._past.know(agent, category, text)

    def learn(self, lesson: CaseExample) -> None:
        """Nothing: what is learnt today was not known then."""

    def forget(self, cases: Iterable[int]) -> None:
        """Nothing: it learnt nothing of today."""

    def prepare(self, agent: AgentSpec, event: Event) -> None:
        """Note what is known as of an event; of the latest events only."""
        self.show(event, self._past.precedents(agent, event), self._past.opinion(agent, event))

    def show(self, event: Event, precedents: list[dict[str, Any]], opinion: tuple[str | None, float]) -> None:
        """Note what the model is shown with an event, where that is known otherwise."""
        self._known[event.id] = precedents, opinion
        while len(self._known) > KEPT:
            del self._known[next(iter(self._known))]

    async def turn(self, view: RunView) -> Turn:
        """Think once, with the first of its models that answers.

        Raises:
            TransientError: one does not answer now.
            PermanentError: none can work this event.
        """
        errors: list[PermanentError] = []
        for name in view.agent.models or (MAIN,):
            endpoint = self._endpoints.get(name)
            if endpoint is None:
                hint = f"Connect it: `opsconsole connect model {name}`."
                raise TransientError(f"no model is connected as {name}", hint=hint)
            try:
                turn = await self._model.turn(view, endpoint)
            except PermanentError as error:
                errors.append(error)
            else:
                return replace(turn, cost_micros=turn.cost_micros + sum(error.cost_micros for error in errors))
        failed = PermanentError("; ".join(map(str, errors)))
        failed.cost_micros = sum(error.cost_micros for error in errors)
        raise failed

    async def close(self) -> None:
        """Close what is open to the endpoints, and let go of the memory."""
        for endpoint in self._endpoints.values():
            await endpoint.close()
        await self._past.close()
