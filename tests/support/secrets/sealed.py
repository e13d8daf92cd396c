"""Secrets in the encrypted file, on a machine without a keyring."""

from pathlib import Path

import pytest

from opsconsole.app.secretstore import SecretStore
from opsconsole.app.secretstore.names import PASSPHRASE
from opsconsole.store import workspace as workspaces
from tests.support.files import NOW

WORD = "eleven quiet herons"


def no_keyring(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the keyring away."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={folder}/nobody")
    monkeypatch.delenv(PASSPHRASE, raising=False)


def store(folder: Path, word: str = WORD) -> SecretStore:
    """Return the secrets of a workspace, made where there is none, as who knows the passphrase sees them."""
    made = workspaces.create(folder, at=NOW, actor="person:test")
    name = made.id
    made.close()
    return SecretStore(folder, name, environment={PASSPHRASE: word})


def seal(folder: Path, **secrets: str) -> None:
    """Switch the encrypted file on, with secrets in it."""
    kept = store(folder)
    kept.file.switch_on()
    for name, value in secrets.items():
        kept.file.put(name.replace("_", "-"), value)
