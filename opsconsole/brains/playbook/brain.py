"""The playbook brain: triage, then steps. Holds nothing between turns but what was learnt; the memo is in the turn."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from opsconsole.brains.playbook.steps import Place, advance, take_outcomes
from opsconsole.brains.triage import CategorySeed, Classification, Hit, Triage
from opsconsole.domain.action import Proposal
from opsconsole.domain.agent import AgentSpec, Category
from opsconsole.domain.event import Event
from opsconsole.engine.agents.facts import event_facts, step_facts
from opsconsole.engine.ports.brain import ASK_PERSON, CaseExample, RunView, Turn
from opsconsole.policy.cel.conditions import UndecidedError, holds

Nearest = Callable[[str, str, int], Sequence[Hit]]
"""(agent, text, how many) → nearest precedents."""

PRECEDENTS = 5
"""So many nearest cases a model is shown."""


class PlaybookBrain:
    """One for all agents of a workspace; each agent has a memory of its own."""

    def __init__(self, nearest: Nearest, cases: Callable[[str], Iterable[CaseExample]]) -> None:
        self._nearest = nearest
        self._cases = cases
        self._triages: dict[int, tuple[AgentSpec, Triage, set[int]]] = {}

    def learn(self, lesson: CaseExample) -> None:
        """Take a case in; it counts for the very next event."""
        for spec, triage, known in self._triages.values():
            if spec.agent == lesson.agent and lesson.case_id not in known:
                known.add(lesson.case_id)
                triage.learn(case_id=lesson.case_id, category=lesson.category, text=lesson.text)

    def forget(self, cases: Iterable[int]) -> None:
        """Let go of cases that are used no more; it counts for the very next event."""
        for case in cases:
            for _, triage, _ in self._triages.values():
                triage.forget(case)

    async def close(self) -> None:
        """Nothing is open."""

    async def turn(self, view: RunView) -> Turn:
        """Think once."""
        return replace(self._think(view), is_by_playbook=True)

    def _think(self, view: RunView) -> Turn:
        if not view.past:
            return self._first(view)
        last = view.past[-1]
        memo, outcomes = last.turn.memo, last.outcomes
        if memo.get("triage"):
            return self._answered(view, str(outcomes[0].result.get("answer", "")), outcomes[0].result)
        category = view.agent.category(last.turn.category)
        if category is None:
            return Turn(
                category=last.turn.category, final="the category is no longer in the playbook", is_handled=False
            )
        place = Place.from_json(memo)
        ended = take_outcomes(category, place, outcomes)
        if ended is not None:
            return Turn(
                category=category.id,
                confidence=last.turn.confidence,
                final=ended.end or "done",
                is_handled=ended.is_handled,
            )
        return self._go_on(view, category, place, last.turn.confidence, "")

    def classify(self, agent: AgentSpec, event: Event) -> tuple[str | None, float, str, Classification | None]:
        """Triage one event: (category or None, confidence, why, the text verdict where texts decided)."""
        playbook = agent.playbook
        facts = {"event": event_facts(event)}
        for rule in playbook.rules:
            try:
                if holds(rule.when, facts):
                    return rule.category, 1.0, rule.because or f"rule: {rule.when}", None
            except UndecidedError:
                continue
        if playbook.triage == "kind":
            name = event.kind.replace(".", "_")
            found = agent.category(name)
            if found is None:
                return None, 0.0, f"no category is called {name}", None
            return name, 1.0, f"sorted by its kind: {event.kind.replace('.', ' ').replace('_', ' ')}", None
        verdict = self._triage(agent).classify(event.precedent)
        return verdict.category, verdict.confidence, verdict.why, verdict

    def opinion(self, agent: AgentSpec, event: Event) -> tuple[str | None, float]:
        """Return (best guess, its probability) by texts alone, as a second opinion on what a model says."""
        if agent.playbook.triage != "text":
            return None, 0.0
        _, _, _, verdict = self.classify(agent, event)
        return (None, 0.0) if verdict is None else (verdict.best, verdict.confidence)

    def precedents(self, agent: AgentSpec, event: Event) -> list[dict[str, Any]]:
        """Return the nearest past cases of an event: `case`, `category`, `quote`, nearest first."""
        known = {category.id for category in agent.playbook.categories}
        return [
            {"case": hit.case_id, "category": hit.category, "quote": hit.text[:300]}
            for hit in self._nearest(agent.agent, event.precedent, PRECEDENTS)
            if hit.category in known
        ]

    def _triage(self, agent: AgentSpec) -> Triage:
        found = self._triages.get(id(agent))
        if found is None:
            seeds = [
                CategorySeed(category.id, category.name, category.criteria, category.examples)
                for category in agent.playbook.categories
            ]
            triage = Triage(
                categories=seeds,
                nearest=lambda text, count: self._nearest(agent.agent, text, count),
                threshold=agent.playbook.threshold,
            )
            known: set[int] = set()
            for lesson in self._cases(agent.agent):
                known.add(lesson.case_id)
                triage.learn(case_id=lesson.case_id, category=lesson.category, text=lesson.text)
            found = (agent, triage, known)
            self._triages[id(agent)] = found
        return found[1]

    def _first(self, view: RunView) -> Turn:
        name, confidence, why, verdict = self.classify(view.agent, view.event)
        category = view.agent.category(name)
        if category is None:
            return self._ask_category(view.agent, confidence, why, verdict)
        turn = self._go_on(view, category, Place(), confidence, why)
        return turn if verdict is None else _with_quotes(turn, verdict)

    def _ask_category(self, agent: AgentSpec, confidence: float, why: str, verdict: Classification | None) -> Turn:
        ranked = [] if verdict is None else [name for name, _ in verdict.ranked[:4]]
        options = [*ranked, *(category.id for category in agent.playbook.categories if category.id not in ranked)]
        question = {
            "question": "What kind of event is this?",
            "options": options,
            "about": "category",
            "why": why,
            "note": agent.playbook.escalation,
        }
        turn = Turn(
            category=None,
            confidence=confidence,
            is_abstained=True,
            rationale=why,
            memo={"triage": True},
            proposals=(Proposal(tool=ASK_PERSON, args=question, because=why),),
        )
        return turn if verdict is None else _with_quotes(turn, verdict)

    def _answered(self, view: RunView, answer: str, result: Mapping[str, Any]) -> Turn:
        wanted = answer.strip().casefold()
        for category in view.agent.playbook.categories:
            if wanted in (category.id.casefold(), category.name.casefold()):
                return self._go_on(view, category, Place(), 1.0, "a person said so")
        text = (
            f"left to people: {answer}"
            if answer
            else f"left to people: {result.get('error') or 'nobody said what it is'}"
        )
        return Turn(category=None, is_abstained=True, final=text, is_handled=False)

    def _go_on(self, view: RunView, category: Category, place: Place, confidence: float | None, why: str) -> Turn:
        facts = step_facts(view.agent, view.event, category, confidence, view.now)
        following = advance(category, place, facts, sender=view.event.sender)
        if following.end is not None:
            text = following.end or f"{category.name}: all steps done"
            return Turn(
                category=category.id, confidence=confidence, rationale=why, final=text, is_handled=following.is_handled
            )
        return Turn(
            category=category.id,
            confidence=confidence,
            rationale=why,
            proposals=following.proposals,
            memo=place.to_json(),
        )


def _with_quotes(turn: Turn, verdict: Classification) -> Turn:
    quotes = tuple(
        {
            "case": precedent.case_id,
            "category": precedent.category,
            "similarity": round(precedent.similarity, 3),
            "quote": precedent.text[:160],
        }
        for precedent in verdict.precedents[:5]
    )
    return replace(turn, quotes=quotes)
