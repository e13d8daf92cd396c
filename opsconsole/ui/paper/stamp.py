"""The moment that a PDF says it was made at: that of its page, whatever the clock says. No Qt here."""

import re
from datetime import UTC, datetime

_DATE = rb"D:\d{14}(?:Z|[+-]\d\d'\d\d'?)?"
_MADE = re.compile(rb"(/(?:CreationDate|ModDate) \()" + _DATE + rb"(\))")
_TOLD = re.compile(rb'(xmp:(?:CreateDate|ModifyDate|MetadataDate)=")[^"]*(")')
_STREAM_LENGTH = re.compile(rb"/Type /Metadata /Subtype /XML\n/Length (\d+)\n")
_TABLE = re.compile(rb"xref\n0 (\d+)\n((?:\d{10} \d{5} [nf] ?\r?\n)+)")
_ENTRY = re.compile(rb"(\d{10})( \d{5} n)")
_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")


def stamped(data: bytes, at: datetime) -> bytes:
    """Return a PDF of Qt's as if it was made at a moment; the places of its parts are told anew.

    Raises:
        ValueError: it is not as Qt writes it.
    """
    moment = at.astimezone(UTC)
    replaced = [(_MADE, f"{moment:D:%Y%m%d%H%M%SZ}".encode()), (_TOLD, f"{moment:%Y-%m-%dT%H:%M:%S+00:00}".encode())]
    body, table, start = _parted(data)
    edits: list[tuple[int, int, bytes]] = []
    for pattern, text in replaced:
        edits += [(found.end(1), found.start(2), text) for found in pattern.finditer(body)]
    told = [edit for edit in edits if body.rfind(b"<?xpacket begin", 0, edit[0]) > body.rfind(b"endstream", 0, edit[0])]
    if (length := _STREAM_LENGTH.search(body)) is not None:
        more = sum(len(text) - (end - begin) for begin, end, text in told)
        edits.append((length.start(1), length.end(1), str(int(length[1]) + more).encode()))
    edits.sort()
    made = _edited(body, edits)
    moved = _ENTRY.sub(lambda found: b"%010d%s" % (_moved(int(found[1]), edits), found[2]), table)
    return made + moved + data[len(body) + len(table) : start[0]] + b"%d" % _moved(start[2], edits) + data[start[1] :]


def _parted(data: bytes) -> tuple[bytes, bytes, tuple[int, int, int]]:
    """Return what stands before the table of places, the table, and (begin, end, value) of where that is told."""
    start = _START.search(data)
    table = None if start is None else _TABLE.match(data, int(start[1]))
    if start is None or table is None:
        raise ValueError("this PDF has no table of its parts where it says so")
    return data[: table.start()], data[table.start() : table.end()], (start.start(1), start.end(1), int(start[1]))


def _edited(body: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    parts: list[bytes] = []
    place = 0
    for begin, end, text in edits:
        parts += [body[place:begin], text]
        place = end
    return b"".join((*parts, body[place:]))


def _moved(place: int, edits: list[tuple[int, int, bytes]]) -> int:
    return place + sum(len(text) - (end - begin) for begin, end, text in edits if end <= place)
