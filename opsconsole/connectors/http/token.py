"""Signing in by OAuth2 without a browser: a token is fetched with the client's secret, and anew in time."""

import asyncio
import base64
import logging
from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast
from urllib.parse import quote, urlencode, urlsplit

from pydantic import Field, field_validator, model_validator

from opsconsole.connectors.http.model import HeaderName
from opsconsole.connectors.http.responses import excerpt
from opsconsole.connectors.http.vault import Vault
from opsconsole.domain.agent import Frozen, MisplacedError
from opsconsole.domain.errors import AmbiguousError, ConnectorError, MachineError, TransientError, UserError
from opsconsole.engine.ports.machine import Secrets
from opsconsole.net.client import HttpClient, Request
from opsconsole.net.jsontext import JsonError, parse_json
from opsconsole.net.places import is_loopback

_log = logging.getLogger(__name__)
LASTS_S = 300.0
"""How long a token is used whose answer does not say, in seconds."""
EARLY_S = 30.0
"""So much before its end a token is fetched anew, in seconds."""
_LONGEST_NUMBER = 100
_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"


class TokenSignIn(Frozen):
    """How a token is had; it is sent with every call."""

    url: Annotated[str, Field(max_length=500)]
    grant: Literal["client_credentials", "refresh_token"] = "client_credentials"
    client_id: Annotated[str, Field(max_length=300)] = ""
    client_secret: Annotated[str, Field(pattern=_NAME)] | None = None
    """Name of the secret."""
    refresh_secret: Annotated[str, Field(pattern=_NAME)] | None = None
    """Name of the secret that holds the refresh token; a new one that the system gives takes its place."""
    scope: Annotated[str, Field(max_length=1000)] = ""
    form: dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=1000)]] = Field(
        default_factory=dict
    )
    """Further fields, such as `audience`; no secrets."""
    client_auth: Literal["basic", "form"] = "basic"
    """Where the client's secret stands: in a header, or in the form."""
    header: HeaderName = "Authorization"

    @field_validator("url")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        parts = urlsplit(value)
        is_near = parts.scheme == "http" and is_loopback(parts.hostname or "")
        if not parts.hostname or not (parts.scheme == "https" or is_near) or "@" in parts.netloc or "{" in value:
            raise ValueError("write an address like https://login.example.com/oauth/token")
        return value

    @model_validator(mode="after")
    def _fits(self) -> "TokenSignIn":
        if self.grant == "client_credentials" and not (self.client_id and self.client_secret):
            raise MisplacedError("client_credentials needs `client_id` and `client_secret`", ("client_secret",))
        if self.grant == "refresh_token" and not self.refresh_secret:
            raise MisplacedError("refresh_token needs `refresh_secret`, the name of the secret", ("refresh_secret",))
        return self

    @property
    def secrets(self) -> frozenset[tuple[str, ...]]:
        """What it needs of secrets."""
        return frozenset(("secret", name) for name in (self.client_secret, self.refresh_secret) if name)


class Tokens:
    """Keeps the token of one connection while it lasts."""

    def __init__(self, config: TokenSignIn, *, http: HttpClient, vault: Vault, secrets: Secrets) -> None:
        self._config = config
        self._http = http
        self._vault = vault
        self._secrets = secrets
        self._lock = asyncio.Lock()
        self._token = ""
        self._until = 0.0
        self._unkept: tuple[str, str] | None = None
        """A refresh token that no keyring took, and the one that still lies there in its place."""

    async def header(self) -> Mapping[str, str]:
        """Return the header that signs a call in.

        Raises:
            TransientError: no token can be had; the call was not sent.
        """
        async with self._lock:
            if not self._token or asyncio.get_running_loop().time() >= self._until:
                await self._fetch()
            name = self._config.header
            return {name: f"Bearer {self._token}" if name.lower() == "authorization" else self._token}

    def forget(self, header: Mapping[str, str]) -> None:
        """Fetch a new one the next time: this one was refused."""
        if self._token and any(value.endswith(self._token) for value in header.values()):
            self._token = ""

    async def _fetch(self) -> None:
        if self._config.refresh_secret is not None:
            self._vault.forget()  # another process may have got a newer one, with which ours ended
        known, scrub = await self._vault.open()
        kept: Mapping[str, str] = known["secret"]
        try:
            answer = await self._http.send(self._request(kept), timeout_s=20.0, largest=65_536, may_cut=True)
        except AmbiguousError as error:  # nothing of the call itself was sent
            raise TransientError(scrub.text(f"no token could be had: {error}")) from None
        except ConnectorError as error:
            raise TransientError(scrub.text(f"no token could be had: {error}"), retry_after_s=None) from None
        where = urlsplit(self._config.url).hostname
        try:
            body: Any = parse_json(answer.body, is_strict=False)
        except JsonError:
            body = None
        said = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
        token = said.get("access_token")
        if answer.status in (408, 425, 429) or answer.status >= 500:
            raise TransientError(scrub.text(f"no token could be had: {where} answers {answer.status}"))
        is_one = isinstance(token, str) and token.isascii() and token.isprintable() and bool(token.strip())
        lasts_s = _lasts(said.get("expires_in"))
        if answer.status != 200 or not isinstance(token, str) or not is_one or lasts_s is None:
            self._vault.forget()
            self._unkept = None
            hint = "" if answer.status == 200 else excerpt(answer, scrub)
            raise SignInRefusedError(
                f"{where} gives no token ({answer.status}{hint}). Look at `token:` in the file and its secrets:"
                f" {', '.join(sorted(secret[-1] for secret in self._config.secrets))}"
            )
        self._vault.learn(token)
        self._token, self._until = token, asyncio.get_running_loop().time() + lasts_s
        await self._keep(said.get("refresh_token"), kept)

    async def _keep(self, new: object, kept: Mapping[str, str]) -> None:
        """Keep a refresh token that takes the place of the one that was used."""
        name = self._config.refresh_secret
        if name is None or not isinstance(new, str) or not new or new == kept.get(name):
            return
        self._unkept = (new, kept[name])
        self._vault.learn(new)
        try:
            await asyncio.to_thread(self._secrets.put, name, new)
            self._unkept = None
        except (UserError, MachineError) as error:
            _log.error("the new %s could not be kept; signing in may be needed again after a restart: %s", name, error)

    def _request(self, kept: Mapping[str, str]) -> Request:
        config = self._config
        form = {"grant_type": config.grant, **config.form}
        if config.scope:
            form["scope"] = config.scope
        if config.grant == "refresh_token" and config.refresh_secret is not None:
            stored = kept[config.refresh_secret]
            form["refresh_token"] = self._unkept[0] if self._unkept and self._unkept[1] == stored else stored
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        if config.client_secret is None:
            form |= {"client_id": config.client_id} if config.client_id else {}
        elif config.client_auth == "form":
            form |= {"client_id": config.client_id, "client_secret": kept[config.client_secret]}
        else:  # RFC 6749, section 2.3.1: both are encoded as in a form first
            pair = f"{quote(config.client_id, safe='')}:{quote(kept[config.client_secret], safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return Request("POST", config.url, headers, urlencode(form).encode())


class SignInRefusedError(TransientError):
    """No token is given for the secrets that are kept: a person must look."""


def _lasts(given: object) -> float | None:
    """Return how long a token is used, in seconds; None for what no system says that gives one."""
    if isinstance(given, str) and len(given) > _LONGEST_NUMBER:
        return None
    try:
        told_s = float(cast("float", given))
    except (TypeError, ValueError, OverflowError):
        return LASTS_S
    return max(min(told_s, 86_400.0) - EARLY_S, 1.0) if told_s > 0 else LASTS_S
