"""A version tells what it changed, and is restored as a new one once it is seen what that would mean."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from opsconsole.ui.panels.agents.goback import GoBack
from opsconsole.ui.panels.agents.savebar import NEEDED
from opsconsole.ui.widgets.diff.lines import LineTable
from tests.ui.agents.agentsample import FILE, make
from tests.ui.agents.test_agents_panel import in_use, shown
from tests.ui.scenes import perform, press, told
from tests.ui.stage import Stage, until


def test_a_version_tells_what_it_changed_and_is_restored_as_a_new_one(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", FILE, FILE.replace("Answers.", "Answers at once."))

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        panel.turn("versions")
        await until(lambda: "playbook · purpose: Answers. → Answers at once." in told(panel))
        press(panel.versions, "Show the change")
        assert any(table.isVisible() for table in panel.versions.findChildren(LineTable))
        press(panel.versions, "Restore…")
        assert "What would be otherwise than now" in told(panel)
        assert "playbook · purpose: Answers at once. → Answers." in told(panel) and in_use(folder).number == 2
        press(panel.versions, "Keep what is in use")
        assert "otherwise than now" not in told(panel)
        press(panel.versions, "Restore…")
        (asked,) = [made for made in panel.versions.findChildren(GoBack) if made.isVisible()]
        QTest.keyClicks(asked.reason, "they were angry")
        QTest.keyClick(asked.reason, Qt.Key.Key_Return)
        await until(lambda: in_use(folder).number == 3)
        await until(lambda: "Version 3" in told(panel))

    perform(folder, scene)
    assert in_use(folder).source == FILE and in_use(folder).reason == "version 1 again: they were angry"


def test_going_back_to_where_it_may_do_more_asks_why(tmp_path: Path) -> None:
    live = FILE.replace("stage: {default: shadow}", "stage: {default: full}")
    held = FILE.replace("stage: {default: full}", "stage: {default: shadow}")
    assert live != held
    folder = make(tmp_path / "w", live, held)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        panel.turn("versions")
        await until(lambda: "Version 1" in told(panel))
        press(panel.versions, "Restore…")
        press(panel.versions, "Restore as version 3")
        assert NEEDED in told(panel) and in_use(folder).number == 2
        (asked,) = panel.versions.findChildren(GoBack)
        asked.reason.setText("the team agreed")
        press(panel.versions, "Restore as version 3")
        await until(lambda: in_use(folder).number == 3)

    perform(folder, scene)
