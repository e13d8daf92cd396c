"""What came of a decision, in words for a terminal."""

from opsconsole.domain.enums import Hold
from opsconsole.engine.commands.results import DecisionOutcome, DecisionResult, GivenGrant
from opsconsole.engine.commands.words import settled


def decided(result: DecisionResult) -> str:
    """Return what became of a request, in a sentence or two."""
    match result.outcome:
        case DecisionOutcome.APPROVED:
            return _approved(result)
        case DecisionOutcome.PUT_OFF if result.at is not None:
            return f"Put off until {result.at.astimezone():%A %H:%M}."
        case _ if result.at is not None:
            return f"{settled(result, when=f' at {result.at.astimezone():%H:%M:%S}')} {_undo(result)}"
        case _:
            return settled(result)


def _undo(result: DecisionResult) -> str:
    return f"Until then `opsconsole approvals undo {result.request}` takes it back."


def _approved(result: DecisionResult) -> str:
    given = "" if result.grant is None else f" {granted(result.grant)}"
    held = "; ".join(result.held_by)
    if result.hold is Hold.SWITCH:
        return f"Approved; held until you resume ({held}).{given}"
    undo = f"{_undo(result)}{given}"
    if result.at is None:
        return f"Approved; done when an engine runs. {undo}"
    if not held:
        return f"Approved; done at {result.at.astimezone():%H:%M:%S}. {undo}"
    return f"Approved; done on {result.at.astimezone():%A at %H:%M} ({held}). {undo}"


def granted(grant: GivenGrant) -> str:
    """Return what a grant allows, in a sentence."""
    same = "the same arguments" if grant.is_all_pinned else f"the same {', '.join(grant.pinned)}"
    return f"Grant {grant.number}: {grant.agent} may {grant.tool} with {same} until {grant.until:%Y-%m-%d %H:%M} UTC."
