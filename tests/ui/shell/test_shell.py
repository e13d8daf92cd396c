"""The frame of the window: the engine as its child, what it says in trouble, and that nothing is left over."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget

import opsconsole
from opsconsole.app.gui.mainwindow import Joined
from opsconsole.app.session import opened
from opsconsole.engine.kernel import Kernel
from opsconsole.store import lease
from opsconsole.store.lease import Lease
from opsconsole.store.queries import limits
from opsconsole.store.transaction import Transaction
from opsconsole.ui.backend import Backend
from opsconsole.ui.panels.approvals.card.actionbar import ActionBar
from opsconsole.ui.panels.audit.panel import AuditPanel
from opsconsole.ui.shell.catalog import PANELS
from opsconsole.ui.shell.engineprocess import EngineProcess, EngineState
from opsconsole.ui.shell.notice import READ_MS
from opsconsole.ui.shell.palette import Palette
from opsconsole.ui.shell.rail import NAME_AT, WIDTH
from opsconsole.ui.shell.statusbar import StatusBar
from opsconsole.ui.shell.window import LEAST
from opsconsole.ui.widgets.listpane.pane import WIDTH as LIST_WIDTH
from tests.support.desktop.console import in_window, until


def test_an_empty_home_opens_on_the_first_screen(tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        await until(lambda: joined.window.panel("welcome") is not None)
        assert "Welcome" in joined.window.windowTitle()

    in_window(tmp_path / "ws", scenario)


def test_without_an_agent_nobody_is_said_to_work(tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        bar = StatusBar(joined.window.context.theme)
        bar.show_engine(EngineState.WORKING, is_paused=False, has_agents=False)
        assert "Ready; no agent is in use yet" in [label.text() for label in bar.findChildren(QLabel)]
        bar.show_engine(EngineState.WORKING, is_paused=False)
        assert "Agents are working" in [label.text() for label in bar.findChildren(QLabel)]
        bar.deleteLater()

    in_window(tmp_path / "ws", scenario)


def test_every_panel_opens_by_its_key(tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        for number, entry in enumerate(PANELS, start=1):
            QTest.keyClick(joined.window, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier)
            await until(lambda name=entry.name: joined.window.panel(name) is not None)
            assert entry.title in joined.window.windowTitle()
            assert joined.window.rail.buttons[entry.name].toolTip() == f"{entry.title}  Ctrl+{number}"

    in_window(tmp_path / "ws", scenario)


def test_a_page_is_read_again_after_a_change_while_another_was_shown_and_by_its_key(tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        def note(kernel: Kernel, tx: Transaction, actor: str) -> None:
            tx.audit("audit.exported", at=kernel.clock.now(), actor=actor)  # nothing but the record changes

        joined.window.show_panel("audit")
        audit = joined.window.panel("audit")
        assert isinstance(audit, AuditPanel)
        await until(lambda: audit.model.ids)
        for shown in ("feed", "audit"):
            before = len(audit.model.ids)
            joined.window.show_panel(shown)
            await joined.backend.write(note, name="test")
            await asyncio.sleep(0.5)
            joined.window.show_panel("audit")
            await until(lambda before=before: len(audit.model.ids) == before + 1)
        asked: list[str] = []
        audit.refresh = lambda: asked.append("again")
        QTest.keyClick(joined.window, Qt.Key.Key_F5)
        assert asked

    in_window(tmp_path / "ws", scenario)


def test_every_page_with_a_list_names_the_changes_that_it_shows() -> None:
    inner = {"timers", "desk", "grants", "cases"}  # shown nowhere, or beside what they change
    places = Path(opsconsole.__file__).parent.rglob("*.py")
    touched = {topic for place in places for topic in re.findall(r"\.touch\(\"(\w+)\"\)", place.read_text("utf-8"))}
    named = {entry.name: entry.load().topics for entry in PANELS}
    assert all(named.values())
    assert touched - inner <= set().union(*named.values()) <= touched


def test_the_rail_names_its_buttons_on_hover_and_always_in_a_wide_window(tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        rail = joined.window.rail
        every = (*rail.buttons.values(), rail.pause, rail.menu)
        for width, is_named in ((1280, False), (1600, True), (1100, False)):
            joined.window.resize(width, 800)
            await until(lambda is_named=is_named: (rail.width() > WIDTH and rail.menu.width() > WIDTH) is is_named)
            for made in every:
                assert made.toolTip() and made.text() and made.is_named is is_named
                assert made.width() <= rail.width()
                if is_named:
                    room = made.width() - NAME_AT - 4
                    assert made.fontMetrics().horizontalAdvance(made.text()) <= room, made.text()

    in_window(tmp_path / "ws", scenario)


def test_every_page_fits_the_least_window(tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        for entry in PANELS:
            joined.window.show_panel(entry.name)
        await until(lambda: joined.window.state is not None)
        for entry in PANELS:
            panel = joined.window.panel(entry.name)
            assert panel is not None
            # Without a card the bar of the approvals holds the buttons of every kind of card.
            if entry.name != "approvals":
                assert panel.minimumSizeHint().width() + WIDTH <= LEAST[0], entry.name
        bar = ActionBar(joined.window.context.theme, defaultdict(lambda: lambda: None))
        bar.show_for(None, is_busy=False)
        bar.resize(LEAST[0] - LIST_WIDTH - WIDTH, bar.height())
        bar.show()
        assert not bar.hint.isVisible()
        assert bar.minimumSizeHint().width() + LIST_WIDTH + WIDTH <= LEAST[0]
        bar.deleteLater()

    in_window(tmp_path / "ws", scenario)


def test_the_palette_runs_what_was_typed(tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        QTest.keyClick(joined.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: joined.window.findChild(Palette) is not None)
        field = joined.window.findChildren(Palette)[0].findChildren(QLineEdit)[0]
        QTest.keyClicks(field, "pause")
        QTest.keyClick(field, Qt.Key.Key_Return)
        await until(lambda: joined.window.is_paused)
        switches = await joined.backend.read(lambda kernel: limits.switches(kernel.reader))
        assert [scope for scope, _ in switches] == ["all"]
        joined.window.toggle_pause()
        await until(lambda: not joined.window.is_paused)

    in_window(tmp_path / "ws", scenario)


def test_help_lists_the_keys_of_pages_not_opened_yet_and_runs_none_of_them(tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        QTest.keyClick(joined.window, Qt.Key.Key_F1)
        await until(lambda: joined.window.findChild(Palette) is not None)
        palette = joined.window.findChildren(Palette)[0]
        field, shown = palette.findChildren(QLineEdit)[0], palette.findChildren(QListWidget)[0]
        QTest.keyClicks(field, "approve this")
        assert [shown.item(number).text() for number in range(shown.count())] == ["Approvals: Approve this request. A"]
        assert any("page Approvals" in label.text() for label in palette.findChildren(QLabel))
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert palette.isVisible()
        field.setText("no such thing")
        assert any("No command fits" in label.text() for label in palette.findChildren(QLabel))
        field.setText("ctrl+shift+p")
        assert shown.count() == 1

    in_window(tmp_path / "ws", scenario)


@pytest.mark.slow
def test_a_notice_leaves_with_its_page_once_it_was_read_and_keeps_what_it_offers(tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        await until(lambda: joined.window.panel("welcome") is not None)
        notice = joined.window.notice
        notice.say("Done.", "", None)
        joined.window.show_panel("feed")
        assert notice.isVisible()  # it came a moment ago
        await until(lambda: notice.age_ms > READ_MS)
        joined.window.show_panel("audit")
        assert not notice.isVisible()
        notice.say("Done.", "Undo", lambda: None)
        await until(lambda: notice.age_ms > READ_MS)
        joined.window.show_panel("feed")
        assert notice.isVisible()

    in_window(tmp_path / "ws", scenario)


@pytest.mark.slow
def test_the_engine_is_started_anew_on_request(tmp_path: Path) -> None:
    crashes: list[str] = []

    async def scenario(joined: Joined) -> None:
        joined.engine.crashed.connect(crashes.append)
        await until(lambda: joined.engine.state is EngineState.WORKING)
        first = joined.backend.engine
        joined.window.restart_engine()
        await until(lambda: joined.engine.state is EngineState.WORKING and joined.backend.engine not in (0, first))
        assert not crashes

    in_window(tmp_path / "ws", scenario, with_engine=True)
    assert lease.holder(tmp_path / "ws") is None


@pytest.mark.slow
def test_a_killed_engine_is_started_again_and_the_window_says_so(tmp_path: Path) -> None:
    said: list[str] = []

    async def scenario(joined: Joined) -> None:
        joined.engine.crashed.connect(said.append)
        await until(lambda: joined.engine.state is EngineState.WORKING)
        first = joined.backend.engine
        os.kill(first, signal.SIGKILL)
        await until(lambda: joined.engine.state is EngineState.CRASHED)
        await until(lambda: joined.engine.state is EngineState.WORKING)
        assert joined.backend.engine not in (0, first)
        assert said

    in_window(tmp_path / "ws", scenario, with_engine=True)
    assert lease.holder(tmp_path / "ws") is None


@pytest.mark.slow
def test_an_engine_that_works_already_is_joined_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    subprocess.run([sys.executable, "-m", "opsconsole", "init", "-w", str(folder)], check=True, capture_output=True)
    other = subprocess.Popen(
        [sys.executable, "-m", "opsconsole", "engine", "-w", str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert "Working" in other.stdout.readline()

    async def scenario(joined: Joined) -> None:
        await until(lambda: joined.engine.state is EngineState.ELSEWHERE)
        assert joined.backend.engine == other.pid
        assert not joined.engine.restart()

    try:
        in_window(folder, scenario, with_engine=True)
        assert other.poll() is None
    finally:
        other.terminate()
        other.communicate(timeout=20)


def test_a_file_that_is_gone_is_said_and_its_return_noticed(tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        path = joined.folder / "workspace.db"
        path.rename(path.with_suffix(".away"))
        await until(lambda: joined.backend.is_file_lost)
        path.with_suffix(".away").rename(path)
        await until(lambda: not joined.backend.is_file_lost)

    in_window(tmp_path / "ws", scenario)


def test_references_to_none_are_not_lost() -> None:
    """6.12.0 on Python 3.11 lost one a call and aborted the process within minutes."""
    object_ = QObject()
    before = sys.getrefcount(None)
    for _ in range(1_000):
        object_.setObjectName("name")
    assert sys.getrefcount(None) >= before - 50


def test_an_engine_that_another_windows_was_faster_than_is_no_crash(tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        backend = Backend(joined.folder, lambda: opened(joined.folder))
        engine = EngineProcess(
            [sys.executable, "-c", "import time; time.sleep(0.3); raise SystemExit(3)"], backend, lambda: None
        )
        said: list[str] = []
        engine.crashed.connect(said.append)
        engine.begin()
        await until(lambda: engine.is_own)
        with Lease(joined.folder):  # the other window's has the workspace by now
            await until(lambda: not engine.is_own)
            await until(lambda: engine.state is EngineState.ELSEWHERE)
            assert not said
        backend.engine_changed.emit(0)
        await until(lambda: engine.state is EngineState.CRASHED)
        assert said
        engine.end()
        backend.close()

    in_window(tmp_path / "ws", scenario)
