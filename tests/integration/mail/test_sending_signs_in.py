"""How sending signs in, or does not; the mail that tries a mailbox out; limits of the server, and whose they are."""

import asyncio
import re

import pytest
from pydantic import ValidationError

from opsconsole.connectors.mail import accountcheck
from opsconsole.connectors.mail.config import Login, MailConfig, Server
from opsconsole.connectors.mail.connector import MailConnector
from opsconsole.connectors.mail.signin.auth import PasswordSignIn, SignInError, parted
from opsconsole.connectors.mail.smtp.compose import TRIAL_SUBJECT, TRIAL_TEXT, written
from opsconsole.domain.errors import PermanentError
from opsconsole.engine.systemclock import SystemClock
from tests.support.mail.mailrig import (
    ANN,
    SUPPORT,
    WORDS,
    KeptMemory,
    KeptSecrets,
    MailRig,
    Taken,
    call_on,
    letter,
    mail_config,
    mail_rig,
    until,
)
from tests.support.mail.scripted import ScriptedImap

KEY = "5e0d" * 16
FULL = (
    "mail_plugins = quota\nprotocol imap {\n  mail_plugins = quota imap_quota\n}\n"
    "plugin {\n  quota = maildir:User quota\n  quota_rule = *:messages=1\n}",
)


def with_secrets(config: MailConfig, memory: KeptMemory, **words: str) -> MailConnector:
    secrets = KeptSecrets(support=WORDS[SUPPORT], **words)
    return MailConnector("mail", config, secrets=secrets, memory=memory, health=memory, clock=SystemClock())


async def replied(rig: MailRig, made: MailConnector, taken: Taken) -> None:
    await rig.deliver(letter(1))
    await until(lambda: taken.events, "the event")
    await made.execute(call_on(taken.first, "reply", KEY, to=ANN, text="x"))


async def test_sending_signs_in_with_a_name_and_password_of_its_own() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        config = rig.config.model_copy(update={"smtp_login": Login(user=ANN, secret="ann")})
        good = with_secrets(config, rig.memory, ann=WORDS[ANN])
        await replied(rig, good, taken)
        assert len(await rig.until_mails(ANN, 1)) == 1
        wrong = with_secrets(config, rig.memory, ann="not hers")
        with pytest.raises(SignInError, match=ANN):
            await wrong.execute(call_on(taken.first, "reply", "2" * 64, to=ANN, text="x"))
        await asyncio.gather(good.close(), wrong.close())


async def test_a_relay_in_ones_own_network_is_sent_to_without_sign_in() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        relay = Server(host="127.0.0.1", port=rig.relay.port, tls="none")
        made = rig.another(smtp=relay, is_relay=True)
        await replied(rig, made, taken)
        assert len(await rig.until_mails(ANN, 1)) == 1
        how = PasswordSignIn(Login(user=SUPPORT, secret="support"), KeptSecrets(support=WORDS[SUPPORT]))
        config = rig.config.model_copy(update={"smtp": relay, "is_relay": True})
        step = await accountcheck.sign_in(config, parted(config, how, KeptSecrets()))
        assert step.text == f"signed in as {SUPPORT}, for reading; 127.0.0.1 sends without sign-in"
        await made.close()


def test_a_password_never_crosses_a_network_in_the_open() -> None:
    relay = Server(host="relay.mill.lan", port=25, tls="none")
    facts = mail_config(1, 1).model_dump() | {"smtp": relay}
    assert MailConfig.model_validate(facts | {"is_relay": True}).smtp == relay
    for wrong in (facts, facts | {"is_relay": True, "imap": relay}):
        with pytest.raises(ValidationError, match="without encryption"):
            MailConfig.model_validate(wrong)
    with pytest.raises(ValidationError, match="without encryption"):
        Server(host="relay.example.com", port=25, tls="none")
    with pytest.raises(ValidationError, match="without encryption"):
        Server(host="203.0.113.7", port=25, tls="none")
    assert Server(host="192.168.1.9", port=25, tls="none").host == "192.168.1.9"


async def test_the_mail_that_tries_a_mailbox_out_is_never_an_event() -> None:
    async with mail_rig() as rig, rig.watching() as taken:

        def trial(text: str) -> bytes:
            return written(
                rig.config, key=KEY, to=SUPPORT, subject=TRIAL_SUBJECT, text=text, now=SystemClock().now(), auto=""
            )

        await rig.deliver(trial(TRIAL_TEXT))
        await rig.deliver(letter(1))
        await rig.deliver(trial(f"{TRIAL_TEXT} But where is my order?").replace(b"ops.5e0d", b"ops.5e0e"))
        await until(lambda: len(taken.events) == 2, "the others")
        assert taken.titles == ["Question 1", TRIAL_SUBJECT], "whoever adds a word is heard"


@pytest.mark.parametrize(
    "said",
    [
        "NO [ALERT] Too many simultaneous connections. (Failure)",
        "NO [LIMIT] sorry",
        "NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
    ],
)
async def test_a_limit_of_connections_is_no_wrong_password(said: str) -> None:
    memory = KeptMemory()
    with ScriptedImap({}, says_to_login=said).serving() as server:
        made, taken = with_secrets(mail_config(server.port, 1), memory), Taken()
        watching = asyncio.create_task(made.watch(taken))
        await until(lambda: memory.said, "a word")
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await made.close()
    state, text = memory.said[0]
    assert state == "trouble"
    assert "its limit of connections" in text


async def test_a_full_mailbox_of_ones_own_is_said_to_be_ones_own() -> None:
    async with mail_rig(extra=FULL) as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        with pytest.raises(PermanentError, match=re.escape(f"your own mailbox {SUPPORT} is full")):
            await rig.connector.execute(call_on(taken.first, "draft", KEY, text="x"))
