"""From blank in the window: five questions by keys and clicks, an agent in shadow, and nothing typed is lost."""

from pathlib import Path

import pytest
import yaml
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit

from opsconsole.engine.agents.file import load_spec
from opsconsole.engine.blank.answers import ASKED, COMES, NEVER, SEEN, SHALL
from opsconsole.ui.panels.agents.blank.data import Made
from opsconsole.ui.panels.agents.panel import AgentsPanel
from tests.ui.agents.agentsample import in_use, make
from tests.ui.agents.blankhand import CTRL, bring, key, seek, shown
from tests.ui.sample import make_empty
from tests.ui.scenes import perform, press, told, went, with_tools
from tests.ui.stage import Stage, until


@pytest.fixture
def past(tmp_path: Path) -> Path:
    folder = make_empty(tmp_path / "w")
    bring(folder, tmp_path)
    return folder


def test_five_questions_by_keys_alone_make_an_agent_in_shadow(past: Path) -> None:
    async def scene(stage: Stage) -> None:
        panel, page = await shown(stage, past)
        QTest.keyClicks(page.comes.name, "Card desk")
        assert panel.is_used
        key(page, Qt.Key.Key_Return, CTRL)
        assert page.question == SHALL and [card.name.text() for card in page.shall.cards] == ["Cards", "Transfers"]
        assert "12 in the folder Cards" in told(page) and "card was swallowed" in told(page)
        seek(page, "Name of the category Cards")
        key(page, Qt.Key.Key_A, CTRL)
        QTest.keyClicks(page.window().focusWidget(), "Lost cards")
        box = seek(page, "What shall happen with Lost cards")
        assert isinstance(box, QComboBox) and box.currentText() == "Move it to Cards"
        key(page, Qt.Key.Key_Down)
        assert box.currentText() == "Move it to Cards, and draft a reply"
        thrown = page.shall.cards[0].examples[0]
        seek(page, f"Example: {thrown.text}")
        key(page, Qt.Key.Key_Space)
        assert not thrown.is_kept
        key(page, Qt.Key.Key_Return, CTRL)
        assert page.question == NEVER
        key(page, Qt.Key.Key_Space)
        assert page.never.chosen == {"money", "delete"}, "the first has the keys, and was thrown out"
        key(page, Qt.Key.Key_Space)
        key(page, Qt.Key.Key_Return, CTRL)
        assert page.question == ASKED
        key(page, Qt.Key.Key_Return, CTRL)
        assert page.question == SEEN
        await until(lambda: "name: Lost cards" in page.seen.file.toPlainText())
        await until(lambda: "The last 24 events, told apart offline" in page.seen.told.text())
        assert "Sound." in page.seen.notes.text()
        key(page, Qt.Key.Key_Return, CTRL)
        await until(lambda: panel.shown is not None and panel.shown.row.id == "card-desk")
        assert panel.sides.currentWidget() is panel.states and "Shadow" in told(panel.head)
        assert not panel.is_used and page.comes.name.text() == "", "the next one begins anew"

    perform(past, scene)
    version = in_use(past, "card-desk")
    spec = load_spec(version.spec)
    assert version.reason == "from blank, by five questions" and spec.stage.default == "shadow"
    assert [(each.id, each.name, len(each.examples)) for each in spec.playbook.categories] == [
        ("cards", "Lost cards", 2), ("transfers", "Transfers", 3),
    ]  # fmt: skip
    assert [step.do for step in spec.playbook.categories[0].steps] == ["desk.move_mail", "desk.draft_reply"]
    assert {rail.name for rail in spec.guardrails} >= {"never-outside", "never-money", "never-into-the-bin"}


def test_with_the_mouse_a_category_and_an_example_are_thrown_out(past: Path) -> None:
    async def scene(stage: Stage) -> None:
        panel, page = await shown(stage, past)
        page.comes.name.setText("Card desk")
        press(page, "2  What shall happen")
        cards, transfers = page.shall.cards
        example = cards.examples[1]
        QTest.mouseClick(example, Qt.MouseButton.LeftButton, pos=QPoint(example.width() - 4, 8))
        assert not example.is_kept, "a click anywhere on it"
        QTest.mouseClick(transfers.keep, Qt.MouseButton.LeftButton, pos=QPoint(8, transfers.keep.height() // 2))
        assert not transfers.is_kept and not transfers.examples[0].isVisible() and not transfers.deed.isEnabled()
        press(page, "5  How you see it works")
        await until(lambda: "name: Card desk" in page.seen.file.toPlainText())
        [category] = yaml.safe_load(page.seen.file.toPlainText())["playbook"]["categories"]
        assert category["name"] == "Cards" and example.text not in category["examples"]
        press(page, "Begin in shadow")
        await until(lambda: panel.shown is not None and panel.shown.row.id == "card-desk")

    perform(past, scene)


def test_what_is_missing_is_said_where_it_is_and_nothing_typed_is_lost(past: Path) -> None:
    async def scene(stage: Stage) -> None:
        panel, page = await shown(stage, past)
        key(page, Qt.Key.Key_Return)
        assert page.question == COMES and "Give the agent a name" in page.error.text()
        QTest.keyClicks(page.comes.name, "Card desk")
        assert page.error.text() == "", "it goes with the next letter"
        key(page, Qt.Key.Key_Return)
        assert page.question == SHALL
        page.shall.cards[0].name.setText("Transfers")
        press(page, "5  How you see it works")
        await until(lambda: "Two categories are called “Transfers”" in page.seen.notes.text())
        page.go_on()
        assert page.question == SHALL and "Two categories" in page.error.text()
        assert page.shall.cards[1].name.property("invalid") and page.shall.cards[1].name.hasFocus()
        page.shall.cards[0].name.setText("Lost cards")
        key(page, Qt.Key.Key_Escape)
        assert page.question == COMES
        key(page, Qt.Key.Key_Escape)
        assert panel.sides.currentWidget() is panel.sides.gallery
        panel.sides.begin_blank()
        await until(lambda: page.isVisible())
        assert (page.comes.name.text(), page.shall.cards[0].name.text()) == ("Card desk", "Lost cards")

    perform(past, scene)


def test_a_name_that_is_taken_is_refused_and_what_was_typed_stays(tmp_path: Path) -> None:
    folder = make(tmp_path / "w")
    bring(folder, tmp_path)

    async def scene(stage: Stage) -> None:
        panel, page = await shown(stage, folder)
        page.comes.name.setText("Mira")
        for _ in range(5):
            page.go_on()
        await until(lambda: "An agent called Mira is there already" in page.error.text())
        assert page.question == SEEN and page.comes.name.text() == "Mira" and page.next.isEnabled()
        page.comes.name.setText("Mira two")
        page.go_on()
        await until(lambda: panel.shown is not None and panel.shown.row.id == "mira-two")

    perform(folder, scene)


def test_without_a_past_it_says_how_to_bring_one_in_and_categories_are_typed(tmp_path: Path) -> None:
    folder = make_empty(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        places = went(stage)
        panel, page = await shown(stage, folder)
        assert "Nothing came in yet" in told(page) and page.comes.source.currentText().startswith("Mail from desk")
        press(page, "Bring in an export")
        assert places == [("welcome", {"do": "import"})]
        QTest.keyClicks(page.comes.name, "Complaints")
        key(page, Qt.Key.Key_Return)
        page.go_on()
        assert "Keep at least one category" in page.error.text()
        seek(page, "Add a category")
        key(page, Qt.Key.Key_Space)
        assert isinstance(page.window().focusWidget(), QLineEdit)
        QTest.keyClicks(page.window().focusWidget(), "Angry")
        page.go_on()
        assert "Say what belongs to “Angry”" in page.error.text()
        QTest.keyClicks(seek(page, "What belongs to Angry"), "somebody is angry")
        [card] = page.shall.cards
        assert card.deed.itemText(0) == "Move it to Angry"
        page.shall.add()
        press(page.shall.cards[1], "Remove it")
        assert page.shall.cards == [card]
        for _ in range(4):
            page.go_on()
        await until(lambda: panel.shown is not None and panel.shown.row.id == "complaints")

    perform(folder, scene)


def test_a_past_that_is_brought_in_meanwhile_is_proposed_and_what_was_typed_stays(tmp_path: Path) -> None:
    folder = make_empty(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        _, page = await shown(stage, folder)
        page.comes.name.setText("Card desk")
        page.shall.add()
        page.shall.cards[0].name.setText("Angry")
        bring(folder, tmp_path)
        page.refresh()
        await until(lambda: len(page.shall.cards) == 3)
        assert [card.name.text() for card in page.shall.cards] == ["Cards", "Transfers", "Angry"]
        page.shall.cards[0].name.setText("Lost cards")
        page.refresh()
        await until(lambda: stage.tasks.count == 0)
        assert [card.name.text() for card in page.shall.cards] == ["Lost cards", "Transfers", "Angry"]
        assert page.comes.name.text() == "Card desk" and "sorted it" in told(page)

    perform(folder, scene)


def test_what_comes_in_stays_chosen_and_what_should_be_looked_at_is_said(tmp_path: Path) -> None:
    folder = make_empty(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        _, page = await shown(stage, folder)
        page.comes.source.setCurrentIndex(1)
        page.refresh()
        await until(lambda: stage.tasks.count == 0)
        assert page.comes.source.currentText().startswith("Tickets from desk")
        page.seen.show_made(Made("agent: x\n", ("nobody looks here.",)))
        assert page.seen.notes.text() == "Nobody looks here."

    perform(folder, scene)


def test_what_cannot_be_read_says_so_and_is_tried_again(past: Path) -> None:
    async def scene(stage: Stage) -> None:
        with_tools(stage, past)
        panel = stage.show(AgentsPanel)
        await until(lambda: stage.tasks.count == 0)
        kept = (past / "workspace.db").read_bytes()
        (past / "workspace.db").write_bytes(b"this is no database " * 500)
        stage.backend.reopen()
        panel.sides.begin_blank()
        await until(lambda: "This could not be shown" in told(panel.sides.blank))
        (past / "workspace.db").write_bytes(kept)
        stage.backend.reopen()
        press(panel.sides.blank.states, "Try again")
        await until(lambda: panel.sides.blank.comes.choice is not None and panel.sides.blank.comes.name.isVisible())

    perform(past, scene)
