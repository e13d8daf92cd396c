"""The audit panel: verify, filter, read, export."""

import json
from pathlib import Path

from PySide6.QtWidgets import QApplication, QLabel

from opsconsole.app.session import opened
from opsconsole.store.queries.feed import audit_tail
from opsconsole.ui.panels.audit.panel import AuditPanel
from tests.support.files import raw
from tests.ui.stage import Stage, play, until


def test_the_record_is_verified_and_filtered(worked: Path, qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(AuditPanel)
        await until(lambda: panel.model.ids)
        everything = len(panel.model.ids)
        panel.chain.verify()
        await until(lambda: panel.chain.pill.text() == "Record whole")
        panel.kind.setCurrentIndex(panel.kind.findData("event.received"))
        await until(lambda: len(panel.model.ids) == 5)
        panel.search.setText("' OR 1=1 --\"")
        await until(lambda: not panel.model.ids)
        assert "Choose an entry" in panel.side.findChildren(QLabel)[-1].text()
        panel.search.clear()
        panel.kind.setCurrentIndex(0)
        await until(lambda: len(panel.model.ids) == everything)
        panel.view.show_line(1)
        await until(lambda: "As it was written" in [one.text() for one in panel.side.findChildren(QLabel)])
        panel.go({"subject": "thread:1"})
        await until(lambda: any("Whole history" in one.text() for one in panel.side.findChildren(QLabel)))

    play(worked, qapp, scene)


def test_a_changed_record_is_told(worked: Path, qapp: QApplication) -> None:
    with raw(worked / "workspace.db") as conn:
        conn.execute("DROP TRIGGER audit_no_update")
        conn.execute("UPDATE audit SET blob = replace(blob, 'event.received', 'event.deceived') WHERE seq = 3")

    async def scene(stage: Stage) -> None:
        panel = stage.show(AuditPanel)
        panel.chain.verify()
        await until(lambda: panel.chain.pill.text().startswith("NOT whole"))

    play(worked, qapp, scene)


def test_an_export_is_whole_and_recorded(worked: Path, qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(AuditPanel)
        await until(lambda: panel.model.ids)
        number = len(panel.model.ids)
        for end in (".jsonl", ".csv", ".html"):
            path = worked / f"out{end}"
            panel.export.write_to(str(path))
            await until(path.exists)
            await until(panel.export.isEnabled)
        lines = (worked / "out.jsonl").read_text().splitlines()
        assert len(lines) == number and json.loads(json.loads(lines[0])["entry"])["seq"] == 1
        assert "<script" not in (worked / "out.html").read_text()

    play(worked, qapp, scene)
    with opened(worked) as session:
        assert [one["kind"] for one in audit_tail(session.kernel.reader, limit=3)] == ["audit.exported"] * 3
