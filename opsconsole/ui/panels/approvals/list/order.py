"""How what waits is grouped and ordered. No Qt here."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeVar

from opsconsole.ui.panels.approvals.rows import RISKS, Waiting

Grouping = Literal["", "kind", "agent", "risk", "deadline"]
Order = Literal["oldest", "newest", "risk", "deadline", "kind", "agent"]
GROUPINGS: dict[Grouping, str] = {
    "": "No groups",
    "kind": "By kind",
    "agent": "By agent",
    "risk": "By risk",
    "deadline": "By deadline",
}
ORDERS: dict[Order, str] = {
    "oldest": "Oldest first",
    "newest": "Newest first",
    "deadline": "Deadline first",
    "risk": "Risk first",
    "kind": "Kind, A to Z",
    "agent": "Agent, A to Z",
}
_RISKS = [words for words, _ in RISKS.values()]
_SPANS = (
    ("Within an hour", timedelta(hours=1)),
    ("Within a day", timedelta(days=1)),
    ("Within three days", timedelta(days=3)),
)
_LATER, _NEVER = "Later", "No deadline"
_DEADLINES = [*(words for words, _ in _SPANS), _LATER, _NEVER]
_FAR = datetime.max.replace(tzinfo=UTC)


_Name = TypeVar("_Name", bound=str)


def following(names: Mapping[_Name, str], present: _Name) -> _Name:
    """Return the way after this one; after the last, the first."""
    every = list(names)
    return every[(every.index(present) + 1) % len(every)]


@dataclass(frozen=True, slots=True)
class Arranged:
    """What is listed, in its order, and the groups it falls into."""

    rows: tuple[Waiting, ...]
    groups: tuple[tuple[str, int], ...]
    """Name and how many, in their order; of all that the filter lets through, also where one group is shown."""


def group_of(row: Waiting, grouping: Grouping, now: datetime) -> str:
    """Return the group of a request, in words."""
    match grouping:
        case "kind":
            return row.deed
        case "agent":
            return row.agent
        case "risk":
            return RISKS[row.risk][0]
        case "deadline":
            if row.ends_at is None:
                return _NEVER
            left = row.ends_at - now
            return next((words for words, span in _SPANS if left <= span), _LATER)
        case _:
            return ""


def arrange(rows: Sequence[Waiting], *, grouping: Grouping, only: str, order: Order, now: datetime) -> Arranged:
    """Group and order requests that come oldest first.

    Args:
        rows: what the filter lets through.
        grouping: by what.
        only: the one group that is listed; empty for all.
        order: within a group.
        now: deadlines are told from it.
    """
    ordered = _ordered(rows, order)
    if not grouping:
        return Arranged(tuple(ordered), ())
    groups = {row.id: group_of(row, grouping, now) for row in ordered}
    counts = Counter(groups.values())
    ranks = {"risk": _RISKS, "deadline": _DEADLINES}.get(grouping) or sorted(counts, key=str.casefold)
    names = [name for name in ranks if name in counts]
    place = {name: at for at, name in enumerate(names)}
    listed = [row for row in ordered if not only or groups[row.id] == only]
    listed.sort(key=lambda row: place[groups[row.id]])
    return Arranged(tuple(listed), tuple((name, counts[name]) for name in names))


def _ordered(rows: Sequence[Waiting], order: Order) -> list[Waiting]:
    keys: dict[Order, Callable[[Waiting], object]] = {
        "risk": lambda row: _RISKS.index(RISKS[row.risk][0]),
        "deadline": lambda row: row.ends_at or _FAR,
        "kind": lambda row: row.deed.casefold(),
        "agent": lambda row: row.agent.casefold(),
    }
    if order == "newest":
        return list(reversed(rows))
    return list(rows) if order == "oldest" else sorted(rows, key=keys[order])  # type: ignore[arg-type, return-value]
