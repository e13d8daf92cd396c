"""Settings and the first page."""

from pathlib import Path

from PySide6.QtWidgets import QApplication

from opsconsole.store import workspace
from opsconsole.ui.panels.settings.panel import SettingsPanel
from opsconsole.ui.panels.welcome.panel import WelcomePanel
from tests.ui.scenes import press, record, told, went, with_tools
from tests.ui.stage import Stage, play, until

MBOX = "From a@example.com Mon Nov 23 10:00:00 2026\nFrom: a@example.com\nSubject: Hello\nMessage-ID: <1@e>\n\nHi\n\n"


def test_caps_are_saved_on_record_and_slips_are_said(empty: Path, qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(SettingsPanel)
        await until(lambda: "No agent is in use yet." in told(panel))
        field = panel.caps.fields["actions_per_hour"]
        field.setText("many")
        panel.caps.save()
        await until(lambda: "Nothing was changed" in told(panel))
        field.setText("50")
        panel.caps.save()
        await until(lambda: "Nothing was changed" not in told(panel))

    play(empty, qapp, scene)
    assert [one["caps"] for one in record(empty) if one["kind"] == "budgets.set"] == [{"actions_per_hour": "50"}]


def test_the_theme_is_remembered(empty: Path, qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(SettingsPanel)
        await until(lambda: "Appearance" in told(panel))
        press(panel, "Dark")
        assert stage.theme.is_dark and stage.context.memory.value("theme") == "dark"

    play(empty, qapp, scene)


def test_a_backup_is_whole(worked: Path, tmp_path: Path, qapp: QApplication) -> None:
    target = tmp_path / "copies" / "workspace.db"

    async def scene(stage: Stage) -> None:
        with_tools(stage, worked)
        panel = stage.show(SettingsPanel)
        panel.data.back_up(target)
        await until(lambda: "checked and whole" in told(panel))
        panel.data.back_up(target)
        await until(lambda: "is there already" in told(panel))

    play(worked, qapp, scene)
    workspace.open_(target.parent).close()
    assert [one.name for one in target.parent.iterdir() if one.suffix == ".part"] == []
    assert record(target.parent) == record(worked)


def test_a_history_is_brought_in(empty: Path, tmp_path: Path, qapp: QApplication) -> None:
    box = tmp_path / "old.mbox"
    box.write_text(MBOX)

    async def scene(stage: Stage) -> None:
        with_tools(stage, empty)
        panel, places = stage.show(WelcomePanel), went(stage)
        panel.import_from(box)
        await until(lambda: "1 new item from old.mbox." in told(panel))
        press(panel, "See them")
        panel.import_from(tmp_path / "nowhere")
        await until(lambda: panel.said.text() and "old.mbox" not in panel.said.text() and "Reading" not in told(panel))
        for text in ("A mailbox", "A model"):
            press(panel, text)
        assert places == [("feed", {}), ("connections", {"add": "mail"}), ("connections", {"add": "model"})]

    play(empty, qapp, scene)
