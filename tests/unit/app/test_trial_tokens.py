"""A mailbox that is tried out stays signed in: tokens that a trial renews are kept, whatever becomes of the trial."""

import asyncio
import json
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from opsconsole.app.gui.checks import check_mail
from opsconsole.app.secretstore.pending import PendingSecrets
from opsconsole.app.session import Session, secrets_of
from opsconsole.engine.commands.connections import connect
from opsconsole.ui.drafts import MailDraft
from opsconsole.ui.tools import CheckStep
from tests.support.running import until

ME, TOKENS = "support@harbour.example", "mail-support-tokens"


class Provider(ThreadingHTTPServer):
    """Gives tokens for a refresh token, once it may."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Tokens)
        self.asked, self.may = threading.Event(), threading.Event()


class _Tokens(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Provider)
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.set()
        self.server.may.wait(20)
        body = json.dumps({"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": 3600}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


@contextmanager
def provider() -> Generator[Provider]:
    with Provider() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@contextmanager
def hanging_up() -> Generator[int]:
    """A mail server that lets everybody in the door and nobody further."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def tokens(name: str) -> str:
    at = "2026-01-01T00:00:00+00:00"
    facts = {"access": "access-1", "refresh": name, "given_at": at, "expires_at": "2026-01-01T01:00:00+00:00"}
    return json.dumps(facts)


def signed_in(session: Session, server: Provider, port: int) -> MailDraft:
    """A mailbox that is connected by tokens, whose last hour is over; and the form that changes it."""
    url = f"http://127.0.0.1:{server.server_address[1]}"
    oauth = {"user": ME, "client_id": "console", "authorize_url": f"{url}/auth", "token_url": f"{url}/token"}
    imap = {"host": "127.0.0.1", "port": port, "tls": "none"}
    config = {"address": ME, "imap": imap, "oauth": {**oauth, "scopes": ["mail"], "secret": TOKENS}}
    config["since"] = "2026-01-01T00:00:00Z"
    session.write(
        lambda tx: connect(session.kernel, tx, "support", kind="mail", config=config, actor="person:test"), name="test"
    )
    secrets_of(session.workspace).put(TOKENS, tokens("refresh-1"))
    at = f"127.0.0.1:{port}"
    return MailDraft(
        address=ME,
        name="support",
        imap=at,
        imap_tls="none",
        sending="none",
        sign_in="browser",
        client_id="console",
        changes="support",
    )


def hear(_: CheckStep) -> None:
    """Nobody looks."""


def kept(session: Session) -> str:
    return str(json.loads(secrets_of(session.workspace).get(TOKENS))["refresh"])


async def test_a_trial_keeps_the_tokens_that_it_renews(session: Session) -> None:
    with provider() as server, hanging_up() as port:
        server.may.set()
        draft = signed_in(session, server, port)
        secrets = PendingSecrets(secrets_of(session.workspace))
        tried = await check_mail(session, secrets, draft, hear, is_kept=False)
        assert server.asked.is_set() and not tried.is_good, tried
    assert kept(session) == "refresh-2"


async def test_a_trial_that_is_broken_off_keeps_the_tokens_that_are_on_their_way(session: Session) -> None:
    with provider() as server, hanging_up() as port:
        draft = signed_in(session, server, port)
        secrets = PendingSecrets(secrets_of(session.workspace))
        trial = asyncio.create_task(check_mail(session, secrets, draft, hear, is_kept=False))
        await until(server.asked.is_set, "the provider is asked")
        trial.cancel()
        server.may.set()
        with pytest.raises(asyncio.CancelledError):
            await trial
        assert kept(session) == "refresh-2"


def test_tokens_that_a_person_has_just_agreed_to_wait_for_the_trial(session: Session) -> None:
    secrets_of(session.workspace).put(TOKENS, tokens("refresh-1"))
    secrets = PendingSecrets(secrets_of(session.workspace))
    secrets.put(TOKENS, tokens("agreed"))
    renewing = secrets.kept_through()
    renewing.put(TOKENS, tokens("agreed-2"))
    assert json.loads(renewing.get(TOKENS))["refresh"] == "agreed-2"
    assert kept(session) == "refresh-1"
    secrets.keep()
    assert kept(session) == "agreed-2"
