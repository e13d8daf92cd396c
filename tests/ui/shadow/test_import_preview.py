"""Welcome: what an import understood stands there before anything is written, and can be corrected."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from opsconsole.app.session import opened
from opsconsole.store.queries.views.feed import feed
from opsconsole.ui.panels.welcome.panel import WelcomePanel
from opsconsole.ui.panels.welcome.preview import NO_ANSWERS, NO_SENT
from opsconsole.ui.widgets.focus import has_focus
from tests.support.imports.stores import ANN, ME, box, mail
from tests.ui.sample import make_empty
from tests.ui.scenes import perform, press, with_tools
from tests.ui.stage import Stage, until

TABLE = """\
Ticket ID,Subject,Status,Wohin,Priorität,Created at
1,Regal leer,Open,Lager,Medium,03/04/2026 10:00
2,Kasse steht,Open,Kasse,Brennt,05/04/2026 10:00 CST
"""
MAPPING = "columns: {Wohin: queue}\ndates: day first\nzone: Europe/Berlin\npriorities: {Brennt: urgent}\n"


def shown(panel: WelcomePanel) -> str:
    labels = panel.preview.findChildren(QLabel)
    return "\n".join(found.text() for found in labels if found.isVisible())


def chosen(panel: WelcomePanel) -> dict[str, str]:
    """What each column is, as it stands in its choice."""
    assert panel.preview.columns is not None
    return {name: box.currentText() for name, box in panel.preview.columns.boxes.items()}


def kinds(folder: Path) -> list[str]:
    with opened(folder) as session:
        return sorted(row.kind for row in feed(session.kernel.reader))


def test_a_table_is_shown_as_it_is_read_and_corrected_before_it_is_brought_in(tmp_path: Path) -> None:
    folder, table, mapping = make_empty(tmp_path / "w"), tmp_path / "tickets.csv", tmp_path / "mapping.yaml"
    table.write_text(TABLE, encoding="cp1252")
    mapping.write_text(MAPPING)

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(WelcomePanel)
        panel.look_at(table)
        await until(lambda: "tickets.csv: 2 tickets" in shown(panel))
        text = shown(panel)
        assert "Nothing is written yet." in text and kinds(folder) == []
        assert chosen(panel) == {
            "Ticket ID": "Its number",
            "Subject": "Subject",
            "Status": "Status",
            "Wohin": "Not used, kept beside",
            "Priorität": "Priority",
            "Created at": "When it came",
        }
        assert "Windows-1252, told by its letters" in text and "Medium → normal, Brennt → not known" in text
        assert "1 read as UTC, because nothing says it; 1 say one that is not known" in text
        assert "No column tells where people put it" in text and "'CST'" in text and "two ways" in text
        panel.preview.corrected_by(mapping)
        await until(lambda: chosen(panel)["Wohin"] == "Queue, group or team")
        text = shown(panel)
        assert "day first; 03/04/2026 10:00 → 2026-04-03 08:00 UTC" in text and "Regal leer" in text
        assert "as you said" in text and "Brennt → urgent" in text and kinds(folder) == []
        assert has_focus(panel)
        QTest.keyClick(panel.preview.go, Qt.Key.Key_Space)
        await until(lambda: "2 new items from tickets.csv" in panel.said.text())
        assert kinds(folder) == ["ticket.created"] * 2 and not panel.preview.isVisible()

    perform(folder, scene)


def test_a_mapping_that_is_wrong_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    folder, table, mapping = make_empty(tmp_path / "w"), tmp_path / "tickets.csv", tmp_path / "mapping.yaml"
    table.write_text(TABLE, encoding="utf-8")
    mapping.write_text("zone: Moon/Base\n")

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(WelcomePanel)
        panel.look_at(table)
        await until(lambda: panel.preview.isVisible())
        panel.preview.corrected_by(mapping)
        await until(lambda: "'Moon/Base' is no zone" in panel.said.text())
        assert kinds(folder) == []

    perform(folder, scene)


def test_a_table_that_says_nothing_is_understood_with_a_file_of_corrections(tmp_path: Path) -> None:
    folder, table, mapping = make_empty(tmp_path / "w"), tmp_path / "list.csv", tmp_path / "mapping.yaml"
    table.write_text("Was,Wann\nRegal leer,2026-02-03 10:00\n")
    mapping.write_text("kind: ticket\ncolumns: {Was: title, Wann: created_at}\n")

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(WelcomePanel)
        panel.look_at(table)
        await until(lambda: "do not say what it holds (they are: Was, Wann)" in shown(panel))
        press(panel, "A mapping file…")
        panel.preview.corrected_by(mapping)
        await until(lambda: "list.csv: 1 ticket" in shown(panel))
        press(panel, "Bring it in")
        await until(lambda: "1 new item from list.csv" in panel.said.text())
        assert kinds(folder) == ["ticket.created"]

    perform(folder, scene)


def test_mails_from_oneself_elsewhere_are_asked_about_and_what_one_leaves_is_left(tmp_path: Path) -> None:
    folder, store = make_empty(tmp_path / "w"), tmp_path / "store"
    box(store / "Inbox", mail(1, ANN, ME))
    box(store / "Sent", mail(2, ME, ANN))
    box(store / "Clients", mail(3, ME, ANN), mail(4, ANN, ME))

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(WelcomePanel)
        panel.look_at(store)
        await until(lambda: "store: 4 mails" in shown(panel))
        assert f"1 mail of {ME}" in shown(panel) and "Clients 2, Inbox 1, Sent 1" in shown(panel)
        press(panel, "Not this one")
        assert "nothing was written" in panel.said.text() and not panel.preview.isVisible() and kinds(folder) == []
        panel.look_at(store)
        await until(lambda: panel.preview.isVisible())
        ((check, of),) = panel.preview.asked
        assert of == "Clients" and "1 mail from you in Clients" in check.text()
        check.click()
        press(panel, "Bring it in")
        await until(lambda: "4 new items from store" in panel.said.text())
        assert kinds(folder) == ["mail.received"] * 2 + ["mail.sent"] * 2

    perform(folder, scene)


@pytest.mark.parametrize(("own", "words"), [((), NO_ANSWERS), ((ME,), NO_SENT)])
def test_what_is_missing_of_ones_answers_is_told_by_what_was_said(
    tmp_path: Path, own: tuple[str, ...], words: str
) -> None:
    folder, store = make_empty(tmp_path / "w"), tmp_path / "orders.mbox"
    box(store, *[mail(number, ANN, ME) for number in range(3)])

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(WelcomePanel)
        panel.own.setText(", ".join(own))
        panel.look_at(store)
        await until(lambda: words in shown(panel))

    perform(folder, scene)
