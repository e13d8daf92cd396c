"""Stable names for mails: message ids, and digests that survive transport."""

import hashlib
import re

_OF_A_STORE = re.compile(
    rb"(?im)^(?:status|x-status|x-mozilla-[a-z0-9-]*|x-keywords|x-uid|x-imapbase|x-gmail-labels|x-evolution[a-z-]*"
    rb"|content-length|lines):[^\n]*\n(?:[ \t][^\n]*\n)*"
)
_WRITTEN = frozenset(
    b"from to cc date subject reply-to in-reply-to references content-type content-transfer-encoding"
    b" content-disposition".split()
)
_BLANK_LINE = re.compile(rb"\n[ \t]*\n")


def raw_digest(raw: bytes) -> str:
    """Return a digest of the whole mail that ignores line ends and what mail stores add (32 hex digits)."""
    head, body = _split(raw)
    return hashlib.sha256(_OF_A_STORE.sub(b"", head) + b"\n" + body).hexdigest()[:32]


def content_digest(raw: bytes) -> str:
    """Return a digest of what the sender wrote, the same in Inbox, Sent and on another route (12 hex digits).

    Covers the body and the headers a sender's program writes; not those that servers and lists add on the way.
    """
    head, body = _split(raw)
    wrote = hashlib.sha256()
    flat = re.sub(rb"\n[ \t]+", b" ", head)
    for row in flat.split(b"\n"):
        name, colon, value = row.partition(b":")
        if colon and name.strip().lower() in _WRITTEN:
            wrote.update(name.strip().lower() + b":" + b" ".join(value.split()) + b"\n")
    wrote.update(body)
    return wrote.hexdigest()[:12]


def synthetic_id(raw: bytes) -> str:
    """Return an id for a mail without one, the same for the same bytes."""
    return f"<sha256-{raw_digest(raw)}@opsconsole.invalid>"


def _split(raw: bytes) -> tuple[bytes, bytes]:
    raw = raw.replace(b"\r\n", b"\n").strip(b"\r\n")
    blank = _BLANK_LINE.search(raw)
    if blank is None:
        return raw + b"\n", b""
    return raw[: blank.start() + 1], raw[blank.end() :].strip(b"\n")
