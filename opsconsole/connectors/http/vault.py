"""The secrets of one connection, read by name when a call needs them and kept for a few minutes."""

import asyncio
import base64
from collections.abc import Iterable, Mapping
from typing import Any

from opsconsole.connectors.http.scrub import Scrubber
from opsconsole.domain.errors import MachineError, TransientError, UserError
from opsconsole.engine.ports.machine import Secrets

KEPT_S = 300.0
"""A secret is read anew after so many seconds, or once the system refuses it."""


class Vault:
    """Never blocks the loop: a keyring may ask its owner."""

    def __init__(self, secrets: Secrets, wanted: Iterable[tuple[str, ...]]) -> None:
        self._secrets = secrets
        self._wanted = frozenset(wanted)
        self.names = sorted({secret[-1] for secret in self._wanted})
        self._until = 0.0
        self._values: Mapping[str, Any] = {"secret": {}, "basic": {}}
        self._known: tuple[str, ...] = ()
        self._learnt: tuple[str, ...] = ()
        self.scrubber = Scrubber(())
        """Takes them out of answers, once they were read."""

    async def open(self) -> tuple[Mapping[str, Any], Scrubber]:
        """Return the values for templates, and what takes them out of answers.

        Raises:
            TransientError: a secret is missing or the keyring does not answer; nothing was sent.
        """
        now = asyncio.get_running_loop().time()
        if self.names and now >= self._until:
            try:
                found = await asyncio.to_thread(lambda: {name: self._secrets.get(name) for name in self.names})
            except (UserError, MachineError) as error:
                raise TransientError(str(error)) from error
            self._keep(found)
            self._until = now + KEPT_S
        return self._values, self.scrubber

    def _keep(self, found: Mapping[str, str]) -> None:
        basic: dict[str, Any] = {}
        coded: list[str] = []
        for secret in self._wanted:
            if secret[0] != "basic":
                continue
            name = secret[-1]
            # One name alone: the secret holds `user:password`, or only a user, as keys of many systems are.
            pair = f"{secret[1]}:{found[name]}" if len(secret) == 3 else _pair(found[name])
            coded.append(base64.b64encode(pair.encode()).decode())
            if len(secret) == 3:
                basic.setdefault(secret[1], {})[name] = f"Basic {coded[-1]}"
            else:
                basic[name] = f"Basic {coded[-1]}"
        self._values = {"secret": dict(found), "basic": basic}
        self._known = (*found.values(), *coded)
        self.scrubber = Scrubber((*self._known, *self._learnt))

    def learn(self, secret: str) -> None:
        """Take a secret that the system gave (a token) out of answers too; it knows the latest few."""
        self._learnt = (*self._learnt[-3:], secret)
        self.scrubber = Scrubber((*self._known, *self._learnt))

    def forget(self) -> None:
        """Read the secrets anew at the next call: the system refused them."""
        self._until = 0.0


def _pair(secret: str) -> str:
    return secret if ":" in secret else f"{secret}:"
