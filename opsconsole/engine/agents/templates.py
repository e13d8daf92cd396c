"""Texts with slots: sandboxed Jinja that also says what filled each slot.

What filled the slots decides at the gate whether a text is a ratified template with typed values, or free text.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, UndefinedError, meta, nodes

from opsconsole.engine.agents.sandbox import LONGEST, Sandbox, check, working

_BROKEN = (
    TypeError, ValueError, ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, AssertionError
)  # fmt: skip
"""What a template can run into when it is filled."""

_slots: ContextVar[list[str] | None] = ContextVar("slots", default=None)


class TemplateFailure(ValueError):
    """A template could not be filled; the message says which name was missing."""


def _note(value: Any) -> Any:
    noted = _slots.get()
    if noted is not None:
        noted.append("" if value is None else str(value))
    return "" if value is None else value


_ENVIRONMENT = Sandbox(_note)


@lru_cache(maxsize=4096)
def parse(text: str) -> Template:
    """Compile a template.

    Raises:
        TemplateError: it does not parse.
    """
    try:
        check(_ENVIRONMENT.parse(text))
        with working():
            return _ENVIRONMENT.from_string(text)
    except (RecursionError, SyntaxError, MemoryError, ValueError, OverflowError) as error:
        raise TemplateError("nested too deep, or too long") from error


@lru_cache(maxsize=4096)
def names_in(text: str) -> frozenset[str]:
    """Return the names a template refers to."""
    return frozenset(meta.find_undeclared_variables(_ENVIRONMENT.parse(text)))


@lru_cache(maxsize=4096)
def members_in(text: str) -> frozenset[tuple[str, str]]:
    """Return what a template names directly below a name, as (`event`, `title`); not of names that it sets itself.

    What every mapping can do (`event.get('title')`) is no member.
    """
    tree = _ENVIRONMENT.parse(text)
    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"}
    found: set[tuple[str, str]] = set()
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        if not isinstance(node.node, nodes.Name) or node.node.name in own:
            continue
        if isinstance(node, nodes.Getattr):
            if not hasattr(dict, node.attr):
                found.add((node.node.name, node.attr))
        elif isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            found.add((node.node.name, node.arg.value))
    return frozenset(found)


def fill(text: str, values: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Fill a template; give the text and what filled its slots, in order.

    Raises:
        TemplateFailure: a name is missing, or the text grows beyond all reason.
    """
    if "{" not in text:
        return text, ()
    noted: list[str] = []
    token = _slots.set(noted)
    parts: list[str] = []
    size = 0
    try:
        template = parse(text)
        with working():
            for part in template.generate(values):
                size += len(part)
                if size > LONGEST:
                    raise TemplateFailure(f"the text grows beyond {LONGEST} characters")
                parts.append(part)
    except UndefinedError as error:
        raise TemplateFailure(f"{error.message} in {text[:80]!r}") from error
    except (TemplateError, *_BROKEN) as error:
        raise TemplateFailure(f"{error} in {text[:80]!r}") from error
    finally:
        _slots.reset(token)
    return "".join(parts), tuple(slot for slot in noted if slot)


def fill_value(value: Any, values: Mapping[str, Any]) -> tuple[Any, tuple[str, ...]]:
    """Fill the templates in a JSON value; a text that is one slot alone keeps the slot's own type."""
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("{{") and text.endswith("}}") and text.count("{{") == 1:
            return _bare(text, values)
        return fill(value, values)
    if isinstance(value, Mapping):
        filled = {str(name): fill_value(item, values) for name, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        return {name: item for name, (item, _) in filled.items()}, tuple(s for _, some in filled.values() for s in some)
    if isinstance(value, list | tuple):
        items = [fill_value(item, values) for item in value]  # pyright: ignore[reportUnknownVariableType]
        return [item for item, _ in items], tuple(s for _, some in items for s in some)
    return value, ()


@lru_cache(maxsize=4096)
def _expression(text: str) -> Any:
    check(_ENVIRONMENT.parse(f"{{{{ {text} }}}}"))
    with working():
        return _ENVIRONMENT.compile_expression(text, undefined_to_none=False)


def _worked_out(expression: str, values: Mapping[str, Any]) -> Any:
    found = _expression(expression)
    with working():
        return found(**values)


def value_of(expression: str, values: Mapping[str, Any]) -> Any:
    """Return what an expression (a slot without its braces) stands for, of whatever kind.

    Raises:
        TemplateFailure: a name is missing, or it cannot be worked out.
    """
    try:
        value = _worked_out(expression, values)
    except (TemplateError, SyntaxError, *_BROKEN) as error:
        raise TemplateFailure(f"{error} in {expression[:80]!r}") from error
    if isinstance(value, StrictUndefined):
        raise TemplateFailure(f"nothing is known as {expression}")
    return value


def check_expression(expression: str) -> None:
    """Compile an expression.

    Raises:
        TemplateError: it does not parse.
    """
    try:
        _expression(expression)
    except (RecursionError, SyntaxError, MemoryError, ValueError, OverflowError) as error:
        raise TemplateError("nested too deep, or too long") from error


def _bare(text: str, values: Mapping[str, Any]) -> tuple[Any, tuple[str, ...]]:
    try:
        value = _worked_out(text[2:-2].strip(), values)
    except (TemplateError, SyntaxError, *_BROKEN) as error:
        raise TemplateFailure(f"{error} in {text[:80]!r}") from error
    if isinstance(value, StrictUndefined):
        raise TemplateFailure(f"nothing is known as {text}")
    if value is None or isinstance(value, bool | int | float):
        return value, ()
    if isinstance(value, str):
        return value[:LONGEST], (value,)
    return fill(text, values)
