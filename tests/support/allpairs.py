"""How far each agent is, counted from all its pairs at once: what the sums of their days must equal."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from opsconsole.engine.evidence.report import is_agreed
from opsconsole.engine.ladder.standing import VOLUME_DAYS, GateProgress, counted
from opsconsole.policy.trials import AGREED, FINE, TO_LIMITED, Counted, is_severe, standing, trials
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries import versions
from opsconsole.store.queries.cases import agents as names_of
from opsconsole.store.queries.pairs import PairRow
from opsconsole.store.rows import Reader


def cells_of_all(conn: Reader, *, now: datetime, agent: str | None = None) -> list[GateProgress]:
    """Return what `cells_of` gives."""
    groups: dict[tuple[str, str], list[PairRow]] = defaultdict(list)
    newest: dict[str, int] = {}
    for pair in cohort(conn, read.pairs(conn, agent=agent, newest_first=False, limit=1_000_000)):
        if pair.version is not None:
            newest[pair.agent] = max(newest.get(pair.agent, 0), pair.version)
        groups[pair.agent, pair.category].append(pair)
    rows = {name: versions.version(conn, number) for name, number in newest.items()}
    numbers = {name: row.number for name, row in rows.items() if row is not None}
    found = [
        _cell(name, newest.get(name), numbers.get(name), category, some, now)
        for (name, category), some in groups.items()
    ]
    return sorted(found, key=lambda progress: (progress.agent, -progress.pairs, progress.category))


def _cell(
    agent: str, version: int | None, number: int | None, category: str, some: Sequence[PairRow], now: datetime
) -> GateProgress:
    evidence = [counted(pair) for pair in some]
    at = standing(trials(evidence), TO_LIMITED)
    return GateProgress(
        agent=agent,
        version=version,
        number=number,
        category=category,
        pairs=len(some),
        agreed=sum(map(is_agreed, some)),
        judged=sum(pair.said is not None for pair in some),
        judged_fine=sum(pair.said in FINE for pair in some),
        severe=sum(map(is_severe, evidence)),
        excluded=sum(bool(pair.excluded) for pair in some),
        reasons=Counter(pair.excluded for pair in some if pair.excluded),
        unblind=sum(not pair.is_blind and pair.agreement in AGREED and pair.said is None for pair in some),
        standing=at,
        days=_days(evidence, at.expected, now),
    )


def _days(evidence: Sequence[Counted], expected: int | None, now: datetime) -> float | None:
    if expected is None:
        return None
    if expected == 0:
        return 0.0
    last = min(now.date(), max(pair.day for pair in evidence))
    lately = len(trials(pair for pair in evidence if pair.day > last - timedelta(days=VOLUME_DAYS)))
    first = min(pair.day for pair in evidence)
    span = max(1, min(VOLUME_DAYS, (last - first).days + 1))
    return expected / (lately / (span * 5 / 7)) if lately else None


def cohort(conn: Reader, every: Sequence[PairRow]) -> list[PairRow]:
    """Return those of some pairs that speak of what each agent is now: a new version starts from nothing.

    Its version in use counts, with earlier ones that say the same; while that has no pair, the newest that has some.
    Other systems have no versions: all their pairs count, unless an agent of this workspace has the same name.
    """
    seen: dict[str, set[int]] = defaultdict(set)
    for pair in every:
        if pair.version is not None:
            seen[pair.agent].add(pair.version)
    counts: dict[str, frozenset[int]] = {}
    for agent, some in seen.items():
        current = versions.current_version_of(conn, agent)
        same = frozenset[int]() if current is None else versions.alike(conn, current)
        counts[agent] = same if same & some else versions.alike(conn, max(some))
    others = {pair.agent for pair in every} - {*names_of(conn)}
    return [version for version in of_versions(every, counts) if version.version is not None or version.agent in others]


def of_versions(every: Sequence[PairRow], counts: Mapping[str, Collection[int]]) -> list[PairRow]:
    """Return the pairs of certain versions of each agent, and those of other systems."""
    return [pair for pair in every if pair.version is None or pair.version in counts[pair.agent]]
