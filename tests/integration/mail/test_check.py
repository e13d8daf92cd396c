"""The steps by which an account is tried: each says in words what is wrong."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from opsconsole.connectors.mail import accountcheck
from opsconsole.connectors.mail.config import Login, MailConfig, Server
from opsconsole.connectors.mail.signin.auth import PasswordSignIn
from opsconsole.engine.systemclock import SystemClock
from tests.support.mail.dovecot import Dovecot
from tests.support.mail.mailrig import (
    SUPPORT,
    WORDS,
    KeptMemory,
    KeptSecrets,
    Taken,
    call_on,
    connector,
    letter,
    mail_config,
    mail_rig,
    until,
)
from tests.support.mail.relay import Relay
from tests.support.ports import free_port


@pytest.fixture
async def secured() -> AsyncIterator[tuple[Dovecot, MailConfig]]:
    with Relay() as relay, Dovecot(WORDS, relay_port=relay.port, has_tls=True) as dovecot:
        relay.deliver_to(dovecot.lmtp_port, dovecot.home)
        assert dovecot.certificates is not None
        yield (
            dovecot,
            mail_config(1, 1).model_copy(
                update={
                    "imap": Server(host="localhost", port=dovecot.imaps_port, tls="tls"),
                    "smtp": Server(host="localhost", port=dovecot.smtp_port, tls="starttls"),
                    "ca_file": str(dovecot.certificates.authority),
                }
            ),
        )


def signs_in(config: MailConfig, word: str = WORDS[SUPPORT]) -> PasswordSignIn:
    assert config.login is not None
    return PasswordSignIn(config.login, KeptSecrets(support=word))


async def test_all_steps_of_a_good_account(secured: tuple[Dovecot, MailConfig]) -> None:
    dovecot, config = secured
    how = signs_in(config)
    assert config.smtp is not None
    starttls = Server(host="localhost", port=dovecot.imap_port, tls="starttls")
    steps = [
        await accountcheck.name(config.imap),
        await accountcheck.port(config.imap),
        await accountcheck.encryption(config.imap, config, kind="imap"),
        await accountcheck.encryption(starttls, config, kind="imap"),
        await accountcheck.encryption(config.smtp, config, kind="smtp"),
        await accountcheck.sign_in(config, how),
        await accountcheck.sign_in(config.model_copy(update={"imap": starttls}), how),
        (await accountcheck.folders(config, how))[0],
        await accountcheck.waiting(config, how),
    ]
    assert [step.text for step in steps if not step.is_ok] == []
    found = await accountcheck.round_trip(config, how, SystemClock())
    assert found.step.is_ok, found.step.text
    assert found.sent_copy == "self"
    assert dovecot.mails(SUPPORT) == []


async def test_mail_works_over_encrypted_connections(secured: tuple[Dovecot, MailConfig]) -> None:
    dovecot, config = secured
    made, taken = connector(config, KeptMemory()), Taken()
    watching = asyncio.create_task(made.watch(taken))
    try:
        for number in (1, 2):
            await asyncio.to_thread(dovecot.deliver, letter(number), SUPPORT)
            await until(lambda count=number: len(taken.events) == count, "the event")
        await made.execute(call_on(taken.first, "reply", "ab" * 32, to="ann@harbour.example", text="Yes."))
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await made.close()


async def test_what_is_wrong_is_said_in_words(secured: tuple[Dovecot, MailConfig], monkeypatch: Any) -> None:
    dovecot, config = secured
    monkeypatch.setattr(accountcheck, "CONNECT_S", 2.0)
    nowhere = Server(host="imap.invalid", port=993)
    assert "no server called imap.invalid" in (await accountcheck.name(nowhere)).text
    closed = Server(host="127.0.0.1", port=free_port())
    assert "Nobody answers at 127.0.0.1:" in (await accountcheck.port(closed)).text
    distrusting = config.model_copy(update={"ca_file": ""})
    for server, kind in ((config.imap, "imap"), (config.smtp, "smtp")):
        step = await accountcheck.encryption(server, distrusting, kind=kind)  # type: ignore[arg-type]
        assert not step.is_ok
        assert "Nobody this machine trusts" in step.text
    other_name = Server(host="127.0.0.1", port=dovecot.imap_port, tls="tls")
    assert not (await accountcheck.encryption(other_name, config, kind="imap")).is_ok
    step = await accountcheck.sign_in(config, signs_in(config, "wrong"))
    assert not step.is_ok
    assert "does not accept the sign-in" in step.text
    assert "wrong" not in step.text
    step = await accountcheck.sign_in(distrusting, signs_in(config))
    assert "Nobody this machine trusts" in step.text
    absent = config.model_copy(update={"watched": ("Nowhere",)})
    assert not (await accountcheck.folders(absent, signs_in(config)))[0].is_ok


@pytest.mark.parametrize(
    ("names", "days", "words"), [("DNS:elsewhere.example", 2, "not for"), ("DNS:localhost", -1, "run out")]
)
async def test_certificates_that_are_no_good(names: str, days: int, words: str) -> None:
    with Dovecot(WORDS, has_tls=True, tls_names=names, tls_days=days) as dovecot:
        certificates = dovecot.certificates
        assert certificates is not None
        server = Server(host="localhost", port=dovecot.imaps_port)
        config = mail_config(1, 1).model_copy(update={"ca_file": str(certificates.authority)})
        step = await accountcheck.encryption(server, config, kind="imap")
        assert not step.is_ok
        assert words in step.text


def test_without_encryption_only_on_this_machine() -> None:
    Server(host="127.0.0.1", port=143, tls="none")
    with pytest.raises(ValueError, match="without encryption"):
        Server(host="imap.example.com", port=143, tls="none")
    with pytest.raises(ValueError, match="either login or oauth"):
        MailConfig.model_validate(mail_config(1, 2).model_dump() | {"login": None})
    with pytest.raises(ValueError, match="not permitted"):
        Login.model_validate({"user": "a", "secret": "b", "password": "c"})


async def test_a_server_that_files_what_is_sent_is_noticed(monkeypatch: Any) -> None:
    """As Gmail does: a copy lies in Sent without our doing."""
    async with mail_rig() as rig:
        real = accountcheck.Sender.send

        async def filing(self: Any, raw: bytes, *, to: Any) -> None:
            await real(self, raw, to=to)
            with rig.dovecot.selected(SUPPORT, "Sent") as client:
                client.append("Sent", raw)

        monkeypatch.setattr(accountcheck.Sender, "send", filing)
        found = await accountcheck.round_trip(rig.config, signs_in(rig.config), SystemClock())
        assert found.step.is_ok
        assert found.sent_copy == "server"
        assert await rig.mails(SUPPORT, "Sent") == []
