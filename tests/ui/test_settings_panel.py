"""Settings and the first page."""

from pathlib import Path

import pytest

from opsconsole.app.session import opened
from opsconsole.engine.agents.file import apply_agent, read_agent
from opsconsole.engine.commands.budgets import cap_of
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


def test_money_is_taken_with_a_comma_and_a_slip_is_marked_at_its_field(tmp_path: Path) -> None:
    empty = make_empty(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = stage.show(SettingsPanel)
        await until(lambda: "Money a day (EUR)" in told(panel))
        day, hour = panel.caps.fields["cost_per_day"], panel.caps.fields["cost_per_hour"]
        day.setText("12,50")
        hour.setText("abc")
        panel.caps.save()
        assert hour.property("invalid") and not day.property("invalid")
        assert "Write an amount from 0 up, like 12,50." in told(panel)
        assert "Money an hour: not a cap as it stands. Nothing was changed." in told(panel)
        hour.clear()
        hour.textEdited.emit("")
        assert not hour.property("invalid") and "Nothing was changed" not in told(panel)
        panel.caps.save()
        await until(lambda: day.text() == "12.5")

    perform(empty, scene)
    assert [entry["caps"] for entry in record(empty) if entry["kind"] == "budgets.set"] == [{"cost_per_day": "12.5"}]


def test_how_agents_are_overseen_is_saved_on_record_and_slips_are_said(tmp_path: Path) -> None:
    empty = make_empty(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = stage.show(SettingsPanel)
        card = panel.oversight
        await until(lambda: card.share.text() == "20")
        assert card.line.text() == "" and card.line.placeholderText().startswith("An AI system wrote this message.")
        card.share.setText("a lot")
        card.put()
        await until(lambda: "write a whole percentage from 0 to 100, like 20. Nothing was changed." in told(panel))
        card.share.setText("100")
        card.line.setText("A machine wrote this.")
        card.put()
        await until(lambda: "Nothing was changed" not in told(panel))
        card.line.clear()
        card.put()
        await until(lambda: [entry["line"] for entry in record(empty) if entry["kind"] == "disclosure.set"][1:] != [])

    perform(empty, scene)
    assert [entry["percent"] for entry in record(empty) if entry["kind"] == "ladder.share"] == [100]
    lines = [entry["line"] for entry in record(empty) if entry["kind"] == "disclosure.set"]
    assert lines[0] == "A machine wrote this." and lines[1].startswith("An AI system wrote")


@pytest.mark.parametrize(
    ("name", "typed", "cap"),
    [
        ("cost_per_day", "12,50", 12.5),
        ("cost_per_day", " 0.125 ", 0.125),
        ("cost_per_day", "1200", 1200.0),
        ("cost_per_day", "", None),
        ("actions_per_day", "50", 50),
        ("actions_per_day", "", None),
    ],
)
def test_a_cap_is_read_as_it_is_written(name: str, typed: str, cap: float | None) -> None:
    assert cap_of(name, typed) == (cap, "")


@pytest.mark.parametrize("typed", ["1.200", "1,200", "1 200,50", "-1", "nan", "1e9", "12 or so", "9" * 20])
def test_what_may_mean_another_amount_is_no_cap(typed: str) -> None:
    for name in ("cost_per_day", "actions_per_day"):
        assert cap_of(name, typed)[0] is None and cap_of(name, typed)[1].startswith("Write ")


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
        assert places == [
            ("feed", {"connection": "desk"}),
            ("connections", {"add": "mail"}),
            ("connections", {"add": "model"}),
        ]

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
