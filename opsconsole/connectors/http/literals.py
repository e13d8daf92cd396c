"""Keys that stand in a connection's file as they are, instead of by the name under which they are kept."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

from opsconsole.connectors.http.config import HttpConfig
from opsconsole.connectors.http.model import Sending
from opsconsole.engine.agents.slottext import SlotText

_HEADERS = re.compile(r"cookie2?|jwt|.*(auth|token|secret|password|passwd|credential|signature|key).*", re.IGNORECASE)
_FIELDS = re.compile(
    r"(.*[-_])?(api|access|auth|client|private|secret|subscription)[-_]?key"
    r"|.*(token|secret|password|passwd|passphrase|apikey|credentials?)|authorization|pwd",
    re.IGNORECASE,
)
"""What places are called that hold who calls: `X-Api-Key`, `Cookie`; in an address or a body `access_token`."""
_HARMLESS = re.compile(r"(x[-_])?(idempotency|dedup\w*|cache|partition)[-_]?(key|token)", re.IGNORECASE)
_SCHEME = re.compile(r"\b(?:bearer|basic|digest|token)\s+[A-Za-z0-9+/=._~-]{6,}", re.IGNORECASE)
_VALUES = re.compile(
    r"\beyJ[\w-]{10,}\.|\bgh[oprsu]_\w{20,}|\bglpat-[\w-]{15,}|\bxox[abeoprs]-[\w-]{10,}|\bAKIA[0-9A-Z]{16}\b"
    r"|\b[prs]k[-_](?:live|test|ant|proj|or)[-_][\w-]{16,}|\bAIza[\w-]{30,}|\bSG\.[\w-]{16,}\.|\bshp\w{2}_[0-9a-f]{20,}",
)
"""What keys of well-known systems look like, wherever they stand."""


def literal_keys(config: HttpConfig) -> list[str]:
    """Return the places of a file, in order, that hold a key as it is: `headers: X-Api-Key`."""
    found = list(_of_headers(config.headers, "headers"))
    if config.token is not None:
        found += [f"token, form: {name}" for name, text in config.token.form.items() if _holds_key(_FIELDS, name, text)]
    for action in config.actions:
        for name in ("", "look_up", "undo", "current", "before"):
            sending: Sending | None = getattr(action, name) if name else action
            if sending is not None:
                found += _of_sending(sending, f"{action.name}, {name}, " if name else f"{action.name}, ")
    return found


def _of_sending(sending: Sending, where: str) -> Iterator[str]:
    yield from _of_headers(sending.headers, f"{where}headers")
    queried: dict[str, Any] = {**dict(parse_qsl(sending.path.partition("?")[2])), **sending.query}
    for part, value in (("query", queried), ("body", sending.body), ("form", sending.form)):
        for name, text in _texts(value, ""):
            if _holds_key(_FIELDS, name, text):
                yield f"{where}{part}: {name}"


def _of_headers(headers: Mapping[str, str], where: str) -> Iterator[str]:
    yield from (f"{where}: {name}" for name, value in headers.items() if _holds_key(_HEADERS, name, value))


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Yield the texts in a JSON value, each with the name it stands under."""
    if isinstance(value, Mapping):
        for under, inner in cast("Mapping[str, Any]", value).items():
            yield from _texts(inner, under)
    elif isinstance(value, list | tuple):
        for inner in cast("list[Any]", value):
            yield from _texts(inner, name)
    elif isinstance(value, str):
        yield name, value


def _holds_key(places: re.Pattern[str], name: str, text: str) -> bool:
    slots = SlotText(text)
    parts = [part for part in slots.parts if isinstance(part, str)]
    written = text if slots.has_statements else " ".join(parts).strip()
    if _VALUES.search(written) or (places is _HEADERS and _SCHEME.search(written)):
        return True
    is_place = places.fullmatch(name) is not None and _HARMLESS.fullmatch(name) is None
    return is_place and bool(written) and not slots.roots & {"secret", "basic"}
