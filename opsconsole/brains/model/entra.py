"""Sign-in to Azure by Microsoft Entra ID: an app registration's secret is exchanged for a token that lasts an hour."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode

from opsconsole.brains.model.config import Entra
from opsconsole.brains.model.signin import KeptSecret
from opsconsole.domain.errors import AmbiguousError, PermanentError, TransientError
from opsconsole.domain.redaction import handed_out
from opsconsole.net.client import HttpClient, HttpResponse, Request

ANSWER_S = 30.0
AGAIN_S = 30.0
"""Where a new token could not be had and the old one still holds, another is asked for after so many seconds."""
LARGEST = 100_000
EARLY_S = 300.0
"""A token is renewed so long before it ends, in seconds; one that lasts less than twice that, at half its life."""


class EntraSignIn:
    """Holds one token, in memory only; many questions may ask for it at once."""

    def __init__(self, model: str, entra: Entra, *, secret: KeptSecret, http: HttpClient) -> None:
        self._model = model
        self._entra = entra
        self._secret = secret
        self._http = http
        self._token = ""
        self._until = 0.0
        self._ends = 0.0
        self._asking = asyncio.Lock()

    async def headers(self) -> dict[str, str]:
        """Return the header with the token, a new one where the old one ends soon."""
        async with self._asking:
            now = time.monotonic()
            if not self._token or now >= self._until:
                try:
                    await self._renew()
                except TransientError:
                    if not self._token or now >= self._ends:
                        raise
                    self._until = min(now + AGAIN_S, self._ends)  # the old one still holds; it is tried again soon
            return self._headers()

    def refused(self, headers: Mapping[str, str]) -> bool:
        """Ask for a new token the next time, unless another question has done so since; it may be taken at once."""
        if headers == self._headers():
            self._token = ""
        return True

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    @property
    def advice(self) -> str:
        """What to do where the endpoint refuses the token."""
        return (
            "The app registration needs a role on the Azure resource, usually Cognitive Services OpenAI User; a new"
            " role takes some minutes to count."
        )

    async def _renew(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._entra.client,
            "client_secret": await self._secret.value(),
            "scope": self._entra.scope,
        }
        request = Request(
            "POST",
            f"{self._entra.authority}/{self._entra.tenant}/oauth2/v2.0/token",
            {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"},
            urlencode(form).encode(),
        )
        asked_at = time.monotonic()
        try:
            answer = await self._http.send(request, timeout_s=ANSWER_S, largest=LARGEST)
        except AmbiguousError as error:
            raise TransientError(str(error)) from error  # a second token harms nobody
        facts = self._facts(answer)
        self._token = str(facts["access_token"])
        life_s = _seconds(facts.get("expires_in"))
        self._until = asked_at + max(life_s - EARLY_S, life_s / 2)
        self._ends = asked_at + life_s
        handed_out(self._token)

    def _facts(self, answer: HttpResponse) -> dict[str, Any]:
        try:
            found: Any = answer.json()
        except (ValueError, RecursionError):
            found = None
        facts = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
        token = facts.get("access_token")
        if answer.status == 200 and isinstance(token, str) and token and token.isascii() and token.isprintable():
            return facts
        kind = str(facts.get("error") or "")
        if not kind or kind == "temporarily_unavailable" or answer.status == 429 or answer.status >= 500:
            raise TransientError(
                f"Microsoft Entra ID gives the model {self._model} no token at the moment (status {answer.status})",
                retry_after_s=answer.retry_after_s,
            )
        self._secret.forget()
        # Only the short name and the number: the description may repeat what was sent.
        raise PermanentError(
            f"Microsoft Entra ID refuses the app of the model {self._model} ({kind[:60]}{_code(facts)}). Check tenant,"
            " client id and client secret, which ends some day, and connect the model again."
        )


def _code(facts: dict[str, Any]) -> str:
    codes: Any = facts.get("error_codes")
    first: Any = cast("list[Any]", codes)[0] if isinstance(codes, list) and codes else None
    return f", AADSTS{first}" if isinstance(first, int) else ""


def _seconds(said: Any) -> float:
    try:
        return min(max(float(said), 0.0), 86_400.0)
    except (TypeError, ValueError):
        return 0.0
