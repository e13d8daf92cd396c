"""What parsing a mail may cost: the standard parser takes minutes for a crafted megabyte.

Every parse draws on one allowance, so that a mail packed within a mail costs no more than one that is not.
"""

import re
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser
from email.policy import Policy
from typing import Any

MAX_NESTING = 60
MAX_LINE_WORK = 4_000_000
"""Lines times open boundaries: the standard parser compares every line with every boundary."""
MAX_PARTS = 5_000
MAX_FIELD = 4_000
"""Bytes of one Content-… field of any part; the standard parser is quadratic on crafted ones."""
LONG_FIELD = 300
"""Bytes of such a field once many long ones were read."""
MAX_LONG_FIELDS = 24_000
"""Bytes beyond `LONG_FIELD` that are read, of all such fields together."""
SHORT_FIELD = 100
"""Bytes of such a field once very many were read."""
MAX_FIELDS = 300_000
"""Bytes beyond `SHORT_FIELD` that are read, of all such fields together."""
MAX_MESSAGES = 10_000
"""Parts of any kind: a delivery report has one for every block of lines."""

TOO_DEEP = "The mail's parts are nested too deeply; the innermost were not read."
_NESTS = re.compile(rb"boundary[*\d\s]{0,20}=|(?:^|\r)content-type:\s{0,20}message/", re.IGNORECASE | re.MULTILINE)
"""Also `boundary*0=` and `boundary*=` (RFC 2231)."""
_PART = re.compile(rb"[\r\n]--")


@dataclass(slots=True)
class Allowance:
    """What parsing may still cost, of one mail."""

    line_work: int = MAX_LINE_WORK
    nests: int = MAX_NESTING
    parts: int = MAX_PARTS
    long_fields: int = MAX_LONG_FIELDS
    fields: int = MAX_FIELDS
    messages: int = MAX_MESSAGES


class TooManyPartsError(Exception):
    """A mail has so many parts that it is not taken apart."""


def parsed(raw: bytes, problems: list[str], left: Allowance, rules: "Policy[Any]" = policy.compat32) -> Message:
    """Parse a mail or a part of one, as much of it as is allowed; what is not read is told in `problems`."""
    before = left.nests
    raw = _bounded(raw, problems, left)
    boundaries = [before - left.nests]
    found: Message = BytesParser(_factory(left, problems, boundaries), policy=rules).parsebytes(raw)
    boundaries.clear()
    return found


def lines(raw: bytes) -> int:
    """Return how many lines the standard parser sees: a bare carriage return ends one too."""
    return raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")


def _bounded(raw: bytes, problems: list[str], left: Allowance) -> bytes:
    nests = 0
    for found in _NESTS.finditer(raw):
        if nests >= left.nests:
            problems.append(TOO_DEEP)
            raw = raw[: found.start()]
            break
        nests += 1
    left.nests -= nests
    for parts, found in enumerate(_PART.finditer(raw) if nests else (), start=1):
        if parts > left.parts:
            problems.append(f"The mail has more than {MAX_PARTS} parts; the rest of them was not read.")
            raw = raw[: found.start()]
            break
    left.parts = max(0, left.parts - (sum(1 for _ in _PART.finditer(raw)) if nests else 0))
    is_cut = False
    while (work := lines(raw) * (1 + nests)) > left.line_work:
        raw = raw[: len(raw) // 2]
        is_cut = True
    left.line_work -= work
    if is_cut:
        problems.append(f"The mail has too many lines to read them all; it was read up to byte {len(raw)}.")
    return raw


def _factory(left: Allowance, problems: list[str], boundaries: list[int]) -> type[Message]:
    """Return the kind of message to build a tree of; `boundaries` holds how many may be opened, and is empty later."""
    known: dict[tuple[str, str], Any] = {}

    class Bounded(Message):
        """Opens no more boundaries than were counted, however the mail spells them, and keeps its fields short."""

        _headers: list[tuple[str, str]]

        def __init__(self, policy: Any = policy.compat32) -> None:
            super().__init__(policy)
            left.messages -= 1
            if left.messages < 0:
                raise TooManyPartsError

        def set_raw(self, name: str, value: str) -> None:
            """Take a field as the parser found it."""
            self._headers.append((name, _short(value, left) if name[:8].lower() == "content-" else value))

        def get(self, name: str, failobj: Any = None) -> Any:
            """Return a field. It is parsed once: the standard library does so at every look, and raises many things."""
            for spelt, value in self._headers:
                if spelt.lower() != name.lower():
                    continue
                key = (spelt, value)
                if key not in known:
                    try:
                        known[key] = self.policy.header_fetch_parse(spelt, value)
                    except Exception:
                        known[key] = str(value)
                return known[key]
            return failobj

        def get_boundary(self, failobj: Any = None) -> Any:
            """Return what parts the parts; nothing where that is one more than may be."""
            found: Any = super().get_boundary()
            if found is None:
                return failobj
            if boundaries and boundaries[0] <= 0:
                problems.append(TOO_DEEP)
                return failobj
            boundaries[:1] = [count - 1 for count in boundaries[:1]]
            return found

    return Bounded


def _short(value: str, left: Allowance) -> str:
    size = min(MAX_FIELD, LONG_FIELD + left.long_fields, SHORT_FIELD + left.fields)
    left.long_fields -= max(0, min(size, len(value)) - LONG_FIELD)
    left.fields -= max(0, min(size, len(value)) - SHORT_FIELD)
    return value[:size]
