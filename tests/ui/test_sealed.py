"""Secrets in an encrypted file: the window asks for the passphrase, and a real engine is told it without a trace."""

import os
import signal
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.app.secretstore.names import PASSPHRASE
from opsconsole.domain.redaction import forget_all
from opsconsole.store.queries import connections
from opsconsole.ui.panels.connections.panel import ConnectionsPanel
from opsconsole.ui.shell.engineprocess import EngineState
from opsconsole.ui.shell.seal import Unseal
from tests.support.desktop.console import in_window, until
from tests.support.http.served import good, served
from tests.support.secrets.planted import ArgumentWatch, files_below, traces
from tests.support.secrets.sealed import WORD, no_keyring, seal, store
from tests.ui.scenes import press, told

KEY = "planted-model-key-0815"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """A workspace with a sealed secret, and nobody who opens it."""
    no_keyring(tmp_path, monkeypatch)
    seal(tmp_path / "ws", model_main=KEY)
    yield tmp_path / "ws"
    forget_all()


class Terminal:
    """The terminal from which the window was started, where nobody may be asked."""

    def isatty(self) -> bool:
        return True


def environment(process: int) -> bytes:
    return Path(f"/proc/{process}/environ").read_bytes()


async def asked(joined: Joined) -> Unseal:
    """Wait until the window asks."""
    await until(lambda: joined.seal.dialog is not None and joined.seal.dialog.isVisible())
    dialog = joined.seal.dialog
    assert dialog is not None
    return dialog


def answer(dialog: Unseal, word: str) -> None:
    QTest.keyClick(dialog.field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(dialog.field, word)
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)


@pytest.mark.slow
def test_the_window_asks_and_the_engine_is_told_without_a_trace_also_after_a_crash(folder: Path) -> None:
    crashes: list[str] = []
    environments: dict[str, bytes] = {}

    async def scenario(joined: Joined) -> None:
        joined.engine.crashed.connect(crashes.append)
        dialog = await asked(joined)
        assert joined.engine.state is EngineState.SEALED
        assert dialog.field.echoMode() is QLineEdit.EchoMode.Password
        assert dialog.field.accessibleName() and dialog.focusWidget() is dialog.field
        assert "secrets are sealed" in told(joined.window)
        answer(dialog, "eleven loud herons")
        await until(lambda: dialog.said.isVisible())
        assert "does not open" in dialog.said.text() == dialog.field.accessibleDescription()
        answer(dialog, WORD)
        assert not dialog.said.isVisible()
        await until(lambda: joined.engine.state is EngineState.WORKING)
        assert joined.seal.dialog is None and "sealed" not in told(joined.window)
        first = joined.backend.engine
        environments["first"] = environment(first)
        os.kill(first, signal.SIGKILL)
        await until(lambda: joined.engine.state is EngineState.CRASHED)
        await until(lambda: joined.engine.state is EngineState.WORKING)
        environments["second"] = environment(joined.backend.engine)
        assert joined.seal.dialog is None, "nobody is asked twice"

    with ArgumentWatch() as watch:
        in_window(folder, scenario, with_engine=True)
    assert len(crashes) == 1, crashes
    everywhere = files_below(folder.parent) | environments | watch.places
    assert len(environments) == 2
    found = traces({"right": WORD, "wrong": "eleven loud herons", "key": KEY}, everywhere)
    assert not found, found


@pytest.mark.slow
def test_whoever_does_not_open_them_has_a_window_that_works_and_no_engine_that_tries_again(folder: Path) -> None:
    crashes: list[str] = []

    async def scenario(joined: Joined) -> None:
        joined.engine.crashed.connect(crashes.append)
        dialog = await asked(joined)
        QTest.keyClicks(dialog.field, "half a wo")
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        await until(lambda: joined.seal.dialog is None)
        assert "Agents cannot sign in, and wait, until you open them" in joined.window.notice.accessibleName()
        assert "secrets are sealed" in told(joined.window)
        joined.window.toggle_pause()
        await until(lambda: joined.window.is_paused)
        joined.window.toggle_pause()
        await until(lambda: not joined.window.is_paused)
        joined.backend.engine_changed.emit(0)  # word that no engine holds the workspace
        assert not joined.engine.is_own and joined.engine.state is EngineState.SEALED
        press(joined.window, "Open them…")
        dialog = await asked(joined)
        assert dialog.field.text() == ""
        answer(dialog, WORD)
        await until(lambda: joined.engine.state is EngineState.WORKING)

    in_window(folder, scenario, with_engine=True)
    assert not crashes


@pytest.mark.slow
def test_a_passphrase_in_the_environment_that_is_wrong_gives_way_to_the_one_typed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSPHRASE, "an old one")

    async def scenario(joined: Joined) -> None:
        answer(await asked(joined), WORD)
        await until(lambda: joined.engine.state is EngineState.WORKING)

    in_window(folder, scenario, with_engine=True)


@pytest.mark.slow
def test_a_window_started_from_a_terminal_asks_in_the_window(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())

    def prompted(prompt: str = "") -> str:
        raise AssertionError(f"asked at the terminal: {prompt}")

    monkeypatch.setattr("getpass.getpass", prompted)

    async def scenario(joined: Joined) -> None:
        await until(lambda: joined.engine.state is EngineState.SEALED)
        dialog = await asked(joined)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        await until(lambda: joined.seal.dialog is None)
        joined.window.show_panel("connections")
        panel = joined.window.panel("connections")
        assert isinstance(panel, ConnectionsPanel)
        panel.add_model()
        for name, value in (("url", endpoint.base_url), ("model", "fake"), ("key", "another-key-4711")):
            QTest.keyClicks(panel.model.inputs[name], value)
        QTest.keyClick(panel.model.inputs["url"], Qt.Key.Key_Return)
        dialog = await asked(joined)
        assert "Open them with their passphrase" in told(panel.model)
        answer(dialog, WORD)
        await until(lambda: joined.engine.state is EngineState.WORKING)
        first = joined.backend.engine
        await until(lambda: panel.pages.currentIndex() == 0)  # with what was typed, and nobody pressed again
        assert "fake is connected as main" in joined.window.notice.accessibleName()
        assert joined.backend.engine == first, "the engine takes it up by itself"
        rows = await joined.backend.read(lambda kernel: connections.connections(kernel.reader, kind="model"))
        assert [row.id for row in rows] == ["main"]

    with served(good) as endpoint:
        in_window(folder, scenario, with_engine=True)
    assert store(folder).found("model-main")[0] == "another-key-4711"


def test_nothing_to_open_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_keyring(tmp_path, monkeypatch)

    async def scenario(joined: Joined) -> None:
        joined.context.commands.run("secrets.open")
        dialog = await asked(joined)
        answer(dialog, "anything")
        await until(lambda: "nothing to open" in dialog.said.text())
        cancel = next(button for button in dialog.findChildren(QPushButton) if button.text() == "Not now")
        QTest.mouseClick(cancel, Qt.MouseButton.LeftButton)
        await until(lambda: joined.seal.dialog is None)

    in_window(tmp_path / "ws", scenario)
    forget_all()
