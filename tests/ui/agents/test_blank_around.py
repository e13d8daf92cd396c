"""What leads to the questions, what they lie over, and a window that leaves them little room."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton, QWidget

from opsconsole.engine.blank.answers import ASKED, COMES, NEVER, SEEN, SHALL
from opsconsole.ui.panels.agents.panel import AgentsPanel
from tests.ui.agents.agentsample import make
from tests.ui.agents.blankhand import bring, shown
from tests.ui.sample import make_empty
from tests.ui.scenes import perform, press, told, with_tools
from tests.ui.stage import Stage, until
from tests.ui.test_narrow import SMALL, beyond


@pytest.fixture
def past(tmp_path: Path) -> Path:
    folder = make_empty(tmp_path / "w")
    bring(folder, tmp_path)
    return folder


def test_the_keys_of_an_agent_do_nothing_to_the_one_below(tmp_path: Path) -> None:
    folder = make(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel, page = await shown(stage, folder)
        await until(lambda: panel.shown is not None)
        page.turn(NEVER)
        panel.tab = "autonomy"
        for name in ("agents.switch", "agents.level3", "agents.playbook", "agents.save"):
            assert not stage.context.commands.run(name), name
        page.left.emit()
        press(panel.sides.gallery, "Back")
        assert stage.context.commands.run("agents.playbook")
        assert stage.context.commands.run("agents.blank") and page.isVisible()

    perform(folder, scene)


def test_the_gallery_leads_there(past: Path) -> None:
    async def scene(stage: Stage) -> None:
        with_tools(stage, past)
        panel = stage.show(AgentsPanel)
        panel.sides.add()
        await until(lambda: "From blank" in told(panel.sides.gallery))
        [begin] = [made for made in panel.sides.gallery.findChildren(QPushButton) if made.text() == "Begin"]
        assert begin.accessibleName() == "Begin from blank"
        begin.click()
        await until(lambda: panel.sides.blank.isVisible())

    perform(past, scene)


def test_a_small_window_shows_all_of_it(past: Path) -> None:
    async def scene(stage: Stage) -> None:
        panel, page = await shown(stage, past, width=SMALL[0], height=SMALL[1])
        page.comes.name.setText("Card desk")
        for question in (COMES, SHALL, NEVER, ASKED, SEEN):
            page.turn(question)
            await until(lambda: stage.tasks.count == 0)
            assert (panel.width(), panel.height()) == SMALL
            for area in page.findChildren(QWidget):
                if area.isVisible() and area.accessibleName() and hasattr(area, "viewport") and hasattr(area, "widget"):
                    assert not beyond(area), beyond(area)  # pyright: ignore[reportArgumentType]

    perform(past, scene)
