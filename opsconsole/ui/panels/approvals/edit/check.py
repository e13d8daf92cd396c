"""What an action's arguments may be, and what is wrong with some. No Qt here."""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import ValidationError

from opsconsole.domain.action import ActionType

_WORDS = {
    "missing": "This is needed.",
    "string_too_short": "This is too short.",
    "float_parsing": "This should be a number.",
    "int_parsing": "This should be a whole number.",
    "greater_than": "This should be more than {gt}.",
    "greater_than_equal": "This should be at least {ge}.",
    "less_than_equal": "This should be at most {le}.",
    "string_too_long": "This is longer than {max_length} characters.",
    "literal_error": "This should be one of {expected}.",
    "enum": "This should be one of {expected}.",
    "bool_parsing": "This should be yes or no.",
}
_ADDRESS = "Write it like ann@example.com."


def schema_of(kind: ActionType | None, args: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the schema of each argument, those that are given first; a union gives its first real part."""
    if kind is None:
        return {name: {} for name in args}
    schema = kind.schema()
    properties = cast(dict[str, dict[str, Any]], schema.get("properties", {}))
    parts = cast(dict[str, dict[str, Any]], schema.get("$defs", {}))
    names = [*(name for name in args if name in properties), *properties]
    return {name: _plain(properties[name], parts) for name in dict.fromkeys(names)}


def _plain(facts: dict[str, Any], parts: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    if (reference := facts.get("$ref")) is not None:
        return parts.get(str(reference).rpartition("/")[2], {})
    for variant in cast(list[dict[str, Any]], facts.get("anyOf") or ()):
        if variant.get("type") != "null":
            return variant
    return facts


def problems(kind: ActionType, args: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong, by argument; empty where all fits."""
    try:
        kind.arguments.model_validate(dict(args))
    except ValidationError as error:
        found: dict[str, str] = {}
        for problem in error.errors(include_url=False):
            words, context = _WORDS.get(problem["type"]), problem.get("ctx", {})
            text = problem["msg"] if words is None else words.format(**context)
            if problem["type"] == "string_pattern_mismatch":  # a pattern is for machines
                text = _ADDRESS if "@" in str(context.get("pattern")) else "This is not written as it has to be."
            found.setdefault(str(problem["loc"][0]) if problem["loc"] else "", text)
        return found
    return {}
