"""Drawn decisions of agents whose true accuracy is known, as the ladder counts them, one way of spoiling at a time."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from opsconsole.domain.enums import Adjudication, Agreement, Severity
from opsconsole.policy.evidence import Interval, exact_interval
from opsconsole.policy.ladder import watch
from opsconsole.policy.trials import Counted, EvidenceThreshold, standing, trials

Spoil = Literal["plain", "selective", "bursts", "versions", "imported", "seen"]
SPOILS: tuple[Spoil, ...] = ("plain", "selective", "bursts", "versions", "imported", "seen")
FIRST = date(2026, 1, 5)
A_DAY = 8
"""Decisions that are drawn and made a day."""
NEW_VERSION, SEEN, OTHERWISE, IMPORTED = 0.02, 0.3, 0.2, 150


@dataclass(frozen=True, slots=True)
class FalseOpenings:
    """In how many cohorts a gate opened that should not have."""

    opened: int
    cohorts: int

    @property
    def share(self) -> float:
        """How often, from 0 to 1."""
        return self.opened / self.cohorts

    @property
    def interval(self) -> Interval:
        """Its exact bounds, 95 %."""
        return exact_interval(self.opened, self.cohorts)


def decision(number: int, *, is_good: bool) -> Counted:
    """Return a decision of its own customer that a person made blind: the same as theirs, or not."""
    return Counted(
        category="bugs",
        about=f"c{number}",
        day=FIRST + timedelta(days=number // A_DAY),
        agreement=Agreement.SAME if is_good else Agreement.DIFFERS,
        severity=Severity.NONE,
        is_blind=True,
    )


def looks(chance: random.Random, spoil: Spoil, *, accuracy: float, length: int) -> Iterator[tuple[int, list[Counted]]]:
    """Yield (version, what counts of it) as it is at each look."""
    version, kept = 1, list[Counted]()
    if spoil == "imported":  # the agent was shaped on them: it knows them all, and so they are excluded
        kept = [replace(decision(at, is_good=True), excluded="another version worked it") for at in range(IMPORTED)]
    for number in range(length):
        if spoil == "versions" and chance.random() < NEW_VERSION:
            version, kept = version + 1, []
        is_good = chance.random() < accuracy
        made = decision(number, is_good=is_good)
        if spoil == "seen" and chance.random() < SEEN:  # whoever saw the answer does the same, right or wrong
            made = replace(made, agreement=Agreement.SAME, is_blind=False)
        if spoil == "selective" and is_good and chance.random() < OTHERWISE:
            # Right and yet not what the person did: judged at once, as suits the agent; its errors never are.
            made = replace(made, agreement=Agreement.DIFFERS, said=Adjudication.AGENT)
        kept += [made] * (chance.choice((1, 1, 3, 10)) if spoil == "bursts" else 1)
        yield version, kept


def false_openings(spoil: Spoil, gate: EvidenceThreshold, *, rounds: int, length: int, seed: int = 5) -> FalseOpenings:
    """Look after every decision of agents exactly at the boundary; the days are taken as over."""
    chance, opened, cohorts = random.Random(seed), 0, 0
    for _ in range(rounds):
        passed: dict[int, bool] = {}
        for version, kept in looks(chance, spoil, accuracy=gate.accuracy, length=length):
            if not passed.setdefault(version, False):
                passed[version] = standing(trials(kept), gate).is_open
        opened += sum(passed.values())
        cohorts += len(passed)
    return FalseOpenings(opened, cohorts)


def until_open(chance: random.Random, gate: EvidenceThreshold, *, accuracy: float, shown_at: int) -> tuple[int, int]:
    """Return (decisions that the forecast promised when it was looked at, decisions that it took) from then on."""
    kept: list[Counted] = []
    while len(kept) < shown_at:
        kept.append(decision(len(kept), is_good=chance.random() < accuracy))
    promised = standing(trials(kept), gate).expected or 0
    number = 0
    while not standing(trials(kept), gate).is_open:
        kept.append(decision(len(kept), is_good=chance.random() < accuracy))
        number += 1
    return promised, number


def until_alarm(chance: random.Random, *, wrong: float, most: int = 20_000) -> int:
    """Return after how many audited decisions the alarm rings."""
    found: list[bool] = []
    while len(found) < most:
        found += [chance.random() < wrong for _ in range(200)]
        if (rang := watch(found).rang_after) is not None:
            return rang
    return most


def median(values: Sequence[int]) -> float:
    """Return the middle one."""
    return sorted(values)[len(values) // 2]
