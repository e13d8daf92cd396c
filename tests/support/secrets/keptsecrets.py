"""Secrets in memory, for what is not about where they are kept."""

from opsconsole.domain.errors import KeyringError, SecretMissingError
from opsconsole.domain.redaction import handed_out


class KeptSecrets(dict[str, str]):
    """`engine.ports.Secrets`; refuses to keep anything while `is_full`."""

    is_full = False

    def get(self, name: str) -> str:  # type: ignore[override]
        if name not in self:
            raise SecretMissingError(f"There is no secret {name}.")
        handed_out(self[name])
        return self[name]

    def put(self, name: str, value: str) -> None:
        if self.is_full:
            raise KeyringError("The keyring is full.")
        handed_out(value)
        self[name] = value

    def delete(self, name: str) -> bool:
        return self.pop(name, None) is not None
