"""What this sender wrote, without what they quoted and signed.

The reply library's patterns are quadratic and worse on crafted lines, so it sees a bounded text with long lines
masked. What it takes for a signature or a quote is checked before anything is dropped: a sentence lost costs more
than a signature kept.
"""

import re
from itertools import takewhile

from mailparser_reply.parser import EmailMessage  # pyright: ignore[reportMissingTypeStubs]

MAX_PARSED = 20_000
"""Characters given to the reply library; a reply stands at the top, the rest is quote or goes through plain rules."""
MAX_LINE = 240
MAX_SIGNATURE_ROWS = 30
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl")
_MASK = re.compile("\ue000(\\d+)\ue001")
_GAPS = re.compile(r"\n{3,}")
_FORWARD = re.compile(r"\s*(?:\[[^\]\n]{1,60}\]\s*)?(?:fwd?|wg|tr|rv|enc|doorst|i)\s*:", re.IGNORECASE)
_FORWARDED = re.compile(
    r"^[-> ]*(?:(?<=--)|(?<=-- )|(?<=--  )|Begin ?)(?:forwarded|weitergeleitete|message transféré)",
    re.IGNORECASE | re.M,
)
_SUBJECT_WORD = re.compile(r"^[> *]*(?:Subject|Betreff|Objet|Asunto|Oggetto|Onderwerp)\b", re.IGNORECASE | re.M)
_WROTE = re.compile(r":\s*$")
_NAMED = re.compile(r"\S@\S|\b\d{1,4}[-./:]\d{1,2}\b|\b(?:19|20)\d\d\b")
"""An address, a date or a time: mail programs name one where they quote; `On Monday my boss wrote:` is a person's."""
_ATTRIBUTION = re.compile(
    r"(?:@|wrote|writes|mentioned|said|schrieb|écrit|escribió|scritto|schreef|skrev|napisał).{0,100}:$", re.IGNORECASE
)
_QUOTED = re.compile(r"^>", re.MULTILINE)
_BLOCK = re.compile(r"[* ]*(?:-{5,}|\w+ ?:)")
_WORDS = re.compile(r"[^\W\d_]+")
_ASKS = re.compile(
    r"\b(?:cancel|refund|reimburse|terminate|kündig\w*|stornier\w*|erstatte\w*|annule[rz]|rembourse[rz]|annulla\w*"
    r"|annuleer)\b|^(?:please|kindly|bitte)\b(?!.{0,80}(?:reply|mail|contact|note|visit|print|not))",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(
    r"^\W{0,9}(?:P\.? ?-?S\b|P\.? ?D\b\.? ?:|N\.? ?B\b\.? ?:|Nachtrag\b|Post ?scriptum\b)", re.IGNORECASE | re.M
)
"""Also `P.-S.` and `P. D.:`: written after the name, by who wrote what stands above."""
_RULE = re.compile(r"\W{5,}|_{5,}")
_SENT_FROM = re.compile(r"(?:sent|get|von|gesendet|envoyé|enviado|inviato|verzonden)\b", re.IGNORECASE)
_DELIMITER = re.compile(r"\s*(?:> ?)*(?:--|__)\s*\n|\s*[_-]{32,}")


def strip_quotes(text: str, *, subject: str = "") -> str:
    """Return the part of `text` that its sender wrote; all of it where nothing would be left, or it is forwarded."""
    tidy = _GAPS.sub("\n\n", "\n".join(row.strip() for row in text.split("\n"))).strip("\n")
    if _FORWARD.match(subject) or _FORWARDED.search(tidy[:MAX_PARSED]):
        return text
    tidy = tidy.replace("\ue000", "").replace("\ue001", "")
    head, tail = _split(tidy)
    masked: list[str] = []
    try:
        own = _own(_masked(head, masked), has_tail=bool(tail))
    except Exception:
        own = _without_quoted_lines(head)
    own = _MASK.sub(lambda found: masked[int(found[1])] if int(found[1]) < len(masked) else "", own)
    if tail:
        own = f"{own}\n{_without_quoted_lines(tail)}"
    own = _GAPS.sub("\n\n", own).strip()
    # Nothing dropped: the text keeps its indents.
    return text if not own or own.split() == text.split() else own


def _split(text: str) -> tuple[str, str]:
    if len(text) <= MAX_PARSED:
        return text, ""
    at = text.rfind("\n", 0, MAX_PARSED)
    at = MAX_PARSED if at < MAX_PARSED // 2 else at
    return text[:at], text[at:]


def _masked(text: str, masked: list[str]) -> str:
    rows: list[str] = []
    for row in text.split("\n"):
        if len(row) > MAX_LINE and not row.startswith(">"):
            masked.append(row)
            row = f"\ue000{len(masked) - 1}\ue001"
        rows.append(row[:MAX_LINE])
    return "\n".join(rows)


def _own(text: str, *, has_tail: bool) -> str:
    replies = EmailMessage(text=text, languages=list(_LANGUAGES), keep_hyphen_lists=True).read().replies
    own: list[str] = []
    is_quote = False
    for reply in replies:
        header = (reply.headers or "").strip()
        content = reply.content
        if header and not is_quote:
            is_quote = _is_quote_header(header)
        if is_quote:
            content = content.removeprefix(header)
            if _BLOCK.match(header) or not _QUOTED.search(f"{header}\n{content}"):
                # Everything below is the older mail, unmarked.
                break
            # Answers stand between or below the quoted lines.
            is_quote = False
        kept = _without_quoted_lines(content)
        own.append(kept if has_tail else _unsigned(kept, reply.signatures or ""))
    return _above_delimiter("\n\n".join(piece.strip() for piece in own if piece.strip()))


def _is_quote_header(header: str) -> bool:
    """Tell a quoted mail's headers from lines such as `From: Berlin / To: Paris` that the sender wrote."""
    rows = [row for row in header.split("\n") if row.strip()]
    if re.match(r"-{5,}", header) or (len(rows) <= 3 and _WROTE.search(header) and _NAMED.search(header)):
        return True
    return len(rows) >= 2 and ("@" in header or _SUBJECT_WORD.search(header) is not None)


def _unsigned(text: str, signature: str) -> str:
    signature = signature.strip()
    if not signature or not text.endswith(signature) or len(text) == len(signature):
        return text
    rows = [row for row in signature.split("\n") if row.strip()]
    is_short = len(rows) <= 10 and len(rows[0]) <= 60 and max(map(len, rows)) <= 100 and "?" not in signature
    is_marked = len(rows) <= MAX_SIGNATURE_ROWS and _DELIMITER.match(signature + "\n") is not None
    said = _first_rows(signature)
    if _goes_on(signature) or (not is_marked and any(map(_is_sentence, said))):
        return text
    return text[: -len(signature)].rstrip() if is_short or is_marked else text


def _first_rows(signature: str) -> list[str]:
    """Return what stands right below the first row: what a list or an office adds is set apart."""
    block = signature.partition("\n")[2].lstrip("\n").partition("\n\n")[0]
    return list(takewhile(lambda row: _RULE.match(row) is None, block.split("\n")))


def _goes_on(signature: str) -> bool:
    """Return whether the sender says something more below the name: asks for something, or writes a postscript."""
    return _POSTSCRIPT.search(signature) is not None or any(map(_ASKS.search, _first_rows(signature)))


def _is_sentence(row: str) -> bool:
    """Tell a sentence from a name, a post or an address: it has a few words that do not begin with a capital."""
    return sum(word[0].islower() for word in _WORDS.findall(row)) >= 3 and _SENT_FROM.match(row) is None


def _above_delimiter(text: str) -> str:
    """Cut at the signature line `--`, where what follows is short enough to be one."""
    rows = text.split("\n")
    for at, row in enumerate(rows):
        if row == "--" and at and len(rows) - at <= MAX_SIGNATURE_ROWS and not _goes_on("\n".join(rows[at:])):
            return "\n".join(rows[:at])
    return text


def _without_quoted_lines(text: str) -> str:
    kept: list[str] = []
    for row in text.split("\n"):
        if not row.startswith(">"):
            kept.append(row)
            continue
        while kept and not kept[-1]:
            kept.pop()
        if kept and len(kept[-1]) <= MAX_LINE and _ATTRIBUTION.search(kept[-1]):
            kept.pop()
        if kept:
            kept.append("")
    return "\n".join(kept)
