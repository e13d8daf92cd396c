"""JSON from strangers: bounded in depth, without NaN, repeated keys or halves of characters."""

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any, cast

DEEPEST = 64
"""Most levels of lists and objects inside each other."""


class JsonError(ValueError):
    """The text is no JSON that we take; the message says why, without repeating the text."""


def parse_json(raw: bytes, *, is_strict: bool = True) -> Any:
    """Read JSON.

    Args:
        raw: UTF-8.
        is_strict: refuse an object that names a key twice; else the last one counts.

    Raises:
        JsonError: it is not JSON, or nested too deep.
    """
    try:
        text = raw.decode("utf-8-sig")
        decoder = _STRICT if is_strict else _LENIENT
        value = decoder.decode(text)
    except JsonError:
        raise
    except RecursionError as error:
        raise JsonError(f"nested deeper than {DEEPEST} levels") from error
    except UnicodeDecodeError as error:
        raise JsonError("not UTF-8") from error
    except ValueError as error:
        where = f" near line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise JsonError(f"not JSON{where}") from error
    _refuse_depth(value)
    return _whole(value) if "\\u" in text and ("\\ud" in text or "\\uD" in text) else value


def _refuse_depth(value: Any) -> None:
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [item for node in level if isinstance(node, dict | list) for item in _items(node)]
        if not level:
            return
    if any(isinstance(node, dict | list) for node in level):
        raise JsonError(f"nested deeper than {DEEPEST} levels")


def _items(value: Any) -> list[Any]:
    return list(cast(dict[str, Any], value).values()) if isinstance(value, dict) else cast(list[Any], value)


def _whole(value: Any) -> Any:
    """Replace halves of surrogate pairs, which no UTF-8 can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in cast(Mapping[str, Any], value).items()}
    if isinstance(value, list):
        return [_whole(item) for item in cast(list[Any], value)]
    return value


def _refuse_constant(name: str) -> Any:
    raise JsonError(f"{name} is no JSON number")


def _number(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise JsonError("a number is too large")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise JsonError("an object names a key twice")
    return found


_STRICT = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_number, object_pairs_hook=_once)
_LENIENT = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_number)
