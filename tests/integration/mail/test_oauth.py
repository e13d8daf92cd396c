"""Signing in to a real mail server by tokens of a real provider: sign-in, renewal, revocation, outages."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from datetime import timedelta
from email.message import EmailMessage

import pytest

from opsconsole.connectors.mail.config import MailConfig
from opsconsole.connectors.mail.imap.connection import Link
from opsconsole.connectors.mail.signin.auth import SignInError
from opsconsole.connectors.mail.signin.oauth import REST_S, OAuthSignIn
from opsconsole.connectors.mail.signin.oauthtokens import SignedOutError
from opsconsole.connectors.mail.smtp.sender import Sender
from opsconsole.domain.errors import KeyringError, TransientError
from opsconsole.domain.redaction import forget_all
from opsconsole.net.client import HttpClient
from tests.support.mail.dovecot import Dovecot
from tests.support.mail.oauthrig import ME, OTHER, LaterClock, Rig, asking
from tests.support.mail.oidc import CONFIDENTIAL, PUBLIC, OidcProvider, Person, fetch
from tests.support.mail.relay import Relay
from tests.support.running import until
from tests.support.secrets.keptsecrets import KeptSecrets

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("oauth")]
WORD = "a client's +word/ with%odd=characters"


@pytest.fixture(scope="module")
def provider() -> Generator[OidcProvider]:
    with OidcProvider(WORD) as started:
        yield started


@pytest.fixture(scope="module")
def mail(provider: OidcProvider) -> Generator[Dovecot]:
    with Relay() as relay:
        server = asking(Dovecot({ME: "unused", OTHER: "unused"}, relay_port=relay.port), provider)
        relay.deliver_to(server.lmtp_port, server.home)
        with server:
            yield server


@pytest.fixture(params=[PUBLIC])
async def rig(request: pytest.FixtureRequest, provider: OidcProvider, mail: Dovecot) -> AsyncGenerator[Rig]:
    client = str(request.param)
    config = MailConfig.model_validate({
        "address": ME,
        "imap": {"host": "127.0.0.1", "port": mail.imap_port, "tls": "none"},
        "smtp": {"host": "127.0.0.1", "port": mail.smtp_port, "tls": "none"},
        "oauth": {
            "user": ME, "client_id": client, "authorize_url": f"{provider.issuer}/auth",
            "token_url": f"{provider.issuer}/token", "scopes": ["openid", "offline_access"], "secret": "tokens",
            "client_secret": "client" if client == CONFIDENTIAL else "",
        },
        "since": "2026-01-01T00:00:00Z",
    })  # fmt: skip
    assert config.oauth is not None
    http, clock, secrets = HttpClient(), LaterClock(), KeptSecrets(client=WORD)
    sign = OAuthSignIn("support", config.oauth, secrets=secrets, http=http, clock=clock)
    yield Rig(provider, config, secrets, http, clock, sign)
    await http.close()
    provider.set(lives=3600, broken="no")
    forget_all()


@pytest.mark.parametrize("rig", [PUBLIC, CONFIDENTIAL], indirect=True)
async def test_signed_in_mail_is_read_and_sent(rig: Rig, mail: Dovecot) -> None:
    person = Person(ME)
    await rig.person_signs_in(person)
    assert "Signed in" in person.last_page
    await rig.logs_in()
    sender = Sender(rig.config, rig.sign)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = ME, ME, f"by token as {rig.config.oauth}"
    message.set_content("Hello")
    before = len(mail.mails(ME))
    await sender.send(message.as_bytes(), to=[ME])
    await sender.close()
    await until(lambda: len(mail.mails(ME)) > before, "it arrives")


async def test_renewed_in_time_once_and_kept_before_use(rig: Rig) -> None:
    first = await rig.person_signs_in()
    asked = rig.provider.asked()
    assert (await rig.sign.credentials()).token == first.access
    rig.clock.by = timedelta(seconds=3600 - 100)
    shown = await asyncio.gather(*(rig.sign.credentials() for _ in range(20)))
    assert rig.provider.asked() == asked + 1
    assert {credentials.token for credentials in shown} == {rig.tokens.access}
    assert rig.tokens.access != first.access
    assert rig.tokens.refresh != first.refresh, "the provider rotates; the new one must be kept"
    await rig.logs_in()
    rig.clock.by *= 2
    await rig.logs_in()
    assert rig.provider.asked() == asked + 2


async def test_refused_token_is_renewed_for_every_part_once(rig: Rig) -> None:
    await rig.person_signs_in()
    rig.provider.set(drop=rig.tokens.access)
    asked = rig.provider.asked()
    link, sender = Link(rig.config, rig.sign, "test"), Sender(rig.config, rig.sign)
    async with asyncio.timeout(20):
        await asyncio.gather(link.read(lambda client: client.noop()), sender.check())
    await link.close()
    await sender.close()
    assert rig.provider.asked() == asked + 1


async def test_revoked_is_a_clear_state_and_asks_nobody_again(rig: Rig, mail: Dovecot) -> None:
    await rig.person_signs_in()
    rig.provider.revoke(rig.tokens.refresh)
    rig.clock.by = timedelta(hours=2)
    asked, introspected = rig.provider.asked(), rig.provider.asked("/token/introspection")
    for hours in range(3, 30):
        with pytest.raises(SignedOutError, match="connect support again and sign in anew"):
            await rig.logs_in()
        rig.clock.by = timedelta(hours=hours)
    assert rig.provider.asked() == asked + 1
    assert rig.provider.asked("/token/introspection") == introspected, "a mail server was tried"
    rig.clock.by = timedelta()
    await rig.person_signs_in()
    await rig.logs_in()


async def test_a_refusing_mail_server_is_left_alone_for_minutes(rig: Rig) -> None:
    """The provider gives tokens, but they are somebody else's."""
    await rig.person_signs_in(Person(OTHER))
    asked, introspected = rig.provider.asked(), rig.provider.asked("/token/introspection")
    for _ in range(10):
        with pytest.raises(SignInError):
            await rig.logs_in()
    assert rig.provider.asked() == asked + 1
    assert rig.provider.asked("/token/introspection") <= introspected + 4
    tried = rig.provider.asked("/token/introspection")
    rig.clock.by = timedelta(seconds=REST_S + 1)
    with pytest.raises(SignInError):
        await rig.logs_in()
    assert rig.provider.asked() == asked + 2
    assert rig.provider.asked("/token/introspection") > tried


async def test_a_provider_that_is_down_is_asked_with_growing_pauses(rig: Rig) -> None:
    first = await rig.person_signs_in()
    rig.provider.set(broken="yes")
    rig.clock.by = timedelta(seconds=3600 - 100)
    asked = rig.provider.asked()
    waits: list[float] = []
    for _ in range(6):
        waits.append(await refused_wait_s(rig))
        for _ in range(4):
            assert await refused_wait_s(rig) == waits[-1]
        rig.clock.by += timedelta(seconds=waits[-1])
    assert rig.provider.asked() == asked + 6
    assert waits == [5, 10, 20, 40, 80, 160]
    rig.provider.set(broken="no")
    assert (await rig.sign.credentials()).token != first.access
    await rig.logs_in()


async def refused_wait_s(rig: Rig) -> float:
    with pytest.raises(TransientError, match="status 503") as told:
        await rig.sign.credentials()
    return told.value.retry_after_s or 0.0


async def test_a_provider_that_is_away_is_no_reason_to_stop_with_a_living_token(rig: Rig) -> None:
    first = await rig.person_signs_in()
    rig.provider.stop()
    try:
        shown = await rig.sign.credentials()
        assert shown.token == first.access
        with pytest.raises(TransientError, match="nobody listens"):
            await rig.sign.refresh(shown)
        assert (await rig.sign.credentials()).token == first.access
    finally:
        rig.provider.start()
    rig.clock.by = timedelta(hours=2)
    with pytest.raises(SignedOutError):  # it forgot everything when it went
        await rig.sign.credentials()


async def test_a_cancelled_caller_loses_no_refresh_token(rig: Rig) -> None:
    first = await rig.person_signs_in()
    rig.clock.by = timedelta(hours=2)
    asking = asyncio.create_task(rig.sign.credentials())
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await until(lambda: rig.tokens != first, "the new tokens are kept")
    await rig.logs_in()


async def test_what_could_not_be_kept_is_kept_before_the_next_use(rig: Rig) -> None:
    await rig.person_signs_in()
    asked = rig.provider.asked()
    rig.clock.by = timedelta(hours=2)
    rig.secrets.is_full = True
    for _ in range(3):
        with pytest.raises(KeyringError, match="full"):
            await rig.sign.credentials()
    rig.secrets.is_full = False
    assert (await rig.sign.credentials()).token == rig.tokens.access
    assert rig.provider.asked() == asked + 1


async def test_another_process_that_was_faster_is_followed(rig: Rig) -> None:
    await rig.person_signs_in()
    assert rig.config.oauth is not None
    other = OAuthSignIn("support", rig.config.oauth, secrets=rig.secrets, http=rig.http, clock=rig.clock)
    await rig.sign.credentials()
    rig.clock.by = timedelta(hours=2)
    theirs = await other.credentials()
    asked = rig.provider.asked()
    assert await rig.sign.credentials() == theirs
    assert rig.provider.asked() == asked


async def test_nothing_kept_and_nonsense_kept(rig: Rig) -> None:
    for kept in (None, "no JSON", "{}", '"text"', "[]"):
        if kept is not None:
            rig.secrets["tokens"] = kept
        with pytest.raises(SignedOutError, match="sign in anew"):
            await rig.sign.credentials()


async def test_a_wrong_client_is_said_and_not_tried_again_at_once(rig: Rig) -> None:
    await rig.person_signs_in()
    assert rig.config.oauth is not None
    wrong = rig.config.oauth.model_copy(update={"client_id": "nobody"})
    sign = OAuthSignIn("support", wrong, secrets=rig.secrets, http=rig.http, clock=rig.clock)
    rig.clock.by = timedelta(hours=2)
    asked = rig.provider.asked()
    for _ in range(5):
        with pytest.raises(SignInError, match="invalid_client"):
            await sign.credentials()
    assert rig.provider.asked() == asked + 1


async def test_only_the_providers_own_answer_counts(rig: Rig) -> None:
    def knock_and_sign_in(url: str) -> None:
        back = url.partition("redirect_uri=http%3A%2F%2F127.0.0.1%3A")[2].partition("%2F")[0]
        for target in ("/?code=evil&state=guessed", "/favicon.ico", "/?code=evil", "/x?code=evil&state=y"):
            fetch("GET", f"http://127.0.0.1:{back}{target}")
        Person(ME)(url)

    found = await rig.person_signs_in(knock_and_sign_in)
    assert found.refresh
    await rig.logs_in()
