"""connect mail with a person: asked in a terminal, signed in in a browser, signed out by the provider."""

import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from pathlib import Path

import pytest

from tests.support.mail.dovecot import Dovecot
from tests.support.mail.oauthrig import ME, OTHER, asking
from tests.support.mail.oidc import PUBLIC, OidcProvider
from tests.support.mail.relay import Relay
from tests.support.shell import Said
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("connect_mail")]
WORD = "the-teams-word-4711"
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def provider() -> Generator[OidcProvider]:
    with OidcProvider() as started:
        yield started


@pytest.fixture
def plain_mail() -> Generator[Dovecot]:
    with Relay() as relay, Dovecot({ME: WORD}, relay_port=relay.port, has_tls=True) as server:
        relay.deliver_to(server.lmtp_port, server.home)
        yield server


@pytest.fixture
def token_mail(provider: OidcProvider) -> Generator[Dovecot]:
    with Relay() as relay:
        server = asking(Dovecot({ME: WORD, OTHER: WORD}, relay_port=relay.port), provider)
        relay.deliver_to(server.lmtp_port, server.home)
        with server:
            yield server


@pytest.fixture
def env(tmp_path: Path) -> Mapping[str, str]:
    """A machine without a keyring, whose browser belongs to somebody who signs in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPSCONSOLE_")}
    return {
        **kept,
        "HOME": str(tmp_path),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/nobody",
        "OPSCONSOLE_WORKSPACE": str(tmp_path / "workspace"),
        "OPSCONSOLE_SECRETS_PASSPHRASE": "a long passphrase",
        "BROWSER": f"{sys.executable} -m tests.support.mail.oidcperson {ME} %s",
        "PYTHONPATH": str(ROOT),
    }


def say(env: Mapping[str, str], *words: object) -> Said:
    command = [sys.executable, "-m", "opsconsole", *map(str, words)]
    done = subprocess.run(
        command, env=dict(env), cwd=ROOT, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
    )
    return Said(done.returncode, done.stdout, done.stderr)


def ready(env: Mapping[str, str]) -> None:
    for words in (("init",), ("secrets", "file", "on")):
        assert say(env, *words).code == 0


def test_asked_in_a_terminal(env: Mapping[str, str], plain_mail: Dovecot) -> None:
    ready(env)
    assert plain_mail.certificates is not None
    more = ["--imap-tls", "starttls", "--smtp-tls", "starttls", "--ca-file", plain_mail.certificates.authority]
    with Terminal(["connect", "mail", *more], env) as terminal:
        terminal.answer("Address of the mailbox", ME)
        terminal.answer("One of these, or other", "other")
        terminal.answer("Server for reading", f"localhost:{plain_mail.imap_port}")
        terminal.answer("Server for sending", f"localhost:{plain_mail.smtp_port}")
        terminal.answer("not shown", WORD)
        assert terminal.end() == 0, terminal.seen
        assert "opsconsole import MAILBOX" in terminal.seen, "the way without a sign-in is always named"
        assert "The mailbox agent is connected" in terminal.seen
        assert WORD not in terminal.seen


def test_outlook_is_told_that_passwords_are_over(env: Mapping[str, str]) -> None:
    ready(env)
    with Terminal(["connect", "mail", "--address", "agent@outlook.com"], env) as terminal:
        terminal.answer("Client id", "")
        for words in (
            "no longer takes passwords",
            "entra.microsoft.com",
            "administrator must",
            "import MAILBOX",
        ):
            assert words in " ".join(terminal.seen.split()), words


def test_signed_in_in_the_browser_then_signed_out(
    env: Mapping[str, str], token_mail: Dovecot, provider: OidcProvider
) -> None:
    ready(env)
    places = ["--imap", f"127.0.0.1:{token_mail.imap_port}", "--smtp", f"127.0.0.1:{token_mail.smtp_port}"]
    plain = ["--imap-tls", "none", "--smtp-tls", "none", "--auth", "oauth", "--client-id", PUBLIC]
    said = say(env, "connect", "mail", "--address", ME, *places, *plain, "--issuer", provider.issuer)
    assert said.code == 0, said
    assert "Sign in as agent@harbour.example on this page" in said.err
    assert say(env, "connect", "mail", "agent").code == 0, "the tokens are kept"
    provider.forget_everybody()
    said = say(env, "connect", "mail", "agent")
    assert said.code == 1
    assert "sign in anew" in said.out
    asked = provider.asked()
    health = _health_by_engine(env)
    assert health.count("needs you") == 1, health
    assert "connect agent again and sign in anew" in health
    assert provider.asked() <= asked + 1
    said = say(env, "connect", "mail", "agent", "--sign-in")
    assert said.code == 0, said
    with Terminal(["status"], env) as terminal:
        assert terminal.end() == 0


def _health_by_engine(env: Mapping[str, str]) -> str:
    """Run an engine until it has said how the mailbox is."""
    command = [sys.executable, "-m", "opsconsole", "engine"]
    with subprocess.Popen(command, env=dict(env), stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as engine:
        try:
            for _ in range(100):
                if "needs you" in (said := say(env, "connect", "list").out):
                    return said
            raise AssertionError("the engine never said how the mailbox is")
        finally:
            engine.terminate()
