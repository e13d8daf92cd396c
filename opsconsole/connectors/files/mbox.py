"""Mailbox files: one mail after the other, each behind a line that begins with `From `.

Writers disagree on what marks a mail's start and on escaping. A `From ` line counts where it has the look of an
envelope and a header line follows; after a blank line a weaker look is enough. Memory holds one mail at a time.
"""

import re
from collections.abc import Iterator
from typing import Protocol

CHUNK = 1024 * 1024
LOOKAHEAD = 4096
TOO_LARGE = "The mail is larger than {} MB; the rest of it was not read."

_HEADER = re.compile(rb"(?:>?From |[!-9;-~]{1,76}[ \t]{0,3}:)")
_DATED = re.compile(
    rb"From [^\n]{0,300}?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b[^\n]{0,60}\d\d:\d\d[^\n]{0,40}", re.IGNORECASE
)
_WEAK = re.compile(rb"From (?:-|\S+@\S+|MAILER-DAEMON\b|nobody\b|\?\?\?|\S+[ \t]+[^\n]{0,60}\d\d:\d\d)")
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
_MARK = b"\nFrom "


class Reader(Protocol):
    """What bytes come from."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""
        ...


def looks_like_mbox(start: bytes) -> bool:
    """Return whether a file that begins with `start` is a mailbox file."""
    start = start.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if not start.startswith(b"From "):
        return False
    first, _, rest = start.partition(b"\n")
    return bool(_DATED.match(first) or _WEAK.match(first)) or _HEADER.match(rest) is not None


def split_mbox(stream: Reader, *, limit: int) -> Iterator[tuple[bytes, str]]:
    """Yield each mail without its `From ` line, and a sentence where it was cut at `limit` bytes.

    Errors of `stream` come through after the mails before them were given; what was begun is given last.
    """
    buffer = bytearray(b"\n\n")
    scan = 0
    cut = False
    is_end = False
    is_first = True
    while not is_end:
        try:
            chunk = stream.read(CHUNK)
        except Exception:
            if buffer.strip():
                yield _mail(buffer, cut, limit)
            raise
        is_end = not chunk
        if is_first and chunk:
            chunk = chunk.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
            is_first = not chunk
        buffer += chunk
        while True:
            at = buffer.find(_MARK, scan)
            if at < 0 or (len(buffer) - at < LOOKAHEAD and not is_end):
                break
            scan = at + 1
            if _is_start(buffer, at):
                if buffer[:at].strip():
                    yield _mail(buffer[:at], cut, limit)
                del buffer[: at + 1]
                # The blank line before what follows keeps its meaning for the next look back.
                scan, cut = 0, False
        if len(buffer) > limit + CHUNK:
            # One mail beyond the limit: keep its head and the few bytes a mark may straddle.
            cut = True
            kept = bytes(buffer[-LOOKAHEAD * 2 :])
            del buffer[limit:]
            buffer += kept
            scan = limit
        elif at < 0:
            scan = max(scan, len(buffer) - len(_MARK))
        else:
            scan = at
    if buffer.strip():
        yield _mail(buffer, cut, limit)


def _is_start(buffer: bytearray, at: int) -> bool:
    ahead = bytes(buffer[at + 1 : at + 1 + LOOKAHEAD])
    line, newline, after = ahead.partition(b"\n")
    if newline and after.strip() and not _HEADER.match(after):
        return False
    if _DATED.match(line):
        return True
    before = bytes(buffer[max(0, at - 2) : at])
    is_after_blank = before.endswith((b"\n", b"\n\r")) or at < 2
    return is_after_blank and _WEAK.match(line) is not None


def _mail(buffer: bytearray, is_cut: bool, limit: int) -> tuple[bytes, str]:
    data = bytes(buffer[:limit] if is_cut else buffer).lstrip(b"\r\n")
    if data.startswith(b"From "):
        data = data.partition(b"\n")[2]
    if b">From " in data:
        data = _ESCAPED.sub(rb"\1", data)
    for end in (b"\r\n\r\n", b"\n\n"):
        if data.endswith(end):
            data = data[: -len(end) // 2]
            break
    return data, TOO_LARGE.format(limit // 1024 // 1024) if is_cut else ""
