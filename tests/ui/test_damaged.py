"""One row in the file that none of ours wrote: it is told in words, and it hides no other."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.ui.panels.approvals.panel import ApprovalsPanel
from opsconsole.ui.panels.audit.panel import AuditPanel
from opsconsole.ui.panels.feed.panel import FeedPanel
from opsconsole.ui.shell.banner import Banner
from tests.support.desktop.console import in_window
from tests.support.rig import agent, call, mail, rig
from tests.ui.stage import Stage, play, until

BROKEN = "SET bytes = CAST('nope' AS BLOB)"
LATER = 9223372036854775807


async def _fill(folder: Path) -> None:
    wanted = call("desk.create_ticket", title="Look", priority="normal", queue="support")
    async with rig(folder, [wanted]) as r:
        await r.hire(agent(level=2))
        await r.take(*(mail(number) for number in range(1, 4)))


@pytest.fixture
def three(tmp_path: Path) -> Path:
    folder = tmp_path / "w"
    asyncio.run(_fill(folder))
    return folder


_CHANGED = (
    "INSERT INTO change (topic, count) VALUES ('connections', 1) ON CONFLICT (topic) DO UPDATE SET count = count + 1"
)


def _forge(folder: Path, sql: str) -> None:
    conn = sqlite3.connect(folder / "workspace.db", isolation_level=None)
    conn.execute("PRAGMA ignore_check_constraints = ON")
    for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        conn.execute(f"DROP TRIGGER {name}")
    assert conn.execute(sql).rowcount == 1
    conn.close()


@pytest.mark.parametrize(
    "sql",
    [
        f"UPDATE content {BROKEN} WHERE id = (SELECT args_id FROM action WHERE run_id = 1)",
        f"UPDATE content {BROKEN} WHERE id = (SELECT content_id FROM event WHERE id = 1)",
        "UPDATE run SET state = 'nonsense' WHERE id = 1",
        "UPDATE ruling SET verdict = 'MAYBE' WHERE id = 1",
        "DELETE FROM event WHERE id = 1",
    ],
)
def test_a_request_that_cannot_be_read_says_so_and_the_others_are_decided(
    three: Path, qapp: QApplication, sql: str
) -> None:
    _forge(three, sql)

    async def scene(stage: Stage) -> None:
        panel = stage.show(ApprovalsPanel)
        await until(lambda: len(panel.queue.rows) == 3 and panel.queue.error)
        await until(
            lambda: any("not as opsconsole writes" in state.text() for state in panel.states.findChildren(QLabel))
        )
        panel.queue.look_at(2)
        await until(lambda: panel.shown is not None and panel.shown.view.id == 2)
        assert not panel.queue.error

    play(three, qapp, scene)


@pytest.mark.parametrize(
    "sql",
    [
        f"UPDATE event SET occurred_at = {LATER} WHERE id = 2",
        f"UPDATE event SET occurred_at = -{LATER} WHERE id = 2",
        f"UPDATE content {BROKEN} WHERE id = (SELECT content_id FROM event WHERE id = 2)",
    ],
)
def test_an_event_that_cannot_be_read_hides_no_other(three: Path, qapp: QApplication, sql: str) -> None:
    _forge(three, sql)

    async def scene(stage: Stage) -> None:
        panel = stage.show(FeedPanel)
        await until(lambda: panel.model.rowCount() == 3 and panel.model.row_at(0) and panel.model.row_at(2))

    play(three, qapp, scene)


@pytest.mark.parametrize("change", ["'{}'", "json_set(blob, '$.at', 'yesterday')", "'[1]'"])
def test_an_entry_of_the_record_that_was_changed_stands_out_and_hides_no_other(
    three: Path, qapp: QApplication, change: str
) -> None:
    _forge(three, f"UPDATE audit SET blob = {change} WHERE seq = 3")

    async def scene(stage: Stage) -> None:
        panel = stage.show(AuditPanel)
        await until(lambda: panel.model.ids and panel.model.row_at(0) is not None)
        line = panel.model.line_of(3)
        row = None if line is None else panel.model.row_at(line)
        assert row is not None and row.kind == "unreadable"
        panel.view.show_line(line or 0)
        await until(lambda: any("NOT readable" in label.text() for label in panel.side.findChildren(QLabel)))

    play(three, qapp, scene)


def test_a_connection_that_cannot_be_read_is_told_for_as_long_as_it_lasts(tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        await until(lambda: joined.backend.engine)
        _forge(joined.folder, "UPDATE connection SET kind = 'nonsense' WHERE id = 'desk'")
        _forge(joined.folder, _CHANGED)
        banner = next(iter(joined.window.findChildren(Banner)))
        await until(lambda: any("does not know (nonsense)" in label.text() for label in banner.findChildren(QLabel)))
        _forge(joined.folder, "UPDATE connection SET kind = 'desk' WHERE id = 'desk'")
        _forge(joined.folder, _CHANGED)
        await until(lambda: not banner.isVisible())

    in_window(tmp_path / "ws", scenario, with_engine=True)
