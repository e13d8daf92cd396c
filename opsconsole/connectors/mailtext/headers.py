"""Header fields, each read on its own, so that a malformed one spoils no other."""

import re
from base64 import b64decode
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email import policy
from email.header import decode_header, make_header
from email.utils import parsedate_tz
from typing import Any

from opsconsole.connectors.mailtext import charset
from opsconsole.connectors.mailtext.clean import line, repair

MAX_STRUCTURED = 4_000
"""Characters of an address header given to the standard parser, which is quadratic on crafted ones."""
MAX_PARSED = 16_000
"""Characters of all address headers together that it is given."""
MAX_VALUE = 200_000
"""Characters of one header; of addresses, of all headers of a name together."""
MAX_IDS = 64_000
MAX_ADDRESSES = 2_000
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
FUTURE = timedelta(days=2)

_FOLD = re.compile(r"\r?\n[ \t]*|\r")
_ADDRESS = re.compile(
    r"""(?:(?P<name>"[^"<>]{0,200}"|[^"<>@,;]{0,200})\s{0,5}<)?\s{0,3}(?P<addr>[^\s<>()@,;:"'\[\]]{1,64}@[^\s<>()@,;:"']{1,255})"""
)
_WORD = re.compile(r"=\?[^?\s]{1,40}\?[bq]\?[^?]{0,1000}\?=", re.IGNORECASE)
_LOOSE = re.compile(r"=\?([^?\s]{1,40})\?([bq])\?([^\x00-\x1f]{0,1000}?)\?=(?![0-9A-F]{2})", re.IGNORECASE)
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_BETWEEN = re.compile(r"\?=\s{1,5}=\?")
_COMMAS = re.compile(r",(?:\s{0,20},)+")
_ID = re.compile(r"<([^<>]{1,990})>")
_BARE_ID = re.compile(r"[^\s<>,;]{1,500}@[^\s<>,;]{1,490}")


class Headers:
    """The header fields of one mail. Problems found while reading are added to `problems`."""

    def __init__(self, items: Iterable[tuple[str, str]], problems: list[str]) -> None:
        self._fields: dict[str, list[str]] = {}
        self._problems = problems
        self._addresses: dict[str, list[tuple[str, str]]] = {}
        self._order: list[str] = []
        self._parsed = 0
        for name, value in items:
            self._order.append(name.strip().lower())
            self._fields.setdefault(self._order[-1], []).append(value)

    def all(self, name: str) -> list[str]:
        """Return the raw values of a field on one line each, topmost first."""
        return [_FOLD.sub(" ", repair(value[:MAX_VALUE])).strip() for value in self._fields.get(name, [])]

    def first(self, name: str) -> str:
        """Return the topmost raw value, or an empty text."""
        return next(iter(self.all(name)), "")

    def above(self, name: str, mark: str) -> int:
        """Return how many fields of a name stand above the first `mark`; none where there is no `mark`."""
        return self._order[: self._order.index(mark)].count(name) if mark in self._fields else 0

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def __len__(self) -> int:
        return sum(len(values) for values in self._fields.values())

    def text(self, name: str) -> str:
        """Return a field in words, encoded words decoded."""
        return line(self._decoded(name, self.first(name)[:MAX_STRUCTURED]))

    def raw_text(self, name: str) -> str:
        """Return a field decoded but not scrubbed, to look for characters that do not belong."""
        return self._decoded(name, self.first(name)[:MAX_STRUCTURED])

    def _decoded(self, name: str, value: str) -> str:
        if "=?" not in value:
            return value
        for decode in (_modern, _compat):
            with suppress(Exception):
                decoded = decode(value)
                return decoded if "=?" not in decoded else loose_words(decoded)
        self._problems.append(f"The {name.title()} header is encoded wrongly; it is shown as it came.")
        return value

    def addresses(self, name: str) -> list[tuple[str, str]]:
        """Return (name, address) pairs of a field; addresses in lower case, without repeats."""
        if name not in self._addresses:
            self._addresses[name] = self._read_addresses(name)
        return self._addresses[name]

    def _read_addresses(self, name: str) -> list[tuple[str, str]]:
        found: dict[str, str] = {}
        left = MAX_VALUE
        for value in self.all(name):
            value, left = value[:left], left - len(value)
            if left < 0:
                self._problems.append(f"The {name.title()} header is far longer than it need be; its end was not read.")
                left = 0
            for shown, address in self._pairs(name, value):
                found.setdefault(address, shown)
                if len(found) >= MAX_ADDRESSES:
                    self._problems.append(
                        f"The {name.title()} header names more than {MAX_ADDRESSES} addresses; the rest was left out."
                    )
                    return [(shown, address) for address, shown in found.items()]
        return [(shown, address) for address, shown in found.items()]

    def _pairs(self, name: str, value: str) -> list[tuple[str, str]]:
        value = _COMMAS.sub(",", value)
        if not value:
            return []
        pairs: list[tuple[str, str]] = []
        if len(value) <= MAX_STRUCTURED and self._parsed <= MAX_PARSED:
            self._parsed += len(value)
            try:
                # The header's type is made at run time; stubs do not know `addresses`.
                header: Any = policy.default.header_factory("to", value)
                pairs = [(str(address.display_name), str(address.addr_spec)) for address in header.addresses]
            except Exception:
                pairs = []
        good = [pair for pair in map(_address, pairs) if pair is not None]
        if not good and "@" in value:
            rough = [(m["name"] or "", m["addr"]) for m in _ADDRESS.finditer(value)]
            if len(rough) == 1 and not rough[0][0]:
                rough = [(value[:1000].partition(rough[0][1])[0].strip("<"), rough[0][1])]
            good = [pair for pair in map(_address, rough) if pair is not None]
            if len(value) <= MAX_STRUCTURED or not good:
                self._problems.append(
                    f"The {name.title()} header is malformed; its addresses were read as well as can be."
                )
        return good

    def ids(self, name: str) -> tuple[str, ...]:
        """Return the message ids of a field in order, without repeats, at most 200 (the first and the newest)."""
        found: dict[str, None] = {}
        for value in self.all(name):
            spelt = _ID.findall(value[:MAX_IDS]) or _BARE_ID.findall(value[:MAX_STRUCTURED])
            for spelling in spelt:
                if bare := "".join(line(spelling).split()):
                    found[f"<{bare}>"] = None
        ids = tuple(found)
        return ids if len(ids) <= 200 else ids[:1] + ids[-199:]

    def date(self, name: str, *, now: datetime) -> datetime | None:
        """Return a believable date of a field in UTC; `Received` has its own behind the last semicolon."""
        value = self.first(name)
        if name == "received":
            value = value.rpartition(";")[2]
        return parse_date(value, now=now)


def _modern(value: str) -> str:
    return repair(str(policy.default.header_factory("subject", value)))


def _compat(value: str) -> str:
    return repair(str(make_header(decode_header(value))))


def decoded_name(value: str) -> str:
    """Decode encoded words wherever they stand; mailers put them inside names, where they do not belong."""
    with suppress(Exception):
        return _WORD.sub(lambda found: _compat(found[0]), _BETWEEN.sub("?==?", value))
    return value


def loose_words(value: str) -> str:
    """Decode encoded words that hold what must not stand in them: raw bytes, spaces, question marks."""

    def word(found: re.Match[str]) -> str:
        name, form, text = found[1].partition("*")[0], found[2].lower(), found[3]
        if form == "b":
            data = b64decode("".join(text.split()) + "==", validate=False)
        else:
            data = _HEX.sub(lambda hit: bytes((int(hit[1], 16),)), _bytes(text.replace("_", " "), name))
        return charset.decode(data, name)[0]

    with suppress(Exception):
        return _LOOSE.sub(word, value)
    return value


def _bytes(text: str, name: str) -> bytes:
    """Return a text in the charset of its word; what does not fit there came as UTF-8."""
    try:
        return text.encode(name)
    except (LookupError, UnicodeError):
        return text.encode("utf-8", "surrogateescape")


def parse_date(value: str, *, now: datetime) -> datetime | None:
    """Return a date of RFC 5322 form in UTC; None if unreadable, before 1980, or later than `now` and two days."""
    try:
        parts = parsedate_tz(value[:200])
        if parts is None:
            return None
        year, month, day, hour, minute, second = (int(part) for part in parts[:6])
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        offset = parts[9] or 0
        if abs(offset) > 16 * 3600:
            return None
        moment -= timedelta(seconds=offset)
    except Exception:
        return None
    return moment if EARLIEST <= moment <= now + FUTURE else None


def _address(pair: tuple[str, str]) -> tuple[str, str] | None:
    shown, address = pair
    address = line(address).strip(" .<>").lower()
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain or " " in address or len(address) > 320:
        return None
    name = line(shown, 200).strip(" \"'")
    if "=?" in name:
        with suppress(Exception):
            name = line(loose_words(_compat(name)), 200)
    return name, address
