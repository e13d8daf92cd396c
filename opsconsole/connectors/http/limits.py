"""The single limits of a JSON schema: length, pattern, range, choice."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Annotated, Any, cast

from pydantic import StringConstraints, TypeAdapter, ValidationError
from pydantic_core import SchemaError as CoreSchemaError

Loc = tuple[int | str, ...]
Reader = Callable[[Any], Any]
"""Gives the value as the schema reads it, or raises `ValueError` saying what does not fit."""


class BadSchemaError(ValueError):
    """A schema that we cannot hold arguments to; `loc` is its place inside."""

    def __init__(self, message: str, loc: Loc) -> None:
        super().__init__(message)
        self.loc = loc


NUMBERS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})


def same(value: Any) -> Any:
    """Read what has no limits of its own."""
    return value


def string_reader(facts: Mapping[str, Any], loc: Loc) -> Reader:
    """Compile the limits of a text."""
    least, most, pattern = facts.get("minLength", 0), facts.get("maxLength"), facts.get("pattern")
    fits = None if pattern is None else _pattern(pattern, loc)

    def read(value: str) -> str:
        if len(value) < least:
            raise ValueError(f"should have at least {least} characters")
        if most is not None and len(value) > most:
            raise ValueError(f"should have at most {most} characters")
        if fits is not None and not fits(value):
            raise ValueError(f"should match {pattern}")
        return value

    return read


def _pattern(pattern: Any, loc: Loc) -> Callable[[str], bool]:
    """Compile for pydantic's engine, whose time is linear: an argument may be a stranger's text."""
    try:
        adapter = TypeAdapter(Annotated[str, StringConstraints(pattern=str(pattern))])
    except CoreSchemaError as error:
        raise BadSchemaError(f"not a pattern we can hold texts to: {pattern}", (*loc, "pattern")) from error

    def fits(value: str) -> bool:
        try:
            adapter.validate_python(value)
        except ValidationError:
            return False
        return True

    return fits


def number_reader(facts: Mapping[str, Any], loc: Loc) -> Reader:
    """Compile the limits of a number."""
    wanted: list[tuple[str, Any]] = [(word, facts[word]) for word in NUMBERS if word in facts]

    def read(value: Any) -> Any:
        for word, limit in wanted:
            if not _HOLDS[word](value, limit):
                raise ValueError(f"should be {_WORDS[word]} {limit}")
        return value

    return read


def integer_reader(facts: Mapping[str, Any], loc: Loc) -> Reader:
    """Compile the limits of a whole number; 5.0 is one, and is read as 5."""
    read = number_reader(facts, loc)
    return lambda value: read(int(value))


_HOLDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "minimum": lambda value, limit: value >= limit,
    "maximum": lambda value, limit: value <= limit,
    "exclusiveMinimum": lambda value, limit: value > limit,
    "exclusiveMaximum": lambda value, limit: value < limit,
    "multipleOf": lambda value, limit: Fraction(str(value)) % Fraction(str(limit)) == 0,
}
_WORDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
    "multipleOf": "a multiple of",
}


def choice(facts: Mapping[str, Any], word: str, loc: Loc) -> Reader:
    """Compile `enum` or `const`."""
    choices = facts[word] if word == "enum" else [facts[word]]
    if not isinstance(choices, list) or not choices:
        raise BadSchemaError("should be a list of values", (*loc, word))
    keys = {equality_key(choice) for choice in cast(list[Any], choices)}
    words = ", ".join(str(choice) for choice in cast(list[Any], choices))

    def read(value: Any) -> Any:
        if equality_key(value) not in keys:
            raise ValueError(f"should be one of {words}")
        return value

    return read


def equality_key(value: Any) -> Any:
    """Return what is equal exactly where JSON says two values are: 1 and 1.0 are, 1 and true are not."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return type(value).__name__, value
    if isinstance(value, Mapping):
        pairs = cast(Mapping[str, Any], value).items()
        return "object", frozenset((key, equality_key(item)) for key, item in pairs)
    if isinstance(value, list):
        return "array", tuple(equality_key(item) for item in cast(list[Any], value))
    return "number", value
