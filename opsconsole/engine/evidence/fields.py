"""Which field of an action keeps agent and people apart wherever it is given."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

FEWEST = 3
"""In fewer comparisons a field may differ everywhere by chance."""


@dataclass(slots=True)
class FieldCount:
    """How one field of a tool stood on both sides, over many pairs."""

    tool: str
    name: str
    given: int = 0
    """Comparisons in which at least one side gave it."""
    apart: int = 0
    """Of these it differed."""
    only_people: int = 0
    only_agent: int = 0
    words: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """(people's, the agent's) where both gave one and they differed."""

    @property
    def is_everywhere(self) -> bool:
        """It differs wherever it is given."""
        return self.given >= FEWEST and self.apart == self.given

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "tool": self.tool,
            "field": self.name,
            "given": self.given,
            "differs": self.apart,
            "only_people": self.only_people,
            "only_agent": self.only_agent,
        }


def field_counts(bodies: Iterable[Mapping[str, Any]]) -> list[FieldCount]:
    """Count over pairs how each field stood, those that differ most often first."""
    found: dict[tuple[str, str], FieldCount] = {}
    for body in bodies:
        for match in body.get("matches") or ():
            if match["agent"] is None or match["human"] is None:
                continue
            tool = str(body["agent"][match["agent"]]["tool"])
            for diff in match["fields"]:
                key = (tool, str(diff["field"]))
                _count(found.setdefault(key, FieldCount(*key)), diff)
    return sorted(found.values(), key=lambda count: (-count.apart, count.tool, count.name))


def apart_in_words(counts: Iterable[FieldCount]) -> list[str]:
    """Say which fields differ everywhere, and how, a sentence each."""
    return [_sentence(count) for count in counts if count.is_everywhere]


def _count(count: FieldCount, diff: Mapping[str, Any]) -> None:
    mine, theirs = (_said(diff[side]) for side in ("agent", "human"))
    if not mine and not theirs:
        return
    count.given += 1
    count.apart += not diff["same"]
    count.only_people += not mine
    count.only_agent += not theirs
    if mine and theirs and not diff["same"]:
        count.words[(theirs, mine)] += 1


def _said(value: Any) -> str:
    return "" if value in (None, "", [], {}) else str(value)


def _sentence(count: FieldCount) -> str:
    where = f"({count.tool}, {count.given} of {count.given})"
    if count.only_people == count.given:
        return f"{count.name} is set by people and never by the agent {where}."
    if count.only_agent == count.given:
        return f"{count.name} is set by the agent and never by people {where}."
    (theirs, mine), number = count.words.most_common(1)[0] if count.words else (("", ""), 0)
    most = f": most often people say {theirs[:60]!r} where the agent says {mine[:60]!r}" if number else ""
    return f"{count.name} differs everywhere {where}{most}."
