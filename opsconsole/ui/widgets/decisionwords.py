"""What came of what a person said, in words for the window. What to do next is a button there, not a command."""

from datetime import datetime

from opsconsole.domain.enums import Hold
from opsconsole.engine.commands.results import (
    DecisionOutcome,
    DecisionResult,
    GivenGrant,
    RecommendationOutcome,
    RecommendationResult,
)
from opsconsole.engine.commands.words import settled

AT_ONCE_S, SOON_S = 0.5, 100.0
"""Up to so many seconds something is done at once, and up to so many its seconds are told."""
_SAID = {
    RecommendationOutcome.DID_IT: "Noted: you did it yourself.",
    RecommendationOutcome.NOT_RIGHT: "Noted as not right.",
    RecommendationOutcome.REOPENED: "Taken back; it waits for your word again.",
}


def decided(result: DecisionResult, now: datetime) -> str:
    """Return what became of a request, in a sentence or two."""
    match result.outcome:
        case DecisionOutcome.APPROVED:
            first = f"Approved, {_when(result, now)}."
            return first if result.grant is None else f"{first} {granted(result.grant)}"
        case DecisionOutcome.PUT_OFF if result.at is not None:
            back, here = result.at.astimezone(), now.astimezone()
            return f"Put off until {back:%H:%M}." if back.date() == here.date() else f"Put off until {back:%A %H:%M}."
        case _ if result.at is not None:
            return settled(result, when=f" {_in(result.at, now)}")
        case _:
            return settled(result)


def _in(at: datetime, now: datetime) -> str:
    seconds = (at - now).total_seconds()
    return f"in {seconds:.0f} s" if seconds < SOON_S else f"at {at.astimezone():%H:%M:%S}"


def _when(result: DecisionResult, now: datetime) -> str:
    held = "; ".join(result.held_by)
    if result.hold is Hold.SWITCH:
        return f"held until you resume ({held})"
    if result.at is None:
        return "done when an engine runs"
    if held:
        return f"done on {result.at.astimezone():%A at %H:%M} ({held})"
    return "done at once" if (result.at - now).total_seconds() <= AT_ONCE_S else f"done {_in(result.at, now)}"


def granted(grant: GivenGrant) -> str:
    """Return what a grant allows, in a sentence."""
    same = "the same arguments" if grant.is_all_pinned else f"the same {', '.join(grant.pinned)}"
    until = f"{grant.until.astimezone():%A %d %B, %H:%M}"
    return f"Grant {grant.number}: {grant.agent} may {grant.tool} with {same} until {until}."


def recommended(result: RecommendationResult, now: datetime) -> str:
    """Return what became of a recommendation."""
    if result.decision is not None:
        return decided(result.decision, now)
    if result.outcome is RecommendationOutcome.NOT_ALLOWED:
        return f"Not done: your word does not lift this rule: {result.why}."
    return _SAID[result.outcome]
