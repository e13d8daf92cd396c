"""From a verified request to the events in it: JSON or a form, one or a batch, plain or as CloudEvents."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

from opsconsole.connectors.webhook.config import WebhookConfig
from opsconsole.domain.canonical import canonical, jsonable
from opsconsole.engine.agents.slottext import SlotText
from opsconsole.engine.agents.templates import TemplateFailure
from opsconsole.net.jsontext import JsonError, parse_json
from opsconsole.net.server import Arrived

MOST = 500
"""Events in one request."""
_MOST_FIELDS = 500
_BATCH = "application/cloudevents-batch+json"
_ENVELOPE = "application/cloudevents+json"
_CE = re.compile(r"ce-([a-z0-9]{1,40})")


class RequestError(ValueError):
    """The request holds no events as agreed; the message says why, without repeating it."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one event is made of."""

    body: Any
    """The whole body; as CloudEvents the event with its data."""
    raw: bytes
    """What tells it from another."""
    item: Any = None
    """Where the body holds several: this one."""
    place: int | None = None
    """Which one it is, from 0; None where the request is about one event."""
    problem: str = ""


def parts_of(config: WebhookConfig, arrived: Arrived) -> list[Part]:
    """Return the events of a request, in order.

    Raises:
        RequestError: it holds none, or too many.
    """
    try:
        if config.cloudevents:
            return _few([_cloud_event(*pair) for pair in _envelopes(config, arrived)])
        body = _form(arrived.body, config.json_field) if config.body == "form" else parse_json(arrived.body)
    except JsonError as error:
        raise RequestError(str(error)) from error
    if not config.event.each:
        return [Part(body, arrived.body)]
    try:
        items = SlotText(config.event.each).value({"body": body, "header": arrived.headers})
        problem = "" if isinstance(items, list) else "`each` gives no list; the body was taken as one event"
    except TemplateFailure as error:
        items, problem = None, f"`each` could not be filled: {error}; the body was taken as one event"
    if problem:
        return [Part(body, arrived.body, item=body, problem=problem)]
    listed = cast("list[Any]", items)
    return _few([Part(body, canonical(jsonable(item)), item, place) for place, item in enumerate(listed)])


def _few(parts: list[Part]) -> list[Part]:
    if len(parts) > MOST:
        raise RequestError(f"more than {MOST} events in one request; send fewer at once")
    return parts


def _form(raw: bytes, json_field: str) -> Any:
    try:
        pairs = parse_qsl(
            raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS, strict_parsing=bool(raw)
        )
    except (UnicodeDecodeError, ValueError) as error:
        raise RequestError("no form that can be read") from error
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    if not json_field:
        return found
    inner = found.get(json_field)
    if not isinstance(inner, str):
        raise RequestError(f"the form has no {json_field}")
    return parse_json(inner.encode())


def _envelopes(config: WebhookConfig, arrived: Arrived) -> list[tuple[Any, int | None]]:
    kind = arrived.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _BATCH:
        items = parse_json(arrived.body)
        if not isinstance(items, list):
            raise RequestError("a batch of CloudEvents is a list")
        return [(item, place) for place, item in enumerate(cast("list[Any]", items))]
    if kind == _ENVELOPE:
        return [(parse_json(arrived.body), None)]
    if config.is_body_signed:
        raise RequestError("a CloudEvent in headers, which no signature covers; have it sent in structured mode")
    facts = {found[1]: unquote(value) for name, value in arrived.headers.items() if (found := _CE.fullmatch(name))}
    data = parse_json(arrived.body) if arrived.body.strip() else None
    return [({**facts, "data": data}, None)]


def _cloud_event(envelope: Any, place: int | None) -> Part:
    event: Mapping[str, Any] = cast("dict[str, Any]", envelope) if isinstance(envelope, dict) else {}
    needed = ("specversion", "id", "source", "type")
    if lacking := [name for name in needed if not isinstance(event.get(name), str) or not event[name]]:
        where = "" if place is None else f"event {place + 1} of the batch: "
        raise RequestError(f"{where}no CloudEvent: {', '.join(lacking)} is missing")
    return Part(dict(event), canonical(jsonable(event)), dict(event), place)
