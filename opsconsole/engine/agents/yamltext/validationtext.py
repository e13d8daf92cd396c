"""What does not fit a model, in words of the person who wrote it."""

import difflib
import gzip
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from math import isfinite
from typing import Any

from pydantic_core import ErrorDetails

from opsconsole.domain.filewords import CLOCK, SLUG, TOOL
from opsconsole.domain.naming import number_words

LONGEST = 40
"""So much of a value is shown, in characters."""
_UNSEEN = object()
"""Stands for a value that the error was told without."""
_NAME = re.compile(r"[\w.@*/-]{1,48}")
_QUOTED = re.compile(r"'([^']*)'")
_FORMS = {
    SLUG: "must be a short name: small letters, digits, - and _, a letter first, at most 48",
    TOOL: "must be a tool as `opsconsole agents words` lists them, such as desk.move_mail",
    CLOCK: 'must be a time of day in quotes, such as "07:00"',
}
"""A text that must have a form is not shown: in its place somebody may have written a secret."""
_LISTS = ("list_type", "tuple_type", "set_type", "frozen_set_type")
_NUMBERS = {"int": "a whole number, such as 12", "float": "a number, such as 0.5", "bool": "true or false"}
_LIMITS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than_equal": lambda ctx: f"must be {ctx['ge']:g} or more",
    "greater_than": lambda ctx: f"must be more than {ctx['gt']:g}",
    "less_than_equal": lambda ctx: f"must be {ctx['le']:g} or less",
    "less_than": lambda ctx: f"must be less than {ctx['lt']:g}",
    "string_too_short": lambda ctx: f"is too short; at least {ctx['min_length']} characters",
    "string_too_long": lambda ctx: f"is too long; at most {ctx['max_length']} characters",
}


def in_words(error: ErrorDetails) -> str:
    """Say what is wrong with a value, after its name: `must be a whole number, not 'many'`."""
    kind, given, context = error["type"], error.get("input", _UNSEEN), error.get("ctx", {})
    if kind in ("value_error", "assertion_error"):
        return error["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ").removesuffix(".")
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return "there is no such setting here"
    if (limit := _LIMITS.get(kind)) is not None:
        return f"{limit(context)}{_but(given) if kind.endswith(('than', 'equal')) else ''}"
    if (number := _NUMBERS.get(kind.partition("_")[0])) is not None:
        return f"must be {number}{_but(given)}"
    if kind in ("literal_error", "enum"):
        return _none_of(context["expected"], given)
    if kind == "string_pattern_mismatch":
        return _FORMS.get(context["pattern"], f"must have the form {context['pattern']}")
    if kind == "string_type":
        return f"must be a text{_but(given)}" + ("; put it in quotes" if isinstance(given, int | float | date) else "")
    if kind == "finite_number":
        return "must be a plain number"
    if kind in _LISTS:
        return f"must be a list, such as [a, b]{_but(given)}"
    if kind in ("dict_type", "model_type", "model_attributes_type", "mapping_type"):
        return f"must be names with values{_but(given)}"
    if kind in ("json_invalid", "json_type"):
        return "is no JSON"
    return error["msg"]


def place_words(loc: Sequence[str | int]) -> str:
    """Return a place as `autonomy.default`; a name that is none as the file knows them in quotes, and cut."""
    return ".".join(part if _NAME.fullmatch(part) else repr(_short(part)) for part in map(str, loc))


def unreadable(error: Exception) -> str:
    """Say why a file cannot be read."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "this is a folder, not a file"
    if isinstance(error, PermissionError):
        return "it may not be read by you"
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8 text; save the file as UTF-8"
    if isinstance(error, gzip.BadGzipFile | EOFError | zlib.error):
        return "packed as .gz, and damaged; copy or export it again"
    return f"cannot be read: {getattr(error, 'strerror', None) or error}"


def _but(given: Any) -> str:
    """Return what stands there instead."""
    if given is _UNSEEN:
        return ""
    if given is None:
        return "; nothing stands there"
    if isinstance(given, bool):
        return f", not {str(given).lower()}"
    if isinstance(given, int | float):
        return f", not {number_words(given) if isinstance(given, int) or isfinite(given) else given}"
    if isinstance(given, str):
        return f", not {_short(given)!r}"
    if isinstance(given, date):
        return f", not the date {given}"
    return ", not a list" if isinstance(given, list | tuple) else ", not names with values"


def _none_of(expected: str, given: Any) -> str:
    there = _QUOTED.findall(expected)
    close = difflib.get_close_matches(str(given).lower(), there, n=1)
    meant = f"; did you mean {close[0]}?" if close else ""
    return f"must be {'one of ' + ', '.join(there) if there else expected}{_but(given)}{meant}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
