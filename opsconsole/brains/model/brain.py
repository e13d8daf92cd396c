"""The language-model brain: asks one endpoint, reads the answer, counts the cost. Holds nothing of a run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from opsconsole.brains.model.conversation import messages
from opsconsole.brains.model.endpoint import ContextOverflowError, Endpoint
from opsconsole.brains.model.leaving import category_by_person
from opsconsole.brains.model.offer import Offer, make_offer
from opsconsole.brains.model.prompt import SHORTER
from opsconsole.brains.model.quotes import Sources
from opsconsole.brains.model.reading import Reading, corrections
from opsconsole.brains.model.wire import Completion, Usage, estimated
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.errors import PermanentError
from opsconsole.domain.event import Event
from opsconsole.engine.ports.brain import RunView, Turn

MOST_CORRECTIONS = 2
"""So many answers in a row that could not be used; then somebody else must think."""
NOISE = 0.3
"""Below this probability another category of the offline triage says nothing. From it on it is heard: a stranger's text
can talk a model into the one category that is live, but not what counts words."""
CHARACTERS_A_TOKEN = 3.2
"""What a question's length is estimated with, on the low side."""
Precedents = Callable[[AgentSpec, Event], Sequence[Mapping[str, Any]]]
"""(agent, event) → nearest past cases: `case`, `category`, `similarity`, `quote`."""
SecondOpinion = Callable[[AgentSpec, Event], tuple[str | None, float]]
"""(agent, event) → (best guess of the offline triage, its probability)."""


class RefusedError(PermanentError):
    """The model will not answer this, or not in a form that can be used."""

    def __init__(self, message: str, *, cost_micros: int = 0) -> None:
        super().__init__(message)
        self.cost_micros = cost_micros


class LanguageModelBrain:
    """One for all models; which endpoint is asked is said with each turn."""

    def __init__(self, precedents: Precedents, second_opinion: SecondOpinion) -> None:
        self._precedents = precedents
        self._second_opinion = second_opinion
        self._offers: dict[tuple[int, int], tuple[AgentSpec, Any, Offer]] = {}

    async def turn(self, view: RunView, endpoint: Endpoint) -> Turn:
        """Think once with one model.

        Raises:
            TransientError: it does not answer now.
            PermanentError: it cannot answer this, or answers nothing that can be used.
        """
        memos = [past.turn.memo for past in view.past if "calls" in past.turn.memo]
        if corrections(view.past, endpoint.name) >= MOST_CORRECTIONS:
            raise RefusedError(f"the model {endpoint.name} did not answer in a form that can be used")
        offer = self.offer(view)
        shown = (
            memos[0].get("precedents", [])
            if memos
            else [dict(precedent) for precedent in self._precedents(view.agent, view.event)]
        )
        answer, usage = await self._ask(view, endpoint, offer, shown)
        cost = endpoint.config.prices.cost_micros(read=usage.read, cached=usage.cached, written=usage.written)
        if answer.refusal or (answer.finish == "content_filter" and not answer.calls):
            raise RefusedError(f"the model {endpoint.name} refuses to work on this event", cost_micros=cost)
        turn = _reading(view, offer).turn(answer)
        if turn.final is not None and (failed := _not_done(view, offer)):
            turn = replace(turn, is_handled=False, final=f"NOT ALL WAS DONE ({', '.join(failed)} failed): {turn.final}")
        memo = dict(turn.memo)
        if not memos:
            memo["precedents"] = shown
            turn = replace(turn, quotes=(*turn.quotes, *shown))
        if usage.is_estimated:
            memo["usage"] = "estimated"
        return replace(
            turn,
            memo=memo,
            model=f"{endpoint.name}:{endpoint.config.model}",
            answered_as=answer.model,
            tokens=usage.read + usage.written,
            cost_micros=cost,
            is_disputed=self._is_disputed(view, turn),
        )

    def offer(self, view: RunView) -> Offer:
        """Return what an agent's model may call; made once for a version."""
        key = (id(view.agent), id(view.tools))
        found = self._offers.get(key)
        if found is None:
            found = (view.agent, view.tools, make_offer(view.agent, view.tools))
            self._offers[key] = found
        return found[2]

    async def _ask(
        self, view: RunView, endpoint: Endpoint, offer: Offer, shown: Sequence[Mapping[str, Any]]
    ) -> tuple[Completion, Usage]:
        """Ask; where the question is too long, ask a shorter one."""
        room = endpoint.config.context_tokens * CHARACTERS_A_TOKEN
        for tightness in range(len(SHORTER)):
            is_last = tightness == len(SHORTER) - 1
            question = messages(view, shown, tightness=tightness)
            size = len(offer.wire) + sum(len(str(message.get("content") or "")) for message in question)
            if room and size > room and not is_last:
                continue
            try:
                answer = await endpoint.ask(question, offer.wire, queueing=view.queueing)
            except ContextOverflowError:
                if is_last:
                    raise
                continue
            got = len(answer.text) + sum(len(call.arguments) for call in answer.calls)
            return answer, answer.usage or estimated(sent=size, got=got)
        raise AssertionError("unreachable")

    def _is_disputed(self, view: RunView, turn: Turn) -> bool:
        """Once a category is named, the offline triage is heard too, where it has something to say."""
        if turn.category is None or len(view.agent.playbook.categories) < 2:
            return False
        for past in reversed(view.past):
            if past.turn.category == turn.category and "calls" in past.turn.memo:
                return past.turn.is_disputed
        category, confidence = self._second_opinion(view.agent, view.event)
        return category is not None and category != turn.category and confidence >= NOISE


def _not_done(view: RunView, offer: Offer) -> list[str]:
    """Return the writes that failed and that no later try made good, whatever the model says of its work."""
    states: dict[str, str] = {}
    for past in view.past:
        for outcome in past.outcomes:
            if outcome.proposal.tool in offer.writes and not outcome.proposal.problem:
                states[outcome.proposal.tool] = outcome.state
    return sorted(tool for tool, state in states.items() if state == "failed")


def _reading(view: RunView, offer: Offer) -> Reading:
    """Return what reads an answer, with the category as it stands: a person's, the last named, or the only one."""
    by_person, categories = category_by_person(view), view.agent.playbook.categories
    has_begun = any(past.turn.memo.get("calls") for past in view.past)
    sources = Sources(view)
    if by_person is not None:
        return Reading(view.agent, offer, sources, by_person, 1.0, is_settled=True, has_begun=has_begun)
    if view.named is not None:
        return Reading(view.agent, offer, sources, view.named.category, view.named.confidence, has_begun=has_begun)
    alone = categories[0].id if len(categories) == 1 else None
    return Reading(view.agent, offer, sources, alone, has_begun=has_begun)
