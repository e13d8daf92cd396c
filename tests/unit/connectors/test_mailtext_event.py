"""Mails as events: names, threads, kinds."""

from datetime import UTC, datetime

from opsconsole.connectors.mailtext import mail_event, read_mail, thread_subject
from opsconsole.connectors.mailtext.verify import Vouching

RAW = (
    b"Received: by a; Mon, 5 Jan 2026 10:00:02 +0000\r\n"
    b"From: Ann <ann@x.y>\r\nTo: help@shop.test\r\nCc: Two@shop.test\r\n"
    b"Subject: Hi\r\nMessage-ID: <m1@x.y>\r\nDate: Mon, 5 Jan 2026 10:00:00 +0000\r\n\r\nHello\r\n\r\n-- \r\nAnn\r\n"
)


def test_the_event_carries_the_mail() -> None:
    event = mail_event(RAW, folder="Inbox", label="orders")
    assert event.kind == "mail.received" and event.subject == "thread:<m1@x.y>" and event.is_untrusted
    assert event.external_id.startswith("<m1@x.y>#")
    assert event.recipients == ("help@shop.test", "two@shop.test")
    assert event.text == "Hello" and event.fields["full_text"] == "Hello\n\n-- \nAnn"
    assert event.fields["message_id"] == "<m1@x.y>" and event.fields["folder"] == "Inbox" and event.label == "orders"
    assert event.problems == () and event.raw is None
    assert event.occurred_at == datetime(2026, 1, 5, 10, tzinfo=UTC)


def test_the_same_mail_on_another_route_is_the_same_event_and_another_mail_is_not() -> None:
    name = mail_event(RAW).external_id
    assert mail_event(RAW.replace(b"\r\n", b"\n") + b"\n").external_id == name
    assert mail_event(RAW.replace(b"by a;", b"by b;")).external_id == name
    assert mail_event(b"X-Mozilla-Status: 1\r\n" + RAW).external_id == name
    assert mail_event(RAW.replace(b"Hello", b"Refund me")).external_id != name
    assert mail_event(RAW.replace(b"ann@x.y>\r\nTo", b"eve@x.y>\r\nTo")).external_id != name
    assert mail_event(RAW + b"PS\r\n").external_id != name


def test_own_mail_is_sent() -> None:
    assert mail_event(RAW, own_addresses={"ann@x.y"}, folder="Sent").kind == "mail.sent"
    assert mail_event(RAW, own_addresses={"ann@x.y"}).kind == "mail.claimed", "anybody can write our address there"


def test_a_mailbox_that_only_looks_like_the_senders_is_not_verified() -> None:
    results = "Authentication-Results: mx; dmarc=pass header.from={}\r\nFrom: {}\r\nSubject: Hi\r\n\r\nHello"

    def verified(domain: str, sender: str) -> bool:
        return mail_event(results.format(domain, sender).encode(), vouching=Vouching("mx", strips=True)).is_verified

    assert verified("gmail.example", "Kate <Kate@Gmail.example>")
    assert not verified("gmail.example", "\u212aate@gmail.example")
    assert not verified("corp.example", "c\u00ade\u200bo@corp.example")
    assert not verified("other.example", "kate@gmail.example")
    assert not verified("gmail.example header.from=evil.example", "kate@gmail.example")
    assert not verified("", "kate@gmail.example")


def test_problems_keep_the_original_and_unknown_times_are_very_old() -> None:
    event = mail_event(b"garbage")
    assert event.raw == b"garbage" and event.problems and event.occurred_at.year == 1970
    at = datetime(2026, 2, 1, tzinfo=UTC)
    assert mail_event(b"garbage", fallback_at=at).occurred_at == at
    assert mail_event(RAW, received_at=at).occurred_at == at


def test_threads_follow_references_then_in_reply_to() -> None:
    replace = RAW.replace(b"Subject", b"References: <root@x> <m0@x>\r\nIn-Reply-To: <m0@x>\r\nSubject")
    two = RAW.replace(b"Subject", b"In-Reply-To: <m0@x>\r\nSubject")
    assert thread_subject(read_mail(replace)) == "thread:<root@x>"
    assert thread_subject(read_mail(two)) == "thread:<m0@x>"
