"""Every page of the rail by keys alone, on the sample: opened, gone along, a detail read, its verbs, and back."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QLineEdit,
)

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.ui.panel import Panel
from opsconsole.ui.shell.catalog import PANELS
from tests.support.desktop.console import in_window, until
from tests.support.desktop.walker import CTRL, SHIFT, Walker, name_of, tab_round, told

pytestmark = pytest.mark.slow
BY_COMMAND = {
    "Filter what waits": "approvals.find",
    "Group what waits": "approvals.group",
    "Order of what waits": "approvals.order",
    "Filter the pairs": "shadow.find",
}
"""Controls that Tab passes over, since letters typed there would be no verbs: each has a key of its own."""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, worked."""
    folder = tmp_path_factory.mktemp("sample") / "data"
    command = [sys.executable, "-m", "opsconsole", "demo", "--headless", "-w", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ})
    return folder


def walk(sample: Path, folder: Path, name: str, scene: Callable[[Walker, Any], Awaitable[None]]) -> None:
    """Open a copy of the sample, go to a page by its key, and play a scene there."""
    shutil.copytree(sample, folder / "w")

    async def scenario(joined: Joined) -> None:
        joined.window.resize(1280, 800)
        joined.window.activateWindow()
        await until(joined.window.isActiveWindow)
        walker = Walker(joined)
        await scene(walker, await walker.go(name))
        await walker.calm()

    in_window(folder / "w", scenario)


@pytest.mark.parametrize("name", [entry.name for entry in PANELS])
def test_tab_leads_to_every_control_of_a_page_and_back(sample: Path, tmp_path: Path, name: str) -> None:
    async def scene(walker: Walker, panel: Panel) -> None:
        if name in ("feed", "approvals", "audit"):  # with a detail beside the list
            walker.press(Qt.Key.Key_Down)
            await walker.calm()
        assert tab_round(walker, panel, without=BY_COMMAND) == []
        commands = {command.id: command for command in walker.joined.context.commands.all()}
        for command in BY_COMMAND.values():
            assert not command.startswith(name) or commands[command].keys, command

    walk(sample, tmp_path, name, scene)


def test_the_overview_opens_what_it_counts(sample: Path, tmp_path: Path) -> None:
    async def scene(walker: Walker, panel: Any) -> None:
        walker.seek("24 hours")
        walker.press(Qt.Key.Key_Right)
        await walker.calm()
        assert name_of(walker.focus) == "7 days"
        walker.seek("Waiting for you: ")
        walker.press(Qt.Key.Key_Space)
        await until(lambda: (opened := walker.window.panel("approvals")) is not None and opened.isVisible())
        await walker.go("overview")

    walk(sample, tmp_path, "overview", scene)


def test_the_feed_is_gone_along_searched_and_a_story_read(sample: Path, tmp_path: Path) -> None:
    async def scene(walker: Walker, panel: Any) -> None:
        first = panel.view.currentIndex().row()
        walker.press(Qt.Key.Key_J)
        await walker.calm()
        assert panel.view.currentIndex().row() == first + 1
        every = len(panel.model.ids)
        walker.press(Qt.Key.Key_Slash)
        QTest.keyClicks(walker.focus, "invoice")
        await until(lambda: 0 < len(panel.model.ids) < every)
        walker.press(Qt.Key.Key_Return)
        assert name_of(walker.focus) == "Events"
        await walker.calm()
        walker.press(Qt.Key.Key_Down)
        await walker.calm()
        walker.seek("Whole history of this subject")
        walker.press(Qt.Key.Key_Space)
        await until(lambda: "Whole history: " in told(panel))
        walker.press(Qt.Key.Key_Backtab, SHIFT)
        walker.seek("Agent: any")

    walk(sample, tmp_path, "feed", scene)


def test_shadow_is_judged_taken_back_and_its_other_pages_opened(sample: Path, tmp_path: Path) -> None:
    async def scene(walker: Walker, panel: Any) -> None:
        compare = panel.compare
        await until(lambda: compare.queue.rows)
        waiting = len(compare.queue.rows)
        walker.press(Qt.Key.Key_J)
        await walker.calm()
        await until(lambda: compare.queue.shown is not None)
        await asyncio.sleep(0.45)  # a pair that was just shown takes no word
        walker.press(Qt.Key.Key_2)
        await until(lambda: len(compare.queue.rows) == waiting - 1)
        await walker.calm()
        walker.press(Qt.Key.Key_Z, CTRL)
        await until(lambda: len(compare.queue.rows) == waiting)
        await walker.calm()
        walker.seek("Compare (")
        for page in ("So far", "Would have done", "Recommendations", "Lessons"):
            walker.press(Qt.Key.Key_Right)
            await walker.calm()
            assert page in name_of(walker.focus)
            assert tab_round(walker, panel, without=BY_COMMAND) == []
            walker.seek(page)

    walk(sample, tmp_path, "shadow", scene)


def test_the_record_is_verified_searched_and_a_history_read(sample: Path, tmp_path: Path) -> None:
    async def scene(walker: Walker, panel: Any) -> None:
        walker.press(Qt.Key.Key_Down)
        await until(lambda: "As it was written" in told(panel))
        walker.seek("Verify now")
        walker.press(Qt.Key.Key_Space)
        await until(lambda: panel.chain.pill.text() == "Record whole")
        await walker.calm()
        walker.seek("History of an address", QLineEdit)
        QTest.keyClicks(walker.focus, "slotwise.example")
        walker.press(Qt.Key.Key_Return)
        await until(lambda: "Everything about slotwise.example" in told(panel))
        walker.seek("Show more")
        walker.press(Qt.Key.Key_Space)
        await until(lambda: "The newest 400 are shown." in told(panel))
        assert panel.isAncestorOf(walker.focus) or walker.focus is panel, "the keys stay on the page"
        walker.seek("Audit entries", QAbstractItemView)

    walk(sample, tmp_path, "audit", scene)


def test_a_connection_is_begun_and_left_again(sample: Path, tmp_path: Path) -> None:
    async def scene(walker: Walker, panel: Any) -> None:
        for what in ("Connect a mailbox", "Connect a model", "REST system", "Webhook"):
            walker.seek(what)
            walker.press(Qt.Key.Key_Space)
            await walker.calm()
            assert tab_round(walker, panel) == []
            walker.press(Qt.Key.Key_Escape)
            await walker.calm()
            await until(lambda: panel.isAncestorOf(walker.focus) or walker.focus is panel)
        walker.seek("Connect a mailbox")

    walk(sample, tmp_path, "connections", scene)


def test_settings_are_changed_and_stay(sample: Path, tmp_path: Path) -> None:
    async def scene(walker: Walker, panel: Any) -> None:
        walker.seek("Like the system")
        walker.press(Qt.Key.Key_Right)
        walker.press(Qt.Key.Key_Space)
        assert walker.joined.context.theme.mode != "system"
        box = walker.seek("Tell me outside", QCheckBox)
        assert isinstance(box, QCheckBox) and box.isChecked()
        walker.press(Qt.Key.Key_Space)
        assert not box.isChecked()
        walker.seek("Actions an hour", QLineEdit)
        QTest.keyClicks(walker.focus, "50")
        walker.press(Qt.Key.Key_Return)
        await walker.calm()

    walk(sample, tmp_path, "settings", scene)


def test_a_request_is_looked_at_edited_put_off_decided_and_taken_back(sample: Path, tmp_path: Path) -> None:
    async def scene(walker: Walker, panel: Any) -> None:
        await until(lambda: panel.shown is not None)
        first = panel.queue.current
        walker.press(Qt.Key.Key_J)
        await until(lambda: panel.shown is not None and panel.shown.view.id != first)
        walker.press(Qt.Key.Key_K)
        await until(lambda: panel.shown is not None and panel.shown.view.id == first)
        for key, modifiers in ((Qt.Key.Key_E, None), (Qt.Key.Key_R, None), (Qt.Key.Key_S, SHIFT), (Qt.Key.Key_B, None)):
            await asyncio.sleep(0.45)  # a card that was just shown takes no word
            await walker.calm()
            walker.press(key, modifiers or Qt.KeyboardModifier.NoModifier)
            assert panel.mode != "card"
            await until(lambda: panel.isAncestorOf(walker.focus))
            walker.press(Qt.Key.Key_Escape)
            assert panel.mode == "card"
        await walker.calm()
        await until(lambda: panel.shown is not None)
        await asyncio.sleep(0.45)
        shown, waiting = panel.queue.current, {row.id for row in panel.queue.rows}
        walker.press(Qt.Key.Key_A)
        await until(lambda: shown not in [row.id for row in panel.queue.rows])
        await walker.calm()
        walker.press(Qt.Key.Key_Z, CTRL)
        # It is asked again, under a new number.
        await until(lambda: len(panel.queue.rows) == len(waiting) and shown not in {row.id for row in panel.queue.rows})

    walk(sample, tmp_path, "approvals", scene)
