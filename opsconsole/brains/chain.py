"""Which brain thinks for an agent: its models in their order, then the offline brain, then a person."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from opsconsole.brains.model import Endpoint, LanguageModelBrain
from opsconsole.brains.model.leaving import AGAIN, ASKS, LEAVE, MODEL, end_of_question, with_question
from opsconsole.brains.playbook import PlaybookBrain
from opsconsole.domain.action import Proposal
from opsconsole.domain.enums import Effect
from opsconsole.domain.errors import ConnectorError, PermanentError, TransientError
from opsconsole.engine.ports.brain import ASK_PERSON, CaseExample, RunView, Turn

MAIN = "main"
"""The model that is asked where an agent names none."""


class BrainChain:
    """The brain of a workspace; it hands every turn to the one whose turn it is."""

    def __init__(
        self,
        playbook: PlaybookBrain,
        model: LanguageModelBrain,
        endpoints: Mapping[str, Endpoint],
    ) -> None:
        self._playbook = playbook
        self._model = model
        self._endpoints = endpoints

    def learn(self, lesson: CaseExample) -> None:
        """Take a case in at once."""
        self._playbook.learn(lesson)

    def forget(self, cases: Iterable[int]) -> None:
        """Let go of cases that are used no more."""
        self._playbook.forget(cases)

    async def close(self) -> None:
        """Close what is open to the endpoints."""
        for endpoint in self._endpoints.values():
            await endpoint.close()

    async def turn(self, view: RunView) -> Turn:
        """Think once.

        Raises:
            TransientError: no model answers now, and it is worth another try later.
        """
        if view.agent.brain == "playbook":
            return await self._playbook.turn(view)
        if any(past.turn.is_by_playbook for past in view.past):
            return await self._offline(view)
        if (end := end_of_question(view)) is not None:
            return end
        if view.is_over_budget:
            return await self._without_model(view, view.is_over_budget)
        return await self._with_models(view)

    async def _with_models(self, view: RunView) -> Turn:
        errors: list[ConnectorError] = []
        for name in view.agent.models or (MAIN,):
            endpoint = self._endpoints.get(name)
            if endpoint is None:
                errors.append(PermanentError(f"no model is connected as {name}"))
                continue
            try:
                return with_question(view, await self._model.turn(view, endpoint))
            except ConnectorError as error:
                errors.append(error)
        passing = [error for error in errors if isinstance(error, TransientError)]
        if passing and view.attempt + 1 < view.agent.limits.attempts:
            raise passing[0]
        return await self._without_model(view, "; ".join(str(error) for error in errors))

    async def _without_model(self, view: RunView, why: str) -> Turn:
        """Nothing answers, or nothing may be spent: the offline brain where nothing was begun, else a person."""
        if view.agent.fallback == "playbook" and not _has_written(view):
            turn = await self._offline(view)
            stop = "" if why.rstrip().endswith((".", "?", "!")) else "."
            return replace(
                turn, rationale=f"the offline brain stands in: {why.rstrip()}{stop} {turn.rationale}".strip()
            )
        question = {
            "question": f"No model can go on with this: {why}. What shall be done?",
            "options": [AGAIN, LEAVE],
            "about": "model",
        }
        proposal = Proposal(tool=ASK_PERSON, args=question, because=why)
        return Turn(category=view.category, rationale=why, proposals=(proposal,), memo={ASKS: MODEL})

    async def _offline(self, view: RunView) -> Turn:
        """The offline brain sees its own turns only: a model's calls are no steps of a playbook."""
        own = tuple(past for past in view.past if past.turn.is_by_playbook)
        return await self._playbook.turn(replace(view, past=own))


def _has_written(view: RunView) -> bool:
    for past in view.past:
        for outcome in past.outcomes:
            kind = view.tools.get(outcome.proposal.tool)
            is_write = outcome.proposal.tool != ASK_PERSON and (kind is None or kind.effect is not Effect.READ)
            if is_write and outcome.state not in ("failed", "refused"):
                return True
    return False
