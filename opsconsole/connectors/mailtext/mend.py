"""Mails that are not built as they should be: what people sent is read, and their plumbing is never shown as text."""

import base64
import binascii
import quopri
import re
from email.message import Message

from opsconsole.connectors.mailtext.bounds import Allowance, parsed

UNSAID = "The text was packed as base64 though the mail does not say so; it was unpacked."
BOUNDARY = "The mail's parts begin elsewhere than it says; they were found."
LOST_LINE = "A line that is no header stands among the mail's headers; it was left out."
TYPE = re.compile(
    r"(?:[ \t]*\r?\n)*((?:Content-[A-Za-z-]{1,30}[ \t]*:[^\n]*\n(?:[ \t]+\S[^\n]*\n)*)+)[ \t]*\r?\n", re.IGNORECASE
)
_COMMENT = re.compile(r"\([^()]*\)")
_KNOWN = re.compile(
    rb"(?i)(?:from|to|subject|date|message-id|mime-version|content-type|received|return-path)[ \t]{0,12}:"
)
_FIELD = re.compile(rb"[!-9;-~]{1,76}[ \t]{0,12}:|[ \t]|>?From ")
_GAP = re.compile(rb"^([!-9;-~]{1,76})[ \t]{1,12}:")
"""Between a header's name and its colon; old programs leave one, and the standard parser takes it for text."""
_BLANK = re.compile(rb"\r?\n[ \t]*\r?\n")
_OPENS = re.compile(rb"(?:^|\n)--([^\s-][^\r\n]{0,69}|-[^\r\n]{1,69}?)[ \t]*\r?\n(?=[Cc]ontent-)")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_UU = re.compile(r"^begin [0-7]{3,4} ([^\n]{1,200})\n((?:[ -`]{1,80}\n)+?)(?:[ `]\n)?end[ \t]*$", re.MULTILINE)
_UU_FULL = 45
"""Bytes in every line but the last."""
LONG = 60
"""Lines of packed text are at least so long."""


def plain_start(raw: bytes, problems: list[str]) -> bytes:
    """Return a mail without what stands before its headers, and without lines or gaps among them that are none."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    end = _BLANK.search(raw)
    head = raw[: end.start()] if end else raw
    lines = head.split(b"\n")
    odd = {place for place, line in enumerate(lines) if line.strip() and not _FIELD.match(line)}
    last = max((place for place, line in enumerate(lines) if _KNOWN.match(line)), default=-1)
    lost = {place for place in odd if place < last}
    problems += [LOST_LINE] if lost else []
    kept = b"\n".join(_GAP.sub(rb"\1:", line) for place, line in enumerate(lines) if place not in lost)
    return kept + (raw[end.start() :] if end else b"")


def transfer_encoding(part: Message) -> str:
    """Return how a part is packed, `base64` or another word or nothing, whatever stands around the word."""
    said = [str(value) for name, value in part.raw_items() if name.lower() == "content-transfer-encoding"]
    words = [_word(value) for value in said]
    for word in ("base64", "quoted-printable"):
        if word in words:
            return word
    return next(iter(words), "")


def _word(value: str) -> str:
    bare = _COMMENT.sub(" ", value).strip().lower().partition(";")[0].strip(" \t\r\n\"',.")
    return {"base-64": "base64", "x-base64": "base64", "b": "base64", "b64": "base64", "qp": "quoted-printable"}.get(
        bare.replace("_", "-"), bare
    )


def say_encoding(part: Message) -> None:
    """Let a part say plainly how it is packed, so that the standard library unpacks it."""
    said = [str(value) for name, value in part.raw_items() if name.lower() == "content-transfer-encoding"]
    word = transfer_encoding(part)
    if said and (len(said) > 1 or said[0].strip(" \t").lower() != word or said[0] != said[0].strip()):
        del part["content-transfer-encoding"]
        part["Content-Transfer-Encoding"] = word


def unpacked_text(data: bytes) -> bytes | None:
    """Return what bytes are that are packed as base64 without saying so; None where they are not, or are no text."""
    lines = data.decode("ascii", "replace").split()
    if not lines or len(lines[0]) < LONG or len(data) > 20_000_000:
        return None
    whole = "".join(lines)
    is_even = all(len(line) == len(lines[0]) for line in lines[:-1]) and len(lines[-1]) <= len(lines[0])
    if not is_even or len(whole) % 4 or _BASE64.fullmatch(whole) is None:
        return None
    try:
        found = base64.b64decode(whole, validate=True)
        text = found.decode("utf-8")
    except ValueError:
        return None
    return found if sum(char.isprintable() or char in "\r\n\t" for char in text) >= 0.98 * len(text) else None


def body_bytes(part: Message) -> bytes:
    """Return the payload of a container whose parts were not found, unpacked where it says that it is packed."""
    payload: object = part.get_payload()
    data = payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""
    word = transfer_encoding(part)
    if word == "quoted-printable":
        return quopri.decodestring(data)
    if word != "base64":
        return data
    try:
        return base64.b64decode(data, validate=False)
    except (binascii.Error, ValueError):
        return data


def found_parts(part: Message, problems: list[str], left: Allowance) -> list[Message]:
    """Return the parts of a container that does not say, or says wrongly, where they begin; none if there are none."""
    data = body_bytes(part)
    opens = _OPENS.search(data)
    if opens is None:
        return []
    mark = opens[1].decode("ascii", "replace").replace('"', "")
    head = f'Content-Type: multipart/mixed; boundary="{mark}"\n\n'.encode("ascii", "replace")
    return _children(parsed(head + data, problems, left))


def inner_mail(part: Message, problems: list[str], left: Allowance) -> list[Message]:
    """Return the mail in a part that was packed, which it must not be; none where it is not."""
    children = _children(part)
    if transfer_encoding(part) not in ("base64", "quoted-printable") or len(children) != 1 or children[0].keys():
        return []
    packed = Message()
    packed["Content-Transfer-Encoding"] = transfer_encoding(part)
    packed.set_payload(children[0].get_payload())
    data = body_bytes(packed)
    return [parsed(data, problems, left)] if _KNOWN.match(data) else []


def report(part: Message, blocks: list[bytes]) -> Message:
    """Return a report on a mail's delivery as the text that it is: the standard parser takes each block for a mail."""
    whole = Message()
    if word := transfer_encoding(part):
        whole["Content-Transfer-Encoding"] = word
    whole.set_payload(b"\n\n".join(block.strip(b"\r\n") for block in blocks).decode("ascii", "surrogateescape"))
    return whole


def late_headers(part: Message, problems: list[str], left: Allowance) -> Message | None:
    """Return a part whose headers stand below a blank line, as it was meant; None where they do not."""
    payload: object = part.get_payload()
    if part.keys() or not isinstance(payload, str) or TYPE.match(payload) is None:
        return None
    return parsed(payload.lstrip().encode("utf-8", "surrogateescape"), problems, left)


def without_uuencoded(text: str) -> tuple[str, list[tuple[str, int]]]:
    """Return a text without files that were packed into it the old way, and (name, bytes) of each."""
    files: list[tuple[str, int]] = []

    def take(found: re.Match[str]) -> str:
        lines = found[2].splitlines()
        counts = [(ord(line[0]) - 32) & 63 for line in lines]  # the first sign of a line tells how many bytes it holds
        is_whole = all(_is_packed(line, count) for line, count in zip(lines, counts, strict=True))
        if not is_whole or any(count != _UU_FULL for count in counts[:-1]):
            return found[0]  # somebody's words between two words that begin and end a file
        files.append((found[1].strip(), sum(counts)))
        return ""

    return (_UU.sub(take, text), files) if "\nend" in text and "begin " in text else (text, files)


def _is_packed(line: str, count: int) -> bool:
    """Return whether a line has the length that its first sign tells: 4 signs for 3 bytes; spaces at its end get lost.

    A sum at the end, of one sign, is some packers' habit.
    """
    signs, wanted = len(line) - 1, (count + 2) // 3 * 4
    return 0 < count <= _UU_FULL and wanted - 4 < signs <= wanted + 1


def _children(part: Message) -> list[Message]:
    payload: object = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []  # pyright: ignore[reportUnknownVariableType]
