"""From a declared request and a call's values to what is sent. No argument chooses the host, or leaves its place."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, cast
from urllib.parse import quote

from opsconsole.connectors.http.model import Sending
from opsconsole.domain.errors import PermanentError
from opsconsole.engine.agents.slottext import MissingError, Slot, SlotText, SlotValue, text_of
from opsconsole.engine.agents.templates import TemplateFailure
from opsconsole.net.client import Request

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TWICE = re.compile(r"^Basic +Basic +", re.IGNORECASE)
"""`basic()` is the whole header; files may say the word before it."""
_STEPS = re.compile(r"[/\\]")


class RequestMaker:
    """One declared request, compiled once."""

    def __init__(self, base: str, headers: Mapping[str, str], sending: Sending) -> None:
        self._base = base
        self._method = sending.method
        before, mark, after = sending.path.partition("?")
        self._path = SlotText(before)
        self._mark = mark
        self._in_path = SlotText(after)
        self._query = {name: SlotValue(value) for name, value in sending.query.items()}
        self._headers = [(name, SlotText(value)) for name, value in {**headers, **sending.headers}.items()]
        self._body = None if sending.body is None else SlotValue(sending.body)
        self._form = None if sending.form is None else {name: SlotValue(item) for name, item in sending.form.items()}

    @property
    def secrets(self) -> frozenset[tuple[str, ...]]:
        """What it needs of secrets: `("secret", name)`, `("basic", user, name)` or `("basic", name)`."""
        paths = (slot.path for slot in self._slots() if slot.path)
        return frozenset(tuple(map(str, path)) for path in paths if path[0] in ("secret", "basic"))

    def missing(self, values: Mapping[str, Any], roots: Collection[str]) -> str:
        """Return the first slot below these roots that nothing is known of; empty where there is none.

        In a body it would be left out, and the request would say something else.
        """
        for slot in self._slots():
            if slot.path is None or str(slot.path[0]) not in roots:
                continue
            try:
                slot.value(values)
            except MissingError:
                return slot.text
        return ""

    def _slots(self) -> list[Slot]:
        values = (*self._query.values(), *(self._form or {}).values(), *([self._body] if self._body else []))
        texts = [self._path, self._in_path, *(text for _, text in self._headers)]
        return [slot for text in (*texts, *(text for value in values for text in value.texts)) for slot in text.slots]

    def make(self, values: Mapping[str, Any], *, more: Mapping[str, str]) -> Request:
        """Fill it.

        Args:
            values: args, key, action, subject, actor, fields, secret, basic …
            more: further headers.

        Raises:
            PermanentError: it cannot be filled, or a value has no place where it stands.
        """
        try:
            url = self._base + self._path.fill(values, _segment) + self._queries(values)
            headers = {name: _header(name, text.fill(values)) for name, text in self._headers} | dict(more)
            body = None if self._body is None else self._body.fill(values)
            form = None if self._form is None else "&".join(_pairs(self._form, values)).encode()
        except TemplateFailure as error:
            raise PermanentError(f"the request could not be made: {error}") from error
        if form is not None:
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
            return Request(self._method, url, headers, form)
        if body is None:
            return Request(self._method, url, headers)
        headers.setdefault("Content-Type", "application/json")
        return Request(self._method, url, headers, json.dumps(body, separators=(",", ":")).encode())

    def _queries(self, values: Mapping[str, Any]) -> str:
        pairs: list[str] = [self._in_path.fill(values, _quoted)] if self._mark else []
        pairs += _pairs(self._query, values)
        return f"?{'&'.join(pairs)}" if pairs else ""


def _pairs(fields: Mapping[str, SlotValue], values: Mapping[str, Any]) -> list[str]:
    """Return `name=value` of each field, encoded; of a list one for each item, and none of what was not given."""
    pairs: list[str] = []
    for name, slot in fields.items():
        try:
            value = slot.fill(values)
        except MissingError:
            continue
        items: Iterable[Any] = cast(list[Any], value) if isinstance(value, list) else [value]
        pairs += [f"{_quoted(name)}={_quoted(text_of(item))}" for item in items]
    return pairs


def _segment(text: str) -> str:
    if not text:
        raise PermanentError("a part of the address would be empty, and name something else")
    if any(step in (".", "..") for step in _STEPS.split(text)) or _CONTROL.search(text):
        raise PermanentError("a part of the address would lead elsewhere")
    return _quoted(text)


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _header(name: str, text: str) -> str:
    if _CONTROL.search(text):
        raise PermanentError(f"the header {name} would hold a line break or another control character")
    return _TWICE.sub("Basic ", text)
