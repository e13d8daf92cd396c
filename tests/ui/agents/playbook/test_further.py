"""A change by which an agent may do more is told before it is saved, and wants a reason."""

from pathlib import Path

from PySide6.QtTest import QTest

from opsconsole.app.session import opened
from opsconsole.engine.agents.versions import in_use
from opsconsole.ui.panels.agents.savebar import NEEDED
from tests.ui.agents.agentsample import make
from tests.ui.agents.playbook.test_playbook_form import MIRA, shown
from tests.ui.scenes import perform, told
from tests.ui.stage import Stage, until


def test_going_live_by_the_file_is_told_and_asks_why(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", MIRA)

    async def scene(stage: Stage) -> None:
        panel, page = await shown(stage)
        page.turn("file")
        page.ways.editor.setPlainText(MIRA.replace("autonomy:", "stage: {default: full}\nautonomy:"))
        await until(lambda: page.bar.is_ready)
        assert "It may do more than now" in told(page)
        assert "shadow → full" in told(page) and "So far" in told(page)
        page.save()
        assert page.bar.meaning.text() == NEEDED and page.bar.reason.property("invalid") is True
        assert panel.shown is not None and panel.shown.row.number == 1
        QTest.keyClicks(page.bar.reason, "  ")
        page.save()
        assert page.bar.meaning.text() == NEEDED, "blanks are no reason"
        QTest.keyClicks(page.bar.reason, "the team agreed on it")
        page.save()
        await until(lambda: panel.shown is not None and panel.shown.row.number == 2)
        assert "It may do more than now" not in told(page)
        page.ways.editor.setPlainText(MIRA.replace("autonomy:", "stage: {default: shadow}\nautonomy:"))
        await until(lambda: page.bar.is_ready)
        assert "It may do more than now" not in told(page)
        page.save()
        await until(lambda: panel.shown is not None and panel.shown.row.number == 3)

    perform(folder, scene)
    with opened(folder) as session:
        assert in_use(session.kernel.reader, "mira").number == 3


def test_more_than_two_limited_categories_are_told_in_place_with_their_line_and_not_saved(tmp_path: Path) -> None:
    three = "".join(f"    - {{id: c{at}, name: C{at}}}\n" for at in range(3))
    stage_text = "stage: {default: shadow, categories: {c0: limited, c1: limited, c2: limited}}"
    typed = MIRA.replace("autonomy:", f"{stage_text}\nautonomy:").replace("  categories:\n", f"  categories:\n{three}")
    line = typed[: typed.index(stage_text)].count("\n") + 1

    async def scene(stage: Stage) -> None:
        panel, page = await shown(stage)
        page.turn("file")
        page.ways.editor.setPlainText(typed)
        await until(lambda: "limited is one or two categories" in told(page))
        assert f":{line}: limited is one or two categories: these are 3 (c0, c1, c2); make them expanded" in told(page)
        assert not page.bar.is_ready
        page.save()
        assert panel.shown is not None and panel.shown.row.number == 1

    perform(make(tmp_path / "w", MIRA), scene)
