"""Are two values of one field the same: exactly, as numbers, times, sets or free text. Pure; nothing is looked up."""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, cast

from opsconsole.domain.canonical import jsonable
from opsconsole.domain.enums import Comparison
from opsconsole.domain.priority import priority_of

NUMBER_TOLERANCE = 0.005
"""Two amounts that differ by less than half a cent are one."""
TIME_TOLERANCE_S = 60.0
"""Two times within so many seconds are one."""
TEXT_SAME = 0.9
"""From this likeness on, two texts say the same; the difference is shown all the same."""
LONGEST = 4000
"""Longer texts are compared by sentences: aligning them word by word takes seconds."""
SENTENCES = 400
"""Texts of more sentences are alike by their words alone, and then never the same unless they are equal."""
_NOT = frozenset(
    [
        "not",
        "no",
        "never",
        "none",
        "cannot",
        "nicht",
        "nie",
        "kein",
        "keine",
        "keinen",
        "niet",
        "geen",
        "nooit",
        "ne",
        "pas",
        "jamais",
        "non",
        "no",
        "sin",
    ]
)
_INBOX = re.compile(r"^inbox[./]", re.IGNORECASE)
_WORDS = re.compile(r"\w+|[^\w\s]")
_SENTENCE = re.compile(r"(?<=[.!?;:]) ")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field of two actions."""

    field: str
    agent: Any
    human: Any
    how: Comparison
    likeness: float
    """From 0 (nothing in common) to 1 (the same)."""
    is_same: bool

    @property
    def is_superfluous(self) -> bool:
        """The agent gave all that the human gave, and inside of it names that the human did not."""
        is_made_of_parts = isinstance(self.human, Mapping | list)
        return not self.is_same and is_made_of_parts and _holds(self.agent, self.human)

    @property
    def adds_weight(self) -> bool:
        """The agent's value has more numbers, addresses or links in it than the human's: whom it reaches, how much."""
        return _weights(self.agent) > _weights(self.human)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "field": self.field,
            "agent": jsonable(self.agent),
            "human": jsonable(self.human),
            "how": self.how.value,
            "likeness": round(self.likeness, 4),
            "same": self.is_same,
        }


def _weights(value: Any) -> int:
    """Count the places and amounts in a value, at any depth."""
    if isinstance(value, Mapping):
        return sum(_weights(part) for part in cast(Mapping[Any, Any], value).values())
    if isinstance(value, list | tuple):
        return sum(_weights(part) for part in cast(list[Any], value))
    is_place = isinstance(value, str) and ("@" in value or "://" in value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and value != 0
    return int(is_place or is_number)


def compare_fields(
    agent: Mapping[str, Any], human: Mapping[str, Any], how: Mapping[str, Comparison]
) -> tuple[FieldDiff, ...]:
    """Compare the arguments of two actions field by field, in the agent's order, then what only the human gave.

    Args:
        agent: arguments as the agent wanted them.
        human: arguments as the human had them.
        how: per field; EXACT where it says nothing. Fields that are to be ignored are left out.
    """
    found: list[FieldDiff] = []
    for name in dict.fromkeys((*agent, *human)):
        kind = how.get(name, Comparison.EXACT)
        if kind is Comparison.IGNORE:
            continue
        mine, theirs = agent.get(name), human.get(name)
        degree = likeness(mine, theirs, kind)
        is_text = kind is Comparison.TEXT
        is_same = degree >= (TEXT_SAME if is_text else 1.0) and (not is_text or _facts(mine) == _facts(theirs))
        found.append(FieldDiff(name, mine, theirs, kind, degree, is_same))
    return tuple(found)


def likeness(value: Any, other: Any, how: Comparison) -> float:
    """Return how alike two values are, 0 to 1. Nothing, an empty text and an empty list are the same nothing."""
    if _is_nothing(value) or _is_nothing(other):
        return float(_is_nothing(value) and _is_nothing(other))
    if how is Comparison.NUMBER and (numbers := _numbers(value, other)) is not None:
        return float(abs(numbers[0] - numbers[1]) <= max(NUMBER_TOLERANCE, 1e-9 * abs(numbers[0])))
    if how is Comparison.TIME and (times := _times(value, other)) is not None:
        return float(abs((times[0] - times[1]).total_seconds()) <= TIME_TOLERANCE_S)
    if how is Comparison.PRIORITY:
        return float(_priority(value) == _priority(other))
    if how is Comparison.FOLDER:
        return float(_folder(value) == _folder(other))
    if how is Comparison.SET:
        return _overlap(_members(value), _members(other))
    if how is Comparison.TEXT:
        return text_likeness(str(value), str(other))
    return float(plain(value) == plain(other))


def text_likeness(text: str, other: str) -> float:
    """Return the share of words two texts have in common in the same order (Ratcliff and Obershelp), 0 to 1."""
    mine, theirs = _WORDS.findall(_folded(text)), _WORDS.findall(_folded(other))
    if mine == theirs:
        return 1.0
    if len(text) + len(other) > LONGEST:
        mine, theirs = _SENTENCE.split(_folded(text)), _SENTENCE.split(_folded(other))
    if len(mine) + len(theirs) > SENTENCES:
        common = sum((Counter(mine) & Counter(theirs)).values())
        return min(2 * common / (len(mine) + len(theirs)), TEXT_SAME - 0.01)
    return difflib.SequenceMatcher(None, mine, theirs, autojunk=False).ratio()


def _facts(value: Any) -> Counter[str]:
    """Return the words that turn what a text says: figures, addresses, links, and each "not"."""
    words = (part.strip(".,;:!?()[]\"'“”") for part in _folded(str(value or "")).replace("n't", " not").split())
    return Counter(word for word in words if word in _NOT or any(sign.isdigit() or sign in "@/" for sign in word))


def plain(value: Any) -> Any:
    """Return a value without what makes no difference to people: case, spaces at its ends, 5 or 5.0 or "5"."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return _folded(value)
    if isinstance(value, Mapping):
        return {
            str(name): plain(part) for name, part in cast(Mapping[Any, Any], value).items() if not _is_nothing(part)
        }
    if isinstance(value, Iterable):
        return [plain(part) for part in cast(Iterable[Any], value)]
    return str(value)


def _folded(text: str) -> str:
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip().casefold()


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | tuple | dict) and not value)


def _holds(more: Any, less: Any) -> bool:
    """Return whether one value is another, with names in its mappings that the other does not have."""
    if isinstance(less, Mapping) and isinstance(more, Mapping):
        given = cast(Mapping[Any, Any], more)
        asked = {name: part for name, part in cast(Mapping[Any, Any], less).items() if not _is_nothing(part)}
        return bool(asked) and all(name in given and _holds(given[name], part) for name, part in asked.items())
    if isinstance(less, list) and isinstance(more, list):
        many, few = cast(list[Any], more), cast(list[Any], less)
        return len(many) == len(few) and all(map(_holds, many, few))
    return bool(plain(more) == plain(less))


def _priority(value: Any) -> Any:
    return priority_of(str(value)) or plain(value)


def _folder(value: Any) -> str:
    return _INBOX.sub("", str(value).strip(), count=1).replace(".", "/")


def _numbers(value: Any, other: Any) -> tuple[float, float] | None:
    try:
        return float(value), float(other)
    except (TypeError, ValueError, OverflowError):
        return None


def _times(value: Any, other: Any) -> tuple[datetime, datetime] | None:
    mine, theirs = _time(value), _time(other)
    return None if mine is None or theirs is None else (mine, theirs)


def _time(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime(value.year, value.month, value.day, tzinfo=UTC)
    else:
        try:
            found = datetime.fromisoformat(str(value).strip())
        except ValueError:
            return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _members(value: Any) -> frozenset[str]:
    parts: Iterable[Any] = value.split(",") if isinstance(value, str) else value if _is_many(value) else [value]
    return frozenset(str(plain(part)) for part in parts if not _is_nothing(part))


def _is_many(value: Any) -> bool:
    return isinstance(value, list | tuple | set | frozenset)


def _overlap(frozenset_: frozenset[str], other: frozenset[str]) -> float:
    return len(frozenset_ & other) / max(1, len(frozenset_ | other))
