"""The encrypted file of secrets: opened only by its passphrase, whole or not at all, and only where it was wished."""

import base64
import hashlib
import json
import stat
import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from opsconsole.app.secretstore import SecretStore
from opsconsole.app.secretstore.osring import Ring
from opsconsole.app.secretstore.sealedfile import FILE
from opsconsole.app.secretstore.store import Place
from opsconsole.domain.errors import KeyringError, NoKeyringError, SecretMissingError, UserError
from opsconsole.domain.redaction import forget_all
from opsconsole.store import filelock

WORD = "a long passphrase"


@pytest.fixture(autouse=True)
def discreet() -> Generator[None]:
    yield
    forget_all()


def store(folder: Path, word: str | None = WORD, workspace: str = "one", **more: str) -> SecretStore:
    environment = {**more, **({"OPSCONSOLE_SECRETS_PASSPHRASE": word} if word else {})}
    return SecretStore(folder, workspace, environment=environment, ring=Ring(lambda: None))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store(tmp_path).file.switch_on()
    assert store(tmp_path).keep("mail-a", "value äöü") is Place.FILE
    return tmp_path


def test_it_keeps_values_and_shows_none(folder: Path) -> None:
    assert store(folder).get("mail-a") == "value äöü"
    raw = (folder / FILE).read_bytes()
    assert b"mail-a" not in raw
    assert b"value" not in raw
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    assert store(folder).delete("mail-a")
    with pytest.raises(SecretMissingError):
        store(folder).get("mail-a")


def test_nothing_is_written_where_it_is_off(tmp_path: Path) -> None:
    with pytest.raises(NoKeyringError, match="no keyring that works") as refused:
        store(tmp_path).put("mail-a", "value")
    assert "secrets file on" in refused.value.hint
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("word", ["another", None])
def test_without_its_passphrase_it_stays_shut_and_as_it_was(folder: Path, word: str | None) -> None:
    before = (folder / FILE).read_bytes()
    closed = store(folder, word)
    for call in (lambda: closed.get("mail-a"), lambda: closed.put("mail-b", "x"), lambda: closed.delete("mail-a")):
        with pytest.raises(KeyringError) as refused:
            call()
        assert "OPSCONSOLE_SECRETS_PASSPHRASE" in f"{refused.value} {refused.value.hint}"
    assert (folder / FILE).read_bytes() == before


def test_a_person_is_asked_once(folder: Path) -> None:
    asked: list[int] = []

    def ask() -> str:
        asked.append(1)
        return WORD

    opened = SecretStore(folder, "one", environment={}, ring=Ring(lambda: None), ask=ask)
    opened.unlock()
    opened.put("mail-b", "x")
    assert [opened.get("mail-b"), opened.get("mail-a"), len(asked)] == ["x", "value äöü", 1]


def test_every_change_of_a_byte_is_seen(folder: Path) -> None:
    path = folder / FILE
    raw = path.read_bytes()
    for at in range(0, len(raw) - 1, 7):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        with pytest.raises(KeyringError, match="damaged"):
            store(folder).get("mail-a")
    for length in range(0, len(raw) - 2, 41):
        path.write_bytes(raw[:length])
        with pytest.raises(KeyringError, match="damaged"):
            store(folder).get("mail-a")


def test_a_head_made_by_somebody_else_opens_nothing(folder: Path) -> None:
    with pytest.raises(KeyringError, match="another workspace"):
        store(folder, workspace="two").get("mail-a")
    whole = json.loads((folder / FILE).read_text())
    whole["head"]["n"] = 2**40
    (folder / FILE).write_text(json.dumps(whole))
    with pytest.raises(KeyringError, match="damaged"):
        store(folder).get("mail-a")


def test_two_writers_lose_nothing(folder: Path) -> None:
    first, second = store(folder), store(folder)
    for number in range(5):
        first.put(f"a-{number}", "x")
        second.put(f"b-{number}", "y")
    assert len(store(folder).file.values()) == 11


def test_environment_needs_no_passphrase(folder: Path) -> None:
    assert store(folder, None, OPSCONSOLE_SECRET_MAIL_A="given").get("mail-a") == "given"
    assert store(folder, None, OPSCONSOLE_SECRET_MAIL_A="given").given() == ["mail-a"]


@pytest.mark.parametrize("name", ["", "-a", "a b", "a/b", "a" * 81, "ä", "a\n", ".."])
def test_names_are_plain(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="cannot be the name"):
        store(tmp_path).get(name)


def test_a_head_that_no_cipher_takes_is_damage_and_no_crash(folder: Path) -> None:
    path = folder / FILE
    whole = json.loads(path.read_bytes())
    whole["head"]["nonce"] = "eA=="
    head = json.dumps(whole["head"], sort_keys=True, separators=(",", ":")).encode()
    whole["sum"] = hashlib.sha256(head + b"\0" + base64.b64decode(whole["sealed"])).hexdigest()
    for raw in (json.dumps(whole).encode(), b"[" * 100_000):
        path.write_bytes(raw)
        with pytest.raises(KeyringError, match="damaged"):
            store(folder).get("mail-a")


def test_a_change_waits_for_the_one_of_another_process_and_keeps_both(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = threading.Event()

    def pause(_seconds: float) -> None:
        waits.set()

    monkeypatch.setattr(filelock.time, "sleep", pause)
    late = threading.Thread(target=lambda: store(folder).put("late", "2"))
    with filelock.held(folder / "secrets.lock"):
        late.start()
        assert waits.wait(30)
        assert set(store(folder).file.values()) == {"mail-a"}
    late.join()
    assert set(store(folder).file.values()) == {"mail-a", "late"}
