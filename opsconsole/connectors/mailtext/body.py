"""A mail's parts: its text in the best form, and what is attached."""

from collections.abc import Callable
from dataclasses import dataclass, field
from email import policy
from email.message import Message
from typing import TypeVar, cast

from opsconsole.connectors.mailtext import charset, clean, html, mend, wording
from opsconsole.connectors.mailtext.bounds import TOO_DEEP, Allowance
from opsconsole.connectors.mailtext.headers import decoded_name
from opsconsole.connectors.mailtext.model import MAX_TEXT, Attachment

MAX_DEPTH = 30
MAX_PARTS = 1_000
MAX_ATTACHMENTS = 200
MAX_SUBJECT = 1_000
"""Characters of a subject, still encoded, that may name a mail within the mail."""
DIFFERS = (
    "The plain text of the mail says something else than the formatted text that people see; "
    "the formatted text was read."
)
ENCRYPTED = "The mail is encrypted; opsconsole cannot read it. Open it in the mail program that holds the key."
_CUT = f"The mail's text is longer than {MAX_TEXT} characters; the rest was not read."
_TEXT_TYPES = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown"})
_AS_IT_CAME = policy.default.clone(refold_source="none")
"""Folding headers anew takes seconds for crafted ones."""
_T = TypeVar("_T")


@dataclass(slots=True)
class Body:
    """What was found while walking the parts."""

    problems: list[str]
    left: Allowance = field(default_factory=Allowance)
    text: str = ""
    attachments: list[Attachment] = field(default_factory=list[Attachment])
    html_left: int = html.MAX_HTML
    """Characters of HTML still to be laid out; the layout is what costs most."""
    parts: list[Message] = field(default_factory=list[Message])
    nested: list[Message] = field(default_factory=list[Message])
    """Mails within the mail; read for text only where it has none of its own."""


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    is_html: bool = False


def read_body(message: Message, problems: list[str], left: Allowance) -> Body:
    """Walk the parts of a mail and give its text and attachments; `left` is what its parsing left."""
    body = Body(problems, left)
    body.text = _joined(_walk(message, body, 0))
    for inner in body.nested[:3]:
        if body.text.strip():
            break
        hidden = Body(problems, left)
        body.text = _joined(_walk(inner, hidden, 1))
    if len(body.text) > MAX_TEXT:
        body.text = body.text[:MAX_TEXT]
        problems.append(_CUT)
    return body


def text_of(data: bytes, problems: list[str]) -> str:
    """Return bytes without any structure as text."""
    if len(data) > MAX_TEXT * 4:
        problems.append(_CUT)
    return _seen(charset.decode(data[: MAX_TEXT * 4], None)[0], problems)[:MAX_TEXT]


def _walk(part: Message, body: Body, depth: int) -> list[_Piece]:
    if depth > MAX_DEPTH or len(body.parts) >= MAX_PARTS:
        body.problems.append(TOO_DEEP)
        return []
    body.parts.append(part)
    kind = _guard(part.get_content_type, "text/plain")
    children = _children(part, kind, body)
    if (
        depth
        and kind == "text/plain"
        and (meant := _guard(lambda: mend.late_headers(part, body.problems, body.left), None)) is not None
    ):
        return _walk(meant, body, depth + 1)
    if kind == "multipart/encrypted" or (
        kind.endswith("pkcs7-mime") and "signed" not in _parameter(part, "smime-type")
    ):
        body.problems.append(ENCRYPTED)
    if children and kind.startswith("multipart/"):
        pieces = [_walk(child, body, depth + 1) for child in children]
        if kind == "multipart/alternative":
            return _best(pieces, body)
        return [piece for group in pieces for piece in group]
    if children:
        blocks = _guard(lambda: [child.as_bytes(policy=_AS_IT_CAME) for child in children], list[bytes]())
        is_report = kind == "message/delivery-status"
        body.nested.extend([mend.report(part, blocks)] if is_report else children)
        size = sum(map(len, blocks))
        _attach(body, _name(part) or f"{_subject(children[0]) or 'message'}.eml", kind, size)
        return []
    return _leaf(part, kind, body)


def _children(part: Message, kind: str, body: Body) -> list[Message]:
    payload: object = _guard(part.get_payload, "")
    if kind.startswith("message/") and (
        inner := _guard(lambda: mend.inner_mail(part, body.problems, body.left), list[Message]())
    ):
        return inner
    if not isinstance(payload, list):
        found = (
            _guard(lambda: mend.found_parts(part, body.problems, body.left), list[Message]())
            if kind.startswith("multipart/")
            else []
        )
        body.problems += [mend.BOUNDARY] if found else []
        return found
    return [cast(Message, child) for child in cast(list[object], payload) if isinstance(child, Message)]


def _leaf(part: Message, kind: str, body: Body) -> list[_Piece]:
    name = _name(part)
    is_attached = _guard(part.get_content_disposition, None) == "attachment" or bool(name)
    if kind not in _TEXT_TYPES and kind.startswith("multipart/"):
        kind = "text/plain"
    data = _data(part)
    if is_attached or kind not in _TEXT_TYPES:
        if data or name:
            _attach(body, name or "unnamed", kind, len(data))
        return []
    limit = html.MAX_HTML if kind == "text/html" else MAX_TEXT
    if len(data) > limit * 4:
        data = data[: limit * 4]
        body.problems.append(_CUT)
    if kind.startswith("text/") and (meant := mend.unpacked_text(data)) is not None:
        data = meant
        body.problems.append(mend.UNSAID)
    text, problem = charset.decode(data, _parameter(part, "charset"))
    if problem:
        body.problems.append(problem)
    if kind in ("text/plain", "text/markdown"):
        text, files = mend.without_uuencoded(text)
        for file_name, size in files:
            _attach(body, clean.line(file_name, 255), "application/octet-stream", size)
        return [_Piece(_seen(text, body.problems))]
    if body.html_left <= 0:
        body.problems.append(_CUT)
        return []
    page = html.read_html(clean.scrub(text), limit=body.html_left)
    body.html_left -= len(text)
    body.problems.extend(page.problems)
    return [_Piece(_seen(page.text, body.problems), is_html=True)]


def _best(forms: list[list[_Piece]], body: Body) -> list[_Piece]:
    """Choose between the forms of one text: plain, unless it is a stub or not what people see."""
    forms = [[piece for piece in form if piece.text.strip()] for form in forms]
    plain = [piece for form in forms if not any(piece.is_html for piece in form) for piece in form]
    rich = [piece for form in forms if any(piece.is_html for piece in form) for piece in form]
    if not plain:
        plain, rich = [piece for piece in rich if not piece.is_html], [piece for piece in rich if piece.is_html]
    if not plain or not rich:
        return plain or rich
    said, seen = wording.words(_joined(plain)), wording.words(_joined(rich))
    if len(set(seen)) >= 40 and len(set(said)) * 4 < len(set(seen)):
        return rich
    if said and wording.longest_run(said, seen) >= min(wording.SAYS_MORE, len(said)):
        body.problems.append(DIFFERS)
        return rich
    return plain


def _seen(text: str, problems: list[str]) -> str:
    problems.extend(clean.oddities(text))
    return clean.scrub(text)


def _joined(pieces: list[_Piece]) -> str:
    return "\n\n".join(piece.text.strip("\n") for piece in pieces if piece.text.strip())


def _data(part: Message) -> bytes:
    _guard(lambda: mend.say_encoding(part), None)
    data: object = _guard(lambda: part.get_payload(decode=True), None)
    if isinstance(data, bytes):
        return data
    text: object = _guard(part.get_payload, "")
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else b""


def _parameter(part: Message, name: str) -> str:
    found: object = _guard(lambda: part.get_param(name, ""), "")
    return str(found[2]) if isinstance(found, tuple) else str(found or "")


def _name(part: Message) -> str:
    name = str(_guard(part.get_filename, None) or "")
    name = decoded_name(name)
    return clean.line(name.replace("\\", "/").rpartition("/")[2], 255)


def _subject(message: Message) -> str:
    said = next((str(value) for name, value in message.raw_items() if name.lower() == "subject"), "")
    return clean.line(decoded_name(clean.repair(said[:MAX_SUBJECT])), 100)


def _attach(body: Body, name: str, kind: str, size: int) -> None:
    if len(body.attachments) == MAX_ATTACHMENTS:
        body.problems.append(f"The mail has more than {MAX_ATTACHMENTS} attachments; the rest is not listed.")
    if len(body.attachments) < MAX_ATTACHMENTS:
        body.attachments.append(Attachment(name=name, content_type=clean.line(kind, 100), size=size))


def _guard(read: Callable[[], _T], otherwise: _T) -> _T:
    """Call into the standard library, whose header parser raises many things on crafted mails."""
    try:
        return read()
    except Exception:
        return otherwise
