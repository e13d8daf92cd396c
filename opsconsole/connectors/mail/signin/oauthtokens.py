"""Tokens, and the one address that gives them: for a code at the sign-in, for a refresh token ever after.

The protocol's own pieces (form bodies, Basic authentication, S256) are a few lines of the standard library; a client
library would add an untyped dependency and a second HTTP client for them.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import quote_plus, urlencode

from opsconsole.connectors.mail.signin.auth import SignInError
from opsconsole.connectors.mail.signin.oauthproviders import ANSWER_S, LARGEST, Provider
from opsconsole.domain.errors import AmbiguousError, PermanentError, TransientError
from opsconsole.domain.redaction import handed_out
from opsconsole.engine.ports.machine import Clock
from opsconsole.net.client import HttpClient, HttpResponse, Request

EARLY_S = 120.0
"""An access token is renewed so long before its end, in seconds; one that lives shortly, a fifth of its life before."""
_SIGNED_OUT = ("invalid_grant", "interaction_required", "consent_required", "login_required")
_PASSING = ("temporarily_unavailable", "server_error", "slow_down")


class SignedOutError(SignInError):
    """The provider does not take the refresh token any more: revoked, expired, or used by somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a provider gave."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    given_at: datetime
    expires_at: datetime | None
    """None where the provider does not say: it is used until it is refused."""

    def is_fresh(self, now: datetime) -> bool:
        """Return whether the access token will be taken for a while."""
        if self.expires_at is None:
            return True
        early_s = min(EARLY_S, (self.expires_at - self.given_at).total_seconds() / 5)
        return now < self.expires_at - timedelta(seconds=early_s)

    def to_text(self) -> str:
        """Return the text that is kept as one secret."""
        expires = self.expires_at.isoformat() if self.expires_at else None
        facts = {"access": self.access, "refresh": self.refresh, "expires_at": expires}
        return json.dumps({**facts, "given_at": self.given_at.isoformat()})


def parse(text: str) -> Tokens:
    """Read tokens as they are kept.

    Raises:
        ValueError: it is something else.
    """
    try:
        facts = cast("dict[str, Any]", json.loads(text))
        expires = facts["expires_at"]
        tokens = Tokens(
            access=str(facts["access"]),
            refresh=str(facts["refresh"]),
            given_at=_aware(facts["given_at"]),
            expires_at=None if expires is None else _aware(expires),
        )
    except (KeyError, TypeError) as error:
        raise ValueError("no tokens") from error
    handed_out(tokens.access)
    handed_out(tokens.refresh)
    return tokens


def _aware(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


class TokenEndpoint:
    """Asks a provider for tokens."""

    def __init__(
        self, provider: Provider, *, client_id: str, client_secret: str, http: HttpClient, clock: Clock
    ) -> None:
        self._provider = provider
        self._client_id = client_id
        self._client_secret = client_secret
        self._http = http
        self._clock = clock

    async def redeem(self, code: str, *, verifier: str, redirect: str) -> Tokens:
        """Return the tokens for a code of the sign-in page.

        Raises:
            SignedOutError: the code is not taken.
            PermanentError: the provider does not know the client, or gives no refresh token.
            TransientError: it cannot be asked now.
        """
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": verifier}
        tokens = self._tokens(await self._ask(form), kept="")
        if not tokens.refresh:
            raise PermanentError(
                f"{self._provider.title} let you in but gave no refresh token, so the sign-in would last an hour only."
                " Allow offline access for the client (scope offline_access), then sign in again."
            )
        return tokens

    async def renew(self, tokens: Tokens) -> Tokens:
        """Return new tokens for a refresh token; the old one where the provider gives no new one.

        Raises:
            SignedOutError: it is not taken any more.
            PermanentError: the provider does not know the client.
            TransientError: it cannot be asked now.
        """
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
        return self._tokens(await self._ask(form), kept=tokens.refresh)

    async def _ask(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        fields = dict(form)
        if self._client_secret and not self._provider.is_secret_in_body:
            pair = f"{quote_plus(self._client_id)}:{quote_plus(self._client_secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            fields["client_id"] = self._client_id
            if self._client_secret:
                fields["client_secret"] = self._client_secret
        request = Request("POST", self._provider.token_url, headers, urlencode(fields).encode())
        try:
            answer = await self._http.send(request, timeout_s=ANSWER_S, largest=LARGEST)
        except AmbiguousError as error:
            # Asking again with the same refresh token is right: most providers take it once more for a while.
            raise TransientError(str(error)) from error
        return self._read(answer)

    def _read(self, answer: HttpResponse) -> Mapping[str, Any]:
        title = self._provider.title
        try:
            found: Any = answer.json()
        except ValueError:
            found = None
        facts = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
        if answer.status == 200 and facts.get("access_token"):
            return facts
        kind = str(facts.get("error", ""))
        if answer.status in (408, 425, 429) or answer.status >= 500 or kind in _PASSING or not kind:
            raise TransientError(
                f"{title} gives no tokens at the moment (status {answer.status})", retry_after_s=answer.retry_after_s
            )
        if kind in _SIGNED_OUT:
            raise SignedOutError(f"{title} does not take the sign-in any more ({kind})")
        # Only the short name of the error: its description may repeat what was sent.
        raise PermanentError(
            f"{title} refuses the client ({kind[:60]}). Check client id and client secret, and that the client may use"
            " IMAP and SMTP; an administrator may have to consent."
        )

    def _tokens(self, facts: Mapping[str, Any], *, kept: str) -> Tokens:
        now = self._clock.now()
        try:
            life_s = float(facts["expires_in"])
        except (KeyError, TypeError, ValueError):
            life_s = 0.0
        access, refresh = str(facts["access_token"]), str(facts.get("refresh_token") or kept)
        handed_out(access)
        handed_out(refresh)
        ends_at = now + timedelta(seconds=min(life_s, 10 * 86400.0)) if life_s > 0 else None
        return Tokens(access=access, refresh=refresh, given_at=now, expires_at=ends_at)
