"""Secrets in a real Secret Service: kept, found, apart by workspace, in pieces, locked, silent and absent."""

import gc
import threading
from collections.abc import Generator
from pathlib import Path

import pytest
import secretstorage

from opsconsole.app.secretstore import SecretStore
from opsconsole.app.secretstore.osring import Ring
from opsconsole.app.secretstore.store import Place
from opsconsole.domain.errors import KeyringError, SecretMissingError
from opsconsole.domain.redaction import forget_all
from tests.support.secrets import keyrings

pytestmark = pytest.mark.slow
VALUE = "Grüße, 'correct' \"horse\" \\ battery %41"


@pytest.fixture(autouse=True)
def discreet() -> Generator[None]:
    yield
    forget_all()


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    folder = tmp_path / "bus"
    folder.mkdir()
    with keyrings.secret_service(folder) as env:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", env["DBUS_SESSION_BUS_ADDRESS"])
        yield tmp_path


def store(folder: Path, workspace: str = "one", largest: int = 1000, **environment: str) -> SecretStore:
    return SecretStore(folder, workspace, environment=environment, largest=largest)


def test_what_is_kept_is_found_by_another_process_and_only_in_its_workspace(service: Path) -> None:
    with pytest.raises(SecretMissingError, match="There is no secret mail-a"):
        store(service).get("mail-a")
    assert store(service).keep("mail-a", VALUE) is Place.KEYRING
    assert store(service).get("mail-a") == VALUE
    with pytest.raises(SecretMissingError):
        store(service, "two").get("mail-a")
    assert store(service).delete("mail-a")
    assert not store(service).delete("mail-a")


def test_environment_wins(service: Path) -> None:
    store(service).put("mail-a", "from the keyring")
    assert store(service, OPSCONSOLE_SECRET_MAIL_A="given").get("mail-a") == "given"


def test_long_values_lie_in_pieces_that_go_with_them(service: Path) -> None:
    long, short = "".join(map(str, range(2000))), "short"
    store(service).put("tokens", long)
    assert store(service).get("tokens") == long
    assert len(items()) == 8
    store(service).put("tokens", long[::-1])
    assert store(service).get("tokens") == long[::-1]
    assert len(items()) == 8, "pieces of the earlier value stayed"
    store(service).put("tokens", short)
    assert [store(service).get("tokens"), len(items())] == [short, 1]
    store(service).put("tokens", long)
    store(service).delete("tokens")
    assert not items()


def items() -> list[secretstorage.Item]:
    bus = secretstorage.dbus_init()
    try:
        return list(secretstorage.get_default_collection(bus).get_all_items())
    finally:
        bus.close()


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # keyring leaves its bus open when locked
def test_a_locked_keyring_is_said(service: Path) -> None:
    store(service).put("mail-a", VALUE)
    bus = secretstorage.dbus_init()
    secretstorage.get_default_collection(bus).lock()
    bus.close()
    with pytest.raises(KeyringError, match="Unlock it"):
        SecretStore(service, "one", environment={}, ring=Ring(deadline_s=5)).get("mail-a")
    gc.collect()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_silent_keyring_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bus"
    folder.mkdir()
    with keyrings.silent_service(folder) as env:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", env["DBUS_SESSION_BUS_ADDRESS"])
        ring = Ring(deadline_s=0.5)
        secrets = SecretStore(tmp_path, "one", environment={"OPSCONSOLE_SECRET_GIVEN": "given"}, ring=ring)
        for _ in range(3):
            with pytest.raises(KeyringError, match="does not answer"):
                secrets.get("mail-a")
        with pytest.raises(KeyringError, match="does not answer"):
            secrets.put("mail-a", "value")
        assert secrets.get("given") == "given"
    for thread in threading.enumerate():  # the bus is gone, so its call ends, and leaves its connection here
        if thread.name == "keyring":
            thread.join(10)
    gc.collect()


def test_no_keyring_names_the_two_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    secrets = store(tmp_path)
    for call in (lambda: secrets.get("mail-a"), lambda: secrets.put("mail-a", "value")):
        with pytest.raises(KeyringError, match="no keyring that works") as refused:
            call()
        assert all(way in refused.value.hint for way in ("OPSCONSOLE_SECRET_MAIL_A", "secrets file on"))
    assert not secrets.delete("mail-a")
