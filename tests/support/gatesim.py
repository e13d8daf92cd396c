"""Agents just as good as a gate's boundary, from rows of pairs to the gate: how often does it open for them?

The person judges as suits the agent best while telling the truth: of the differences only those in which it was right
are ever judged, some long after. Decisions come in bursts, some fail, some were seen before the human acted, and now
and then a new version takes over, whose evidence starts from nothing. The gate is looked at after every decision and
every judgement, by the product's own code.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from opsconsole.domain.enums import Adjudication, Agreement, Severity
from opsconsole.engine.ladder.standing import counted
from opsconsole.policy.evidence import OPENS_AT, Interval, exact_interval
from opsconsole.policy.trials import EvidenceThreshold, standing, trials
from opsconsole.store.queries.pairs import PairRow
from tests.support.allpairs import of_versions

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
FAILS = 0.2
"""Of the wrong decisions."""
SEEN = 0.1
OTHERWISE = 0.2
"""Of the right decisions: right, and yet not what the human did."""
NEW_VERSION = 0.01


@dataclass(slots=True)
class Opened:
    """Cohorts, and in how many of them a test was passed at any look."""

    cohorts: int = 0
    accuracy: int = 0
    not_severe: int = 0
    both: int = 0
    looks: int = 0

    def share(self, name: str) -> tuple[float, Interval]:
        """Return how often, with its interval."""
        many = getattr(self, name)
        return many / self.cohorts, exact_interval(many, self.cohorts)


def sequence(chance: random.Random, *, accuracy: float, severe: float, length: int) -> Iterator[list[PairRow]]:
    """Yield the rows as they are at each look. `severe` is the share of severe errors, out of the wrong decisions."""
    rows: list[PairRow] = []
    version, later = 1, list[tuple[int, int]]()
    for number in range(length):
        version += chance.random() < NEW_VERSION
        is_good = chance.random() < accuracy
        row = _row(chance, number, version, is_good=is_good, is_severe=not is_good and chance.random() < severe)
        for _ in range(chance.choice((1, 1, 1, 3))):
            rows.append(replace(row, id=len(rows)))
            if is_good and row.agreement is Agreement.DIFFERS:
                later.append((number + chance.choice((0, 1, 5, 20)), len(rows) - 1))
        yield rows
        due = [place for when, place in later if when <= number]
        later = [entry for entry in later if entry[0] > number]
        for place in due:
            rows[place] = replace(rows[place], said=Adjudication.AGENT)
        if due:
            yield rows


def _row(chance: random.Random, number: int, version: int, *, is_good: bool, is_severe: bool) -> PairRow:
    is_seen = chance.random() < SEEN
    # Whoever saw the proposal does the same, right or wrong.
    is_same = is_seen or (is_good and chance.random() >= OTHERWISE)
    return PairRow(
        id=number,
        source="live",
        agent="mira",
        version=version,
        event_id=number,
        run_id=number,
        subject_id=number,
        category="billing",
        confidence=0.9,
        about=f"c{number}",
        occurred_at=START + timedelta(hours=number),
        made_at=START + timedelta(hours=number + 1),
        agreement=Agreement.SAME if is_same else Agreement.DIFFERS,
        severity=Severity.SEVERE if is_severe and not is_same else Severity.NONE,
        is_blind=not is_seen,
        is_failed=not is_good and not is_seen and chance.random() < FAILS,
        excluded="",
        said=None,
        title="",
        sender="",
    )


def simulated(
    rounds: int, gate: EvidenceThreshold, *, accuracy: float, severe: float = 0.0, length: int = 90, seed: int = 1
) -> Opened:
    """Look at so many sequences; count in how many cohorts each test was passed at any look."""
    chance, found = random.Random(seed), Opened()
    for _ in range(rounds):
        passed: dict[int, list[bool]] = {}
        for rows in sequence(chance, accuracy=accuracy, severe=severe, length=length):
            newest = max(row.version or 0 for row in rows[-3:])
            seen = passed.setdefault(newest, [False, False, False])
            if all(seen):
                continue
            at = standing(trials(map(counted, of_versions(rows, {"mira": {newest}}))), gate)
            found.looks += 1
            tests = (at.evidence >= OPENS_AT, at.evidence_not_severe >= OPENS_AT, at.is_open)
            passed[newest] = [before or now for before, now in zip(seen, tests, strict=True)]
        found.cohorts += len(passed)
        found.accuracy += sum(outcome[0] for outcome in passed.values())
        found.not_severe += sum(outcome[1] for outcome in passed.values())
        found.both += sum(outcome[2] for outcome in passed.values())
    return found


def coverage(share: float, total: int) -> float:
    """Return how often the stated interval holds the true share: exactly, over all that can come out."""
    held = 0.0
    for right in range(total + 1):
        bounds = exact_interval(right, total)
        if bounds.low <= share <= bounds.high:
            held += math.comb(total, right) * share**right * (1 - share) ** (total - right)
    return held
