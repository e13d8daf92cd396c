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
        self._scrubber = Scrubber(())

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
        return self._values, self._scrubber

    def _keep(self, found: Mapping[str, str]) -> None:
        basic: dict[str, dict[str, str]] = {}
        for secret in self._wanted:
            if secret[0] == "basic":
                _, user, name = secret
                basic.setdefault(user, {})[name] = base64.b64encode(f"{user}:{found[name]}".encode()).decode()
        self._values = {"secret": dict(found), "basic": basic}
        coded = [value for some in basic.values() for value in some.values()]
        self._scrubber = Scrubber([*found.values(), *coded])

    def forget(self) -> None:
        """Read the secrets anew at the next call: the system refused them."""
        self._until = 0.0
