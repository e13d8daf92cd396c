"""A console that signs in at a real provider, for a mailbox at a real server that asks the provider about tokens."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from opsconsole.connectors.mail.config import MailConfig
from opsconsole.connectors.mail.imap.connection import Link
from opsconsole.connectors.mail.signin.oauth import OAuthSignIn
from opsconsole.connectors.mail.signin.oauthloopback import sign_in
from opsconsole.connectors.mail.signin.oauthproviders import provider_of
from opsconsole.connectors.mail.signin.oauthtokens import TokenEndpoint, Tokens, parse
from opsconsole.connectors.mail.smtp.sender import Sender
from opsconsole.engine.systemclock import SystemClock
from opsconsole.net.client import HttpClient
from tests.support.mail.authserver import AuthServer
from tests.support.mail.dovecot import Dovecot
from tests.support.mail.oidc import OidcProvider, Person
from tests.support.secrets.keptsecrets import KeptSecrets

ME = "agent@harbour.example"
OTHER = "other@harbour.example"


def asking(server: Dovecot, provider: OidcProvider | AuthServer) -> Dovecot:
    """Have a mail server, before it is started, take tokens of the provider too."""
    (server.folder / "oauth2.conf").write_text(provider.introspection(), encoding="utf-8")
    server.extra_passdb = (
        f"passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {server.folder}/oauth2.conf\n}}"
    )
    # Or the server itself would make us wait longer with each refusal.
    server.extra = ("service anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}",)
    return server


class LaterClock:
    """The machine's clock, moved on: servers keep their own time."""

    def __init__(self) -> None:
        self.by = timedelta()

    def now(self) -> datetime:
        return SystemClock().now() + self.by


@dataclass
class Rig:
    """A console with a mailbox at the server, whose person signs in at the provider."""

    provider: OidcProvider
    config: MailConfig
    secrets: KeptSecrets
    http: HttpClient
    clock: LaterClock
    sign: OAuthSignIn

    async def person_signs_in(self, person: Callable[[str], object] | None = None) -> Tokens:
        assert self.config.oauth is not None
        found = replace(provider_of(self.config.oauth), issuer=self.provider.issuer)
        word = self.secrets.get("client") if self.config.oauth.client_secret else ""
        client = self.config.oauth.client_id
        endpoint = TokenEndpoint(found, client_id=client, client_secret=word, http=self.http, clock=self.clock)
        who = person or Person(ME)
        tokens = await sign_in(found, endpoint, client_id=client, user=ME, show=who)
        self.secrets.put("tokens", tokens.to_text())
        return tokens

    @property
    def tokens(self) -> Tokens:
        return parse(self.secrets.get("tokens"))

    async def logs_in(self) -> None:
        """Log in to IMAP and SMTP over new connections."""
        link, sender = Link(self.config, self.sign, "test"), Sender(self.config, self.sign)
        try:
            async with asyncio.timeout(20):
                assert b"INBOX" in await link.read(
                    lambda client: b"".join(folder[2].encode() for folder in client.list_folders())
                )
                await sender.check()
        finally:
            await link.close()
            await sender.close()
