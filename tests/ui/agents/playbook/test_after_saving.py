"""Who saves goes on where they were: the keys stay, and what was in sight."""

from pathlib import Path

from PySide6.QtTest import QTest

from opsconsole.ui.panels.agents.growing import GrowingText
from tests.ui.agents.agentsample import make
from tests.ui.agents.playbook.test_playbook_form import MIRA, opened_card, shown, source
from tests.ui.scenes import perform
from tests.ui.stage import Stage, until


def test_after_saving_the_keys_and_the_page_are_where_they_were(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        panel, page = await shown(stage)
        panel.resize(1024, 420)
        panel.activateWindow()
        await until(panel.isActiveWindow)
        form, card = page.ways.form, opened_card(page, 1)
        await until(lambda: form.is_whole)
        field = card.examples.fields[-1] if card.examples is not None else None
        assert field is not None
        QTest.keyClicks(field, "Well done")
        field.setFocus()
        bar = form.area.verticalScrollBar()
        await until(lambda: page.bar.is_ready and bar.maximum() > 0)
        bar.setValue(bar.maximum() // 2)
        place = bar.value()
        page.save()
        await until(lambda: panel.shown is not None and panel.shown.row.number == 2 and not page.is_changed)
        await until(lambda: stage.tasks.count == 0 and form.is_whole)
        assert field.hasFocus() and bar.value() == place
        QTest.keyClicks(field, ", all of you")
        await until(lambda: page.bar.is_ready)
        page.save()
        await until(lambda: panel.shown is not None and panel.shown.row.number == 3 and not page.is_changed)

        form.add()
        new = form.cards[-1]
        assert new.name is not None
        new.name.setText("Late parcels")
        criteria = next(field for field in new.findChildren(GrowingText) if "belongs" in field.accessibleName())
        QTest.keyClicks(criteria, "Something comes late")
        await until(lambda: page.bar.is_ready)
        await until(lambda: bar.value() > place)
        place = bar.value()
        page.save()
        await until(lambda: panel.shown is not None and panel.shown.row.number == 4 and form.is_whole)
        await until(lambda: abs(bar.value() - min(place, bar.maximum())) < 40)

    folder = make(tmp_path / "w", MIRA)
    perform(folder, scene)
    assert "Well done, all of you" in source(folder) and "Late parcels" in source(folder)
