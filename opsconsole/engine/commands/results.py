"""What came of what a person said: facts, which the window and the command line each put into their own words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from opsconsole.domain.enums import Hold


class DecisionOutcome(StrEnum):
    """What became of a request."""

    APPROVED = "approved"
    REJECTED = "rejected"
    ANSWERED = "answered"
    LET_GO = "let_go"
    LEFT_TO_PEOPLE = "left_to_people"
    """A question gets no answer; people deal with what it is about."""
    NOTED_DONE = "noted_done"
    """It was in doubt whether it was done; a person says it was."""
    NOTED_NOT_DONE = "noted_not_done"
    PUT_OFF = "put_off"
    WOKEN = "woken"
    TAKEN_BACK = "taken_back"
    BEING_UNDONE = "being_undone"
    GRANT_REVOKED = "grant_revoked"
    """What was done stands; what was allowed always beside it is allowed no more."""
    CHANGED = "changed"
    """Nothing was decided: the subject changed since the question was asked."""
    NOT_ALLOWED = "not_allowed"
    """Nothing will be done: a rule stands that no approval lifts."""


@dataclass(frozen=True, slots=True)
class GivenGrant:
    """A standing grant that was given beside an approval."""

    number: int
    agent: str
    tool: str
    pinned: tuple[str, ...]
    """Arguments that must stay as they are."""
    is_all_pinned: bool
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionResult:
    """What a command on a request did."""

    outcome: DecisionOutcome
    request: int
    at: datetime | None = None
    """Approved: when it is done at the earliest, None where nobody can say; put off: when it is back.

    Rejected, answered, let go, left to people: when the agent goes on with it, None where at once or nobody can say.
    """
    hold: Hold = Hold.NONE
    """What an approved action waits for beside its time."""
    held_by: tuple[str, ...] = ()
    """The rules that put it off, in the gate's words."""
    grant: GivenGrant | None = None
    why: str = ""
    """Not allowed: the rule that binds; grant revoked: why the deed stands."""
    changes: tuple[str, ...] = ()
    """Changed: what happened on the subject, oldest first."""
    is_learnt: bool = False
    """Answered: the answer named a category, which is a precedent from now on."""
    again: int | None = None
    """Taken back: the request that waits in its place."""
    fresh_deadline: datetime | None = None
    """Taken back: until when it waits, where its old deadline was over."""
    undone_by: str = ""
    """Being undone: how, in words of the tool."""

    @property
    def is_done(self) -> bool:
        """False: nothing was decided, or what was decided will not be done."""
        return self.outcome not in (DecisionOutcome.CHANGED, DecisionOutcome.NOT_ALLOWED)

    @property
    def is_over(self) -> bool:
        """The request waits no longer, whatever became of it; False: nothing was decided."""
        return self.outcome is not DecisionOutcome.CHANGED


class RecommendationOutcome(StrEnum):
    """What became of a recommendation."""

    DID_IT = "did_it"
    NOT_RIGHT = "not_right"
    REOPENED = "reopened"
    ASKED = "asked"
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationResult:
    """What a command on a recommendation did."""

    outcome: RecommendationOutcome
    why: str = ""
    """Not allowed: the rule that binds."""
    decision: DecisionResult | None = None
    """Asked: what came of the request that was made and approved for it."""

    @property
    def is_done(self) -> bool:
        """False: what was asked for will not be done."""
        if self.decision is not None:
            return self.decision.is_done
        return self.outcome is not RecommendationOutcome.NOT_ALLOWED
