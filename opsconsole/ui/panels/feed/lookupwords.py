"""What was looked up, and what was found, in a line that a person reads."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import plain_value, with_times

NOTHING = "Nothing found."
MOST_ITEMS, MOST_FACTS, LONGEST = 3, 6, 60
"""So many items of a list, facts of an item, and characters of a fact are shown."""
_TITLES = ("name", "title", "subject", "text")
_UNSAID = ("ok", "found", "id", "count", "kind", "zone")
"""What says nothing to a person, beside the rest."""


def asked_words(args: Mapping[str, Any]) -> str:
    """Return what was asked: one argument as its value, several each with its name; empty: of the event itself."""
    given = {name: value for name, value in args.items() if value not in ("", None, [], {}) and name != "limit"}
    if len(given) == 1:
        return plain_value(next(iter(given.values())))
    return ", ".join(f"{spoken_name(name)} {plain_value(value)}" for name, value in given.items())


def found_words(result: Mapping[str, Any], args: Mapping[str, Any]) -> str:
    """Return what was found: an item by its name and its facts, several by their names, or that there is nothing.

    Args:
        result: as the tool answered.
        args: what was asked; an item need not say it again.
    """
    said = {name: value for name, value in result.items() if value not in ("", None, [], {}) and name != "ok"}
    if result.get("found") is False or (result.get("count") == 0):
        return NOTHING
    lists = [records for value in said.values() if (records := _records(value))]
    if len(lists) == 1:
        return _several(lists[0], said, args)
    if said.get("found") is True:
        return _item(said, args)
    return plain_value(said)


def spoken_name(name: str) -> str:
    """Return a field's name as people say it: `is_open` → open."""
    return name.removeprefix("is_").removeprefix("has_").replace("_", " ")


def _records(value: Any) -> list[Mapping[str, Any]]:
    items = cast("list[Any]", value) if isinstance(value, list) else []
    return items if all(isinstance(item, dict) for item in items) else []


def _several(items: Sequence[Mapping[str, Any]], said: Mapping[str, Any], args: Mapping[str, Any]) -> str:
    count = said.get("count", len(items))
    shown = "; ".join(_item(item, args, most=2) for item in items[:MOST_ITEMS])
    number = count if isinstance(count, int) and not isinstance(count, bool) else len(items)
    more = number - min(len(items), MOST_ITEMS)
    return f"{number:,} found: {shown}" + (f"; and {more:,} more" if more > 0 else "")


def _item(item: Mapping[str, Any], args: Mapping[str, Any], *, most: int = MOST_FACTS) -> str:
    title = next((str(item[name]) for name in _TITLES if item.get(name)), "")
    left = {
        name: value
        for name, value in with_times(item).items()
        if name not in (*_UNSAID, *(name for name in _TITLES if str(item.get(name)) == title))
        and value not in ("", None, [], {})
        and value not in args.values()
    }
    facts = [f"{spoken_name(name)} {_short(value)}" for name, value in [*left.items()][:most]]
    return ", ".join([*([_short(title)] if title else []), *facts]) or plain_value(item)


def _short(value: Any) -> str:
    return one_line(plain_value(value), LONGEST)
