"""What one version of an agent says otherwise than another, field by field, in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Level, Stage
from opsconsole.engine.agents.widening import FieldChange, place_words, widenings
from opsconsole.policy.cel.words import UNTOLD, condition_words

LONGEST = 160
"""Characters of a value that are told."""
BEFORE = 24
"""Of a long text so many characters are told before it differs."""
_NAMED_BY = ("id", "name", "action", "as")
"""Fields by which an item of a list is known, whatever its place."""
_LEVELS = {
    Level.OBSERVE: "1 recommend",
    Level.APPROVAL: "2 with approval",
    Level.AUTONOMOUS: "3 alone",
}


def differences(was: AgentSpec, now: AgentSpec) -> tuple[FieldChange, ...]:
    """Return what differs, in the order of the file."""
    before, after = (spec.model_dump(mode="json", by_alias=True) for spec in (was, now))
    return tuple(_compared((), before, after))


def raises(was: AgentSpec, now: AgentSpec) -> tuple[FieldChange, ...]:
    """Return where it may do more than before: levels and stages, as they hold and not only as they are written.

    A level that was taken out of the file counts where the default that holds then is higher.
    """
    return tuple(dict.fromkeys((*widenings(was, now), *_levels(was, now), *_ceilings(was, now))))


def _levels(was: AgentSpec, now: AgentSpec) -> Iterator[FieldChange]:
    first, then = was.autonomy, now.autonomy
    cells: list[tuple[tuple[str, ...], Level, Level]] = [(("autonomy", "default"), first.default, then.default)]
    for tool in dict.fromkeys((*then.actions, *first.actions)):
        cells.append((("autonomy", "actions", tool), first.level(tool, None), then.level(tool, None)))
    for name in dict.fromkeys((*then.categories, *first.categories)):
        tools = dict.fromkeys((*then.categories.get(name, {}), *first.categories.get(name, {})))
        cells += [
            (("autonomy", "categories", name, tool), first.level(tool, name), then.level(tool, name)) for tool in tools
        ]
    for place, before, after in cells:
        if after > before:
            yield FieldChange(place_words(place), _LEVELS[before], _LEVELS[after])


def _ceilings(was: AgentSpec, now: AgentSpec) -> Iterator[FieldChange]:
    known = {(each.action, each.ceiling) for each in was.raised}
    for each in now.raised:
        if (each.action, each.ceiling) not in known:
            yield FieldChange(place_words(("raised", each.action)), "", f"past {each.ceiling.value.replace('_', ' ')}")


def _compared(place: tuple[str, ...], was: Any, now: Any) -> Iterator[FieldChange]:
    if was == now:
        return
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        before, after = cast("Mapping[str, Any]", was), cast("Mapping[str, Any]", now)
        for name in [*after, *(gone for gone in before if gone not in after)]:
            yield from _compared((*place, name), before.get(name), after.get(name))
        return
    first, then = _by_name(was), _by_name(now)
    if first is not None and then is not None:
        yield from _compared(place, first, then)
        if list(first) != list(then) and sorted(first) == sorted(then):
            yield FieldChange(place_words(place), f"in the order {', '.join(first)}", ", ".join(then))
        return
    before, after = _texts(was), _texts(now)
    if before and after and sorted(before) != sorted(after):  # what stays in a list says nothing
        was = [text for text in before if text not in after]
        now = [text for text in after if text not in before]
    yield FieldChange(place_words(place), *_apart(_value(place, was), _value(place, now)))


def _texts(items: Any) -> list[str]:
    """Return a list's items where each is a text, and none twice; empty for anything else."""
    texts = cast("list[Any]", items) if isinstance(items, list) else []
    return texts if all(isinstance(text, str) for text in texts) and len({*texts}) == len(texts) else []


def _apart(was: str, now: str) -> tuple[str, str]:
    """Return two values short enough to be read; of long ones the part in which they differ."""
    if max(len(was), len(now)) <= LONGEST or not was or not now:
        return _short(was), _short(now)
    same = next((at for at, (mine, other) in enumerate(zip(was, now, strict=False)) if mine != other), len(was))
    start = max(0, same - BEFORE)
    lead = "…" if start else ""
    return f"{lead}{_short(was[start:])}", f"{lead}{_short(now[start:])}"


def _by_name(items: Any) -> dict[str, Any] | None:
    """Return a list's items by what they are called; None where not every one has a name of its own."""
    if not isinstance(items, Sequence) or isinstance(items, str):
        return None
    found: dict[str, Any] = {}
    for item in cast("Sequence[Any]", items):
        if not isinstance(item, Mapping):
            return None
        facts = cast("Mapping[str, Any]", item)
        name = next((str(facts[key]) for key in _NAMED_BY if facts.get(key)), "")
        if not name or name in found:
            return None
        found[name] = facts
    return found


def _value(place: Sequence[str], value: Any) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return ""
    if place and place[0] == "autonomy" and isinstance(value, int):
        return _LEVELS[Level(value)]
    if place and place[0] == "stage" and isinstance(value, str):
        return Stage(value).value
    if place and place[-1] in ("when", "where") and isinstance(value, str):
        return words if (words := condition_words(value)) != UNTOLD else value
    return " ".join(_said(value).split())


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return ", ".join(f"{name}: {_said(item)}" for name, item in items if item not in (None, "", [], {}))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(_said(item) for item in cast("Sequence[Any]", value))
    return str(value)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
