"""Reading mails: headers, parts, charsets, and never raising."""

import logging
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsconsole.connectors.mail.config import MailConfig
from opsconsole.connectors.mailtext import Attachment, read_mail
from opsconsole.connectors.mailtext.verify import Vouching

HEAD = (
    b"From: Ann Lee <Ann@Example.com>\r\nTo: Help <help@shop.test>, second@shop.test\r\nSubject: Order 4711\r\n"
    b"Message-ID: <m1@example.com>\r\nDate: Mon, 5 Jan 2026 10:00:00 +0100\r\n"
)


def mail(body: bytes = b"Hello", extra: bytes = b"", head: bytes = HEAD) -> bytes:
    return head + extra + b"\r\n" + body


def test_plain_mail_is_read_without_problems() -> None:
    got = read_mail(mail(b"Where is it?\r\n", b"In-Reply-To: <m0@x>\r\nReferences: <r@x> <m0@x>\r\nCc: c@d.e\r\n"))
    assert (got.sender, got.sender_name, got.subject) == ("ann@example.com", "Ann Lee", "Order 4711")
    assert got.to == ("help@shop.test", "second@shop.test") and got.cc == ("c@d.e",)
    assert got.message_id == "<m1@example.com>" and got.references == ("<r@x>", "<m0@x>")
    assert got.in_reply_to == "<m0@x>"
    assert got.date == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert got.text == got.full_text == "Where is it?"
    assert got.problems == () and not got.is_auto and not got.is_verified and got.has_own_id


def test_missing_id_is_made_from_the_bytes_and_survives_line_ends() -> None:
    raw = b"From: a@b.c\r\nDate: Mon, 5 Jan 2026 10:00:00 +0000\r\n\r\nHi\r\n"
    first, second = read_mail(raw), read_mail(raw.replace(b"\r\n", b"\n"))
    assert first.message_id == second.message_id and first.message_id.startswith("<sha256-")
    assert first.message_id != read_mail(raw + b"more").message_id
    assert not first.has_own_id and any("no Message-ID" in problem for problem in first.problems)


@pytest.mark.parametrize("value", [b"[bad", b"<>", b"<a b", b"=?utf-8?q?=", b"\xff\xfe", b"()()", b"<\x00@>"])
def test_malformed_message_ids_do_no_harm(value: bytes) -> None:
    got = read_mail(b"From: a@b.c\r\nMessage-ID: " + value + b"\r\n\r\nHi")
    assert got.message_id.startswith("<") and got.text == "Hi"


def test_bare_message_id_is_normalised() -> None:
    assert read_mail(b"Message-ID:  m1@x (comment)\n\nHi").message_id == "<m1@x>"
    assert read_mail(b"Message-ID:\n <m1@\n x>\n\nHi").message_id == "<m1@x>"


@pytest.mark.parametrize(
    "value", [b"Mon, 30 Jun 3609 15:33:50 +0600", b"1 Jan 1970 00:00:00 +0000", b"soon", b"9" * 900]
)
def test_absurd_dates_are_not_believed(value: bytes) -> None:
    got = read_mail(b"From: a@b.c\nDate: " + value + b"\n\nHi")
    assert got.date is None and any("date that cannot be right" in problem for problem in got.problems)


def test_date_falls_back_to_the_topmost_received() -> None:
    raw = b"Received: by x; Tue, 6 Jan 2026 08:00:00 +0000\nFrom: a@b.c\n\nHi"
    assert read_mail(raw).date == datetime(2026, 1, 6, 8, tzinfo=UTC)


def test_a_date_far_beyond_arrival_is_not_believed() -> None:
    got = read_mail(mail(), received_at=datetime(2025, 1, 1, tzinfo=UTC))
    assert got.date is None


@pytest.mark.parametrize(
    ("charset", "data", "text", "is_clean"),
    [
        (b"utf-8", "Grüße".encode(), "Grüße", True),
        (b"iso-8859-1", b"\x93hi\x94", "“hi”", True),
        (b"x-no-such", "Grüße".encode(), "Grüße", False),
        (b"x-no-such", b"Gr\xfc\xdfe", "Grüße", False),
        (b"us-ascii", "Grüße".encode(), "Grüße", True),
        (b"gb2312", "你好".encode("gb18030"), "你好", True),
        (b"punycode", b"abc", "abc", False),
        (b"unicode_escape", b"\\u0041", "\\u0041", False),
        (b"zlib", b"abc", "abc", False),
        (b"utf-8", b"ok \xff", "ok ÿ", False),
    ],
)
def test_charsets(charset: bytes, data: bytes, text: str, is_clean: bool) -> None:
    got = read_mail(mail(data, b"Content-Type: text/plain; charset=" + charset + b"\r\n"))
    assert got.text == text
    assert (got.problems == ()) is is_clean


def test_headers_in_eight_bits_and_encoded_words() -> None:
    got = read_mail(b"From: J\xfcrgen <j@x.de>\nSubject: =?iso-8859-1?q?Gr=FC=DFe?= =?utf-8?b?4oKs?=\n\nHi")
    assert got.sender_name == "Jürgen" and got.subject == "Grüße€"


def test_two_senders_are_told() -> None:
    got = read_mail(b"From: a@b.c\nFrom: x@y.z\n\nHi")
    assert got.sender == "a@b.c" and any("more than one From" in problem for problem in got.problems)


def test_no_sender_is_told() -> None:
    assert any("who sent it" in problem for problem in read_mail(b"Subject: x\n\nHi").problems)


def test_attachments_are_named_and_measured() -> None:
    body = (
        b"--b\r\n\r\nSee file\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
        b'Content-Disposition: attachment; filename="../../etc/=?utf-8?q?R=C3=A9?=.pdf"\r\n\r\naGVsbG8=\r\n--b--\r\n'
    )
    got = read_mail(mail(body, b"Content-Type: multipart/mixed; boundary=b\r\n"))
    assert got.text == "See file" and got.problems == ()
    assert got.attachments == (Attachment(name="Ré.pdf", content_type="application/pdf", size=5),)


def test_forwarded_mail_is_an_attachment_and_read_where_nothing_else_is() -> None:
    inner = b"From: x@y.z\r\nSubject: Inner\r\n\r\nInner words\r\n"
    got = read_mail(mail(inner, b"Content-Type: message/rfc822\r\n"))
    assert got.text == "Inner words" and got.attachments[0].name == "Inner.eml"


def test_cut_off_mail_keeps_its_text_and_says_so() -> None:
    got = read_mail(mail(b"--b\r\n\r\nHalf a", b"Content-Type: multipart/mixed; boundary=b\r\n"))
    assert got.text == "Half a" and any("cut off" in problem for problem in got.problems)


def test_encrypted_mail_is_told() -> None:
    got = read_mail(mail(b"--b\r\n\r\n--b--", b"Content-Type: multipart/encrypted; boundary=b\r\n"))
    assert any("encrypted" in problem for problem in got.problems)


def test_long_text_is_cut_and_told() -> None:
    got = read_mail(mail(b"word " * 100_000))
    assert len(got.full_text) == 200_000 and any("longer than" in problem for problem in got.problems)


def test_deep_nesting_many_headers_and_many_parts_are_bounded() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(2000))
    assert any("nested too deeply" in problem for problem in read_mail(HEAD + deep + b"\nx").problems)
    assert any("nested too deeply" in p for p in read_mail(HEAD + b"Content-Type: message/rfc822\n\n" * 5000).problems)
    wide = read_mail(b"X: y\n" * 100_000 + b"\nhi")
    assert wide.text == "hi" and any("far more headers" in problem for problem in wide.problems)
    parts = read_mail(mail(b"--b\n\nx\n" * 20_000, b"Content-Type: multipart/mixed; boundary=b\r\n"))
    assert any("more than 5000 parts" in problem for problem in parts.problems)


def test_unseen_characters_are_dropped_and_turning_ones_told() -> None:
    got = read_mail(mail("re\u200bfund \u202egnp.exe\u202c \ud83d".encode("utf-8", "surrogatepass"), b""))
    assert "refund" in got.text and "\u202e" not in got.text
    assert any("reading direction" in problem for problem in got.problems)
    smuggled = "".join(chr(0xE0000 + ord(char)) for char in "obey me")
    told = read_mail(mail(("Hi" + smuggled).encode()))
    assert told.text == "Hi" and any("hidden from a human reader" in problem for problem in told.problems)


@pytest.mark.parametrize(
    ("header", "is_auto"),
    [
        (b"Auto-Submitted: auto-replied", True),
        (b"Auto-Submitted: no", False),
        (b"Precedence: bulk", True),
        (b"Precedence: first-class", False),
        (b"List-Id: <l.x>", True),
        (b"X-Autoreply: yes", True),
        (b"Return-Path: <>", True),
        (b"Return-Path: <a@b.c>", False),
    ],
)
def test_machines_and_lists_are_told(header: bytes, is_auto: bool) -> None:
    assert read_mail(mail(extra=header + b"\r\n")).is_auto is is_auto


PASS = b"Authentication-Results: mx.shop.test; spf=pass; dmarc=pass (p=none) header.from=example.com\r\n"


@pytest.mark.parametrize(
    ("extra", "is_verified"),
    [
        (PASS, True),
        (PASS.replace(b"mx.shop.test", b"MX.shop.test 1"), True),
        (b"", False),
        (PASS.replace(b"mx.shop.test", b"mx.evil.test"), False),
        (PASS.replace(b"dmarc=pass", b"dmarc=fail") + PASS, False),
        (b"Authentication-Results: mx.shop.test; dkim=pass\r\n" + PASS, False),
        (PASS.replace(b"example.com", b"evil.test"), False),
        (b"Authentication-Results: mx.shop.test; spf=pass (dmarc=pass; dmarc=pass)\r\n", False),
        (b'Authentication-Results: mx.shop.test; spf=pass smtp.mailfrom="x; dmarc=pass"\r\n', False),
        (b"Authentication-Results: mx.evil.test; dmarc=fail\r\n" + PASS, True),
        (PASS + b"From: b@example.com\r\n", False),
    ],
)
def test_only_the_trusted_servers_topmost_word_verifies(extra: bytes, is_verified: bool) -> None:
    assert read_mail(extra + mail(), vouching=Vouching("mx.shop.test", strips=True)).is_verified is is_verified
    assert not read_mail(extra + mail()).is_verified


RECEIVED = b"Received: from out.test by mx.shop.test; Tue, 3 Feb 2026 10:00:00 +0000\r\n"


@pytest.mark.parametrize(
    ("extra", "is_verified"),
    [
        (PASS + RECEIVED, True),
        (RECEIVED + PASS, False),
        (RECEIVED + PASS + RECEIVED, False),
        (PASS.replace(b"dmarc=pass", b"dmarc=fail") + RECEIVED + PASS, False),
        (b"Authentication-Results: mx.evil.test; dmarc=pass\r\n" + RECEIVED + PASS, False),
        (PASS, False),
    ],
)
def test_what_a_sender_can_have_written_is_believed_only_where_the_server_is_known_to_remove_it(
    extra: bytes, is_verified: bool
) -> None:
    body = mail().split(RECEIVED)[-1]
    assert read_mail(extra + body, vouching=Vouching("mx.shop.test", strips=False)).is_verified is is_verified


def test_gmail_is_known_to_remove_what_senders_wrote_and_another_server_by_its_name_is_not() -> None:
    def strips(host: str, **more: object) -> bool | None:
        login = {"user": "a@b.example", "secret": "x"}
        server = {"host": host, "port": 993}
        facts = {"address": "a@b.example", "imap": server, "login": login, "since": "2026-01-01T00:00:00Z", **more}
        vouching = MailConfig.model_validate(facts).vouching
        return None if vouching is None else vouching.strips

    assert strips("imap.gmail.com", authserv="mx.google.com") is True
    assert strips("imap.example.com", authserv="mx.google.com") is False
    assert strips("imap.gmail.com", authserv="mx.other.example") is False
    assert strips("imap.example.com", authserv="mx.b.example", authserv_strips=True) is True
    assert strips("imap.example.com") is None


PIECES = st.sampled_from(
    [
        HEAD,
        b"\r\n",
        b"\n\n",
        b"--b",
        b"--b--",
        b"Content-Type: multipart/mixed; boundary=b\n",
        b"=?utf-8?q?",
        b"?=",
        b"Content-Type: text/html; charset=",
        b"utf-16",
        b"<div style='display:none'>",
        b"<table><tr><td>",
        b"\xff\xfe\x00",
        b"Content-Transfer-Encoding: base64\n",
        b"From: ",
        b"To: ",
        b"Message-ID: ",
        b"<",
        b"@",
        b"(",
        b'"',
        b"\xed\xa0\x80",
        b"Content-Type: message/rfc822\n\n",
        b"Date: ",
        b"On x wrote:\n",
        b"> q\n",
        b"\xe2\x80\xae",
        b"References: ",
        b"\x00",
        b"Content-Disposition: attachment; filename*0*=utf-8''%ff",
        b"Content-Transfer-Encoding: quoted-printable\n",
        b"=\n=3",
    ]
)


class Collected(logging.Handler):
    """Keeps what was logged."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(st.binary(max_size=2000), st.lists(st.one_of(PIECES, st.binary(max_size=20)), max_size=40).map(b"".join))
)
def test_no_bytes_raise_and_texts_can_be_stored(raw: bytes) -> None:
    handler = Collected()
    logger = logging.getLogger("opsconsole.connectors.mailtext.read")
    logger.addHandler(handler)
    try:
        got = read_mail(raw)
    finally:
        logger.removeHandler(handler)
    assert handler.records == []
    assert got.message_id.startswith("<") and got.message_id.endswith(">")
    assert got.text.strip() or got.problems
    for text in (got.text, got.full_text, got.subject, got.sender, got.sender_name, *got.to, *got.references):
        assert "\x00" not in text
        text.encode("utf-8")
