"""The matrix at every width: all columns beside one another, in as many words as fit, and what is picked told whole."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from opsconsole.domain.enums import Level
from opsconsole.ui.panels.agents.levels import SetLevel
from opsconsole.ui.panels.agents.matrixlook import cell_words, wrapped
from opsconsole.ui.panels.agents.panel import AgentsPanel
from opsconsole.ui.theme import fonts
from opsconsole.ui.widgets import painting
from tests.support.shell import AGENT
from tests.ui.agents.agentsample import make
from tests.ui.scenes import perform
from tests.ui.stage import Stage, until

NAMES = (
    "How do I, can it, I wish", "Something does not work", "Invoices, payments, money back", "Wants to leave",
    "Anger and threats", "Personal data", "Meant for another team", "Thanks and automatic mail", "Something is wrong",
)  # fmt: skip
STEP = '      steps: [{do: desk.give_credit, with: {contact_email: "{{ event.sender }}", amount: 5, reason: sorry}}]\n'
MANY = AGENT[: AGENT.index("    - id:")] + "".join(
    f'    - id: c{at}\n      name: "{name}"\n{STEP}' for at, name in enumerate(NAMES)
)


def test_as_much_of_a_level_is_said_as_there_is_room_for(qapp: QApplication) -> None:
    cell = SetLevel(Level.APPROVAL, is_own=True, is_changed=False, wall="", before=Level.APPROVAL)
    changed = SetLevel(Level.APPROVAL, is_own=True, is_changed=True, wall="", before=Level.AUTONOMOUS)
    room = painting.width_of("2 asks you", fonts.BODY, fonts.SEMIBOLD)
    assert cell_words(cell, room) == ("2 asks you", fonts.BODY)
    assert cell_words(cell, room - 1) == ("2 asks", fonts.BODY)
    assert cell_words(changed, room) == ("2 asks *", fonts.BODY)
    assert cell_words(cell, 10) == ("2", fonts.BODY) and cell_words(changed, 10) == ("2*", fonts.BODY)


def test_a_name_is_broken_between_words_and_all_of_it_stays(qapp: QApplication) -> None:
    assert wrapped("Invoices, payments, money back", 60, most=4) == ["Invoices,", "payments,", "money", "back"]
    assert wrapped("Invoices, payments, money back", 66, most=2) == ["Invoices,", "payments, money back"]


@pytest.mark.parametrize(("width", "is_turned"), [(968, True), (1224, False), (1864, False)])
def test_every_category_stands_beside_the_others(tmp_path: Path, width: int, is_turned: bool) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(AgentsPanel, width, 672)
        await until(lambda: panel.shown is not None)
        panel.turn("autonomy")
        table = panel.autonomy.table
        await until(lambda: table.horizontalHeader().length() > 0 and table.columnWidth(0) * 10 > table.width() // 2)
        assert table.horizontalScrollBar().maximum() == 0, "it scrolls sideways"
        assert table.heads.is_turned is is_turned
        assert table.levels.columnCount() == 1 + len(NAMES)

    perform(make(tmp_path / "w", MANY), scene)


def test_what_is_picked_is_told_whole_and_set_with_the_mouse_too(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(AgentsPanel, 968, 672)
        panel.activateWindow()
        await until(lambda: panel.isActiveWindow() and panel.shown is not None)
        panel.turn("autonomy")
        page = panel.autonomy
        await until(page.table.hasFocus)
        assert page.told.text().startswith("Give credit, Every category: 3 alone. It still asks you: it moves money")
        QTest.keyClick(page.table, Qt.Key.Key_Right)
        assert page.told.text().startswith("Give credit, How do I, can it, I wish: 3 alone")
        QTest.mouseClick(page.levels[Level.APPROVAL], Qt.MouseButton.LeftButton)
        assert page.told.text() == "Give credit, How do I, can it, I wish: 3 alone → 2 asks you"
        assert page.table.hasFocus(), "the arrows go on from there"
        assert "it is so now" in page.levels[Level.APPROVAL].accessibleDescription()
        QTest.keyClick(page.table, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
        assert page.told.text() == "2 levels picked, from Give credit, Every category."
        await until(page.bar.save.isEnabled)

    perform(make(tmp_path / "w", MANY), scene)
