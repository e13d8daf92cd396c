"""Secrets that are only kept for good once what they are for has worked."""

from opsconsole.app.secretstore import SecretStore
from opsconsole.domain.errors import KeyringError
from opsconsole.domain.redaction import handed_out


class PendingSecrets:
    """`engine.ports.Secrets` over a store: what is put stays here until `keep`."""

    def __init__(self, store: SecretStore) -> None:
        self._store = store
        self._new: dict[str, str] = {}

    def get(self, name: str) -> str:
        """Return a new value, or the kept one."""
        return self._new[name] if name in self._new else self._store.get(name)

    def put(self, name: str, value: str) -> None:
        """Hold a value."""
        handed_out(value)
        self._new[name] = value

    def delete(self, name: str) -> bool:
        """Forget a new value."""
        return self._new.pop(name, None) is not None

    def has(self, name: str) -> bool:
        """Return whether there is a value, new or kept."""
        if name in self._new:
            return True
        try:
            return self._store.found(name)[0] is not None
        except KeyringError:
            return False

    def need_place(self, name: str) -> None:
        """Make sure, before a person goes to the trouble of signing in, that secrets can be kept here.

        Raises:
            KeyringError: they cannot; says what to do.
        """
        self._store.need_place(name)

    def keep(self) -> list[str]:
        """Keep what was put; give its names.

        Raises:
            KeyringError: it could not be kept.
        """
        names = sorted(self._new)
        for name in names:
            self._store.put(name, self._new[name])
        return names
