"""The digest of a week as data: what became of it, what people were asked, what was wrong, changed, what comes next."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from opsconsole.domain.enums import Adjudication, Severity, Stage
from opsconsole.engine.agents.file import load_spec
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.reviewdue import ReviewDue, due
from opsconsole.engine.ladder.standing import GateProgress, progress_then
from opsconsole.engine.oversight.changes import LadderStep, VersionChanged, changed_by, steps_of
from opsconsole.engine.oversight.effort import Effort, effort_of
from opsconsole.engine.oversight.facts import facts_of
from opsconsole.engine.oversight.span import Span, of_moments
from opsconsole.policy.insights.counts import DecisionCounts
from opsconsole.store.queries import versions
from opsconsole.store.queries.dismissals import dismissal
from opsconsole.store.queries.reviews import signed
from opsconsole.store.queries.reviews.signed import SignedReview
from opsconsole.store.queries.views import oversight as read
from opsconsole.store.queries.views.insights import counts_between, hour_price
from opsconsole.store.queries.views.names import agent_names
from opsconsole.store.queries.views.outcomes import Outcomes
from opsconsole.store.queries.views.overview import overview
from opsconsole.store.rows import Reader, VersionRow

WRONG = (Adjudication.HUMAN, Adjudication.NEITHER)
"""What a person says of a pair in which the agent was wrong."""
NEXT = 3
"""So many categories are told that are nearest to their next step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWeek:
    """One agent in the time."""

    agent: str
    name: str
    outcomes: Outcomes
    requests: int
    """That waited for a person at the end."""
    cost: float
    asked: Mapping[str, int]
    """Requests made in the time, by what became of them: a verb, `lapsed`, `void` or `waiting`."""
    wrong: int
    """Pairs that people judged in the time, and in which it was wrong."""
    severe: int
    """Of these."""
    undone: int
    """Things it had done that were taken back."""

    @property
    def requests_made(self) -> int:
        """Requests that were made in the time."""
        return sum(self.asked.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissed:
    """An agent was taken out of use."""

    name: str
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A category in shadow and how far it is from being live."""

    name: str
    category: str
    progress: GateProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewMade:
    """A review was signed in the time."""

    name: str
    """The agent's."""
    span: Span
    review: SignedReview


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewAhead:
    """A review that was overdue at the end, or due within days."""

    name: str
    due: ReviewDue


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What the team sees of a time."""

    span: Span
    is_over: bool
    """False: it was made before the end of the time, and its numbers still change."""
    agents: tuple[AgentWeek, ...]
    without_agent: int
    """Events that no agent works."""
    currency: str
    cost: float
    median_s: float | None
    """Median time from taken in to done."""
    shadow: int
    """Actions that would have been done."""
    refused: tuple[tuple[str, str, int], ...]
    """(tool, why, how often), most often first."""
    refused_events: int
    waiting_since: datetime | None
    """When the oldest request was asked that waited at the end."""
    decisions: DecisionCounts
    """What people decided, as Overview counts it."""
    hour_price: float | None
    """What an hour of who decides costs, as it was declared; None: nobody did."""
    effort: Effort
    steps: tuple[LadderStep, ...]
    changed: tuple[VersionChanged, ...]
    dismissed: tuple[Dismissed, ...]
    ahead: tuple[Ahead, ...]
    reviewed: tuple[ReviewMade, ...]
    reviews: tuple[ReviewAhead, ...]
    """The longest overdue first."""

    @property
    def outcomes(self) -> Outcomes:
        """Where the events stand, of all agents."""
        return sum((week.outcomes for week in self.agents), Outcomes())

    @property
    def asked(self) -> Mapping[str, int]:
        """Requests of all agents by what became of them."""
        found = Counter[str]()
        for week in self.agents:
            found.update(week.asked)
        return found

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        left = ("span", "ahead", "reviewed", "reviews")
        told = {name: facts_of(getattr(self, name)) for name in self.__slots__ if name not in left}
        ahead = [{"name": each.name, **each.progress.to_json()} for each in self.ahead]
        reviewed = [{"name": each.name, **facts_of(each.review)} for each in self.reviewed]
        reviews = [{"name": each.name, **each.due.to_json()} for each in self.reviews]
        return {**self.span.to_json(), **told, "ahead": ahead, "reviewed": reviewed, "reviews": reviews}


def digest(kernel: Kernel, span: Span) -> Digest:
    """Gather what the team sees of a time. What came after its end changes nothing, but what people take back."""
    conn, since, until = kernel.reader, span.since, span.until
    seen = overview(conn, since=since, now=until, until=until)
    used = {agent: versions.made_before(conn, agent, until=until) for agent in agent_names(conn)}
    called = {agent: load_spec(row.spec).name for agent, row in used.items() if row is not None}
    judged, answers = read.judged(conn, since=since, until=until), read.answers(conn, since=since, until=until)
    asked, undone = read.asked(conn, since=since, until=until), read.undone(conn, since=since, until=until)
    wrong = [said for said in judged if said.said in WRONG]

    glances = {glance.agent: glance for glance in seen.agents}

    def week(agent: str, name: str) -> AgentWeek:
        # Who was dismissed since, and had nothing to do in the time, is in no overview any more.
        glance, own = glances.get(agent), [said for said in wrong if said.agent == agent]
        return AgentWeek(
            agent=agent,
            name=name,
            outcomes=Outcomes() if glance is None else glance.outcomes,
            requests=0 if glance is None else glance.requests,
            cost=0.0 if glance is None else glance.cost,
            asked=asked.get(agent, {}),
            wrong=len(own),
            severe=sum(said.severity is Severity.SEVERE for said in own),
            undone=undone.get(agent, 0),
        )

    return Digest(
        span=span,
        is_over=kernel.clock.now() >= until,
        agents=tuple(week(agent, name) for agent, name in called.items()),
        without_agent=seen.without_agent,
        currency=seen.currency,
        cost=seen.cost,
        median_s=seen.median_s,
        shadow=sum(count for _, _, count in seen.shadow),
        refused=seen.refused,
        refused_events=seen.refused_events,
        waiting_since=read.oldest_waiting(conn, until=until),
        decisions=counts_between(conn, since=since, until=until),
        hour_price=hour_price(conn),
        effort=effort_of(answers, judged),
        steps=tuple(steps_of(conn, called, span)),
        changed=tuple(changed_by(conn, row) for row in versions.made_in(conn, since=since, until=until)),
        dismissed=tuple(_dismissed(conn, called, span)),
        ahead=_ahead(conn, used.values(), until),
        reviewed=tuple(
            ReviewMade(name=called.get(each.agent, each.agent), span=of_moments(each.since, each.until), review=each)
            for each in signed.between(conn, since, until)
        ),
        reviews=_reviews(kernel, called, until),
    )


def _reviews(kernel: Kernel, called: Mapping[str, str], until: datetime) -> tuple[ReviewAhead, ...]:
    """Return the reviews that are near at the end, by what was known then."""
    nothing_later = timedelta()
    found = [
        ReviewAhead(name=name, due=due(kernel.reader, kernel.roster, agent, now=until, slack=nothing_later))
        for agent, name in called.items()
    ]
    return tuple(sorted((each for each in found if each.due.is_near), key=lambda each: (each.due.days, each.name)))


def _dismissed(conn: Reader, called: Mapping[str, str], span: Span) -> Iterable[Dismissed]:
    for agent, name in called.items():
        gone = dismissal(conn, agent)
        if gone is not None and span.since <= gone.at < span.until:
            yield Dismissed(name=name, at=gone.at, by=gone.by, reason=gone.reason)


def _ahead(conn: Reader, used: Iterable[VersionRow | None], until: datetime) -> tuple[Ahead, ...]:
    """Return the categories in shadow that are nearest to the first gate, the nearest first."""
    found: list[Ahead] = []
    for row in used:
        if row is None:
            continue
        spec = load_spec(row.spec)
        for cell in progress_then(conn, row.agent_id, until=until):
            category = spec.category(cell.category)
            if category is not None and spec.stage_of(cell.category) is Stage.SHADOW:
                found.append(Ahead(name=spec.name, category=category.name, progress=cell))
    return tuple(sorted(found, key=_distance)[:NEXT])


def _distance(ahead: Ahead) -> tuple[bool, bool, float, int, str, str]:
    at = ahead.progress
    days = at.days
    return not at.standing.is_open, days is None, days or 0.0, at.standing.needed, ahead.name, ahead.category
