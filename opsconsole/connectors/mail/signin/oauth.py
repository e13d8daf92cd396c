"""Credentials of a person who signed in in the browser: kept as one secret, renewed in time, never asked for in haste.

A refused refresh token ends in a clear state: nothing is asked again until a person has signed in. A provider that
cannot be reached is asked again with growing pauses, and a mail server that refuses fresh tokens is left alone too.
"""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from opsconsole.connectors.mail.config import OAuth
from opsconsole.connectors.mail.signin.auth import Credentials, SignInError
from opsconsole.connectors.mail.signin.oauthproviders import Provider, provider_of
from opsconsole.connectors.mail.signin.oauthtokens import SignedOutError, TokenEndpoint, Tokens, parse
from opsconsole.domain.errors import OpsError, PermanentError, SecretMissingError, TransientError
from opsconsole.engine.ports.machine import Clock, Secrets
from opsconsole.net.client import HttpClient

REST_S = 300.0
"""After a refusal that only a person can change, nobody is asked for so long, in seconds."""
AGAIN_S = (5.0, 300.0)
"""A provider that cannot be reached is asked again so much later at first, and at most, in seconds."""


class OAuthSignIn:
    """`SignIn` by tokens. One renewal at a time, whoever asks for it; new tokens are kept before they are used."""

    def __init__(self, name: str, oauth: OAuth, *, secrets: Secrets, http: HttpClient, clock: Clock) -> None:
        """`name` is the connection's, for what a person is told to do; `http` is closed with this."""
        self._name = name
        self._oauth = oauth
        self._secrets = secrets
        self._http = http
        self._clock = clock
        self._lock = asyncio.Lock()
        self._jobs: set[asyncio.Task[Any]] = set()
        self._unkept: Tokens | None = None
        self._seen = ""
        self._start_anew()

    @property
    def _provider(self) -> Provider:
        # At each use, so that a setting that cannot be used stops this connection and not the whole engine.
        return provider_of(self._oauth)

    def _start_anew(self) -> None:
        """Hold nothing against anybody: no pauses, no refresh token that is known to be dead."""
        self._dead = ""
        self._wait_s = 0.0
        self._rest_until: datetime | None = None
        self._rest_error: Callable[[], OpsError] = PermanentError
        self._forced_at: datetime | None = None

    async def credentials(self) -> Credentials:
        """Return a token that will be taken for a while.

        Raises:
            SignInError: a person must sign in again; nothing was asked of anybody.
            KeyringError: the tokens cannot be read or kept.
            TransientError: the provider cannot be asked now; or it is not asked again yet.
        """
        return await self._undisturbed(self._credentials())

    async def refresh(self, refused: Credentials) -> Credentials | None:
        """Return another token than the one a server refused; None where that would be no use.

        Raises:
            SignInError, KeyringError, TransientError: as `credentials`.
        """
        return await self._undisturbed(self._refresh(refused))

    async def close(self) -> None:
        """Let a renewal under way end, then close what is open to the provider."""
        if self._jobs:
            await asyncio.wait(list(self._jobs))
        await self._http.close()

    async def _undisturbed(self, job: Coroutine[Any, Any, Any]) -> Any:
        """Let it end even if the caller is cancelled: an answer that is lost takes the new refresh token with it."""
        task = asyncio.create_task(job, name=f"{self._name} sign-in")
        self._jobs.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._jobs.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that one whose caller was cancelled is not reported as lost

    async def _credentials(self) -> Credentials:
        async with self._lock:
            tokens = await self._kept()
            self._need_rested(is_renewing=False)
            if not tokens.is_fresh(self._clock.now()):
                tokens = await self._renewed(tokens)
            return self._shown(tokens)

    async def _refresh(self, refused: Credentials) -> Credentials | None:
        async with self._lock:
            tokens = await self._kept()
            if refused.token != tokens.access:
                return self._shown(tokens)  # renewed meanwhile, by another part of the connection or another process
            now = self._clock.now()
            if self._forced_at is not None and now - self._forced_at < timedelta(seconds=REST_S):
                self._rest(lambda: SignInError(self._refused_text()), now, REST_S)
                return None
            self._forced_at = now
            return self._shown(await self._renewed(tokens))

    def _shown(self, tokens: Tokens) -> Credentials:
        return Credentials(self._oauth.user, token=tokens.access)

    async def _kept(self) -> Tokens:
        if self._unkept is not None:
            await self._keep(self._unkept)
        try:
            tokens = parse(await asyncio.to_thread(self._secrets.get, self._oauth.secret))
        except SecretMissingError as error:
            raise SignedOutError(self._signed_out_text("nobody has signed in, or the tokens were removed")) from error
        except ValueError as error:
            raise SignedOutError(self._signed_out_text(f"the secret {self._oauth.secret} holds no tokens")) from error
        if _digest(tokens) != self._seen:
            self._seen = _digest(tokens)
            self._start_anew()  # a person has signed in again
        if self._dead == self._seen:
            raise self._signed_out()
        return tokens

    async def _renewed(self, tokens: Tokens) -> Tokens:
        self._need_rested(is_renewing=True)
        now = self._clock.now()
        try:
            renewed = await (await self._endpoint()).renew(tokens)
        except SignedOutError as error:
            newer = await self._kept()
            if newer != tokens and newer.is_fresh(now):
                return newer  # another process was faster with the same refresh token
            self._dead = _digest(tokens)
            raise self._signed_out() from error
        except TransientError as error:
            first_s, most_s = AGAIN_S
            self._wait_s = min(max(self._wait_s * 2, first_s), most_s)
            wait_s = max(self._wait_s, error.retry_after_s or 0.0)
            text = f"{error}; asked again in {wait_s:.0f} s"
            self._rest(lambda: TransientError(text, retry_after_s=wait_s), now, wait_s)
            raise TransientError(text, retry_after_s=wait_s) from error
        except PermanentError as error:
            said = str(error)
            self._rest(lambda: SignInError(said), now, REST_S)
            raise SignInError(said) from error
        await self._keep(renewed)
        self._wait_s, self._rest_until = 0.0, None
        return renewed

    async def _keep(self, tokens: Tokens) -> None:
        """Keep tokens before they are used; where that fails they are kept at the next try, for the old are spent."""
        self._unkept, self._seen = tokens, _digest(tokens)
        await asyncio.to_thread(self._secrets.put, self._oauth.secret, tokens.to_text())
        self._unkept = None

    async def _endpoint(self) -> TokenEndpoint:
        named = self._oauth.client_secret
        client_secret = await asyncio.to_thread(self._secrets.get, named) if named else ""
        return TokenEndpoint(
            self._provider,
            client_id=self._oauth.client_id,
            client_secret=client_secret,
            http=self._http,
            clock=self._clock,
        )

    def _rest(self, error: Callable[[], OpsError], now: datetime, wait_s: float) -> None:
        self._rest_error, self._rest_until = error, now + timedelta(seconds=wait_s)

    def _need_rested(self, *, is_renewing: bool) -> None:
        """Ask nobody while it rests. While the provider only cannot be reached, a token that still lives is used."""
        if self._rest_until is None or self._clock.now() >= self._rest_until:
            return
        error = self._rest_error()
        if is_renewing or not isinstance(error, TransientError):
            raise error

    def _signed_out(self) -> SignedOutError:
        return SignedOutError(self._signed_out_text("the consent was withdrawn or has expired"))

    def _signed_out_text(self, why: str) -> str:
        return (
            f"Signed out: connect {self._name} again and sign in anew. {self._provider.title} gives no tokens for"
            f" {self._oauth.user} any more: {why}."
        )

    def _refused_text(self) -> str:
        return (
            f"The mail server refuses {self._oauth.user} although {self._provider.title} gave a new token. IMAP or SMTP"
            " may be switched off for this account, or an administrator must allow the client. Then connect"
            f" {self._name} again and sign in anew."
        )


def _digest(tokens: Tokens) -> str:
    return hashlib.sha256(tokens.refresh.encode()).hexdigest()
