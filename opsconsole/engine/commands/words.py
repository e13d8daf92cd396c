"""What came of a decision where the window and the command line say it alike."""

from opsconsole.engine.audittrail.words import counted
from opsconsole.engine.commands.results import DecisionOutcome, DecisionResult

_PLAIN = {
    DecisionOutcome.NOTED_DONE: "Noted as done.",
    DecisionOutcome.NOTED_NOT_DONE: "Noted as not done; the agent goes on from there.",
    DecisionOutcome.WOKEN: "It waits again.",
}


def settled(result: DecisionResult, *, when: str = "") -> str:
    """Return what became of a request; when it is done or back, and by what it is held, each face says itself.

    Args:
        result: of the decision.
        when: the agent goes on with what was said, as a part of a sentence: ` in 10 s`; empty where that is at once.
    """
    match result.outcome:
        case DecisionOutcome.REJECTED:
            return f"Rejected. The agent gets your reason{when} and goes on from there."
        case DecisionOutcome.ANSWERED:
            learnt = ", and has learnt this case" if result.is_learnt else ""
            return f"Answered. The agent goes on with it{when}{learnt}."
        case DecisionOutcome.LET_GO:
            return f"Let go. Nothing was done.{when and f' The agent goes on{when}.'}"
        case DecisionOutcome.LEFT_TO_PEOPLE:
            return f"Left to people. The agent goes on{when} without an answer."
        case DecisionOutcome.TAKEN_BACK:
            late = deadline(result)
            return f"Taken back; nothing was sent. It waits again as request {result.again}{late and f', {late}'}."
        case DecisionOutcome.BEING_UNDONE:
            return f"It was done already; it is being undone: {result.undone_by}."
        case DecisionOutcome.GRANT_REVOKED:
            return f"{result.why[:1].upper()}{result.why[1:]}; but it is no longer allowed always."
        case DecisionOutcome.CHANGED:
            happened = counted(result.changes)
            return f"Not approved yet: since you were asked, this happened: {happened}. Look again, then decide."
        case DecisionOutcome.NOT_ALLOWED:
            return f"Not done: your approval does not lift this rule: {result.why}."
        case _:
            return _PLAIN[result.outcome]


def deadline(result: DecisionResult) -> str:
    """Say until when a request waits whose old deadline was over; empty where it has its old one."""
    if result.fresh_deadline is None:
        return ""
    return f"until {result.fresh_deadline.astimezone():%A %H:%M}, since its old deadline was over"
