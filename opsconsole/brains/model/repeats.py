"""Whether an object that a model wrote stands in what others wrote, however it is spaced, ordered and spelt."""

import json
from collections.abc import Mapping
from typing import Any, cast

from opsconsole.brains.model.quotes import Sources, plain
from opsconsole.brains.model.wire import WireCall
from opsconsole.brains.model.written import KEYS, Written, all_values, call_of


class Repeats:
    """What others wrote, as JSON; read only where an object is to be compared with it."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._theirs: list[dict[str, Any]] | None = None
        self._is_read = False

    def has(self, text: str, found: Written) -> bool:
        """Return whether an object of a model's text stands there; also where that cannot be told."""
        if self._sources.where(text[found.start : found.end]):
            return True
        theirs = self._objects()
        return theirs is None or any(_is_alike(found.value, other) for other in theirs)

    def _objects(self) -> list[dict[str, Any]] | None:
        if not self._is_read:
            parts = [all_values(text) for text in self._sources.texts()]
            known = [part for part in parts if part is not None]
            self._theirs = [value for part in known for value in part] if len(known) == len(parts) else None
            self._is_read = True
        return self._theirs


def _is_alike(value: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two objects would do the same: the same call, the same end, or they are the same whatever else."""
    call = call_of(value)
    if call is not None:
        theirs = call_of(other)
        return theirs is not None and _call(call) == _call(theirs)
    if len(value) == len(other) and _flat(value) == _flat(other):
        return True
    mine, others = _end(value), _end(other)
    if len(mine) >= 2 and all(others.get(key) == said for key, said in mine.items()):
        return True
    said = _sentence(mine)
    return bool(said) and said == _sentence(others) and mine.get("category") == others.get("category")


def _call(call: WireCall) -> tuple[str, object]:
    try:
        arguments: object = json.loads(call.arguments)
    except (ValueError, RecursionError):
        arguments = call.arguments
    return plain(call.name), _flat(arguments)


def _end(value: Mapping[str, Any]) -> dict[str, object]:
    """What of an object ends a run; how sure a model is of it does not."""
    return {key: _flat(value[key]) for key in KEYS if value.get(key) not in (None, "")}


def _sentence(end: Mapping[str, object]) -> object:
    return end.get("outcome") or end.get("rationale")


def _flat(value: object) -> object:
    """Return a value as it is compared: texts and numbers as plain text."""
    if isinstance(value, dict):
        return {plain(key): _flat(item) for key, item in cast(dict[str, Any], value).items()}
    if isinstance(value, list):
        return [_flat(item) for item in cast(list[Any], value)]
    return plain(str(value)).rstrip(" .!")
