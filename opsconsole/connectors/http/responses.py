"""What an answer says about an action: done, certainly not done, or perhaps done."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import urlsplit

from opsconsole.connectors.http.scrub import Scrubber
from opsconsole.domain.action import Result
from opsconsole.domain.canonical import jsonable
from opsconsole.domain.errors import AmbiguousError, ConnectorError, PermanentError, TransientError
from opsconsole.engine.agents.slottext import SlotValue
from opsconsole.engine.agents.templates import TemplateFailure
from opsconsole.net.client import HttpResponse
from opsconsole.net.jsontext import JsonError, parse_json

EXCERPT = 300
"""So many characters of an answer stand in an error."""
LONGEST_TEXT = 20_000
LONGEST_READ = 65_536
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
LONGEST_WAIT_S = 3600.0
_NOT_NOW = frozenset({425, 429, 503})
_NEVER = frozenset({501, 505})
_AFTER_DOING = frozenset({302, 303})
"""Redirects that servers also send after they did what was posted."""


def refusal(answer: HttpResponse, who: str, scrub: Scrubber, *, is_write: bool, has_key: bool) -> ConnectorError:
    """Return the error for an answer that is none of the declared good ones.

    Args:
        answer: what came.
        who: the tool, for the message.
        scrub: takes secrets out of what is quoted.
        is_write: what may have been done must not be repeated silently.
        has_key: the request carried an idempotency key.
    """
    status = answer.status
    text = f"{who} answered {status}{excerpt(answer, scrub)}"
    if 300 <= status < 400:
        where = _host(answer.headers.get("location", ""))
        text = f"{who} answered with a redirect ({status}{where}). None is followed: correct the address in the file"
        return AmbiguousError(text) if is_write and status in _AFTER_DOING else PermanentError(text)
    # Gateways say 503 also after they passed a request on; without a key a repeat could be a second one.
    if status in _NOT_NOW and not (status == 503 and is_write and not has_key):
        return TransientError(text, retry_after_s=_wish(answer))
    if status in _NEVER:
        return PermanentError(text)
    is_unclear = status < 300 or status >= 500 or status == 408 or (status == 409 and has_key)
    if not is_unclear:
        return PermanentError(text)
    if is_write:
        return AmbiguousError(text)
    return PermanentError(text) if status < 300 else TransientError(text)


def excerpt(answer: HttpResponse, scrub: Scrubber) -> str:
    """Return the beginning of an answer as `: text`, without secrets; empty where it says nothing."""
    # Some systems write + and < in JSON as \u002B and \u003C: a secret that is told back must be found there too.
    told = scrub.body(_whole(answer, scrub))[:LONGEST_READ].decode("utf-8", "replace")
    text = scrub.text(_ESCAPE.sub(lambda found: chr(int(found[1], 16)), told))[: EXCERPT * 8]
    kept = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return f": {kept[:EXCERPT]}" if kept else ""


def _whole(answer: HttpResponse, scrub: Scrubber) -> bytes:
    """Return the body; of a cut one not its very end, where half a secret could stand."""
    return answer.body[: -scrub.longest or None] if answer.is_cut else answer.body


def _host(location: str) -> str:
    try:
        host = urlsplit(location).hostname
    except ValueError:
        host = None
    return f" to {host[:100]}" if host else ""


def _wish(answer: HttpResponse) -> float | None:
    """Return the system's own wish in seconds: a number, or a date."""
    given = answer.headers.get("retry-after", "").strip()
    if given.isascii() and given.isdigit():
        wish_s = float(given[:9])
    else:
        try:
            wish_s = (parsedate_to_datetime(given).astimezone(UTC) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(wish_s, 0.0), LONGEST_WAIT_S)


class ResponseReader:
    """Reads good answers as an action declares them."""

    def __init__(self, declared: Mapping[str, Any] | None) -> None:
        self._declared = None if declared is None else {name: SlotValue(value) for name, value in declared.items()}

    def result(self, answer: HttpResponse, scrub: Scrubber, values: Mapping[str, Any]) -> tuple[Result, bool]:
        """Return the result, and whether all that is declared could be read. It is done either way."""
        body, problem = body_of(answer, scrub)
        if self._declared is None:
            return Result(is_ok=True, data=_shaped(body)), not problem
        known = {**values, "body": body, "header": headers_of(answer, scrub)}
        data: dict[str, Any] = {}
        lost: list[str] = []
        for name, value in self._declared.items():
            try:
                data[name] = jsonable(value.fill(known))
            except TemplateFailure:
                lost.append(name)
        if lost:
            why = f" ({problem})" if problem else ""
            data["unread"] = f"done, but the answer is not as declared: {', '.join(lost)} could not be read{why}"
        return Result(is_ok=True, data=data), not lost

    def stand_in(self, identity: str) -> dict[str, Any]:
        """Return what a simulated call returns: the declared names, each a stand-in."""
        if self._declared is None:
            return {"id": identity}
        return dict.fromkeys(self._declared, identity)


def body_of(answer: HttpResponse, scrub: Scrubber) -> tuple[Any, str]:
    """Return the body as JSON, or as text with the reason why."""
    raw = scrub.body(_whole(answer, scrub))
    if not raw.strip():
        return {}, ""
    if answer.is_cut:
        return raw[:LONGEST_TEXT].decode("utf-8", "replace"), "longer than is read"
    try:
        return parse_json(raw, is_strict=False), ""
    except JsonError as error:
        return raw[:LONGEST_TEXT].decode("utf-8", "replace"), str(error)


def headers_of(answer: HttpResponse, scrub: Scrubber) -> dict[str, str]:
    """Return the headers of an answer, without cookies."""
    return {name: scrub.text(value) for name, value in answer.headers.items() if name != "set-cookie"}


def _shaped(body: Any) -> Mapping[str, Any]:
    if isinstance(body, dict):
        return jsonable(cast(dict[str, Any], body))
    if isinstance(body, list):
        return {"items": jsonable(cast(list[Any], body))}
    return {"text": body} if isinstance(body, str) else {"value": body}


def statuses(given: int | Iterable[int] | None) -> frozenset[int]:
    """Return one or several statuses as a set."""
    if given is None:
        return frozenset()
    return frozenset({given}) if isinstance(given, int) else frozenset(given)
