"""Connecting where there is no keyring: the encrypted file is made on the way, with the first secret that is kept."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.domain.redaction import forget_all
from opsconsole.ui.shell.seal import Unseal
from tests.support.desktop.console import in_window, until
from tests.support.http.served import good, served
from tests.support.secrets.planted import files_below
from tests.support.secrets.sealed import WORD as PASS
from tests.support.secrets.sealed import no_keyring, store
from tests.ui.connections.test_connecting import KEY, click, connections, fill, nothing_leaked, of_model, tried
from tests.ui.scenes import told


def test_without_a_keyring_the_encrypted_file_is_made_in_place_and_the_form_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_keyring(tmp_path, monkeypatch)
    folder = tmp_path / "ws"

    async def scenario(joined: Joined) -> None:
        panel = await connections(joined)
        click(panel, "Connect a model")
        given = of_model(endpoint.base_url)
        fill(panel.model, joined, **given)
        seen = await tried(panel.model, "no keyring that works")
        assert "`" not in seen, "nobody at the window is told to type commands"
        assert {name: panel.model.inputs[name].text() for name in given} == given
        assert not endpoint.requests, "it is said before anything is tried"
        await until(lambda: joined.seal.dialog is not None and joined.seal.dialog.isVisible())
        dialog = joined.seal.dialog
        assert dialog is not None
        wrong = (("short", "short", "At least 8"), (" " * 8, " " * 8, "At least 8"))
        for first, second, said in (*wrong, (PASS, "eleven quiet heron", "not the same")):
            dialog.field.setText(first)
            dialog.again.setText(second)
            QTest.keyClick(dialog.again, Qt.Key.Key_Return)
            assert said in dialog.said.text()
        dialog.again.setText(PASS)
        QTest.keyClick(dialog.again, Qt.Key.Key_Return)
        await until(lambda: panel.pages.currentIndex() == 0)
        assert endpoint.requests, "the form went on by itself"

    with served(good) as endpoint:
        in_window(folder, scenario)
    assert store(folder, PASS).found("model-main")[0] == KEY
    nothing_leaked(folder, KEY)
    nothing_leaked(folder, PASS)
    forget_all()


def test_nothing_is_made_before_there_is_something_to_keep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_keyring(tmp_path, monkeypatch)
    folder = tmp_path / "ws"

    async def passphrase(joined: Joined) -> Unseal:
        await until(lambda: joined.seal.dialog is not None and joined.seal.dialog.isVisible())
        dialog = joined.seal.dialog
        assert dialog is not None
        dialog.field.setText(PASS)
        dialog.again.setText(PASS)
        QTest.keyClick(dialog.again, Qt.Key.Key_Return)
        return dialog

    async def scenario(joined: Joined) -> None:
        panel = await connections(joined)
        click(panel, "Connect a model")
        fill(panel.model, joined, **of_model("http://127.0.0.1:1"))
        await tried(panel.model, "no keyring that works")
        dialog = await passphrase(joined)
        click(dialog, "Not now")
        await until(lambda: joined.seal.dialog is None)
        await tried(panel.model, "no keyring that works")
        await passphrase(joined)
        await until(lambda: "Mend what is marked" in told(panel.model))
        assert not store(folder).file.is_on(), "nothing was connected"
        click(panel.model, "Back")

    in_window(folder, scenario)
    assert not [path for path in files_below(folder) if "secret" in Path(path).name]
    nothing_leaked(folder, PASS)
    forget_all()
