"""An encrypted file beside the workspace's database, only where the operator asked for it.

scrypt makes the key from a passphrase, AES-256-GCM seals the values, and the head (kind, parameters, workspace) is
authenticated with them. A checksum over the whole tells damage from a wrong passphrase.
"""

import base64
import contextlib
import hashlib
import json
import os
import secrets
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from opsconsole.app.secretstore.names import PASSPHRASE
from opsconsole.domain.errors import KeyringError, SealedError
from opsconsole.store import filelock

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FILE = "secrets.sealed"
COST = 2**15
"""scrypt's n: 32 MiB and about 0.1 s for each guess."""
_MOST_COST = 2**20
NONCE = 12
_FORMAT = "opsconsole secrets 1"


class WrongPassphraseError(SealedError):
    """The passphrase does not open the file; another one may."""


class SealedFile:
    """Named values in one encrypted file, changed by atomic replacement. `passphrase` is asked once a process."""

    def __init__(self, folder: Path, workspace: str, *, passphrase: Callable[[], str | None]) -> None:
        self.path = folder / FILE
        self._workspace = workspace
        self._passphrase = passphrase
        self._word: str | None = None
        self._keys: dict[tuple[bytes, int], bytes] = {}
        self._turn = threading.RLock()

    def is_on(self) -> bool:
        """Return whether the operator has switched it on."""
        return self.path.exists()

    def switch_on(self) -> None:
        """Make the file, empty, where it is not there yet.

        Raises:
            KeyringError: no passphrase was given, or the folder may not be written.
        """
        with self._changing():
            if not self.is_on():
                self._write({})

    def switch_off(self) -> None:
        """Remove the file with all that it holds."""
        with self._changing():
            self.path.unlink(missing_ok=True)

    def values(self) -> dict[str, str]:
        """Return all values by name; none where it is off.

        Raises:
            KeyringError: no or a wrong passphrase, or the file is damaged.
        """
        with self._turn:
            try:
                raw = self.path.read_bytes()
            except FileNotFoundError:
                return {}
            except OSError as error:
                raise KeyringError(f"{self.path} cannot be read: {error.strerror}. Give yourself the right.") from error
            return self._opened(raw)

    def put(self, name: str, value: str) -> None:
        """Keep a value.

        Raises:
            KeyringError: it was not kept; the file is as it was.
        """
        with self._changing():
            self._write({**self.values(), name: value})

    def delete(self, name: str) -> bool:
        """Remove a value; False where there was none.

        Raises:
            KeyringError: the file cannot be opened.
        """
        if not self.is_on():
            return False
        with self._changing():
            values = self.values()
            if name not in values:
                return False
            del values[name]
            self._write(values)
            return True

    @contextmanager
    def _changing(self) -> Generator[None]:
        """Let no other process change it meanwhile: an engine renews tokens while a command stores a password."""
        try:
            with self._turn, filelock.held(self.path.with_suffix(".lock")):
                yield
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> KeyringError:
        return KeyringError(f"{self.path} cannot be written: {error.strerror}. Make room, or give yourself the right.")

    def _opened(self, raw: bytes) -> dict[str, str]:
        try:
            whole = cast("dict[str, Any]", json.loads(raw))
            head = cast("dict[str, Any]", whole["head"])
            sealed = base64.b64decode(whole["sealed"], validate=True)
            salt, nonce = (base64.b64decode(head[key], validate=True) for key in ("salt", "nonce"))
            cost = int(head["n"])
            is_sound = (
                whole["sum"] == _sum(head, sealed) and head["format"] == _FORMAT and 2**14 <= cost <= _MOST_COST
            ) and cost.bit_count() == 1
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise self._damaged() from error
        if not is_sound or len(nonce) != NONCE:
            raise self._damaged()
        if head["workspace"] != self._workspace:
            raise KeyringError(f"{self.path} belongs to another workspace. Move it away and store the secrets anew.")
        from cryptography.exceptions import InvalidTag

        try:
            text = _cipher(self._key(salt, cost)).decrypt(nonce, sealed, _bytes(head))
        except InvalidTag as error:
            self._word = None
            raise WrongPassphraseError(
                f"The passphrase does not open {self.path}. Type it again. A lost passphrase cannot be recovered:"
                " remove the file, and store the secrets anew.",
                hint=f"Check {PASSPHRASE}. `opsconsole secrets file off --forget` removes the file.",
            ) from error
        return cast("dict[str, str]", json.loads(text))

    def _damaged(self) -> KeyringError:
        return KeyringError(
            f"{self.path} is damaged: it is not what opsconsole wrote. Bring it back from a copy, or remove it and"
            " store the secrets anew.",
            hint="`opsconsole secrets file off --forget` removes it.",
        )

    def _write(self, values: dict[str, str]) -> None:
        salt, cost = next(iter(self._keys), (secrets.token_bytes(16), COST))
        nonce = secrets.token_bytes(NONCE)
        head = {"format": _FORMAT, "kdf": "scrypt", "n": cost, "salt": _text(salt), "nonce": _text(nonce)}
        head["workspace"] = self._workspace
        sealed = _cipher(self._key(salt, cost)).encrypt(nonce, json.dumps(values).encode(), _bytes(head))
        whole = {"head": head, "sealed": _text(sealed), "sum": _sum(head, sealed)}
        part = self.path.with_suffix(".part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(json.dumps(whole, indent=1).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path)
        if sys.platform != "win32":
            with contextlib.suppress(OSError):
                folder = os.open(self.path.parent, os.O_RDONLY)
                try:
                    os.fsync(folder)
                finally:
                    os.close(folder)

    def _key(self, salt: bytes, cost: int) -> bytes:
        if self._word is None:
            self._keys.clear()
            self._word = self._passphrase()
            if not self._word:
                self._word = None
                raise SealedError(
                    f"The encrypted file {self.path} needs its passphrase. Set {PASSPHRASE}, or run the command in a"
                    " terminal, where it is asked for."
                )
        if (salt, cost) not in self._keys:
            from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

            key = Scrypt(salt=salt, length=32, n=cost, r=8, p=1).derive(self._word.encode())
            self._keys = {(salt, cost): key}
        return self._keys[salt, cost]


def _cipher(key: bytes) -> "AESGCM":
    # Not at the top: most workspaces have no such file, and every command would wait for the library.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(head: dict[str, Any]) -> bytes:
    return json.dumps(head, sort_keys=True, separators=(",", ":")).encode()


def _sum(head: dict[str, Any], sealed: bytes) -> str:
    return hashlib.sha256(_bytes(head) + b"\0" + sealed).hexdigest()
