"""The line to one system: signed in, with what came of each request, and how the connection is."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from opsconsole.connectors.http.actions import secrets_of
from opsconsole.connectors.http.config import HttpConfig
from opsconsole.connectors.http.scrub import Scrubber
from opsconsole.connectors.http.token import SignInRefusedError, Tokens
from opsconsole.connectors.http.vault import Vault
from opsconsole.domain.errors import AmbiguousError, ConnectorError, MachineError, TransientError
from opsconsole.engine.ports.machine import Health, Secrets
from opsconsole.net.client import HttpClient, HttpResponse, Request

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, without the token it was signed in with, and what came."""

    request: Request
    answer: HttpResponse
    scrub: Scrubber
    values: Mapping[str, Any]
    """What the request was made of, secrets left out."""


class Line:
    """Sends the requests of one connection."""

    def __init__(self, name: str, config: HttpConfig, *, http: HttpClient, secrets: Secrets, health: Health) -> None:
        self._name = name
        self._config = config
        self._http = http
        self._health = health
        self._state = ""
        self._vault = Vault(secrets, secrets_of(config))
        self._tokens = (
            None if config.token is None else Tokens(config.token, http=http, vault=self._vault, secrets=secrets)
        )

    async def secrets(self) -> Mapping[str, Any]:
        """Return the values of secrets for templates.

        Raises:
            TransientError: one is missing, or the keyring does not answer; nothing was sent.
        """
        try:
            return (await self._vault.open())[0]
        except TransientError as error:
            await self.note("needs_you", str(error))
            raise

    async def send(self, request: Request, values: Mapping[str, Any], *, is_write: bool) -> Asked:
        """Send, with the token where there is one; a token that is refused is fetched anew once.

        Args:
            request: what to send.
            values: what it was made of, without secrets.
            is_write: no answer means doubt.

        Raises:
            TransientError, PermanentError: it certainly was not done.
            AmbiguousError: it may have been done.
        """
        answer = await self._send_once(request, is_write=is_write)
        if answer.status == 401 and self._tokens is not None:  # certainly not done
            answer = await self._send_once(request, is_write=is_write)
        await self._judge(answer)
        return Asked(request, answer, self._vault.scrubber, values)

    async def _send_once(self, request: Request, *, is_write: bool) -> HttpResponse:
        token = await self._token()
        signed = replace(request, headers={**request.headers, **token})
        scrub, limits = self._vault.scrubber, (self._config.timeout_s, self._config.largest_kb * 1024)
        try:
            answer = await self._http.send(signed, timeout_s=limits[0], largest=limits[1], may_cut=True)
        except TransientError as error:
            await self.note("trouble", scrub.text(str(error)))
            raise TransientError(scrub.text(str(error)), retry_after_s=error.retry_after_s) from None
        except ConnectorError as error:
            is_unclear = isinstance(error, AmbiguousError)
            kind = type(error) if is_write or not is_unclear else TransientError
            raise kind(scrub.text(str(error))) from None
        if answer.status == 401 and self._tokens is not None:
            self._tokens.forget(token)
        return answer

    async def _token(self) -> Mapping[str, str]:
        if self._tokens is None:
            return {}
        try:
            return await self._tokens.header()
        except TransientError as error:
            await self.note("needs_you" if isinstance(error, SignInRefusedError) else "trouble", str(error))
            raise

    async def _judge(self, answer: HttpResponse) -> None:
        if answer.status in (401, 407):
            self._vault.forget()
            names = ", ".join(self._vault.names) or "none is named in the file"
            await self.note(
                "needs_you", f"{self._name} refuses the sign-in ({answer.status}). Look at its secret: {names}"
            )
        elif self._state != "ok":
            await self.note("ok", "")

    async def note(self, state: Any, text: str) -> None:
        """Say how the connection is; a full disk must not make a clear answer an unclear one."""
        self._state = state
        try:
            await self._health.note(state, text)
        except MachineError as error:
            self._state = ""
            _log.warning("%s: how it is could not be noted: %s", self._name, error)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()
