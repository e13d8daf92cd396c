"""A workspace whose secrets lie in the encrypted file, opened as the window's forms open it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from opsconsole.app.secretstore.names import PASSPHRASE
from opsconsole.app.session import Session, opened
from opsconsole.domain.redaction import forget_all
from tests.support.secrets.sealed import WORD, no_keyring, seal


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """Open, with no keyring on the machine; what was handed out is forgotten at the end."""
    no_keyring(tmp_path, monkeypatch)
    seal(tmp_path / "ws")
    monkeypatch.setenv(PASSPHRASE, WORD)
    with opened(tmp_path / "ws", is_mending=True) as made:
        yield made
    forget_all()
