"""Texts and JSON values with slots, compiled once.

A slot that is a plain path (`{{ body.items[0].id }}`) is read by its keys, whatever they are called, and alone in its
text it keeps its JSON type; everything else is sandboxed Jinja.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from jinja2 import TemplateError

from opsconsole.domain.canonical import jsonable
from opsconsole.engine.agents.templates import TemplateFailure, check_expression, fill, names_in, parse, value_of

_SLOT = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\d{1,6}\]|\[\"[^\"\\\]]*\"\]|\['[^'\\\]]*'\])*")
_CALL = re.compile(r"(secret|basic)\(\s*('[^'\\]*'|\"[^\"\\]*\")(?:\s*,\s*('[^'\\]*'|\"[^\"\\]*\"))?\s*\)")
_STEP = re.compile(r"\.?([A-Za-z_]\w*)|\[(\d+)\]|\[[\"']([^\"']*)[\"']\]")
Values = Mapping[str, Any]


class MissingError(TemplateFailure):
    """A path leads nowhere: the value was not given."""


class Slot:
    """What stands between `{{` and `}}`."""

    def __init__(self, text: str) -> None:
        """Compile.

        Raises:
            TemplateError: it does not parse.
        """
        self.text = text.strip()
        self.path: tuple[str | int, ...] | None = None
        if (call := _CALL.fullmatch(self.text)) is not None:
            self.path = tuple(group.strip("'\"") for group in call.groups() if group is not None)
        elif _PATH.fullmatch(self.text):
            found = _STEP.findall(self.text)
            self.path = tuple(int(index) if index else name or key for name, index, key in found)
        else:
            check_expression(self.text)
        self.roots = frozenset({str(self.path[0])}) if self.path else names_in("{{" + self.text + "}}")

    def value(self, values: Values) -> Any:
        """Return what it stands for.

        Raises:
            MissingError: the path leads nowhere.
            TemplateFailure: the expression cannot be worked out.
        """
        if self.path is None:
            return jsonable(value_of(self.text, values))
        value: Any = values
        for key in self.path:
            if isinstance(value, Mapping) and key in value:
                value = cast(Mapping[object, Any], value)[key]
            elif isinstance(value, list) and isinstance(key, int) and key < len(cast(list[Any], value)):
                value = cast(list[Any], value)[key]
            else:
                raise MissingError(f"there is no {self.text}")
        return value


class SlotText:
    """A text with slots."""

    def __init__(self, text: str) -> None:
        """Compile.

        Raises:
            TemplateError: it does not parse.
        """
        self.source = text
        self.has_statements = "{%" in text or "{#" in text
        self.parts: tuple[str | Slot, ...] = ()
        if self.has_statements:
            parse(text)
            self.roots = names_in(text)
            return
        pieces = _SLOT.split(text)
        self.parts = tuple(Slot(piece) if index % 2 else piece for index, piece in enumerate(pieces) if piece)
        if any("{{" in part or "}}" in part for part in self.parts if isinstance(part, str)):
            raise TemplateError("a slot is opened or closed that has no other half; write {{ name }}")
        self.roots = frozenset(name for slot in self.slots for name in slot.roots)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Its slots, in order."""
        return tuple(part for part in self.parts if isinstance(part, Slot))

    def value(self, values: Values) -> Any:
        """Fill it; one slot alone keeps its own type.

        Raises:
            TemplateFailure: something is missing.
        """
        if len(self.parts) == 1 and isinstance(slot := self.parts[0], Slot):
            return slot.value(values)
        return self.fill(values)

    def fill(self, values: Values, encode: Callable[[str], str] | None = None) -> str:
        """Fill it as text; `encode` is put over each slot's text.

        Raises:
            TemplateFailure: something is missing.
        """
        if self.has_statements:
            return fill(self.source, values)[0]
        texts = [part if isinstance(part, str) else _encoded(part, values, encode) for part in self.parts]
        return "".join(texts)


def _encoded(slot: Slot, values: Values, encode: Callable[[str], str] | None) -> str:
    text = text_of(slot.value(values))
    return text if encode is None else encode(text)


def text_of(value: Any) -> str:
    """Return a JSON value as text: nothing for null, JSON for lists and objects."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class SlotValue:
    """A JSON value whose texts have slots."""

    def __init__(self, value: Any) -> None:
        """Compile.

        Raises:
            TemplateError: a text does not parse.
        """
        self.texts: list[SlotText] = []
        self._tree = self._compile(value)

    def _compile(self, value: Any) -> Any:
        if isinstance(value, str):
            text = SlotText(value)
            if not text.has_statements and not text.slots:
                return value
            self.texts.append(text)
            return text
        if isinstance(value, Mapping):
            return {str(key): self._compile(item) for key, item in cast(Mapping[object, Any], value).items()}
        if isinstance(value, list | tuple):
            return [self._compile(item) for item in cast(list[Any], value)]
        return value

    def fill(self, values: Values) -> Any:
        """Fill it. What is one slot alone and was not given is left out of its object or list.

        Raises:
            TemplateFailure: something is missing that a text needs.
        """
        return _filled(self._tree, values)


def _filled(tree: Any, values: Values) -> Any:
    if isinstance(tree, SlotText):
        return tree.value(values)
    if isinstance(tree, dict):
        pairs = ((key, _given(item, values)) for key, item in cast(dict[str, Any], tree).items())
        return {key: item for key, item in pairs if item is not _NOTHING}
    if isinstance(tree, list):
        items = (_given(item, values) for item in cast(list[Any], tree))
        return [item for item in items if item is not _NOTHING]
    return tree


_NOTHING = object()


def _given(tree: Any, values: Values) -> Any:
    if isinstance(tree, SlotText) and len(tree.parts) == 1:
        try:
            return tree.value(values)
        except MissingError:
            return _NOTHING
    return _filled(tree, values)
