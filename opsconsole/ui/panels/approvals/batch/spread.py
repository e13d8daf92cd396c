"""What many requests of one kind have in common, where they spread, and which stand apart."""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opsconsole.ui.panels.approvals.rows import Waiting
from opsconsole.ui.widgets.words import spoken

FAR = 3.5
"""Modified z-score from which a number stands apart (Iglewicz and Hoaglin, 1993)."""
ENOUGH = 4
"""Numbers needed to tell one that stands apart."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A group, described."""

    lines: tuple[str, ...]
    differing: tuple[str, ...]
    """Arguments that are not the same in all."""
    apart: dict[int, str]
    """Request → why it stands apart."""


def groups(rows: Sequence[Waiting]) -> dict[tuple[str, str, str], list[Waiting]]:
    """Group what can be decided together, two or more: one agent, one tool, one category, or one question."""
    found: dict[tuple[str, str, str], list[Waiting]] = {}
    for row in rows:
        if not row.is_perhaps_done and row.tool:  # without a tool it could not be read
            found.setdefault(row.batch, []).append(row)
    return {key: members for key, members in found.items() if len(members) > 1}


def spread_of(rows: Sequence[Waiting]) -> Spread:
    """Describe a group."""
    names = list(dict.fromkeys(name for row in rows for name in row.args))
    lines: list[str] = []
    differing: list[str] = []
    apart: dict[int, str] = {}
    for name in names:
        values = {row.id: row.args.get(name) for row in rows}
        different = {repr(value) for value in values.values()}
        if len(different) == 1:
            lines.append(f"{spoken(name)}: the same in all, {_short(next(iter(values.values())))}")
            continue
        differing.append(name)
        numbers = {
            which: float(value)
            for which, value in values.items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
        if name != "id" and len(numbers) == len(values):
            low, middle, high = min(numbers.values()), statistics.median(numbers.values()), max(numbers.values())
            lines.append(f"{spoken(name)}: {low:,g} at least, {middle:,g} in the middle, {high:,g} at most")
            apart |= {which: f"{spoken(name)} {numbers[which]:,g}" for which in _far(numbers, middle)}
        else:
            lines.append(f"{spoken(name)}: {len(different)} different")
            apart |= {} if name == "id" else _rare(name, values)
    apart |= _of_senders(rows, lines)
    return Spread(tuple(lines), tuple(differing), apart)


def _of_senders(rows: Sequence[Waiting], lines: list[str]) -> dict[int, str]:
    """A sender nobody vouches for stands apart from those that are verified; one in disguise always does."""
    unsure = [row.id for row in rows if not row.is_verified]
    if unsure:
        lines.append(f"Sender: not verified in {'all' if len(unsure) == len(rows) else len(unsure)}")
    apart = {} if len(unsure) == len(rows) else dict.fromkeys(unsure, "Sender not verified")
    return apart | {row.id: "The sender's address fools the eye" for row in rows if row.odd}


def _far(numbers: dict[int, float], middle: float) -> list[int]:
    if len(numbers) < ENOUGH:
        return []
    deviation = statistics.median(abs(value - middle) for value in numbers.values())
    if deviation == 0:
        return [which for which, value in numbers.items() if value != middle]
    return [which for which, value in numbers.items() if 0.6745 * abs(value - middle) / deviation > FAR]


def _rare(name: str, values: Mapping[int, object]) -> dict[int, str]:
    """Where nearly all say the same, the one that does not stands apart."""
    counts = Counter(map(repr, values.values()))
    most, number = counts.most_common(1)[0]
    if len(values) < ENOUGH or number < 0.75 * len(values):
        return {}
    return {which: f"{spoken(name)} {_short(value)}" for which, value in values.items() if repr(value) != most}


def _short(value: object) -> str:
    text = str(value).replace("\n", " ")
    return f"“{text[:60]}{'…' if len(text) > 60 else ''}”"
