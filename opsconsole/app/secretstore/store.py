"""Where a secret is looked for and where it is kept."""

import os
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

from opsconsole.app.secretstore import pieces
from opsconsole.app.secretstore.names import PASSPHRASE, PREFIX, checked, of_variable, variable
from opsconsole.app.secretstore.osring import Ring
from opsconsole.app.secretstore.sealedfile import SealedFile
from opsconsole.domain.errors import KeyringError, NoKeyringError, SecretMissingError
from opsconsole.domain.redaction import handed_out

LARGEST = 1200 if sys.platform == "win32" else 60_000
"""Longest entry of the system's keyring, in characters; longer values lie in pieces."""


NO_KEYRING = (
    "this machine has no keyring that works (usual on a server without a desktop). Secrets can be kept in an encrypted"
    " file under a passphrase instead."
)
WITHOUT_KEYRING = (
    "Two ways: `opsconsole secrets file on` makes that file, or set the environment variable {} where the engine is"
    " started."
)


class Place(StrEnum):
    """Where a secret is."""

    ENVIRONMENT = "environment"
    KEYRING = "keyring"
    FILE = "encrypted file"


class SecretStore:
    """The secrets of one workspace: the engine's port, and what the commands need besides. Every call may block."""

    def __init__(
        self,
        folder: Path,
        workspace: str,
        *,
        ring: Ring | None = None,
        environment: Mapping[str, str] | None = None,
        ask: Callable[[], str | None] | None = None,
        typed: Callable[[], str | None] | None = None,
        is_file_wanted: bool = False,
        largest: int = LARGEST,
    ) -> None:
        """Nothing is opened or made yet.

        `ask` asks a person for the encrypted file's passphrase; `typed` gives what one typed before, elsewhere.
        `is_file_wanted`: a person has chosen to have that file made, where there is no keyring, for the first secret.
        """
        self._environment = os.environ if environment is None else environment
        self._ring = ring or Ring()
        self._user = f"{workspace}/"
        self._largest = largest
        self._ask, self._typed, self._is_file_wanted = ask, typed, is_file_wanted
        self.file = SealedFile(folder, workspace, passphrase=self._passphrase)

    def get(self, name: str) -> str:
        """Return a secret.

        Raises:
            SecretMissingError: it is kept nowhere.
            KeyringError: where it may be kept cannot be looked into.
        """
        value, _ = self.found(name)
        if value is None:
            raise SecretMissingError(
                f"There is no secret {name}. Connect what needs it again, and give it there.",
                hint=f"Or store it alone: `opsconsole secrets set {name}`; or set {variable(name)}.",
            )
        handed_out(value)
        return value

    def put(self, name: str, value: str) -> None:
        """Keep a secret where it is kept already, else in the keyring, else in the encrypted file.

        Raises:
            KeyringError: it could not be kept.
        """
        self.keep(name, value)

    def keep(self, name: str, value: str) -> Place:
        """Keep a secret and say where."""
        checked(name)
        handed_out(value)
        if self._is_in_file(name) or not self._ring.is_there():
            if not (self.file.is_on() or self._is_file_wanted):
                raise self._nowhere(name)
            self.file.put(name, value)
            return Place.FILE
        pieces.put(self._ring, self._user + name, value, largest=self._largest)
        return Place.KEYRING

    def delete(self, name: str) -> bool:
        """Remove a secret from the keyring and the file; False where it was in neither.

        Raises:
            KeyringError: one of them cannot be opened.
        """
        checked(name)
        was_in_file = self.file.delete(name)
        return pieces.delete(self._ring, self._user + name) or was_in_file

    def found(self, name: str) -> tuple[str | None, Place | None]:
        """Return a secret and where it lies, (None, None) where it lies nowhere; for commands that never show it.

        Raises:
            KeyringError: where it may be kept cannot be looked into.
        """
        if given := self._environment.get(variable(checked(name))):
            return given, Place.ENVIRONMENT
        trouble: KeyringError | None = None
        try:
            if (value := pieces.get(self._ring, self._user + name)) is not None:
                return value, Place.KEYRING
        except KeyringError as error:
            trouble = error
        if self.file.is_on() and (kept := self.file.values().get(name)) is not None:
            return kept, Place.FILE
        if trouble is not None:
            raise trouble
        if not (self.file.is_on() or self._is_file_wanted) and not self._ring.is_there():
            raise self._nowhere(name)
        return None, None

    def unlock(self) -> None:
        """Ask for the encrypted file's passphrase now, before there is a loop that a question would hold up.

        Raises:
            KeyringError: it is on and cannot be opened.
        """
        if self.file.is_on():
            self.file.values()

    def given(self) -> list[str]:
        """Return the names of the secrets in the environment."""
        return sorted(of_variable(name) for name in self._environment if name.startswith(PREFIX))

    def need_place(self, name: str) -> None:
        """Make sure that a secret could be kept here.

        Raises:
            KeyringError: it could not; says what to do.
        """
        if self.file.is_on():
            self.file.values()
        elif not self._is_file_wanted and not self._ring.is_there():
            raise self._nowhere(name)

    def has_ring(self) -> bool:
        """Return whether this system has a keyring that works.

        Raises:
            KeyringError: it does not answer.
        """
        return self._ring.is_there()

    def _is_in_file(self, name: str) -> bool:
        return self.file.is_on() and name in self.file.values()

    def _passphrase(self) -> str | None:
        # What was typed first: it was tried, and the environment's was there before and did not help.
        word = (self._typed() if self._typed else None) or self._environment.get(PASSPHRASE)
        word = word or (self._ask() if self._ask else None)
        if word:
            handed_out(word)
        return word

    @staticmethod
    def _nowhere(name: str) -> KeyringError:
        return NoKeyringError(
            f"The secret {name} cannot be kept or found here: {NO_KEYRING}", hint=WITHOUT_KEYRING.format(variable(name))
        )
