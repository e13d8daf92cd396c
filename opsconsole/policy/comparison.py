"""What an agent would have done beside what the human did: actions aligned as sets, a verdict, a severity. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from opsconsole.domain.enums import Agreement, Comparison, Effect, Reversibility, Severity
from opsconsole.policy.likeness import FieldDiff, compare_fields

MOST_ALIGNED = 40
"""More actions of one kind on either side are aligned in their order: trying all against all is no help there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedAction:
    """One write, the agent's or the human's, in the words of the agent's tools."""

    tool: str
    args: Mapping[str, Any]
    subject: str = ""
    effect: Effect = Effect.EXTERNAL
    reversibility: Reversibility = Reversibility.IRREVERSIBLE
    compare: Mapping[str, Comparison] = field(default_factory=dict[str, Comparison])
    is_partial: bool = False
    """Only some of its fields are known: the others are not compared."""
    told: tuple[str, ...] = ()
    """Of a partial one: fields that would be known had they been given."""

    @property
    def is_grave(self) -> bool:
        """It reaches outside, or cannot be taken back."""
        return self.effect is Effect.EXTERNAL or self.reversibility is Reversibility.IRREVERSIBLE


@dataclass(frozen=True, slots=True)
class Match:
    """An action of the agent beside one of the human; one of the two may be missing."""

    agent: int | None
    """Place in the agent's list."""
    human: int | None
    """Place in the human's list."""
    fields: tuple[FieldDiff, ...] = ()
    is_elsewhere: bool = False
    """The same kind of action, but on another subject."""

    @property
    def is_same(self) -> bool:
        """Both did it, alike in every field and on the same subject."""
        both = self.agent is not None and self.human is not None
        return both and not self.is_elsewhere and all(field.is_same for field in self.fields)

    @property
    def likeness(self) -> float:
        """How alike the two are, 0 to 1; an action without fields is like any other of its kind."""
        return sum(field.likeness for field in self.fields) / len(self.fields) if self.fields else 1.0


@dataclass(frozen=True, slots=True)
class Compared:
    """Two decisions on one event, compared."""

    agreement: Agreement
    severity: Severity
    matches: tuple[Match, ...]


def compare(agent: Sequence[ComparedAction], human: Sequence[ComparedAction]) -> Compared:
    """Compare the writes of an agent with those of a human; no write is a decision too."""
    matches = align(agent, human)
    return Compared(_verdict(agent, human, matches), _severity(agent, matches), matches)


def align(agent: Sequence[ComparedAction], human: Sequence[ComparedAction]) -> tuple[Match, ...]:
    """Pair actions as sets: of one kind on one subject first, then of one kind, the most alike first.

    Returns:
        One match for each of the agent's actions in order, then one for each of the human's that none stands beside.
    """
    free_agent, free_human = set(range(len(agent))), set(range(len(human)))
    beside: dict[int, Match] = {}
    for is_elsewhere in (False, True):
        made = [
            _match(agent, human, candidate, other, is_elsewhere=is_elsewhere)
            for candidate, other in _candidates(agent, human, free_agent, free_human, is_elsewhere=is_elsewhere)
        ]
        for match in sorted(made, key=lambda match: (-match.is_same, -match.likeness, match.agent, match.human)):
            if match.agent in free_agent and match.human in free_human:
                beside[match.agent] = match
                free_agent.discard(match.agent)
                free_human.discard(match.human)
    mine = [beside.get(place, Match(place, None)) for place in range(len(agent))]
    return (*mine, *(Match(None, place) for place in sorted(free_human)))


def _candidates(
    agent: Sequence[ComparedAction],
    human: Sequence[ComparedAction],
    mine: set[int],
    theirs: set[int],
    *,
    is_elsewhere: bool,
) -> list[tuple[int, int]]:
    groups: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
    for side, (deeds, free) in enumerate(((agent, mine), (human, theirs))):
        for place in sorted(free):
            key = (deeds[place].tool, "" if is_elsewhere else deeds[place].subject)
            groups.setdefault(key, ([], []))[side].append(place)
    found: list[tuple[int, int]] = []
    for ours, others in groups.values():
        if max(len(ours), len(others)) > MOST_ALIGNED:
            found += zip(ours, others, strict=False)
        else:
            found += [(our, other) for our in ours for other in others]
    return found


def _match(
    agent: Sequence[ComparedAction], human: Sequence[ComparedAction], number: int, other: int, *, is_elsewhere: bool
) -> Match:
    mine, theirs = agent[number], human[other]
    given, other_given = _plain(mine), _plain(theirs)
    if theirs.is_partial:
        given = {name: given.get(name) for name in dict.fromkeys((*other_given, *theirs.told))}
    fields = compare_fields(given, other_given, {**theirs.compare, **mine.compare})
    return Match(number, other, fields, is_elsewhere)


def _plain(deed: ComparedAction) -> dict[str, Any]:
    """Return its arguments; one that names its own subject says no more than one that was left out."""
    return {name: None if deed.subject and value == deed.subject else value for name, value in deed.args.items()}


def _verdict(agent: Sequence[ComparedAction], human: Sequence[ComparedAction], matches: Sequence[Match]) -> Agreement:
    if not agent and not human:
        return Agreement.BOTH_NONE
    if all(match.is_same for match in matches):
        return Agreement.SAME
    is_extra = any(match.human is None for match in matches)
    is_missing = any(match.agent is None for match in matches)
    is_changed = any(match.agent is not None and match.human is not None and not match.is_same for match in matches)
    if is_changed or (is_extra and is_missing):
        return Agreement.DIFFERS
    return Agreement.EXTRA if is_extra else Agreement.MISSING


def _severity(agent: Sequence[ComparedAction], matches: Sequence[Match]) -> Severity:
    """Severe: what reaches outside or cannot be taken back, and no human did it so.

    An outside action that differs from the human's in more than its wording is one that no human did: it goes to
    another address, about another thing, or for another amount. Names inside a value that the human left out, beside
    all that the human gave, say nothing else.
    """
    worst = Severity.NONE
    for match in matches:
        if match.is_same:
            continue
        worst = max(worst, Severity.MINOR)
        if match.agent is None or not agent[match.agent].is_grave:
            continue
        is_wording = match.human is not None and not match.is_elsewhere
        if not is_wording or any(map(_is_other, match.fields)):
            return Severity.SEVERE
    return worst


def _is_other(diff: FieldDiff) -> bool:
    is_harmless = diff.is_superfluous and not diff.adds_weight
    return not diff.is_same and diff.how is not Comparison.TEXT and not is_harmless
