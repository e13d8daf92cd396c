"""A reviewer judges a hundred pairs by keys alone, on the whole window; in every run a short sitting of forty."""

import time
from itertools import cycle
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.app.session import opened
from opsconsole.store.queries import pairs as read
from opsconsole.ui.panels.shadow.panel import ShadowPanel
from tests.support.desktop.console import in_window, until
from tests.support.storms import IS_FULL
from tests.ui.shadow.pairsample import make_pairs

NUMBER = 100 if IS_FULL else 40
REPEATS = len(range(24, NUMBER, 12))
"""After 24, 36, 48 … judgements one is shown again."""
KEYS = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_5)


def test_pairs_are_judged_to_the_last_by_keys_alone(tmp_path: Path) -> None:
    folder = make_pairs(tmp_path / "w", NUMBER, kinds=("differs", "extra", "missing"))
    took: list[float] = []

    async def scene(joined: Joined) -> None:
        joined.window.show_panel("shadow")
        panel = joined.window.panel("shadow")
        assert isinstance(panel, ShadowPanel)
        page = panel.compare
        await until(lambda: page.queue.shown is not None and panel.tab == "compare")
        joined.window.activateWindow()
        page.focus()
        keys, began = cycle(KEYS), time.monotonic()
        while page.queue.shown is not None:
            await until(lambda: page.guard.is_open and not page.verbs.is_busy)
            shown = page.queue.shown
            assert shown is not None
            focus = QApplication.focusWidget()
            assert focus is not None
            QTest.keyClick(focus, next(keys))
            await until(lambda before=shown.row.id: page.queue.current != before)
            await until(lambda: page.queue.shown is not None or not page.queue.rows)
        took.append(time.monotonic() - began)

    in_window(folder, scene, deadline_s=300)
    with opened(folder) as session:
        conn = session.kernel.reader
        words = read.all_said(conn)
        judged = [pair for pair, _, is_repeat in words if not is_repeat]
        assert sorted(judged) == list(range(1, NUMBER + 1))
        again = [pair for pair, _, is_repeat in words if is_repeat]
        assert len(again) == len(set(again)) == REPEATS
        assert all(pair.said is not None for pair in read.pairs(conn))
    print(f"\n{NUMBER} pairs and {len(again)} repeats judged by keys in {took[0]:.1f} s")
