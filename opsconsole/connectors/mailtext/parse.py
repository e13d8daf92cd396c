"""Bytes to a MIME tree, with bounds on what a crafted mail can cost."""

import re
from contextlib import suppress
from dataclasses import dataclass
from email import errors, policy
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser

from opsconsole.connectors.mailtext.mend import plain_start
from opsconsole.connectors.mailtext.model import MAX_MAIL

MAX_HEADER_BLOCK = 1024 * 1024
MAX_HEADER_LINES = 10_000
MAX_NESTING = 60
MAX_LINE_WORK = 4_000_000
"""Lines times open boundaries: the standard parser compares every line with every boundary."""

MAX_PARTS = 5_000
MAX_FIELD = 4_000
"""Bytes of one Content-… field of any part; the standard parser is quadratic on crafted ones."""

TOO_DEEP = "The mail's parts are nested too deeply; the innermost were not read."
TRUNCATED = "The mail is cut off or its parts are not closed as they should be; something may be missing."
_NESTS = re.compile(rb"boundary\s*=|^content-type:\s*message/", re.IGNORECASE | re.MULTILINE)
_CONTENT_FIELD = re.compile(rb"^content-[a-z-]{1,30}:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_BROKEN: dict[type[errors.MessageDefect], str] = {
    errors.StartBoundaryNotFoundDefect: TRUNCATED,
    errors.CloseBoundaryNotFoundDefect: TRUNCATED,
    errors.NoBoundaryInMultipartDefect: "The mail says it has parts but not where they begin; it was read as one text.",
    errors.MultipartInvariantViolationDefect: "The mail says it has parts but none was found.",
    errors.MissingHeaderBodySeparatorDefect: "The mail's headers run into its text; some headers may be lost.",
    errors.FirstHeaderLineIsContinuationDefect: "The mail's first header line is malformed and was left out.",
    errors.MisplacedEnvelopeHeaderDefect: "A line that belongs to a mailbox file stands among the mail's headers.",
    errors.InvalidBase64PaddingDefect: "A part of the mail is not encoded as it should be; its end may be missing.",
    errors.InvalidBase64CharactersDefect: "A part of the mail is not encoded as it should be; it may read wrong.",
    errors.InvalidBase64LengthDefect: "A part of the mail is not encoded as it should be; it could not be decoded.",
    errors.InvalidMultipartContentTransferEncodingDefect: "A container of the mail is encoded in a way it must not be.",
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A mail's tree; `body` stands in for it where the parts could not be told apart."""

    message: Message
    body: bytes | None = None


def parse(raw: bytes, problems: list[str]) -> Parsed:
    """Parse a mail. What is left out or guessed is added to `problems`."""
    raw = plain_start(_bounded(raw, problems), problems)
    for rules in (policy.default, policy.compat32):
        with suppress(Exception):
            return Parsed(BytesParser(policy=rules).parsebytes(raw))
    problems.append("The mail's parts could not be told apart; it is shown as one text.")
    end = _HEADER_END.search(raw)
    body = raw[end.end() :] if end else raw
    head = raw[: end.end()] if end else b""
    try:
        return Parsed(BytesHeaderParser(policy=policy.compat32).parsebytes(head), body)
    except Exception:
        return Parsed(Message(), raw)


def _bounded(raw: bytes, problems: list[str]) -> bytes:
    if len(raw) > MAX_MAIL:
        problems.append(f"The mail is larger than {MAX_MAIL // 1024 // 1024} MB; the rest was not read.")
        raw = raw[:MAX_MAIL]
    raw = _bounded_headers(raw, problems)
    nests = 0
    for nests, found in enumerate(_NESTS.finditer(raw), start=1):
        if nests > MAX_NESTING:
            problems.append(TOO_DEEP)
            raw = raw[: found.start()]
            break
    raw = _CONTENT_FIELD.sub(lambda found: found[0][:MAX_FIELD], raw)
    if nests and raw.count(b"\n--") > MAX_PARTS:
        problems.append(f"The mail has more than {MAX_PARTS} parts; the rest of them was not read.")
        raw = b"\n--".join(raw.split(b"\n--", MAX_PARTS)[:MAX_PARTS])
    is_cut = False
    while raw.count(b"\n") * (1 + nests) > MAX_LINE_WORK:
        raw = raw[: len(raw) // 2]
        is_cut = True
    if is_cut:
        problems.append(f"The mail has too many lines to read them all; it was read up to byte {len(raw)}.")
    return raw


def _bounded_headers(raw: bytes, problems: list[str]) -> bytes:
    end = _HEADER_END.search(raw)
    size = end.start() if end else len(raw)
    lines = raw.count(b"\n", 0, size)
    if size <= MAX_HEADER_BLOCK and lines <= MAX_HEADER_LINES:
        return raw
    head = raw[: min(size, MAX_HEADER_BLOCK)]
    kept = b"\n".join(head.split(b"\n", MAX_HEADER_LINES)[:MAX_HEADER_LINES])
    if len(kept) == MAX_HEADER_BLOCK and b"\n" in kept:
        kept = kept[: kept.rfind(b"\n")]
    problems.append("The mail has far more headers than a mail needs; the rest of them was not read.")
    return kept + b"\n\n" + (raw[end.end() :] if end else b"")


def defect_problems(parts: list[Message]) -> list[str]:
    """Return a sentence for every kind of defect that the parser found."""
    found: dict[str, None] = {}
    for part in parts:
        for defect in part.defects:
            known = _BROKEN.get(type(defect))
            if known is None and not isinstance(defect, errors.HeaderDefect):
                known = "The mail is not built as a mail should be; it was read as well as can be."
            if known is not None:
                found[known] = None
    return list(found)
