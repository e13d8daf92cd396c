"""Mails that are not built as they should be: what was written is read, headers and packing are never shown as text."""

import base64
import binascii

import pytest

from opsconsole.connectors.mailtext.mend import BOUNDARY, LOST_LINE, UNSAID
from opsconsole.connectors.mailtext.read import read_mail

HEAD = (
    b"From: Kim Ode <kim@quay.example>\nTo: help@tile.example\nSubject: %s\nDate: Tue, 03 Feb 2026 10:00:00 +0000\n"
    b"Message-ID: <k1@quay.example>\nMIME-Version: 1.0\n"
)
SAID = "Schöne Grüße: von der Lieferung 31 fehlen zwei Kisten, und eine dritte ist nass. Bitte melden Sie sich bald."
PACKED = base64.encodebytes(SAID.encode())
TEXT = b"Content-Type: text/plain; charset=utf-8\n"
FILE = b"Content-Type: application/pdf; name=bill.pdf\nContent-Transfer-Encoding: %s\n\n" + base64.encodebytes(
    b"x" * 50
)


def mail(more: bytes, subject: bytes = b"Crates") -> bytes:
    return HEAD % subject + more


@pytest.mark.parametrize(
    "word",
    [
        b"base64 ", b"base64;", b"base64; charset=utf-8", b"base64 (as usual)", b"(as usual) BASE64", b'"base64"',
        b"base-64", b"x-base64", b"7bit\nContent-Transfer-Encoding: base64",
    ],
)  # fmt: skip
def test_text_and_sizes_are_unpacked_whatever_stands_around_the_word(word: bytes) -> None:
    got = read_mail(mail(TEXT + b"Content-Transfer-Encoding: " + word + b"\n\n" + PACKED))
    assert got.full_text == SAID and got.problems == ()
    both = mail(
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" + TEXT + b"\nHi\n--b\n" + FILE % word + b"\n--b--\n"
    )
    got = read_mail(both)
    assert got.full_text == "Hi" and [(part.name, part.size) for part in got.attachments] == [("bill.pdf", 50)]


def test_text_that_is_packed_without_saying_so_is_unpacked_and_told() -> None:
    got = read_mail(mail(TEXT + b"\n" + PACKED))
    assert got.full_text == SAID and got.problems == (UNSAID,)


@pytest.mark.parametrize(
    "text",
    [
        "c2hvcnQ=",
        "a" * 63,
        "0123456789abcdef" * 4,
        base64.b64encode(bytes(range(200))).decode(),
        base64.b64encode(bytes(60)).decode(),
        "Hello" * 20,
    ],
)
def test_what_only_looks_packed_stays(text: str) -> None:
    assert read_mail(mail(TEXT + b"\n" + text.encode())).full_text == text.strip()


PARTS = (
    b"--b1\n"
    + TEXT
    + b"Content-Transfer-Encoding: base64\n\n"
    + PACKED
    + b"\n--b1\n"
    + FILE % b"base64"
    + b"\n--b1--\n"
)


@pytest.mark.parametrize("said", [b"", b"; boundary=other", b'; boundary=""'], ids=["none", "another", "an empty one"])
def test_parts_are_found_where_the_mail_says_wrongly_where_they_begin(said: bytes) -> None:
    got = read_mail(mail(b"Content-Type: multipart/mixed" + said + b"\n\n" + PARTS))
    assert got.full_text == SAID and BOUNDARY in got.problems
    assert [(part.name, part.size) for part in got.attachments] == [("bill.pdf", 50)]


def test_a_container_that_is_packed_itself_is_unpacked() -> None:
    head = b"Content-Type: multipart/mixed; boundary=b1\nContent-Transfer-Encoding: base64\n\n"
    got = read_mail(mail(head + base64.encodebytes(PARTS)))
    assert got.full_text == SAID and [part.name for part in got.attachments] == ["bill.pdf"]


def test_headers_of_a_part_below_a_blank_line_are_headers() -> None:
    late = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" + TEXT + b"Content-Transfer-Encoding: base64\n\n"
    assert read_mail(mail(late + PACKED + b"\n--b--\n")).full_text == SAID


def test_a_text_that_begins_like_a_header_is_a_text() -> None:
    assert read_mail(mail(TEXT + b"\nContent-Type: is what I asked about\n\nThanks")).full_text.startswith(
        "Content-Type"
    )


def test_a_part_that_has_headers_of_its_own_keeps_its_text() -> None:
    part = (
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" + TEXT + b"\nContent-Type: text/html\n\n<b>Hello\n--b--\n"
    )
    assert read_mail(mail(part)).full_text == "Content-Type: text/html\n\n<b>Hello"


def test_a_mail_within_a_mail_is_read_though_it_is_packed() -> None:
    inner = base64.encodebytes(HEAD % b"The first" + b"\n" + SAID.encode())
    got = read_mail(mail(b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + inner))
    assert got.full_text == SAID and [part.name for part in got.attachments] == ["The first.eml"]


def test_a_delivery_report_is_read_to_its_end_where_the_mail_says_nothing_else() -> None:
    report = "It could not be delivered:\n\n<kim@quay.example> is closed\n\nStatus: 5.1.1\nAction: failed"
    status = b"Content-Type: message/delivery-status\n"
    assert read_mail(mail(status + b"\n" + report.encode())).text == report
    packed = base64.encodebytes(report.encode())
    assert read_mail(mail(status + b"Content-Transfer-Encoding: base64\n\n" + packed)).text == report
    parts = b"Content-Type: multipart/report; boundary=b\n\n--b\n" + TEXT + b"\nSorry.\n--b\n" + status + b"\n"
    beside = read_mail(mail(parts + report.encode() + b"\n--b--\n"))
    assert beside.text == "Sorry." and [file.content_type for file in beside.attachments] == ["message/delivery-status"]


def test_a_charset_by_a_name_that_old_programs_gave_it_is_known() -> None:
    got = read_mail(mail("Content-Type: text/plain; charset=CHINESEBIG5\n\n您還在用".encode("big5")))
    assert got.text == "您還在用" and got.problems == ()


def test_a_file_packed_into_the_text_the_old_way_is_an_attachment() -> None:
    got = read_mail(mail(TEXT + b"\nSee the file.\n\nbegin 644 crates.txt\n#0V%T\n`\nend\nBye"))
    assert got.full_text.split() == ["See", "the", "file.", "Bye"]
    assert [(part.name, part.size) for part in got.attachments] == [("crates.txt", 3)]


def test_a_longer_file_packed_the_old_way_is_one_too() -> None:
    data = bytes(range(200))
    lines = b"".join(binascii.b2a_uu(data[first : first + 45]) for first in range(0, 200, 45))
    got = read_mail(mail(TEXT + b"\nHere:\nbegin 644 crates.bin\n" + lines + b"`\nend\n"))
    assert [(part.name, part.size) for part in got.attachments] == [("crates.bin", 200)]


@pytest.mark.parametrize(
    "words", [b"HELLO THERE, THE METER READS 4711\nPLEASE REFUND", b"#0V%T\n#0V%T", b"#0V%TTTT", b"   "]
)
def test_words_between_a_begin_and_an_end_are_no_file(words: bytes) -> None:
    """Else what a customer writes would be hidden from who works it."""
    text = b"begin 644 the story\n" + words + b"\nend"
    got = read_mail(mail(TEXT + b"\n" + text))
    assert got.attachments == () and got.full_text.split() == text.decode().split()


@pytest.mark.parametrize("before", [b"\n\n", b"\r\n", b"\xef\xbb\xbf", b"Stray line\n"])
def test_what_stands_before_the_headers_makes_them_no_text(before: bytes) -> None:
    got = read_mail(before + mail(TEXT + b"\nHello"))
    assert (got.subject, got.sender, got.full_text) == ("Crates", "kim@quay.example", "Hello")
    assert got.problems == ((LOST_LINE,) if before.startswith(b"S") else ())


@pytest.mark.parametrize(
    ("subject", "read"),
    [
        (b"=?iso-8859-1?Q?Die_K\xf6nigin_und_das_M\xe4rchen?=", "Die Königin und das Märchen"),
        ("=?utf-8?Q?Die_Königin?=".encode(), "Die Königin"),
        (b"=?utf-8?Q?Die K=C3=B6nigin kommt?=", "Die Königin kommt"),
        (b"=?utf-8?Q?Die K=C3=B6nigin? Ja?=", "Die Königin? Ja"),
        (b"=?utf-8?B?RGllIEvDtm5pZ2lu?=", "Die Königin"),
        (b"=?utf-8?B?RGllIEvDtm5pZ2luIQ?=", "Die Königin!"),
        (b"=?utf-8?Q?Die_K=C3?= =?utf-8?Q?=B6nigin?=", "Die Königin"),
        (b"Is 3 =? 4", "Is 3 =? 4"),
    ],
)
def test_encoded_words_are_read_though_they_hold_what_they_must_not(subject: bytes, read: str) -> None:
    got = read_mail(mail(b"\nHello", subject))
    assert got.subject == read and got.problems == ()


def test_a_gap_before_the_colon_makes_a_header_no_text() -> None:
    got = read_mail(mail(TEXT + b"\nHello").replace(b"From:", b"From   :").replace(b"Subject:", b"Subject\t :"))
    assert (got.subject, got.sender, got.full_text, got.problems) == ("Crates", "kim@quay.example", "Hello", ())


def test_so_are_names() -> None:
    raw = mail(b"\nHello").replace(b"Kim Ode", b"=?iso-8859-1?Q?Kim_\xd6de?=")
    got = read_mail(raw)
    assert (got.sender_name, got.sender) == ("Kim Öde", "kim@quay.example")
