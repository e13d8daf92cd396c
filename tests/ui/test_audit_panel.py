"""The audit panel: verify, filter, read, export."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from opsconsole.app.session import opened
from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.audittrail import export as auditexport
from opsconsole.store.queries.views.auditlist import AuditFilter
from opsconsole.store.queries.views.auditwords import NOTHING, whats
from opsconsole.store.queries.views.feed import audit_tail
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events
from opsconsole.ui.panels.audit.line import COLUMNS, column_widths, words
from opsconsole.ui.panels.audit.panel import AuditPanel
from tests.support.files import NOW, raw
from tests.support.rig import agent, call, mail, rig
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
        await until(lambda: "As it was written" in [label.text() for label in panel.side.findChildren(QLabel)])
        panel.go({"subject": "thread:1"})
        await until(lambda: any("Whole history" in label.text() for label in panel.side.findChildren(QLabel)))

    play(worked, qapp, scene)


def test_a_search_finds_an_address_and_its_whole_history_is_told(worked: Path, qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(AuditPanel)
        await until(lambda: panel.model.ids)
        everything = len(panel.model.ids)
        panel.search.setText("p@example.com")
        await until(lambda: 0 < len(panel.model.ids) < everything)
        for party in ("p@example.com", "example.com"):
            panel.go({"subject": party})
            told = f"Everything about {party}: "
            await until(
                lambda told=told: any(label.text().startswith(told) for label in panel.side.findChildren(QLabel))
            )

    play(worked, qapp, scene)


def test_a_history_that_a_link_asks_for_stays_as_the_page_fills(worked: Path, qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(AuditPanel)
        panel.go({"subject": "p@example.com"})  # as the window does: the page is new, its list not read yet
        side = panel.side
        await until(lambda: panel.model.ids and stage.tasks.count == 0)
        await asyncio.sleep(0)
        await until(lambda: stage.tasks.count == 0)
        assert any(label.text().startswith("Everything about p@example.com") for label in side.findChildren(QLabel))
        panel.view.show_line(1)
        await until(lambda: "As it was written" in [label.text() for label in side.findChildren(QLabel)])

    play(worked, qapp, scene)


def test_what_an_entry_is_about_is_told_in_words_and_its_numbers_on_its_card(worked: Path, qapp: QApplication) -> None:
    numbered = re.compile(r"\b(event|run|action|request) \d")

    async def scene(stage: Stage) -> None:
        panel = stage.show(AuditPanel)
        await until(lambda: panel.model.ids and panel.model.row_at(0) is not None)
        rows = [row for place in range(len(panel.model.ids)) if (row := panel.model.row_at(place)) is not None]
        told = {words(row)[1] for row in rows}
        assert len(rows) == 7 and not [text for text in told if numbered.search(text)]
        assert any("“Refund for order 10482” from p@example.com" in text for text in told)
        panel.view.show_line(next(place for place, row in enumerate(rows) if "event" in row.facts))
        await until(lambda: "Open the event" in [made.text() for made in panel.side.findChildren(QPushButton)])

    play(worked, qapp, scene)


async def test_what_an_agent_would_do_is_not_named_while_people_have_not_acted(tmp_path: Path) -> None:
    shadow = agent(stage={"default": "shadow"})
    async with rig(tmp_path, [call("desk.tag_mail", tag="x")], shadow) as r:
        await r.take(mail(occurred_at=r.clock.now()))
        facts = {1: {"action": "1/0.0", "run": 1}}
        assert whats(r.engine.reader, facts)[1].tool == ""
        await r.wait(days=6)  # nobody did anything, and the time is over
        found = whats(r.engine.reader, facts)[1]
        assert (found.title, found.who, found.tool) == ("Question 1", "Ann Harbour", "desk.tag_mail")


def test_a_changed_entry_names_nothing_and_hides_nothing(worked: Path) -> None:
    with opened(worked) as session:
        conn = session.kernel.reader
        odd: list[dict[str, Any]] = [{"run": "x"}, {"action": 7}, {"event": 2**80}, {"pair": None}, {"act": [1]}, {}]
        assert set(whats(conn, dict(enumerate(odd))).values()) == {NOTHING}


def test_what_stands_beside_is_among_the_lines(worked: Path, qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(AuditPanel)

        def side() -> list[str]:
            return [label.text() for label in panel.side.findChildren(QLabel)]

        await until(lambda: panel.model.ids)
        everything = len(panel.model.ids)
        panel.view.show_line(everything - 1)
        await until(lambda: "As it was written" in side())
        panel.kind.setCurrentIndex(panel.kind.findData("event.received"))
        await until(lambda: len(panel.model.ids) == 5)
        await until(lambda: stage.tasks.count == 0)
        assert "Choose an entry to read it whole." in side()
        panel.view.show_line(2)
        await until(lambda: "As it was written" in side())
        panel.kind.setCurrentIndex(0)
        await until(lambda: len(panel.model.ids) == everything)
        assert "As it was written" in side()  # it is still among them

    play(worked, qapp, scene)


@pytest.mark.parametrize("widths", [(1440, 960), (960, 1440), (1440, 1150, 1024)])
def test_each_heading_stands_over_its_column_whatever_was_done_to_the_window(
    worked: Path, qapp: QApplication, widths: tuple[int, ...]
) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(AuditPanel, widths[0])
        await until(lambda: panel.model.ids)
        for width in widths[1:]:
            panel.resize(width, 640)
            await until(lambda: stage.tasks.count == 0)
            await asyncio.sleep(0.05)
            heads = [next(made for made in panel.findChildren(QLabel) if made.text() == name) for name in COLUMNS]
            assert tuple(head.width() for head in heads) == column_widths(panel.view.columnWidth(0))

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
        assert [entry["kind"] for entry in audit_tail(session.kernel.reader, limit=3)] == ["audit.exported"] * 3


@pytest.mark.parametrize("name", ["a-file/x.csv", "n" * 253 + ".csv", "a-folder.csv", "missing/x.html", "workspace.db"])
def test_an_export_that_cannot_be_written_says_why_and_changes_nothing(
    worked: Path, qapp: QApplication, tmp_path: Path, name: str
) -> None:
    (tmp_path / "a-file").write_text("x")
    (tmp_path / "a-folder.csv").mkdir()
    before = sorted(path.name for path in tmp_path.iterdir())
    target = worked / name if name == "workspace.db" else tmp_path / name

    async def scene(stage: Stage) -> None:
        said: list[str] = []

        def hear(text: str, *_: object) -> None:
            said.append(text)

        stage.navigator.said.connect(hear)
        panel = stage.show(AuditPanel)
        await until(lambda: panel.model.ids)
        panel.export.write_to(str(target))
        await until(lambda: said)
        assert "Choose another" in said[0]
        assert panel.export.isEnabled()

    play(worked, qapp, scene)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "window.ini") == before
    with opened(worked) as session:
        assert audit_tail(session.kernel.reader, limit=1)


def test_an_export_touches_nothing_beside_it(worked: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv.part").write_text("precious")
    (tmp_path / "a.csv").write_text("the export before")
    with opened(worked) as session:
        auditexport.export(session.kernel.reader, tmp_path / "a.csv", wanted=AuditFilter(), now=NOW)
    assert (tmp_path / "a.csv.part").read_text() == "precious"
    assert (tmp_path / "a.csv").read_text().startswith("seq,at")


def test_where_not_everything_about_somebody_is_looked_at_it_says_so_and_shows_the_rest(
    worked: Path, qapp: QApplication
) -> None:
    number = 5_003

    def fill(tx: Transaction) -> None:
        for place in range(number):
            incoming = IncomingEvent(
                external_id=f"big{place}", kind="mail.received", subject="thread:big", occurred_at=NOW, title="A mail",
                sender="kim@big.example",
            )  # fmt: skip
            events.add(tx, "desk", incoming, now=NOW)

    with opened(worked) as session:
        session.write(fill, name="test")

    async def scene(stage: Stage) -> None:
        panel = stage.show(AuditPanel)

        def side() -> str:
            return "\n".join(found.text() for found in panel.side.findChildren(QLabel))

        await until(lambda: panel.model.ids)
        panel.search.setText("kim@big.example")
        await until(lambda: panel.rest.isVisible())
        assert panel.number.text() == "5,000 entries in the newest 5,000 of 5,003 events that may name it"
        panel.rest.click()
        await until(lambda: len(panel.model.ids) == number)
        assert not panel.rest.isVisible() and panel.number.text() == "5,003 entries"
        panel.go({"subject": "kim@big.example"})
        await until(lambda: "Of 5,003 events that may name it, the newest 5,000 were looked at." in side())
        assert "The newest 200 are shown." in side()
        (more,) = [found for found in panel.side.findChildren(QPushButton) if found.text() == "Show more"]
        more.click()
        await until(lambda: "The newest 400 are shown." in side())
        assert "looked at" not in side() and "Everything about kim@big.example: 5,003 moments" in side()

    play(worked, qapp, scene)
