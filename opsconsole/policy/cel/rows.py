"""Conditions as rows that a person fills in (field, operator, value), and how they are written as text.

A row is written in one way only, so that rows → text → rows (`conditionreader`) gives the same rows.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from opsconsole.domain.naming import decimals

Value = str | int | float | bool
Join = Literal["all", "any"]
TITLE_AND_TEXT = "event.title + ' ' + event.text"
"""The one sum that counts as a field: what a mail says, its subject with it."""
ROOTS = ("args", "event", "category", "subject", "confidence", "tool")
"""Names that a guardrail sees."""
PATH = re.compile(rf"(?:{'|'.join(ROOTS)})(?:\.[A-Za-z_]\w*)*")
SPECIAL = frozenset(r"\.^$*+?{}[]|()")
"""What means more than itself in a pattern."""


class Operator(StrEnum):
    """How a field is held against a value."""

    IS = "is"
    IS_NOT = "is_not"
    EMPTY = "empty"
    NOT_EMPTY = "not_empty"
    HAS_WORDS = "has_words"
    HAS_NO_WORDS = "has_no_words"
    CONTAINS = "contains"
    CONTAINS_NOT = "contains_not"
    STARTS = "starts"
    STARTS_NOT = "starts_not"
    ENDS = "ends"
    ENDS_NOT = "ends_not"
    ONE_OF = "one_of"
    NONE_OF = "none_of"
    MORE = "more"
    AT_LEAST = "at_least"
    LESS = "less"
    AT_MOST = "at_most"
    YES = "yes"
    NO = "no"
    GIVEN = "given"
    NOT_GIVEN = "not_given"
    INCLUDES = "includes"
    INCLUDES_NOT = "includes_not"
    NO_ENTRY = "no_entry"


BARE = frozenset({"empty", "not_empty", "yes", "no", "given", "not_given", "no_entry"})
"""Operators that take no value."""
MANY = frozenset({"has_words", "has_no_words", "one_of", "none_of"})
"""Operators that take several values."""
COMPARED = {"==": "is", "!=": "is_not", ">": "more", ">=": "at_least", "<": "less", "<=": "at_most"}
_SIGNS = {name: sign for sign, name in COMPARED.items()}
CALLS = {"contains": "contains", "startsWith": "starts", "endsWith": "ends"}
_METHODS = {name: call for call, name in CALLS.items()}
OPPOSITES = {
    "contains": "contains_not", "starts": "starts_not", "ends": "ends_not", "has_words": "has_no_words",
    "one_of": "none_of", "yes": "no", "given": "not_given", "includes": "includes_not",
}  # fmt: skip
_POSITIVES = {no: yes for yes, no in OPPOSITES.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a condition."""

    field: str
    """`args.to`, `event.fields.amount`, `double(args.amount)`, or `TITLE_AND_TEXT`."""
    operator: Operator
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """A condition that is nothing but rows."""

    rows: tuple[Row, ...]
    join: Join = "all"
    """One row alone is joined by `all`."""


def text_of(rows: Rows) -> str:
    """Return rows as CEL.

    Raises:
        ValueError: a field or a value does not fit its operator; there is no row.
    """
    if not rows.rows:
        raise ValueError("a condition needs a row")
    return (" && " if rows.join == "all" else " || ").join(map(_clause, rows.rows))


def _clause(row: Row) -> str:
    name, operator, values = row.field, row.operator.value, row.values
    if not is_field(name):
        raise ValueError(f"{name} is no field")
    if (operator in BARE and values) or (operator not in BARE | MANY and len(values) != 1):
        raise ValueError(f"{operator} does not take {len(values)} values")
    if (operator in MANY and not values) or any(value == "" for value in values):
        raise ValueError(f"{operator} needs a value")
    field = f"({name})" if name == TITLE_AND_TEXT else name
    if operator in ("given", "not_given") and ("." not in name or not PATH.fullmatch(name)):
        raise ValueError(f"{name} is always given")
    positive = _positive(field, _POSITIVES.get(operator, operator), values)
    if operator not in _POSITIVES:
        return positive
    return f"!({positive})" if operator in ("none_of", "includes_not") else f"!{positive}"


def _positive(field: str, operator: str, values: tuple[Value, ...]) -> str:
    if operator in ("empty", "not_empty"):
        return f"{field} {'==' if operator == 'empty' else '!='} ''"
    if operator in ("yes", "given", "no_entry"):
        return {"yes": field, "given": f"has({field})", "no_entry": f"size({field}) == 0"}[operator]
    if operator in _SIGNS:
        return f"{field} {_SIGNS[operator]} {written(values[0])}"
    if operator == "one_of":
        return f"{field} in [{', '.join(map(written, values))}]"
    if operator == "includes":
        return f"{written(values[0])} in {field}"
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"{operator} takes texts")
    if operator == "has_words":
        words = "|".join("".join(f"\\{sign}" if sign in SPECIAL else sign for sign in str(word)) for word in values)
        return f"{field}.matches({written(f'(?i)({words})')})"
    return f"{field}.{_METHODS[operator]}({written(values[0])})"


def is_field(name: str) -> bool:
    """Return whether a text names a field that a row can be about."""
    inner = name.removeprefix("double(").removesuffix(")") if name.startswith("double(") else name
    return name == TITLE_AND_TEXT or PATH.fullmatch(inner) is not None


def written(value: Value) -> str:
    """Return a value as CEL writes it.

    Raises:
        ValueError: CEL has no way to write it (infinity, half a character).
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError("no number")
        return decimals(value)
    value.encode()
    return f"'{''.join(map(_sign, value))}'"


def _sign(sign: str) -> str:
    if sign in ("\\", "'"):
        return f"\\{sign}"
    if sign.isprintable():
        return sign
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
