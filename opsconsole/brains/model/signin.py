"""How an endpoint is signed in to: with no key, or with a key that is kept as a secret."""

import asyncio
import time
from collections.abc import Mapping
from typing import Protocol

from opsconsole.domain.errors import KeyringError, PermanentError, SecretMissingError, TransientError
from opsconsole.domain.redaction import handed_out
from opsconsole.engine.ports.machine import Secrets

KEY_LASTS_S = 300.0
"""A key is asked of the keyring again after so long, in seconds."""


class SignIn(Protocol):
    """Gives the headers that let a question in."""

    async def headers(self) -> dict[str, str]:
        """Return them; they are secret.

        Raises:
            PermanentError: the secret is not there, or cannot be one.
            TransientError: it cannot be had now.
        """
        ...

    def refused(self, headers: Mapping[str, str]) -> bool:
        """Ask anew the next time: these headers were refused. Returns whether others may be taken at once."""
        ...

    @property
    def advice(self) -> str:
        """What to do where the endpoint refuses it."""
        ...


class NoKey:
    """The endpoint wants none."""

    def __init__(self, model: str) -> None:
        self._model = model

    async def headers(self) -> dict[str, str]:
        """Return none."""
        return {}

    def refused(self, headers: Mapping[str, str]) -> bool:
        """Nothing is kept."""
        return False

    @property
    def advice(self) -> str:
        """What to do: give one."""
        return _set_it(self._model)


class KeptSecret:
    """A secret of the keyring, asked for again now and then."""

    def __init__(self, model: str, name: str, secrets: Secrets) -> None:
        self._model = model
        self._name = name
        self._secrets = secrets
        self._kept: tuple[str, float] | None = None

    async def value(self) -> str:
        """Return it. Raises as `SignIn.headers`."""
        now = time.monotonic()
        if self._kept is None or now - self._kept[1] > KEY_LASTS_S:
            try:
                key = (await asyncio.to_thread(self._secrets.get, self._name)).strip()
            except SecretMissingError as error:
                raise PermanentError(f"the model {self._model} lacks its key: {error}") from error
            except KeyringError as error:
                raise TransientError(f"the model {self._model} lacks its key: {error}") from error
            if not key.isascii() or not key.isprintable():
                raise PermanentError(
                    f"The key {self._name} of the model {self._model} holds characters that no key has. Connect the"
                    " model again with the right one.",
                    hint=f"Or set the key alone: `opsconsole secrets set {self._name}`.",
                )
            handed_out(key)
            self._kept = (key, now)
        return self._kept[0]

    def forget(self) -> None:
        """Ask the keyring the next time."""
        self._kept = None


class Key:
    """A key in a header."""

    def __init__(self, model: str, secret: KeptSecret, *, header: str) -> None:
        self._model = model
        self._secret = secret
        self._header = header

    async def headers(self) -> dict[str, str]:
        """Return the header with the key."""
        key = await self._secret.value()
        if self._header == "authorization":
            return {"Authorization": f"Bearer {key}"}
        return {self._header: key}

    def refused(self, headers: Mapping[str, str]) -> bool:
        """Ask the keyring the next time."""
        self._secret.forget()
        return False

    @property
    def advice(self) -> str:
        """What to do: set the right one."""
        return _set_it(self._model)


def _set_it(model: str) -> str:
    return f"Connect the model {model} again with the right one."
