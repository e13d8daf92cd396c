"""The operating system's keyring. The only module that imports `keyring`, and not before a keyring is asked for.

The backend is named, never discovered: no plug-in, no settings file and no environment variable chooses another one,
and where none works that is said, instead of a file in plain text.
"""

import logging
import sys
import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

from opsconsole.domain.errors import KeyringError

_log = logging.getLogger(__name__)
SERVICE = "opsconsole"
DEADLINE_S = 15.0
"""So long a keyring may take to answer, in seconds: a locked one asks a person, who may not be there."""
_T = TypeVar("_T")


class Backend(Protocol):
    """What we use of a keyring."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return a value; None where there is none."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a value."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Remove a value that is there."""
        ...


def choose() -> Backend | None:
    """Return this system's keyring; None where none works."""
    for load in _candidates():
        try:
            kind = load()
            if float(kind.priority) > 0:
                return cast("Backend", kind())
        except Exception as error:
            _log.debug("no use of a keyring: %s", error)
    return None


def _candidates() -> tuple[Callable[[], Any], ...]:
    if sys.platform == "win32":
        return (_windows,)
    if sys.platform == "darwin":
        return (_mac,)
    return (_secret_service, _kwallet)


def _secret_service() -> Any:
    from keyring.backends import SecretService

    return SecretService.Keyring


def _kwallet() -> Any:
    from keyring.backends import kwallet

    return kwallet.DBusKeyring


def _mac() -> Any:
    from keyring.backends import macOS

    return macOS.Keyring


def _windows() -> Any:
    from keyring.backends import Windows

    return Windows.WinVaultKeyring


class Ring:
    """The keyring with a deadline. After one that passed nothing more is asked until the first call has ended."""

    def __init__(self, choosing: Callable[[], Backend | None] = choose, *, deadline_s: float = DEADLINE_S) -> None:
        self._choose = choosing
        self._deadline_s = deadline_s
        self._backend: Backend | None = None
        self._turn = threading.Lock()
        self._stuck: threading.Thread | None = None

    def is_there(self) -> bool:
        """Return whether there is a keyring at all; it may be locked.

        Raises:
            KeyringError: it does not even answer that.
        """
        return self._bounded(self._ready) is not None

    def get(self, user: str) -> str | None:
        """Return a value; None where it is not there, or there is no keyring.

        Raises:
            KeyringError: the keyring is locked, silent or broken.
        """

        def job() -> str | None:
            backend = self._ready()
            return None if backend is None else backend.get_password(SERVICE, user)

        return self._bounded(job)

    def put(self, user: str, value: str) -> None:
        """Keep a value.

        Raises:
            KeyringError: it was not kept.
        """

        def job() -> None:
            if (backend := self._ready()) is None:
                raise KeyringError(
                    "This machine has no keyring that works.", hint="`opsconsole secrets list` says what to do."
                )
            backend.set_password(SERVICE, user, value)

        self._bounded(job)

    def delete(self, user: str) -> bool:
        """Remove a value; False where there was none.

        Raises:
            KeyringError: it could not be removed.
        """

        def job() -> bool:
            backend = self._ready()
            if backend is None or backend.get_password(SERVICE, user) is None:
                return False
            backend.delete_password(SERVICE, user)
            return True

        return self._bounded(job)

    def _ready(self) -> Backend | None:
        # Asked again while there is none: a person may log in after the engine was started.
        if self._backend is None:
            self._backend = self._choose()
        return self._backend

    def _bounded(self, job: Callable[[], _T]) -> _T:
        with self._turn:
            if self._stuck is not None and self._stuck.is_alive():
                raise KeyringError(_SILENT, hint=_OTHERWISE)
            self._stuck = None
            answers: list[_T] = []
            errors: list[Exception] = []

            def run() -> None:
                try:
                    answers.append(job())
                except Exception as error:
                    errors.append(error)

            # A daemon: a keyring that never answers must not keep the process from ending.
            thread = threading.Thread(target=run, name="keyring", daemon=True)
            thread.start()
            thread.join(self._deadline_s)
            if thread.is_alive():
                self._stuck = thread
                raise KeyringError(_SILENT)
        if errors:
            if isinstance(errors[0], KeyringError):
                raise errors[0]
            raise _translated(errors[0]) from errors[0]
        return answers[0]


_OTHERWISE = "Or give the secret as an environment variable; `opsconsole secrets list` shows its name."
_SILENT = (
    "The system's keyring does not answer; most likely it is locked and asks for its password in a window. Unlock it"
    " and try again."
)


def _translated(error: Exception) -> KeyringError:
    kind = type(error).__name__
    if "Locked" in kind or "Dismissed" in kind:
        return KeyringError(
            "The system's keyring is locked and was not unlocked. Unlock it (log in at the desktop, or open it in the"
            " system's passwords program) and try again."
        )
    # The name of the error only: what a keyring says may repeat what it was given.
    return KeyringError(
        f"The system's keyring refused ({kind}). See in the system's passwords program whether it works, or keep"
        " secrets in the encrypted file.",
        hint="`opsconsole secrets file on` makes it.",
    )
