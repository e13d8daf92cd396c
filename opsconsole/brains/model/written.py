"""JSON objects that stand in a text, and the tool calls that some of them write out."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from opsconsole.brains.model.wire import WireCall

MOST_STARTS = 200
"""So many opening braces are tried; text with more of them is not read on."""
MOST_OBJECTS = 1_000
"""So many objects of a model's text are read."""
MOST_READ = 2_000_000
"""So many characters of others' words are read in vain, each anew with every brace before it."""
DEEPEST = 20_000
"""What a try counts that ends at too great a depth, in characters."""
KEYS = frozenset({"category", "outcome", "rationale", "handled"})
"""Of the object that ends the work."""
_START = re.compile(r'\{(?=\s{0,1000}")')
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[{}]', re.DOTALL)
_NAMES = ("name", "tool", "tool_name", "function", "action")
_ARGUMENTS = ("arguments", "parameters", "args", "input", "action_input")


@dataclass(frozen=True, slots=True)
class Written:
    """An object, and where it stands."""

    start: int
    end: int
    value: dict[str, Any]


def objects(text: str) -> list[Written]:
    """Return the JSON objects of a text that stand in no other."""
    decoder = json.JSONDecoder()
    found: list[Written] = []
    at, tries = text.find("{"), 0
    while at >= 0 and tries < MOST_STARTS and len(found) < MOST_OBJECTS:
        end = at + 1
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            tries += 1
        else:
            found.append(Written(at, end, cast(dict[str, Any], value)))
        at = text.find("{", end)
    return found


def all_values(text: str) -> list[dict[str, Any]] | None:
    """Return all JSON objects of a text, also those within others; None where it takes too long to find them."""
    decoder = json.JSONDecoder()
    outer: list[Any] = []
    broken: set[int] = set()
    room = MOST_READ
    match = _START.search(text)
    while match is not None:
        at = match.start()
        end = at + 1
        if at in broken:
            match = _START.search(text, end)
            continue
        try:
            value, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            room -= error.pos - at
            broken |= _open_at(text, at, error.pos)
        except (ValueError, RecursionError):
            room -= DEEPEST
        else:
            outer.append(value)
        if room < 0:
            return None
        match = _START.search(text, end)
    found: list[dict[str, Any]] = []
    while outer:
        value = outer.pop()
        if isinstance(value, dict):
            inner = cast(dict[str, Any], value)
            found.append(inner)
            outer.extend(inner.values())
        elif isinstance(value, list):
            outer.extend(cast(list[Any], value))
    return found


def _open_at(text: str, start: int, end: int) -> set[int]:
    """Return where the objects begin that are still open at `end`, which is where the one at `start` breaks."""
    opened: list[int] = []
    for piece in _PIECE.finditer(text, start, end):
        if piece[0] == "{":
            opened.append(piece.start())
        elif piece[0] == "}" and opened:
            opened.pop()
    return set(opened)


def call_of(value: Mapping[str, Any]) -> WireCall | None:
    """Return the tool call that an object writes out; None for what is none."""
    inner = value.get("function") or value.get("function_call")
    if isinstance(inner, dict):
        value = cast(dict[str, Any], inner)
    name = next((value[key] for key in _NAMES if isinstance(value.get(key), str)), None)
    key = next((key for key in _ARGUMENTS if isinstance(value.get(key), dict | str)), None)
    if name is None or key is None or value.keys() & KEYS:
        return None
    args: object = value[key]
    return WireCall(str(name), args if isinstance(args, str) else json.dumps(args, ensure_ascii=False))
