"""Conditions in CEL: compiled once, evaluated often, never `eval`.

A condition that cannot be decided (a missing field, a wrong type) is an `UndecidedError`; who asked decides what that
means, and for a guardrail it means a person is asked.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any

# WORKAROUND common-expression-language 0.10 loads its own command line (prompt_toolkit, rich) with the module, which
# takes a third of a second of every command of ours. Drop it when `import cel` leaves `cel.cli` alone.
sys.modules.setdefault("cel.cli", ModuleType("cel.cli"))

import cel  # noqa: E402

from opsconsole.policy.cel.cost import Cost, cost_of  # noqa: E402

LONGEST = 2_000
"""Longest condition, in characters: a much longer chain of names overflows the parser's stack and ends the process."""


class ConditionError(ValueError):
    """The text is not a CEL expression."""


class UndecidedError(ValueError):
    """The expression is sound but has no yes or no for these values."""


MOST_LOOPS = 3
_TOO_DEEP = ("Recursion limit", "Incomplete `ExprContext`")
"""What the parser says of brackets within brackets without end, among its own names."""
_LOOP_WORDS = ("all", "exists", "exists_one", "map", "filter")
_LOOPS = re.compile(rf"\.\s*(?:{'|'.join(_LOOP_WORDS)})\s*\(")
_TYPES = frozenset(
    {"bool", "bytes", "double", "duration", "google", "int", "list", "map"}
    | {"null_type", "optional", "string", "timestamp", "type", "uint"}
)
"""Names that CEL itself knows."""
_TOKEN = re.compile(
    r"""//[^\n]*|\s+
    |(?P<text>[bB]?[rR][bB]?(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"\n]*"|'[^'\n]*')
      |[bB]?(?:\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    |(?P<name>[A-Za-z_]\w*)|(?P<number>\d[\w.]*)|(?P<sign>.)""",
    re.DOTALL | re.VERBOSE,
)


@lru_cache(maxsize=4096)
def compile_condition(text: str) -> cel.Program:
    """Compile a CEL expression.

    Raises:
        ConditionError: it does not parse; the message quotes the place.
    """
    if len(text) > LONGEST:
        raise ConditionError(f"a condition takes at most {LONGEST} characters; this one has {len(text)}")
    if len(_LOOPS.findall(text)) > MOST_LOOPS:
        raise ConditionError(f"a condition takes at most {MOST_LOOPS} of all, exists, map and filter")
    try:
        _cost(text)
        return cel.compile(text)
    except ValueError as error:
        if any(sign in str(error) for sign in _TOO_DEEP):
            what = "too much of it stands within each other (brackets, lists, `? :`); make several of it"
            raise ConditionError(f"not a condition we can read: {what}") from error
        detail = str(error).splitlines()[0].removeprefix("Failed to parse expression ")
        detail = detail if len(detail) <= 300 else f"{detail[:140]} … {detail[-140:]}"
        raise ConditionError(f"not a condition we can read: {detail}") from error


def names_in(text: str) -> frozenset[str]:
    """Return the variables that a condition refers to."""
    return frozenset(compile_condition(text).variables())


@dataclass(frozen=True, slots=True)
class Named:
    """What a condition names."""

    names: frozenset[str]
    """Variables, without those of its own loops."""
    members: frozenset[tuple[str, str]]
    """What stands directly below a variable, as (`event`, `title`)."""


@lru_cache(maxsize=4096)
def named_in(text: str) -> Named:
    """Return what a condition names.

    Raises:
        ConditionError: it does not parse.
    """
    variables = frozenset(name.removeprefix(".") for name in names_in(text))
    tokens = tokens_of(text)
    kinds, words = [kind for kind, _ in tokens], [word for _, word in tokens] + [""] * 4
    own = {
        words[at + 2]
        for at, word in enumerate(words[: len(kinds)])
        if word in _LOOP_WORDS and words[at - 1] == "." and words[at + 1] == "(" and words[at + 3] == ","
    }
    members: set[tuple[str, str]] = set()
    for at, kind in enumerate(kinds):
        if kind != "name" or words[at] in own or (at and words[at - 1] == "."):
            continue
        mark, below, after = words[at + 1 : at + 4]
        if mark == "." and after != "(":
            members.add((words[at], below))
        elif mark == "[" and after == "]" and below[:1] in ("'", '"') and "\\" not in below:
            members.add((words[at], below.strip(below[0])))
    return Named(variables - own - _TYPES, frozenset(members))


@lru_cache(maxsize=4096)
def names_and_texts(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return every name that a condition uses, members among them (`["a"]` too), and every text that stands in it.

    Raises:
        ConditionError: it does not parse.
    """
    compile_condition(text)
    tokens = tokens_of(text)
    texts = frozenset(f"{literal(word)}" for kind, word in tokens if kind == "text")
    return frozenset(word for kind, word in tokens if kind == "name") | texts, texts


def tokens_of(text: str) -> list[tuple[str, str]]:
    """Return what a text is made of, as (kind: text, name, number or sign; how it is written), without its comments.

    The library shows no tree; a text that it parsed falls safely into these.
    """
    return [(str(found.lastgroup), found.group()) for found in _TOKEN.finditer(text) if found.lastgroup]


def without_comments(text: str) -> str:
    """Return a condition without what it says to its readers only."""
    return _TOKEN.sub(lambda found: " " if found.group().startswith("//") else found.group(), text).strip()


def has_comment(text: str) -> bool:
    """Return whether a text that parses says something to its readers only."""
    return any(found.group().startswith("//") for found in _TOKEN.finditer(text))


@lru_cache(maxsize=4096)
def literal(text: str) -> Any:
    """Return the value of a text, a number, true or false as CEL reads it.

    Raises:
        ConditionError: it is none.
    """
    try:
        return compile_condition(text).execute({})
    except (RuntimeError, LookupError, TypeError) as error:
        raise ConditionError(f"not a value: {text}") from error


@lru_cache(maxsize=4096)
def _cost(text: str) -> Cost:
    return cost_of(tokens_of(text), _LOOP_WORDS)


def holds(text: str, values: Mapping[str, Any]) -> bool:
    """Return whether a condition holds.

    Raises:
        ConditionError: the text does not parse.
        UndecidedError: a name or field is missing, types do not fit, or the answer is no yes or no.
    """
    program = compile_condition(text)
    if why := _cost(text).too_much(values):
        raise UndecidedError(f"{text!r} is not worked out: {why}")
    try:
        answer = program.execute(dict(values))
    except Exception as error:  # the evaluator's own errors have many kinds: KeyError, OverflowError, re.error
        raise UndecidedError(f"{text!r} cannot be decided: {error}") from error
    if not isinstance(answer, bool):
        raise UndecidedError(f"{text!r} gives {type(answer).__name__}, not yes or no")
    return answer
