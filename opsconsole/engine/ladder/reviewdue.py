"""When an agent owes a review. It is worked out, not stored, and demotes and pauses nothing: it is only said."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Stage
from opsconsole.domain.naming import plural
from opsconsole.engine.agents.deployments import furthest
from opsconsole.engine.agents.roster import Roster
from opsconsole.policy.ladder import REVIEW_DAYS, REVIEW_SOON, review_due
from opsconsole.store.queries import versions
from opsconsole.store.queries.dismissals import dismissed_last
from opsconsole.store.queries.reviews import signed
from opsconsole.store.queries.reviews.signed import SignedReview
from opsconsole.store.rows import Reader

SLACK = timedelta(days=1)
"""What is dated further ahead of the clock counts for nothing: the clock was wrong when it was written."""
NONE_OWED = "No review owed: nothing of it is at full."


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDue:
    """Whether an agent owes a review, and until when."""

    agent: str
    full_since: datetime | None
    """Since when something of it is at full, without a break; None: nothing is, so none is owed."""
    last: SignedReview | None
    """The one that was signed last."""
    on: date | None
    """The day on which the next one is due, in this machine's zone; None: none is owed."""
    days: int
    """Until then; below 0, so many days past it; 0 also where none is owed."""

    @property
    def is_overdue(self) -> bool:
        """It is owed since before today."""
        return self.days < 0

    @property
    def is_near(self) -> bool:
        """It is due within days, or overdue: said wherever the agent is shown."""
        return self.on is not None and self.days <= REVIEW_SOON

    @property
    def words(self) -> str:
        """How it stands: `Review due in 5 days`, `Review overdue by 3 days`; empty where none is owed."""
        if self.on is None:
            return ""
        if self.days == 0:
            return "Review due today"
        if self.is_overdue:
            return f"Review overdue by {plural(-self.days, 'day')}"
        return f"Review due in {plural(self.days, 'day')}"

    @property
    def brief(self) -> str:
        """The same within a line of other facts: `review due in 5 days`, `review 18 Dec`; empty: none is owed."""
        if self.on is None or self.is_near:
            return f"{self.words[:1].lower()}{self.words[1:]}"
        return f"review {self.on.day} {self.on:%b}"

    @property
    def sentence(self) -> str:
        """The same with its day: `Review due in 5 days, on 5 December 2026.`"""
        if self.on is None:
            return NONE_OWED
        told = f"{self.on.day} {self.on:%B %Y}"
        if self.is_overdue:
            return f"{self.words}, since {told}. Nothing is demoted or paused for that."
        return f"{self.words}{f', on {told}' if self.days else ''}."

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        last = self.last
        return {
            "agent": self.agent,
            "owed": self.on is not None,
            "full_since": None if self.full_since is None else self.full_since.isoformat(),
            "due": None if self.on is None else self.on.isoformat(),
            "days": None if self.on is None else self.days,
            "overdue": self.is_overdue,
            "last": None
            if last is None
            else {"at": last.at.isoformat(), "by": last.actor, "decision": last.decision.value},
        }


def due(conn: Reader, roster: Roster, agent: str, *, now: datetime, slack: timedelta = SLACK) -> ReviewDue:
    """Return when an agent owes a review: from when something of it came to full, or from the last one signed.

    Args:
        conn: reads the workspace.
        roster: the agents' versions.
        agent: which.
        now: aware; what came after it counts for nothing.
        slack: so far ahead of the clock it does, as clocks are set back a little; none for a time that is over.
    """
    known = now + slack
    since, last = _full_since(conn, roster, agent, before=known), signed.last(conn, agent, before=known)
    if since is None:
        return ReviewDue(agent=agent, full_since=None, last=last, on=None, days=0)
    on = review_due(_day(since))
    if last is not None:
        on = max(on, _next(last))
    return ReviewDue(agent=agent, full_since=since, last=last, on=on, days=(on - _day(now)).days)


def is_full(spec: AgentSpec) -> bool:
    """Return whether something of an agent is at full operations."""
    found = (furthest(spec, category.id) for category in spec.playbook.categories)
    return any(each.is_live and each.stage is Stage.FULL for each in found)


def _next(last: SignedReview) -> date:
    """Return when the one after a signed review is due; that of a time long past does not stand in for the newest."""
    return review_due(min(_day(last.at), _day(last.until) + timedelta(days=REVIEW_DAYS)))


def _full_since(conn: Reader, roster: Roster, agent: str, *, before: datetime) -> datetime | None:
    found = None
    for version, at in _in_a_row(conn, agent, before=before):
        if not is_full(roster.version(conn, version).spec):
            break
        found = at
    return found


def _in_a_row(conn: Reader, agent: str, *, before: datetime) -> Iterator[tuple[int, datetime]]:
    """Yield the versions that followed each other in use, the newest first; who was dismissed begins anew."""
    gone = dismissed_last(conn, agent)
    for row in versions.in_use_ever(conn, agent):
        if gone is not None and gone.at < before and row.number <= gone.number:
            return
        if row.created_at < before:
            yield row.id, row.created_at


def _day(at: datetime) -> date:
    return at.astimezone().date()
