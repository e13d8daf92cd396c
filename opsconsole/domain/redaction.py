"""Secrets that were handed out in this process, and a text without them.

It knows values only to leave them out: of logs, of error texts on the terminal and in the database. The list is the
process's, like its log, so that no part can forget to pass it on. It guards against echoes (a server that repeats the
token it refused); it is no licence to put a secret into a text.
"""

import base64
import html
import json
from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import quote, quote_plus

MARK = "•••"
SHORTEST = 4
"""Values of fewer characters are not looked for: they stand in every text by chance."""
_SHORTEST_CORE = 6
_known: dict[str, tuple[str, ...]] = {}
_forms: list[str] = []


def handed_out(value: str) -> None:
    """Remember a secret, so that it is left out of texts from now on."""
    if len(value.strip()) < SHORTEST or value in _known:
        return
    _known[value] = forms_of(value)
    everything = {form for forms in _known.values() for form in forms}
    # Longest first: a form that holds another must go as a whole.
    _forms[:] = sorted(everything, key=lambda form: (-len(form), form))


def redacted(text: str) -> str:
    """Return the text with every known secret, also percent-encoded, escaped, in hex or inside base64, as `•••`."""
    for form in _forms:
        if form in text:
            text = text.replace(form, MARK)
    return text


def redacted_json(value: Any) -> Any:
    """Return a JSON value with `redacted` texts; the very same value where no secret is known."""
    if not _forms:
        return value
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, Mapping):
        return {redacted(key): redacted_json(character) for key, character in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [redacted_json(character) for character in cast("list[Any]", value)]
    return value


def forget_all() -> None:
    """Know no secret any more: for tests, which share a process."""
    _known.clear()
    _forms.clear()


def forms_of(value: str) -> tuple[str, ...]:
    """Return the ways in which a text may stand in another one: as it is, escaped, encoded, or encoded twice."""
    return tuple(dict.fromkeys(_written(value)))


def _written(value: str) -> Iterator[str]:
    """Yield the ways a secret may be written in a header, an address, a page, a JSON body or a repr."""
    yield value
    addresses = (quote(value, safe=""), quote(value), quote_plus(value))
    for form in addresses:
        yield form
        yield _lower_hex(form)
        yield quote(form, safe="")
    plain, ascii_only = json.dumps(value, ensure_ascii=False), json.dumps(value)
    for escaped in (plain, ascii_only, repr(value), repr(value.encode())[1:]):
        yield escaped[1:-1]
        yield escaped[1:-1].replace("/", "\\/")
    yield html.escape(value)
    once = base64.b64encode(value.encode()).decode().rstrip("=")
    for data in (value.encode(), once.encode()):
        yield data.hex()
        yield data.hex().upper()
    # OAuth2 clients encode their secret twice: as in an address, then in base64.
    for form in dict.fromkeys((value, *addresses[::2], once)):
        for core in _base64_cores(form.encode()):
            yield core
            yield core.replace("+", "-").replace("/", "_")
            yield quote(core, safe="")


def _lower_hex(text: str) -> str:
    parts = text.split("%")
    return parts[0] + "".join(f"%{part[:2].lower()}{part[2:]}" for part in parts[1:])


def _base64_cores(data: bytes) -> Iterator[str]:
    """Yield what base64 makes of the bytes at each of the three places they can stand in a longer text (`user:secret`).

    The characters that depend on the neighbours are left off at both ends.
    """
    yield base64.b64encode(data).decode().rstrip("=")
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + data).decode()
        first = (before * 8 + 5) // 6
        last = (before + len(data)) * 8 // 6
        core = whole[first:last]
        if len(core) >= _SHORTEST_CORE:
            yield core
