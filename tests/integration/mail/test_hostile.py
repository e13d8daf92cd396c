"""Mails and values made to hurt: each mail an event, no value a header."""

import contextlib
import gc
import re
import socket
import threading
from email import policy
from email.parser import BytesParser
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from opsconsole.connectors.mail.imap import client as imap
from opsconsole.connectors.mail.seal import Seal
from opsconsole.connectors.mail.smtp.compose import message_id, written
from opsconsole.domain.errors import PermanentError
from opsconsole.engine.systemclock import SystemClock
from tests.support.mail.mailrig import SUPPORT, KeptMemory, call_on, letter, mail_config, mail_rig, until

ALLOWED = {
    "date", "message-id", "in-reply-to", "references", "from", "to", "subject", "auto-submitted", "content-type",
    "content-transfer-encoding", "mime-version",
}  # fmt: skip
NASTY = st.text(st.characters(blacklist_categories=()), max_size=200)
KEY = "deadbeef" * 8

PARTS = "multipart/mixed; boundary=b"
MALFORMED = {
    "empty": b"",
    "no headers": b"just some words\r\n",
    "no message id": letter(1).replace(b"Message-ID", b"X-Not-An-Id"),
    "twice the same id": letter(1, Subject="Once more", text="another text"),
    "broken id": letter(2, Message_ID="<<>>"),
    "unknown charset": letter(3, Content_Type="text/plain; charset=klingon"),
    "never closed": letter(4, Content_Type=PARTS, text="--b\r\nContent-Type: text/plain\r\n\r\nx"),
    "deep": letter(5, Content_Type=PARTS, text="--b\r\nContent-Type: multipart/mixed; boundary=b\r\n" * 99),
    "nul and high bytes": letter(6, text="x").replace(b"x\r\n", b"\xff\xfe\x80 high\r\n"),
    "long line": letter(7, text="y" * 100_000),
    "many senders": letter(8, From="a@a.example, b@b.example"),
    "from nobody": letter(9, From=""),
}  # fmt: skip


async def test_malformed_mails_are_events_and_stop_nothing() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        for count, (name, raw) in enumerate(MALFORMED.items(), start=1):
            await rig.deliver(raw)
            await until(lambda wanted=count: len(taken.events) == wanted, f"an event for: {name}")
        await rig.deliver(letter(99))
        await until(lambda: "Question 99" in taken.titles, "the mail after them")
        assert sum(bool(event.problems) for event in taken.events.values()) >= 6
        assert len({event.external_id for event in taken.events.values()}) == len(MALFORMED) + 1


async def test_a_mail_without_an_id_is_found_to_be_moved() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(MALFORMED["no message id"])
        await rig.deliver(MALFORMED["twice the same id"])
        await rig.deliver(letter(1))
        await until(lambda: len(taken.events) == 3, "three events")
        for event in taken.events.values():
            assert (await rig.connector.execute(call_on(event, "move", KEY, folder="Done"))).is_ok
            lying = await rig.mails(SUPPORT, "Done")
            assert [mail["Subject"] for mail in lying][-1] == event.title, "the very one, not its namesake"
        assert await rig.mails(SUPPORT) == []


@given(subject=NASTY, text=NASTY, name=NASTY, ids=st.lists(NASTY, max_size=4))
@example(subject="x\r\nBcc: all@example.com", text=".\r\nMAIL FROM:<a@b>", name="A\r\nB: c", ids=["<a\r\nX: y@z>"])
@example(subject="\ud800", text="\udfff\x00", name='"><', ids=["<" + "x" * 880 + "@y>"])
def test_no_value_becomes_a_header(subject: str, text: str, name: str, ids: list[str]) -> None:
    config = mail_config(1, 2).model_copy(update={"name": name})
    answers: dict[str, Any] = {"message_id": ids[0] if ids else "", "references": ids[1:], "in_reply_to": ""}
    raw = written(
        config, key=KEY, to="ann@harbour.example", subject=subject, text=text, now=SystemClock().now(),
        auto="auto-replied", answers=answers,
    )  # fmt: skip
    assert raw.isascii()
    assert b"\0" not in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    read = BytesParser(policy=policy.compat32).parsebytes(raw)
    names = [header.lower() for header in read]
    assert set(names) <= ALLOWED
    assert len(names) == len(set(names))
    assert not read.is_multipart()
    assert str(read["To"]) == "ann@harbour.example"


@given(to=st.text(min_size=1, max_size=60))
@example(to="a@b\r\nBcc: c@d")
@example(to="a@b,c@d")
@example(to="<a@b>")
def test_an_address_is_one_address_or_nothing_is_written(to: str) -> None:
    try:
        raw = written(
            mail_config(1, 2), key=KEY, to=to, subject="s", text="t", now=SystemClock().now(), auto="auto-generated"
        )
    except PermanentError:
        return
    read = BytesParser(policy=policy.default).parsebytes(raw)
    assert len(read["To"].addresses) == 1


@pytest.mark.parametrize("change", [b"", b" changed"])
async def test_a_seal_covers_the_text(change: bytes) -> None:
    seal, config = Seal(KeptMemory()), mail_config(1, 2)
    await seal.ready()
    raw = written(config, key=KEY, to="a@b.example", subject="s", text="t", now=SystemClock().now(), auto="")
    sealed = seal.sealed(raw, message_id(KEY, config))
    travelled = b"Received: by somebody\r\n" + sealed.rstrip() + change + b"\r\n\r\n"
    assert seal.is_ours(travelled) is (not change)
    other = Seal(KeptMemory())
    await other.ready()
    assert not other.is_ours(sealed)


@pytest.mark.parametrize("said", [b'* LIST () "/" {900}\r\n' + b"a" * 900, b"* OK " + b"a" * 90 + b"\r\n"])
@pytest.mark.parametrize("greeting", [b"", b"* OK [CAPABILITY IMAP4rev1] hello\r\n"], ids=["at once", "later"])
def test_a_server_that_never_stops_is_left(monkeypatch: pytest.MonkeyPatch, said: bytes, greeting: bytes) -> None:
    monkeypatch.setattr(imap, "MOST_ANSWERED", 100_000)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(greeting or b"* OK hello\r\n")
                while True:
                    connection.sendall(said * 100)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with pytest.raises(imap.IMAPClientAbortError, match="MB to one command"):
                client = imap.connect(
                    "127.0.0.1", server.getsockname()[1], has_tls=False, context=None, connect_s=5, answer_s=5
                )
                try:
                    client.list_folders()
                finally:
                    client.shutdown()
        finally:
            gc.collect()  # the connection that was never given
            thread.join(10)
        assert not thread.is_alive()
