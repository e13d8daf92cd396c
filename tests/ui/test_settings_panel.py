"""Settings and the first page."""

from pathlib import Path

from opsconsole.app.session import opened
from opsconsole.engine.agents.file import apply_agent, read_agent
from opsconsole.store import workspace
from opsconsole.ui.panels.settings.panel import SettingsPanel
from opsconsole.ui.panels.welcome.panel import WelcomePanel
from tests.support.shell import AGENT
from tests.ui.sample import make_empty, make_worked
from tests.ui.scenes import perform, press, record, told, went, with_tools
from tests.ui.stage import Stage, until

MBOX = "From a@example.com Mon Nov 23 10:00:00 2026\nFrom: a@example.com\nSubject: Hello\nMessage-ID: <1@e>\n\nHi\n\n"


def test_caps_are_saved_on_record_and_slips_are_said(tmp_path: Path) -> None:
    empty = make_empty(tmp_path / "w")

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

    perform(empty, scene)
    assert [entry["caps"] for entry in record(empty) if entry["kind"] == "budgets.set"] == [{"actions_per_hour": "50"}]


def test_the_theme_is_remembered(tmp_path: Path) -> None:
    empty = make_empty(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = stage.show(SettingsPanel)
        await until(lambda: "Appearance" in told(panel))
        press(panel, "Dark")
        assert stage.theme.is_dark and stage.context.memory.value("theme") == "dark"

    perform(empty, scene)


def test_a_backup_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "copies" / "workspace.db"

    worked = make_worked(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        with_tools(stage, worked)
        panel = stage.show(SettingsPanel)
        panel.data.back_up(target)
        await until(lambda: "checked and whole" in told(panel))
        panel.data.back_up(target)
        await until(lambda: "is there already" in told(panel))

    perform(worked, scene)
    workspace.open_(target.parent).close()
    assert [path.name for path in target.parent.iterdir() if path.suffix == ".part"] == []
    assert record(target.parent) == record(worked)


def test_a_history_is_brought_in(tmp_path: Path) -> None:
    box = tmp_path / "old.mbox"
    box.write_text(MBOX)

    empty = make_empty(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        with_tools(stage, empty)
        panel, places = stage.show(WelcomePanel), went(stage)
        panel.bring(panel.draft(box))
        await until(lambda: "1 new item from old.mbox" in told(panel))
        press(panel, "See them")
        panel.bring(panel.draft(tmp_path / "nowhere"))
        await until(lambda: panel.said.text() and "old.mbox" not in panel.said.text() and "Reading" not in told(panel))
        for text in ("A mailbox", "A model"):
            press(panel, text)
        assert places == [("feed", {}), ("connections", {"add": "mail"}), ("connections", {"add": "model"})]

    perform(empty, scene)


def test_quiet_hours_are_shown_with_the_way_to_change_them(tmp_path: Path) -> None:
    folder, file = make_empty(tmp_path / "w"), tmp_path / "mira.yaml"
    file.write_text(AGENT + 'quiet_hours:\n  - {from: "21:00", to: "06:30", zone: Europe/Brussels}\n')
    line = 1 + file.read_text().splitlines().index("quiet_hours:")
    with opened(folder) as session:
        agent = read_agent(file, session.kernel.registry)
        now = session.kernel.clock.now()
        session.write(
            lambda tx: apply_agent(tx, agent, session.kernel.registry, actor="person:test", now=now), name="a"
        )

    async def scene(stage: Stage) -> None:
        panel = stage.show(SettingsPanel)
        await until(lambda: "Mira: 21:00 to 06:30 (Europe/Brussels)" in told(panel))
        assert f"mira.yaml, line {line}" in told(panel)

    perform(folder, scene)
