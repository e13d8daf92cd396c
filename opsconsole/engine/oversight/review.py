"""The monthly review of an agent as data: a counted blind sample, drift, the reviewer's consistency, grants."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsconsole.domain.canonical import canonical, jsonable
from opsconsole.domain.errors import NotFoundError
from opsconsole.engine.agents.file import load_spec
from opsconsole.engine.agents.versions import not_in_use
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.oversight.accountable import accountable
from opsconsole.engine.oversight.facts import facts_of
from opsconsole.engine.oversight.span import Span, before
from opsconsole.policy.daycount import DayCount, added
from opsconsole.policy.evidence import Interval, exact_interval
from opsconsole.policy.trials import TO_LIMITED, Standing, standing_of
from opsconsole.store import evidencethen
from opsconsole.store.queries import versions
from opsconsole.store.queries.reviews.signed import SignedReview, over
from opsconsole.store.queries.views import oversight as read
from opsconsole.store.queries.views.outcomes import Outcomes
from opsconsole.store.queries.views.oversight import GrantUse, Said
from opsconsole.store.queries.views.overview import overview
from opsconsole.store.rows import Reader

_NO_NUMBERS = ("is_over", "accountable", "grants", "signed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What was decided blind in a category, or in all of them together: one customer or thread counts once a day."""

    category: str
    """Its name."""
    total: int
    wrong: int
    severe: int
    judged: int
    """Of `total`: a person said it of every decision in it."""
    seen: int
    """Pairs in which the person had seen what the agent would do: counted apart."""

    @property
    def error(self) -> Interval:
        """Bounds of the share that is wrong, 95 %, at one look (Clopper and Pearson)."""
        return exact_interval(self.wrong, self.total)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {**facts_of(self), "error_95": [round(self.error.low, 4), round(self.error.high, 4)]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How often a category came, this month and the one before."""

    category: str
    """Its name; empty: none was found."""
    now: int
    before: int
    share_now: float
    share_before: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """How often a person said the same of a pair that was shown again."""

    same: int
    shown: int
    ever_same: int
    ever_shown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a reviewer looks at and signs."""

    span: Span
    is_over: bool
    agent: str
    name: str
    number: int
    """Of the version in use at the end."""
    accountable: str
    outcomes: Outcomes
    cost: float
    currency: str
    standing: Standing
    """Of all that counts in the month, blind or not, towards the first gate."""
    every: Sample
    samples: tuple[Sample, ...]
    earlier: int
    """Pairs of the month that speak of an earlier version, and are left out."""
    drift: tuple[Drift, ...]
    consistency: Consistency
    grants: tuple[GrantUse, ...]
    signed: SignedReview | None
    """The one that a person signed over exactly this time; None: nobody did yet."""

    @property
    def numbers(self) -> bytes:
        """What is signed: all numbers of the report as canonical JSON, without names of people and what they wrote.

        The same time gives the same bytes, whenever they are made: what they say was known by its end.
        """
        told = {name: fact for name, fact in self._facts().items() if name not in _NO_NUMBERS}
        grants = [(grant.id, grant.tool, grant.uses) for grant in self.grants]
        return canonical(jsonable({**told, "grants": grants}))

    @property
    def digest(self) -> str:
        """SHA-256 of the numbers, in hex: two reports with the same one say the same."""
        return hashlib.sha256(self.numbers).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {**self._facts(), "digest": self.digest}

    def _facts(self) -> dict[str, Any]:
        left = ("span", "standing", "every", "samples")
        told = {name: facts_of(getattr(self, name)) for name in self.__slots__ if name not in left}
        samples = [sample.to_json() for sample in self.samples]
        return {**self.span.to_json(), **told, "sample": self.every.to_json(), "samples": samples}


def review(kernel: Kernel, agent: str, span: Span, *, conn: Reader | None = None) -> Review:
    """Gather the review of an agent over a month.

    Args:
        kernel: the parts.
        agent: which.
        span: the month.
        conn: reads the workspace; None: as the kernel does.

    Raises:
        NotFoundError: there was no such agent by the end of the month.
    """
    conn, since, until = conn or kernel.reader, span.since, span.until
    row = versions.made_before(conn, agent, until=until)
    if row is None:
        if (first := versions.numbered(conn, agent, 1)) is None:
            raise not_in_use(conn, agent)
        raise NotFoundError(f"{agent} is in use since {first.created_at:%Y-%m-%d}; there was nothing to review before.")
    spec = load_spec(row.spec)
    names = {category.id: category.name for category in spec.playbook.categories}
    counting = evidencethen.counting_then(conn, agent, until=until)
    cells = [] if counting is None else evidencethen.cells_then(conn, counting, until=until, since=since)
    seen = overview(conn, since=since, now=until, until=until)
    glance = next((glance for glance in seen.agents if glance.agent == agent), None)
    every = added(cell.count for cell in cells)
    pairs = evidencethen.pairs_then(conn, agent, since=since, until=until)
    return Review(
        span=span,
        is_over=kernel.clock.now() >= until,
        agent=agent,
        name=spec.name,
        number=row.number,
        accountable=accountable(conn, agent),
        outcomes=Outcomes() if glance is None else glance.outcomes,
        cost=0.0 if glance is None else glance.cost,
        currency=seen.currency,
        standing=_standing(every),
        every=_sample("All together", every, added(cell.blind for cell in cells)),
        samples=tuple(_sample(names.get(cell.category, cell.category), cell.count, cell.blind) for cell in cells),
        earlier=pairs - every.pairs,
        drift=_drift(
            read.mix(conn, agent, since=since, until=until),
            read.mix(conn, agent, since=before(span).since, until=before(span).until),
            names,
        ),
        consistency=_consistency(read.said(conn, until=until), since),
        grants=tuple(read.grants_of(conn, agent, since=since, until=until)),
        signed=over(conn, agent, since=since, until=until),
    )


def _standing(count: DayCount) -> Standing:
    return standing_of(TO_LIMITED, right=count.right, total=count.trials, severe=count.severe_trials, bases=count.bases)


def _sample(category: str, count: DayCount, blind: DayCount) -> Sample:
    return Sample(
        category=category,
        total=blind.trials,
        wrong=blind.trials - blind.right,
        severe=blind.severe_trials,
        judged=blind.bases.get("judged", 0),
        seen=count.pairs - blind.pairs,
    )


def _drift(now: dict[str, int], then: dict[str, int], names: dict[str, str]) -> tuple[Drift, ...]:
    every, earlier = sum(now.values()), sum(then.values())
    found = [
        Drift(
            category=names.get(category, category),
            now=now.get(category, 0),
            before=then.get(category, 0),
            share_now=now.get(category, 0) / every if every else 0.0,
            share_before=then.get(category, 0) / earlier if earlier else 0.0,
        )
        for category in {*now, *then}
    ]
    return tuple(sorted(found, key=lambda drift: (-drift.now, -drift.before, drift.category)))


def _consistency(said: Sequence[Said], since: datetime) -> Consistency:
    """Count as `report.consistency` does, with what of it was shown again in the month."""
    first: dict[int, Said] = {}
    every: list[tuple[bool, bool]] = []
    for word in said:
        if not word.is_repeat:
            first[word.pair] = word
        elif word.pair in first:
            every.append((first[word.pair].verdict is word.verdict, word.at >= since))
    lately = [is_same for is_same, is_late in every if is_late]
    return Consistency(
        same=sum(lately), shown=len(lately), ever_same=sum(same for same, _ in every), ever_shown=len(every)
    )
