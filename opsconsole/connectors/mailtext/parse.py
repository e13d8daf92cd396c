"""Bytes to a MIME tree, with bounds on what a crafted mail can cost."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from email import errors, policy
from email.message import Message
from email.parser import BytesHeaderParser

from opsconsole.connectors.mailtext.bounds import Allowance, lines, parsed
from opsconsole.connectors.mailtext.mend import plain_start
from opsconsole.connectors.mailtext.model import MAX_MAIL

MAX_HEADER_BLOCK = 1024 * 1024
MAX_HEADER_LINES = 10_000
TRUNCATED = "The mail is cut off or its parts are not closed as they should be; something may be missing."
_HEADER_END = re.compile(rb"\r?\n\r?\n|\r\r")
_LINE_END = re.compile(rb"\r\n|\r|\n")
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
    left: Allowance = field(default_factory=Allowance)
    """What parsing more of it may cost."""


def parse(raw: bytes, problems: list[str]) -> Parsed:
    """Parse a mail. What is left out or guessed is added to `problems`."""
    raw = plain_start(_bounded(raw, problems), problems)
    for rules in (policy.default, policy.compat32):
        left = Allowance()
        with suppress(Exception):
            return Parsed(parsed(raw, problems, left, rules), left=left)
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
    end = _HEADER_END.search(raw)
    head = raw[: end.start()] if end else raw
    if len(head) <= MAX_HEADER_BLOCK and lines(head) <= MAX_HEADER_LINES:
        return raw
    rows = _LINE_END.split(head[:MAX_HEADER_BLOCK], MAX_HEADER_LINES)[:MAX_HEADER_LINES]
    if len(head) > MAX_HEADER_BLOCK and len(rows) > 1:
        rows.pop()  # cut within
    problems.append("The mail has far more headers than a mail needs; the rest of them was not read.")
    return b"\n".join(rows) + b"\n\n" + (raw[end.end() :] if end else b"")


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
