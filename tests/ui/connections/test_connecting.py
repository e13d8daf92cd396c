"""A mailbox and a model are plugged in through the window, by keys alone, on a real server and over real HTTP."""

from collections.abc import Generator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QWidget

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.app.secretstore.names import PASSPHRASE
from opsconsole.app.secretstore.store import Place
from opsconsole.domain.redaction import forget_all
from opsconsole.ui.panels.connections.form import ConnectionForm
from opsconsole.ui.panels.connections.panel import ConnectionsPanel
from opsconsole.ui.shell.catalog import PANELS
from tests.support.desktop.console import in_window, until
from tests.support.http.served import good, served
from tests.support.mail.dovecot import Dovecot
from tests.support.mail.relay import Relay
from tests.support.ports import free_port
from tests.support.secrets import keyrings
from tests.support.secrets.planted import files_below, traces
from tests.support.secrets.sealed import WORD as PASS
from tests.support.secrets.sealed import no_keyring, seal, store
from tests.ui.scenes import record, told

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("connect_mail")]
ME, WORD = "support@harbour.example", "the-teams-word-4711"
KEY = "planted-model-key-0815"
MAIL_STEPS = ("IMAP TLS", "SMTP TLS", "Sign-in", "Folders", "Mail to itself")
MODEL_STEPS = ("Reachable", "Model present", "Answers", "Tool calls", "Ends as asked", "Long question")


@pytest.fixture(scope="module")
def mail() -> Generator[Dovecot]:
    with Relay() as relay:
        server = Dovecot({ME: WORD}, relay_port=relay.port, has_tls=True)
        relay.deliver_to(server.lmtp_port, server.home)
        with server:
            yield server


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """A workspace whose secrets lie in the encrypted file, for there is no keyring."""
    no_keyring(tmp_path, monkeypatch)
    seal(tmp_path / "ws")
    monkeypatch.setenv(PASSPHRASE, PASS)
    yield tmp_path / "ws"
    forget_all()


async def connections(joined: Joined) -> ConnectionsPanel:
    """Go to the panel as a person does."""
    window = joined.window
    window.activateWindow()
    await until(window.isActiveWindow)
    number = [entry.name for entry in PANELS].index("connections") + 1
    QTest.keyClick(window, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier)
    await until(lambda: window.panel("connections"))
    panel = window.panel("connections")
    assert isinstance(panel, ConnectionsPanel)
    await until(lambda: "desk" in told(panel))
    return panel


def click(place: QWidget, text: str) -> None:
    found = [button for button in place.findChildren(QPushButton) if button.isVisible() and button.text() == text]
    assert found, f"no button {text!r}"
    QTest.mouseClick(found[0], Qt.MouseButton.LeftButton)


def fill(form: ConnectionForm, joined: Joined, **values: str) -> None:
    """Go through the form with the Tab key and type what there is to type; what was typed before is replaced."""
    names = {id(item): name for name, item in (*form.inputs.items(), *form.chosen.items())}
    if form.more.isVisible() and not form.more.is_open:
        form.more.toggle.click()
    form.inputs[next(iter(form.inputs))].setFocus()
    reached: set[str] = set()
    for _ in range(2 * len(names)):
        at = joined.window.focusWidget()
        name = names.get(id(at), "")
        if name and name in reached:
            break
        reached.add(name)
        if name in values and isinstance(at, QLineEdit):
            QTest.keyClick(at, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            QTest.keyClick(at, Qt.Key.Key_Delete)
            QTest.keyClicks(at, values[name])
        elif name in values and isinstance(at, QComboBox):
            QTest.keyClick(at, Qt.Key.Key_Home)
            for _ in range(at.findText(values[name])):
                QTest.keyClick(at, Qt.Key.Key_Down)
        QTest.keyClick(at, Qt.Key.Key_Tab)
    assert reached - {""} == set(names.values()), "the Tab key reaches every field"


async def tried(form: ConnectionForm, words: str) -> str:
    """Press Return and wait for what comes of it."""
    QTest.keyClick(form.inputs[next(iter(form.inputs))], Qt.Key.Key_Return)
    await until(lambda: words in told(form))
    return told(form)


def of_mail(mail: Dovecot, **changed: str) -> dict[str, str]:
    assert mail.certificates is not None
    given = {"address": ME, "password": WORD, "ca_file": str(mail.certificates.authority)}
    given |= {"imap": f"localhost:{mail.imap_port}", "smtp": f"localhost:{mail.smtp_port}"}
    return given | {"imap_tls": "STARTTLS", "smtp_tls": "STARTTLS"} | changed


def of_model(url: str, **changed: str) -> dict[str, str]:
    return {"name": "main", "url": url, "model": "fake", "key": KEY} | changed


def nothing_leaked(folder: Path, *values: str) -> None:
    found = traces({value: value for value in values}, files_below(folder.parent))
    assert not found, found


def test_a_working_mailbox_is_added_and_stands_in_the_list(folder: Path, mail: Dovecot) -> None:
    async def scenario(joined: Joined) -> None:
        panel = await connections(joined)
        click(panel, "Connect a mailbox")
        fill(panel.mail, joined, **of_mail(mail))
        click(panel.mail, "Test")
        await until(lambda: "Everything works." in told(panel.mail))
        seen = told(panel.mail)
        assert all(name in seen for name in MAIL_STEPS), seen
        assert "encrypted, and the certificate is good" in seen
        assert "signed in as support@harbour.example" in seen
        assert panel.mail.inputs["password"].text() == WORD, "a trial takes nothing away"
        QTest.keyClick(panel.mail.inputs["address"], Qt.Key.Key_Return)
        await until(lambda: panel.pages.currentIndex() == 0 and ME in told(panel))
        assert f"{ME} is connected as support" in joined.window.notice.accessibleName()
        assert panel.mail.inputs["password"].text() == ""
        click(panel, "Test or change…")
        assert panel.mail.chosen["imap_tls"].currentData() == "starttls"
        QTest.keyClick(panel.mail.inputs["address"], Qt.Key.Key_Return)
        await until(lambda: panel.pages.currentIndex() == 0)

    in_window(folder, scenario)
    assert [entry["kind"] for entry in record(folder) if entry["kind"].startswith("connection.")]
    assert store(folder).found("mail-support-password")[0] == WORD
    assert not mail.mails(ME), "the mail that tried it out is taken away"
    nothing_leaked(folder, WORD)


def test_a_mailbox_with_something_wrong_keeps_the_form_and_says_what(folder: Path, mail: Dovecot) -> None:
    nobody = free_port()
    cases = (
        ({"password": "not-the-word-815"}, "does not accept the sign-in"),
        ({"imap": f"localhost:{nobody}"}, f"Nobody answers at localhost:{nobody}"),
        ({"smtp": "no.such.host.invalid:465"}, "no server called no.such.host.invalid"),
        ({"smtp_tls": "TLS"}, "STARTTLS"),
        ({"ca_file": ""}, "Nobody this machine trusts vouches"),
    )

    async def scenario(joined: Joined) -> None:
        panel = await connections(joined)
        click(panel, "Connect a mailbox")
        for changed, words in cases:
            given = of_mail(mail, **changed)
            fill(panel.mail, joined, **given)
            seen = await tried(panel.mail, "Mend what is marked")
            assert words in seen, seen
            kept = {name: panel.mail.inputs[name].text() for name in given if name in panel.mail.inputs}
            assert kept == {name: given[name] for name in kept}
        click(panel.mail, "Back")
        await until(lambda: "Nothing from outside yet" in told(panel))
        assert panel.mail.inputs["password"].text() == ""

    in_window(folder, scenario)
    assert not [entry for entry in record(folder) if entry["kind"] in ("connection.connected", "secret.stored")]
    assert not store(folder).file.values()
    nothing_leaked(folder, WORD, "not-the-word-815")


def test_a_working_model_is_added_and_stands_in_the_list(folder: Path) -> None:
    async def scenario(joined: Joined) -> None:
        panel = await connections(joined)
        click(panel, "Connect a model")
        fill(panel.model, joined, **of_model(endpoint.base_url), price_in="0,5")
        click(panel.model, "Test")
        await until(lambda: "fake works." in told(panel.model))
        seen = told(panel.model)
        assert all(name in seen for name in MODEL_STEPS), seen
        QTest.keyClick(panel.model.inputs["model"], Qt.Key.Key_Return)
        await until(lambda: panel.pages.currentIndex() == 0 and endpoint.base_url in told(panel))
        assert "fake thinks for agents that name it" in told(panel)
        assert "fake is connected as main" in joined.window.notice.accessibleName()
        assert panel.model.inputs["key"].text() == ""

    with served(good) as endpoint:
        in_window(folder, scenario)
    assert {header["authorization"] for header in endpoint.headers} == {f"Bearer {KEY}"}
    assert store(folder).found("model-main")[0] == KEY
    nothing_leaked(folder, KEY)


def test_a_model_with_something_wrong_keeps_the_form_and_says_what(folder: Path) -> None:
    nobody = free_port()

    async def scenario(joined: Joined) -> None:
        panel = await connections(joined)
        click(panel, "Connect a model")
        for given, words in (
            (of_model(f"http://127.0.0.1:{nobody}/v1"), "nobody listens there"),
            (of_model(endpoint.base_url, model="lama-4"), "Did you mean llama-4?"),
        ):
            fill(panel.model, joined, **given)
            seen = await tried(panel.model, "Mend what is marked")
            assert words in seen, seen
            assert {name: panel.model.inputs[name].text() for name in given} == given

    with served(good, models=("llama-4", "qwen-3")) as endpoint:
        in_window(folder, scenario)
    assert not [entry for entry in record(folder) if entry["kind"] in ("connection.connected", "secret.stored")]
    nothing_leaked(folder, KEY)


def test_with_a_keyring_the_key_lies_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "bus"
    place.mkdir()
    folder = tmp_path / "ws"

    async def scenario(joined: Joined) -> None:
        panel = await connections(joined)
        click(panel, "Connect a model")
        fill(panel.model, joined, **of_model(endpoint.base_url))
        QTest.keyClick(panel.model.inputs["model"], Qt.Key.Key_Return)
        await until(lambda: panel.pages.currentIndex() == 0 and endpoint.base_url in told(panel))

    with keyrings.secret_service(place) as env, served(good) as endpoint:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", env["DBUS_SESSION_BUS_ADDRESS"])
        in_window(folder, scenario)
        assert store(folder).found("model-main") == (KEY, Place.KEYRING)
    assert not store(folder).file.is_on()
    assert not traces({"key": KEY}, files_below(folder))
    forget_all()
