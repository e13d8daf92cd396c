"""Secrets that are only kept for good once what they are for has worked."""

from opsconsole.app.secretstore import SecretStore
from opsconsole.domain.errors import KeyringError
from opsconsole.domain.redaction import handed_out
from opsconsole.engine.ports.machine import Secrets


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

    def kept_through(self) -> Secrets:
        """Return them for what renews secrets by itself: one that is kept already is kept anew at once.

        A refresh token is spent by its renewal: were the new one thrown away with a trial, the old would be dead.
        """
        return _KeptThrough(self, self._store)

    @property
    def has_new(self) -> bool:
        """Any value was put and is not kept yet."""
        return bool(self._new)

    def is_new(self, name: str) -> bool:
        """Return whether a value was put and is not kept yet."""
        return name in self._new

    def keep(self) -> list[str]:
        """Keep what was put; give its names.

        Raises:
            KeyringError: it could not be kept.
        """
        names = sorted(self._new)
        for name in names:
            self._store.put(name, self._new[name])
        return names


class _KeptThrough:
    """What `PendingSecrets.kept_through` returns."""

    def __init__(self, pending: PendingSecrets, store: SecretStore) -> None:
        self._pending, self._store = pending, store

    def get(self, name: str) -> str:
        """Return a new value, or the kept one."""
        return self._pending.get(name)

    def put(self, name: str, value: str) -> None:
        """Hold a value with the new ones where it renews one of them; else keep it."""
        if self._pending.is_new(name):
            self._pending.put(name, value)
        else:
            self._store.put(name, value)

    def delete(self, name: str) -> bool:
        """Forget a new value."""
        return self._pending.delete(name)
