"""What a crafted mail may cost to parse: little, however it is spelt or packed; a mail as people send it is whole."""

import base64
import time

import pytest

from opsconsole.connectors.mailtext import bounds
from opsconsole.connectors.mailtext.read import read_mail

HEAD = (
    b"From: Ann <ann@quay.example>\nTo: help@tile.example\nSubject: Crates\nMessage-ID: <k2@quay.example>\n"
    b"Date: Tue, 03 Feb 2026 10:00:00 +0000\nMIME-Version: 1.0\n"
)
PACKED = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n"
DELIVERY = HEAD + b"Content-Type: message/delivery-status\n\n"


def nested(depth: int, lines: bytes, spelt: bytes = b"boundary=") -> bytes:
    parts = b"".join(b"Content-Type: multipart/mixed; %sb%d\n\n--b%d\n" % (spelt, at, at) for at in range(depth))
    return parts + b"Content-Type: text/plain\n\n" + lines


def packed(inner: bytes) -> bytes:
    return PACKED + base64.encodebytes(b"From: x@y.example\n" + inner)


def addresses(name: bytes, count: int) -> bytes:
    return (name + b": " + b"a b " * 990 + b"\n") * count


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + nested(300, b"a\n" * 500_000),
        HEAD + nested(300, b"a\n" * 500_000, b"boundary*0="),
        HEAD + nested(300, b"a\n" * 500_000, b"boundary*="),
        HEAD + nested(300, b"a\n" * 500_000, b"boundary*0*="),
        HEAD + nested(300, b"a\n" * 500_000, b"=?utf-8?q?boundary=3D?="),
        HEAD + nested(59, b"a\r" * 800_000),
        HEAD + packed(nested(300, b"a\n" * 500_000)),
        HEAD + packed(packed(nested(300, b"a\n" * 400_000))),
        MIXED + (b"--b\n" + packed(nested(15, b"a\n" * 60_000))) * 150,
        HEAD + packed(b"Content-Type: text/plain" + b";" * 800_000 + b"\n\nx"),
        HEAD + b"X: y\rContent-Type: text/plain" + b";" * 800_000 + b"\n\nx",
        HEAD + packed(b'Content-Type: text/plain; name="' + b'"\\"' * 200_000 + b"\n\nx"),
        MIXED + (b"--b\nContent-Type: text/plain" + b';"a' * 1_300 + b"\n\nx\n") * 4_000,
        MIXED + (b"--b\nContent-Disposition: attachment" + b';"a' * 90 + b"\n\nx\n") * 4_900,
        addresses(b"To", 250) + HEAD + b"\nx",
        b"".join(addresses(name, 60) for name in (b"To", b"Cc", b"Reply-To", b"From")) + b"\nx",
        HEAD + b"Content-Type: message/rfc822\n\n" + (b"To: " + (b"a b " * 20 + b"\n ") * 49 + b"\n") * 200 + b"\nx",
        MIXED + (b"--b\nContent-Type: message/rfc822\n\nSubject: " + b"=?a?b? =?a?b?x?= " * 3_000 + b"\n\nx\n") * 900,
        DELIVERY + b"A: b\n\n" * 300_000,
        DELIVERY + b"\n" * 1_500_000,
    ],
    ids=range(20),
)  # fmt: skip
def test_a_crafted_mail_costs_little(raw: bytes) -> None:
    began = time.process_time()
    read_mail(raw)
    assert time.process_time() - began < 4


@pytest.mark.parametrize("spelt", [b"boundary=", b"boundary*=", b"boundary*0=", b"Boundary ="])
def test_parts_nested_as_deep_as_may_be_are_read_and_deeper_ones_told(spelt: bytes) -> None:
    got = read_mail(HEAD + nested(20, b"Hello", spelt))
    assert got.full_text == "Hello" and bounds.TOO_DEEP not in got.problems
    assert bounds.TOO_DEEP in read_mail(HEAD + nested(61, b"Hello", spelt)).problems


def test_no_more_boundaries_are_opened_than_were_counted() -> None:
    problems: list[str] = []
    spelt = b"Content-Type: multipart/mixed; boundary" + b" " * 40 + b"=b\n\n--b\n\nHello\n--b--\n"
    assert not bounds.parsed(spelt, problems, bounds.Allowance()).is_multipart() and problems == [bounds.TOO_DEEP]


def test_every_parse_draws_on_the_allowance() -> None:
    left = bounds.Allowance()
    for lines in (b"\n", b"\r"):
        before = left.line_work
        bounds.parsed(MIXED + b"--b\n\nHello" + lines * 100 + b"--b--\n", [], left)
        assert left.line_work < before - 200
    bounds.parsed(MIXED + b"\r--b\r\rx" * 10, [], left)
    assert left.nests == bounds.MAX_NESTING - 3 and left.parts == bounds.MAX_PARTS - 14


def test_fields_get_shorter_with_how_many_were_read() -> None:
    left = bounds.Allowance()
    part = b"--b\nContent-Description: " + b"d" * 5_000 + b"\n\nx\n"
    tree = bounds.parsed(MIXED + part * 1_600, [], left)
    sizes = [len(str(child["content-description"])) for child in tree.get_payload()]  # pyright: ignore
    assert sizes[0] == bounds.MAX_FIELD and sizes[20] == bounds.LONG_FIELD and sizes[-1] == bounds.SHORT_FIELD


def test_mails_packed_within_a_mail_draw_on_one_allowance() -> None:
    one = b"--b\n" + packed(nested(20, b"Hello"))
    assert bounds.TOO_DEEP in read_mail(MIXED + one * 3).problems
    assert bounds.TOO_DEEP not in read_mail(MIXED + one).problems
    within = HEAD + b"Content-Type: message/rfc822\n\nFrom: x@y.example\nContent-Type: multipart/mixed; boundary=b\n\n"
    assert bounds.TOO_DEEP in read_mail(within + one * 3).problems


def test_a_field_as_long_as_people_write_it_is_whole() -> None:
    name = b"n" * 600
    got = read_mail(MIXED + b"--b\nContent-Disposition: attachment; filename=" + name + b"\n\nx\n--b--\n")
    assert got.attachments[0].name == "n" * 255
    many = b"".join(b"--b\nContent-Disposition: attachment; filename=file-%d.txt\n\nx\n" % at for at in range(150))
    assert [part.name for part in read_mail(MIXED + many).attachments] == [f"file-{at}.txt" for at in range(150)]


def test_many_recipients_are_all_read() -> None:
    to = b"".join(b"To: Ann %d <a%d@quay.example>,\n  Bo <b%d@quay.example>\n" % (at, at, at) for at in range(700))
    got = read_mail(HEAD.replace(b"To: help@tile.example\n", to) + b"\nx")
    assert len(got.to) == 1_400 and got.to[-1] == "b699@quay.example"
    assert not any("longer" in problem for problem in got.problems)


def test_addresses_beyond_what_is_read_are_told() -> None:
    got = read_mail(HEAD + (b"To: " + b"x" * 3_000 + b"@y.example\n") * 100 + b"\nx")
    assert any("To header is far longer" in problem for problem in got.problems)


def test_a_delivery_report_is_read_up_to_a_bound_and_that_is_told() -> None:
    assert read_mail(DELIVERY + b"A: b\n\n" * 50).attachments[0].name == "message.eml"
    assert any("could not be told apart" in problem for problem in read_mail(DELIVERY + b"A: b\n\n" * 20_000).problems)
