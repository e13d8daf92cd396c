"""A PDF of Qt's written anew, so that the same page is the same bytes: whatever the clock, and in whichever process.

Qt writes the time of the clock into the file, and its fonts in an order that is drawn by lot at every start. Here the
objects are numbered in the order in which they are reached from the root, and the moment is that of the page. No Qt.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
_TABLE = re.compile(rb"xref\n0 (\d+)\n((?:\d{10} \d{5} [nf] ?\r?\n)+)trailer\n(.*?)startxref", re.DOTALL)
_ENTRY = re.compile(rb"(\d{10}) \d{5} n")
_STREAM = re.compile(rb">>\s*stream\r?\n")
_REFERENCE = re.compile(rb"(?<![\w.])(\d+) 0 R\b")
_MADE = re.compile(rb"(/(?:CreationDate|ModDate) \()[^)]*(\))")
_TOLD = re.compile(rb'(xmp:(?:CreateDate|ModifyDate|MetadataDate)=")[^"]*(")')
_XML_LENGTH = re.compile(rb"(/Type /Metadata /Subtype /XML\s/Length )\d+")
_FONT_TAG = re.compile(rb"(/FontName /)[A-Z]{6}(\+)")


@dataclass(slots=True)
class _Object:
    """An object: what stands before its stream, in which others are referred to, and the rest."""

    head: bytes
    rest: bytes


def stamped(data: bytes, at: datetime) -> bytes:
    """Return a PDF of Qt's as if it was made at a moment.

    Raises:
        ValueError: it is not as Qt writes it.
    """
    objects, trailer = _parted(data)
    order = {old: new for new, old in enumerate(_reached(objects, trailer), 1)}
    moment = at.astimezone(UTC)
    parts, places, length = [data[: data.index(b"1 0 obj")]], list[int](), data.index(b"1 0 obj")
    for old, new in order.items():
        written = _written(objects[old], order, moment, new)
        places.append(length)
        parts.append(written)
        length += len(written)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(places) + 1
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n%strailer\n" % (size, table))
    parts.append(re.sub(rb"/Size \d+", b"/Size %d" % size, _renumbered(trailer, order)))
    parts.append(b"startxref\n%d\n%%%%EOF\n" % length)
    return b"".join(parts)


def _parted(data: bytes) -> tuple[dict[int, _Object], bytes]:
    start = _START.search(data)
    table = None if start is None else _TABLE.match(data, int(start[1]))
    if table is None:
        raise ValueError("this PDF has no table of its parts where it says so")
    places = {number: int(entry[1]) for number, entry in enumerate(_ENTRY.finditer(table[2]), 1)}
    ends = [*sorted(places.values())[1:], table.start()]
    objects: dict[int, _Object] = {}
    for (number, place), end in zip(sorted(places.items(), key=lambda item: item[1]), ends, strict=True):
        begin = b"%d 0 obj" % number
        if not data.startswith(begin, place):
            raise ValueError(f"part {number} of this PDF is not where it says so")
        body = data[place + len(begin) : end]
        found = _STREAM.search(body)
        middle = len(body) if found is None else found.end()
        objects[number] = _Object(body[:middle], body[middle:])
    return objects, table[3]


def _reached(objects: dict[int, _Object], trailer: bytes) -> Iterator[int]:
    """Yield every object that is needed, in the order in which it is come upon."""
    wanted, seen = list(reversed(_named_in(trailer))), set[int]()
    while wanted:
        number = wanted.pop()
        if number not in seen:
            seen.add(number)
            yield number
            wanted += reversed(_named_in(objects[number].head))


def _named_in(head: bytes) -> list[int]:
    return [int(found[1]) for found in _REFERENCE.finditer(head)]


def _renumbered(head: bytes, order: dict[int, int]) -> bytes:
    return _REFERENCE.sub(lambda found: b"%d 0 R" % order[int(found[1])], head)


def _written(made: _Object, order: dict[int, int], moment: datetime, number: int) -> bytes:
    head, rest = _renumbered(made.head, order), made.rest
    head = _MADE.sub(rb"\g<1>" + f"{moment:D:%Y%m%d%H%M%SZ}".encode() + rb"\2", head)
    head = _FONT_TAG.sub(rb"\g<1>" + _tag(number) + rb"\2", head)
    if _XML_LENGTH.search(head):
        told = _TOLD.sub(rb"\g<1>" + f"{moment:%Y-%m-%dT%H:%M:%S+00:00}".encode() + rb"\2", rest)
        length = told.rindex(b"endstream")
        head = _XML_LENGTH.sub(rb"\g<1>%d" % len(told[:length].removesuffix(b"\n")), head)
        rest = told
    return b"%d 0 obj%s%s" % (number, head, rest)


def _tag(number: int) -> bytes:
    """Return six letters for a number: which part of a font is in the file is named by them."""
    letters = bytearray()
    for _ in range(6):
        number, left = divmod(number, 26)
        letters.append(65 + left)
    return bytes(letters)
