"""Mails as events: names, threads, kinds."""

from datetime import UTC, datetime

from opsconsole.connectors.mailtext import mail_event, read_mail, thread_subject
from opsconsole.connectors.mailtext.verify import Vouching
from opsconsole.domain.event import IncomingEvent

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


def own(
    raw: bytes, *, folder: str = "INBOX", groups: tuple[str, ...] = (), authserv: str | None = None
) -> IncomingEvent:
    vouching = None if authserv is None else Vouching(authserv, strips=True)
    return mail_event(raw, own_addresses={"help@mill.example"}, own_groups=groups, folder=folder, vouching=vouching)


FORM = (
    b"From: Web form <help@mill.example>\r\nReply-To: Ann Buyer <ann@buyer-one.example>\r\nTo: help@mill.example\r\n"
    b"Subject: Contact form: my invoice\r\nMessage-ID: <form-77@www.mill.example>\r\n\r\n"
    b"Invoice 12 charges two books twice.\r\n"
)


def test_a_web_forms_mail_is_the_customers_who_filled_it_in() -> None:
    event = own(FORM)
    assert (event.kind, event.sender, event.sender_name) == ("mail.received", "ann@buyer-one.example", "Ann Buyer")
    assert not event.is_verified and event.fields["via"] == "help@mill.example"
    vouched = b"Authentication-Results: mx; dmarc=pass header.from=mill.example\r\n" + FORM
    event = own(vouched, authserv="mx")
    assert event.kind == "mail.received" and not event.is_verified, "the server vouches for us, not for Ann"
    assert own(FORM.replace(b"To: help@mill.example\r\n", b"")).kind == "mail.received", "by blind copy"


def test_what_goes_out_or_is_ours_is_no_customers_mail() -> None:
    out = FORM.replace(b"To: help@mill.example", b"To: bob@buyer-two.example")
    assert own(out).kind == "mail.claimed", "a copy of what somebody here sent"
    assert own(FORM, folder="Sent").kind == "mail.sent"
    assert own(b"X-Opsconsole-Seal: 0\r\n" + FORM).kind == "mail.claimed", "ours, changed on its way"
    assert own(FORM.replace(b"ann@buyer-one.example", b"help@mill.example")).kind == "mail.claimed"


GROUP = (
    b"From: 'Ann Buyer' via Help <help@mill.example>\r\nX-Original-From: Ann Buyer <ann@buyer-one.example>\r\n"
    b"Reply-To: help@mill.example\r\nTo: help@mill.example\r\nSubject: my invoice\r\nMessage-ID: <g1@buyer.example>\r\n"
    b"Precedence: list\r\nList-ID: <help.mill.example>\r\n\r\nTwice.\r\n"
)


def test_a_group_that_writes_its_own_address_into_from_is_seen_through() -> None:
    event = own(GROUP)
    assert (event.kind, event.sender) == ("mail.received", "ann@buyer-one.example")
    assert not event.fields["is_auto"], "one's own address as a list is no list"


def test_list_rules_can_be_told_ones_own_groups() -> None:
    raw = RAW.replace(b"Subject", b"Precedence: list\r\nList-Id: Crew <crew.shop.test>\r\nSubject")
    assert own(raw).fields["is_auto"]
    assert not own(raw, groups=("crew@shop.test",)).fields["is_auto"]
    by_post = raw.replace(
        b"List-Id: Crew <crew.shop.test>", b"List-Id: <77.lists.test>\r\nList-Post: <mailto:crew@shop.test>"
    )
    assert not own(by_post, groups=("crew@shop.test",)).fields["is_auto"]
    assert own(raw.replace(b"Precedence: list", b"Precedence: bulk"), groups=("crew@shop.test",)).fields["is_auto"]
    assert own(raw, groups=("other@shop.test",)).fields["is_auto"]
    assert own(b"Auto-Submitted: auto-replied\r\n" + raw, groups=("crew@shop.test",)).fields["is_auto"]


def test_what_we_sent_to_a_customer_is_no_customers_mail_whatever_its_reply_to_says() -> None:
    ours = FORM.replace(b"To: help@mill.example", b"To: carl@buyer-two.example\r\nCc: help@mill.example")
    assert own(ours).kind == "mail.claimed"
    copied = FORM.replace(b"To: help@mill.example", b"To: help@mill.example\r\nCc: ann@buyer-one.example")
    assert (own(copied).kind, own(copied).sender) == ("mail.received", "ann@buyer-one.example")
