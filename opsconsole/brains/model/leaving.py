"""What a model leaves open becomes a question to the lead: no event ends unseen because a model said so."""

from collections.abc import Mapping
from dataclasses import replace

from opsconsole.domain.action import Proposal
from opsconsole.domain.enums import ActionState, Effect
from opsconsole.engine.ports.brain import ASK_PERSON, PastTurn, RunView, Turn

AGAIN, LEAVE, NOTHING = "try again", "leave it to me", "nothing more is to be done"
ASKS = "asks"
"""In a turn's memo: what code asks the lead in a model's stead."""
MODEL, CATEGORY, LEFT = "model", "category", "left"
"""Asked: how to go on without a model; what kind of event it is; what to do with what a model left open."""


def with_question(view: RunView, turn: Turn) -> Turn:
    """Return a turn that ends the work as a question, where the end leaves something to people or is not sure."""
    if turn.final is None:
        return turn
    if turn.category is None:
        options = [category.id for category in view.agent.playbook.categories]
        args = {"question": "What kind of event is this?", "options": options, "about": "category", "why": turn.final}
        return _asking(turn, CATEGORY, args)
    if not turn.is_handled:
        text = f"The agent leaves this to you: {turn.final.rstrip('.')}. How shall it go on?"
        return _asking(turn, LEFT, {"question": text, "options": [LEAVE, AGAIN, NOTHING]})
    threshold = view.agent.threshold(turn.category)
    if turn.confidence is not None and not turn.confidence >= threshold and not _was_seen(view):
        text = (
            f"The agent would end here, but is only {turn.confidence:.0%} sure of the kind"
            f" ({turn.category}): {turn.final.rstrip('.')}. How shall it go on?"
        )
        return _asking(turn, LEFT, {"question": text, "options": [NOTHING, AGAIN, LEAVE]})
    return turn


def _asked(view: RunView) -> str:
    """Return what the last turn asked in a model's stead; empty where it asked nothing so."""
    return str(view.past[-1].turn.memo.get(ASKS) or "") if view.past else ""


def answer(past: PastTurn) -> str:
    """Return what a person said to a turn's question; empty where nobody did."""
    return next((str(outcome.result.get("answer") or "").strip() for outcome in past.outcomes), "")


def end_of_question(view: RunView) -> Turn | None:
    """Return the end of the work that an answer to such a question means; None where a model thinks on."""
    what = _asked(view)
    if not what:
        return None
    said, last = answer(view.past[-1]), view.past[-1].turn
    category = view.category
    if what == LEFT and said == NOTHING:
        return Turn(category=category, confidence=last.confidence, final="nothing more was to be done, a person said")
    goes_on = said == AGAIN or (what == CATEGORY and category_by_person(view) is not None)
    if goes_on:
        return None
    text = f"left to people: {said}" if said else "left to people: nobody said how to go on"
    return Turn(category=category, is_abstained=category is None, final=text, is_handled=False)


def category_by_person(view: RunView) -> str | None:
    """Return the category that a person named in this run; no model names another after it."""
    for past in reversed(view.past):
        is_kind = past.turn.memo.get(ASKS) == CATEGORY
        if is_kind and (found := view.agent.category(answer(past))) is not None:
            return found.id
    return None


def _asking(turn: Turn, what: str, args: Mapping[str, object]) -> Turn:
    proposal = Proposal(tool=ASK_PERSON, args=args, because=turn.rationale or turn.final or "")
    return replace(turn, final=None, is_handled=True, proposals=(proposal,), memo={**turn.memo, ASKS: what})


def _was_seen(view: RunView) -> bool:
    """A person decided on something of this run, or answered: below the threshold every write asks."""
    decided = (ActionState.DONE, ActionState.REJECTED, ActionState.SIMULATED, ActionState.RECOMMENDED)
    for past in view.past:
        for outcome in past.outcomes:
            kind = view.tools.get(outcome.proposal.tool)
            is_look_up = kind is not None and kind.effect is Effect.READ
            if not is_look_up and not outcome.proposal.problem and outcome.state in decided:
                return True
    return False
