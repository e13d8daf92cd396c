"""Welcome: every kind of table and store as a new user sees it, and what a column is can be said without a file."""

from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from opsconsole.app.past.tablecolumns import KINDS, WORDS
from opsconsole.app.session import opened
from opsconsole.connectors.files.columns import SPELLINGS
from opsconsole.domain.event import Event
from opsconsole.store.queries import events
from opsconsole.store.queries.desk import records as desk
from opsconsole.store.queries.views.feed import feed
from opsconsole.ui.panels.welcome.panel import WelcomePanel
from opsconsole.ui.widgets.basics import ChoiceBox
from tests.support.imports.looks import LOOKS, Look
from tests.ui.sample import make_empty
from tests.ui.scenes import perform, press, with_tools
from tests.ui.stage import Stage, until

TABLE = """\
Ticket ID,Subject,Status,Wohin,Wer,Created at
1,Regal leer,Open,Lager,rui@tile.example,2026-02-03 20:05
2,Kasse steht,Open,Kasse,mia@quay.example,2026-02-04 09:00
"""
NOT_USED = "Not used, kept beside"
NO_QUEUE, NO_CUSTOMER = "No column tells where people put it", "No column tells who asked"


def shown(panel: WelcomePanel) -> list[str]:
    return [found.text() for found in panel.preview.findChildren(QLabel) if found.isVisible()]


def told(panel: WelcomePanel) -> str:
    return "\n".join(shown(panel))


def box_of(panel: WelcomePanel, column: str) -> ChoiceBox:
    assert panel.preview.columns is not None
    return panel.preview.columns.boxes[column]


def say(box: ChoiceBox, text: str) -> None:
    """Choose as with the mouse."""
    box.setCurrentText(text)
    assert box.currentText() == text
    box.activated.emit(box.currentIndex())


def brought(folder: Path) -> list[Event]:
    with opened(folder) as session:
        reader = session.kernel.reader
        found = [events.event(reader, row.event_id) for row in feed(reader)]
    return sorted((event for event in found if event is not None), key=lambda event: event.occurred_at)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_each_kind_is_shown_with_its_columns_dates_zone_and_first_rows(tmp_path: Path, look: Look) -> None:
    folder, path = make_empty(tmp_path / "w"), look.path(tmp_path)

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(WelcomePanel)
        panel.look_at(path)
        await until(lambda: f"{path.name}: {look.what}" in told(panel))
        texts = shown(panel)
        facts = dict(pairwise(texts))
        assert {of: facts[of] for of in look.facts} == look.facts
        assert [cell for cell in look.first if cell not in texts] == []
        assert sorted(text[2:] for text in texts if text.startswith("! ") and text[2:] in look.notes) == sorted(
            look.notes
        )
        assert any(text.startswith("! ") for text in texts) == bool(look.notes)
        for column, field in look.columns.items():
            box = box_of(panel, column)
            assert box.currentText() == WORDS["ticket"][field.replace(" ", "_")], column
        press(panel, "Bring it in")
        await until(lambda: "new item" in panel.said.text())
        assert brought(folder)

    perform(folder, scene)


def test_a_column_that_is_said_to_be_another_changes_what_is_shown_and_what_is_brought_in(tmp_path: Path) -> None:
    folder, table = make_empty(tmp_path / "w"), tmp_path / "tickets.csv"
    table.write_text(TABLE, encoding="utf-8")

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(WelcomePanel)
        panel.look_at(table)
        await until(lambda: NO_QUEUE in told(panel) and NO_CUSTOMER in told(panel))
        say(box_of(panel, "Wer"), "Customer: mail address")
        assert panel.preview.isVisible() and not panel.preview.go.isEnabled(), "what is looked at is not brought in yet"
        await until(lambda: NO_CUSTOMER not in told(panel))
        say(box_of(panel, "Wohin"), "Queue, group or team")
        await until(lambda: NO_QUEUE not in told(panel))
        assert {"CUSTOMER", "rui@tile.example", "QUEUE", "Lager"} <= {*shown(panel)} and "! " not in told(panel)
        say(box_of(panel, "Status"), NOT_USED)
        await until(lambda: box_of(panel, "Status").currentText() == NOT_USED and panel.preview.go.isEnabled())
        assert box_of(panel, "Wer").currentText() == "Customer: mail address", "what was said before stays said"
        assert brought(folder) == []
        press(panel, "Bring it in")
        await until(lambda: "2 new items from tickets.csv" in panel.said.text())
        assert [event.sender for event in brought(folder)] == ["rui@tile.example", "mia@quay.example"]
        with opened(folder) as session:
            rows = [desk.get(session.kernel.reader, "ticket", number) or {} for number in (1, 2)]
        assert [row["queue"] for row in rows] == ["Lager", "Kasse"]
        assert all("status" not in event.fields["columns"] for event in brought(folder))

    perform(folder, scene)


def test_two_columns_are_never_the_same_thing(tmp_path: Path) -> None:
    folder, table = make_empty(tmp_path / "w"), tmp_path / "tickets.csv"
    table.write_text(TABLE.replace("Wohin", "Group"), encoding="utf-8")

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(WelcomePanel)
        panel.look_at(table)
        await until(lambda: panel.preview.isVisible())
        for column in ("Status", "Wer"):
            say(box_of(panel, column), "Queue, group or team")
            await until(lambda column=column: panel.preview.go.isEnabled())
            boxes = ("Group", "Status", "Wer")
            assert [name for name in boxes if box_of(panel, name).currentText() == "Queue, group or team"] == [column]
        assert "rui@tile.example" in shown(panel)

    perform(folder, scene)


def test_a_choice_is_made_by_keyboard_and_keeps_the_keys(tmp_path: Path) -> None:
    folder, table = make_empty(tmp_path / "w"), tmp_path / "tickets.csv"
    table.write_text(TABLE, encoding="utf-8")

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(WelcomePanel)
        panel.look_at(table)
        await until(lambda: panel.preview.go.hasFocus())
        reached: list[str] = []
        for _ in range(20):
            QTest.keyClick(QApplication.focusWidget() or panel, Qt.Key.Key_Tab)
            if isinstance(at := QApplication.focusWidget(), ChoiceBox):
                reached.append(at.accessibleName())
        names = ["Ticket ID", "Subject", "Status", "Wohin", "Wer", "Created at"]
        assert {"What the rows of the table are", *(f"What the column {name} is" for name in names)} <= {*reached}
        box = box_of(panel, "Wer")
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_C)
        await until(lambda: NO_CUSTOMER not in told(panel))
        again = box_of(panel, "Wer")
        assert again is not box and again.hasFocus() and again.currentText().startswith("Customer: ")
        described = QAccessible.queryAccessibleInterface(again).text(QAccessible.Text.Description)
        assert described == "Its first value: rui@tile.example"

    perform(folder, scene)


def test_a_table_that_says_nothing_is_understood_by_what_a_person_chooses(tmp_path: Path) -> None:
    folder, table = make_empty(tmp_path / "w"), tmp_path / "list.csv"
    table.write_text("Was,Wann,Wer\nRegal leer,2026-02-03 10:00,Rui\n", encoding="utf-8")

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(WelcomePanel)
        panel.look_at(table)
        await until(lambda: "list.csv: a table" in told(panel))
        columns = panel.preview.columns
        assert columns is not None and columns.boxes == {} and columns.kind.currentText() == "Choose what it holds"
        assert columns.kind.hasFocus() and not panel.preview.go.isEnabled() and "Regal leer" in shown(panel)
        say(columns.kind, "Tickets")
        await until(lambda: "list.csv: 1 ticket" in told(panel))
        for column, field in (("Was", "Subject"), ("Wann", "When it came"), ("Wer", "Customer: name")):
            say(box_of(panel, column), field)
            await until(lambda: panel.preview.go.isEnabled())
        press(panel, "Bring it in")
        await until(lambda: "1 new item from list.csv" in panel.said.text())
        (event,) = brought(folder)
        assert (event.title, event.sender_name, event.occurred_at.isoformat()) == (
            "Regal leer",
            "Rui",
            "2026-02-03T10:00:00+00:00",
        )

    perform(folder, scene)


def test_what_is_left_while_it_is_looked_at_again_stays_left(tmp_path: Path) -> None:
    folder, table = make_empty(tmp_path / "w"), tmp_path / "tickets.csv"
    table.write_text(TABLE, encoding="utf-8")

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(WelcomePanel)
        panel.look_at(table)
        await until(lambda: panel.preview.isVisible())
        say(box_of(panel, "Wohin"), "Queue, group or team")
        press(panel, "Not this one")
        await until(lambda: panel.context.tasks.count == 0)
        assert not panel.preview.isVisible() and "nothing was written" in panel.said.text() and brought(folder) == []

    perform(folder, scene)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_choices_are_readable_in_both_themes(tmp_path: Path, theme: Literal["light", "dark"]) -> None:
    folder, table = make_empty(tmp_path / "w"), tmp_path / "tickets.csv"
    table.write_text(TABLE, encoding="utf-8")

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        stage.theme.choose(theme)
        panel = stage.show(WelcomePanel)
        panel.look_at(table)
        await until(lambda: panel.preview.isVisible())
        box = box_of(panel, "Subject")
        picture = box.grab().toImage()
        inside = [QColor(picture.pixel(x, picture.height() // 2)).lightness() for x in range(4, picture.width() - 30)]
        assert max(inside) - min(inside) > 120, "text and ground differ"
        ground = sorted(inside)[len(inside) // 2]
        assert (ground > 128) == (theme == "light")

    perform(folder, scene)


def test_every_field_that_a_table_may_have_has_its_words() -> None:
    assert {kind for kind, _ in KINDS} == {*SPELLINGS}
    for kind, fields in SPELLINGS.items():
        assert {*WORDS[kind]} == {*fields} and len({*WORDS[kind].values()}) == len(fields)
