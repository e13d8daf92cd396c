"""Real mails lose no word that people see: laid beside a naive reading that shares nothing with ours."""

import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from email.message import Message
from html.parser import HTMLParser
from pathlib import Path
from typing import cast

import pytest

from opsconsole.connectors.mailtext.body import DIFFERS
from opsconsole.connectors.mailtext.clean import HIDDEN_TEXT
from opsconsole.connectors.mailtext.mend import LOST_LINE
from opsconsole.connectors.mailtext.model import MailText
from opsconsole.connectors.mailtext.read import read_mail

DATA = Path(__file__).parents[3] / "shared" / "data" / "mail"
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the mail collections are not beside this checkout"),
]
WORD = re.compile(r"\w+")
_INLINE = "a abbr b big code em font i ins kbd mark s small span strong sub sup tt u"
INLINE = frozenset(_INLINE.split())
UNSEEN = frozenset({"script", "style", "head", "title"})
TOLD = frozenset({HIDDEN_TEXT, DIFFERS, LOST_LINE})
"""Problems that say that words were left out."""
OTHERWISE = {
    "ham/00008.b42457819236bee543bebffb61b91e44.eml": "its plain form was read, which writes LinuxR for Linux®",
    "ham/00010.e82bd1f5f7eae426682a7f8e4cbf1ae6.eml": "its plain form was read, which writes LinuxR for Linux®",
    "ham/00021.1707ccb203e1a39f5167f1c0d65cc235.eml": "half a header stands where its first part begins",
    "ham/00045.2ee1e1652c664c64b323207f9e7a6f02.eml": "signs that step back, between two words, are dropped",
    "error_emails/cant_parse_from.eml": "its last tag never ends: no reader shows what is in it",
}
"""Mails with words that are not in our text as they stand in the mail, and why."""
ADDED = {
    "ham/00113.c3f906e0fa61549e358af0ed02a70052.eml": "dots stand between a quote and the row that begins it",
    "ham/00163.b1c2e35dfbadbea6df3815717933f1fa.eml": "cut marks stand between a quote and the row that begins it",
}
"""Mails of which more is left out than quotes and a signature, and why."""
CLOSING = re.compile(r"\W*(?:(?:best |kind )?regards|thanks|sincerely|cheers)\W*$", re.IGNORECASE)
SIGNED = re.compile(r"--$|__$|_{5,}$|-{20,}$|-{3,} ?(?:original|forwarded)", re.IGNORECASE)
ABOVE_QUOTE = re.compile(r"^(?:On|At|Quoting) |@|:$|,$")
HEADER = re.compile(r"(?:From|To|Cc|Date|Sent|Subject|Reply-To): ?\S", re.IGNORECASE)


class _Seen(HTMLParser):
    """All text of a page, but that of scripts, style sheets, and its head."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element; a page's body ends its head, which may be left open."""
        self._within = [] if tag == "body" else [*self._within, tag] if tag in UNSEEN else self._within
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        self._within = [other for other in self._within if other != tag]
        self._part(tag)

    def handle_data(self, data: str) -> None:
        """Take a text in."""
        self.said += [] if self._within else [data]

    def _part(self, tag: str) -> None:
        self.said += [] if tag in INLINE else [" "]


def mails(kind: str) -> Iterator[tuple[str, str, MailText]]:
    """Give each part of a kind that is shown as text: the mail's name, the part's text, and the mail as it was read."""
    for path in sorted(DATA.glob("*.tar.gz")):
        with tarfile.open(path) as collection:
            for entry in collection:
                file = collection.extractfile(entry)
                raw = file.read() if file is not None else b""
                for part in shown(message_from_bytes(raw)) if raw else ():
                    if part.get_content_type() == kind:
                        yield entry.name, decoded(part), read_mail(raw)


def shown(part: Message) -> Iterator[Message]:
    """Give the parts of a mail that are no files; a mail within the mail is one."""
    if (
        part.get_filename()
        or part.get_content_disposition() == "attachment"
        or part.get_content_maintype() == "message"
    ):
        return
    if not part.is_multipart():
        yield part
        return
    for child in cast(list[Message], part.get_payload()):
        yield from shown(child)


def decoded(part: Message) -> str:
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    said = (part.get_content_charset() or "ascii").removeprefix("chinese").replace("iso-8859-1", "cp1252")
    for charset in (said, "utf-8"):
        with suppress(LookupError, UnicodeDecodeError):
            return data.decode(charset)
    return data.decode(said if said == "big5" else "cp1252", "replace")


def words(text: str) -> Counter[str]:
    return Counter(WORD.findall(text))


def own_rows(text: str) -> list[str]:
    """Return the rows above a signature or another mail's headers, without quotes and the row that begins one."""
    own: list[str] = []
    rows = [row.strip() for row in text.split("\n")]
    for place, row in enumerate(rows):
        if SIGNED.match(row) or CLOSING.match(row) or all(map(HEADER.match, (row, *rows[place + 1 : place + 2]))):
            return own
        if not row.startswith(">"):
            own.append(row)
            continue
        while own and (not own[-1] or ABOVE_QUOTE.search(own[-1])):
            own.pop()
    return own


def test_every_word_of_a_formatted_mail_is_read_or_that_it_is_left_out_is_told() -> None:
    lost: dict[str, Counter[str]] = {}
    count = 0
    for name, source, mail in mails("text/html"):
        count += 1
        page = _Seen()
        page.feed(source)
        page.close()
        missing = words("".join(page.said)) - words(mail.full_text)
        if missing and TOLD.isdisjoint(mail.problems) and name not in OTHERWISE:
            lost[name] = missing
    assert count > 70 and lost == {}


def test_every_word_of_a_plain_mail_is_read_or_that_it_is_left_out_is_told() -> None:
    lost: dict[str, Counter[str]] = {}
    count = 0
    for name, source, mail in mails("text/plain"):
        count += 1
        missing = words(source) - words(mail.full_text)
        if missing and TOLD.isdisjoint(mail.problems) and name not in OTHERWISE:
            lost[name] = missing
    assert count > 450 and lost == {}


def test_what_agents_are_shown_leaves_out_quotes_and_signatures_and_nothing_else() -> None:
    lost: dict[str, Counter[str]] = {}
    count = 0
    for name, _, mail in mails("text/plain"):
        count += mail.text != mail.full_text
        missing = words("\n".join(own_rows(mail.full_text))) - words(mail.text)
        if missing and name not in ADDED:
            lost[name] = missing
    assert count > 200 and lost == {}
