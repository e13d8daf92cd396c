"""Signing in to a mailbox in the browser: a page is shown, and what it gives is held with the other secrets."""

from collections.abc import Callable

from opsconsole.app.secretstore.pending import PendingSecrets
from opsconsole.connectors.mail.config import OAuth
from opsconsole.connectors.mail.signin.oauthloopback import sign_in
from opsconsole.connectors.mail.signin.oauthproviders import provider_of
from opsconsole.connectors.mail.signin.oauthtokens import TokenEndpoint
from opsconsole.engine.ports.machine import Clock
from opsconsole.net.client import HttpClient


async def in_browser(
    oauth: OAuth, secrets: PendingSecrets, *, clock: Clock, http: HttpClient, show: Callable[[str], object]
) -> None:
    """Have a person sign in; `show` gets the page's address and brings it before them, on a thread.

    Raises:
        UserError: it was refused or took too long.
        ConnectorError: the provider does not give tokens for it.
    """
    provider = provider_of(oauth)
    word = secrets.get(oauth.client_secret) if oauth.client_secret else ""
    endpoint = TokenEndpoint(provider, client_id=oauth.client_id, client_secret=word, http=http, clock=clock)
    tokens = await sign_in(provider, endpoint, client_id=oauth.client_id, user=oauth.user, show=show)
    secrets.put(oauth.secret, tokens.to_text())
