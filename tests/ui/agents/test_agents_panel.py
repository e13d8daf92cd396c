"""Agents in the window: paused, permitted, edited and put back, each through the function the command line uses."""

from pathlib import Path

import pytest
import yaml
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from opsconsole.app.session import opened
from opsconsole.domain.enums import Level
from opsconsole.store.queries import versions
from opsconsole.store.writes import connections
from opsconsole.ui.panels.agents.panel import AgentsPanel
from tests.ui.agents.agentsample import FILE, in_use, make, switched, use
from tests.ui.sample import make_empty, make_worked
from tests.ui.scenes import perform, press, told, with_tools
from tests.ui.stage import Stage, until


async def shown(stage: Stage) -> AgentsPanel:
    panel = stage.show(AgentsPanel)
    await until(lambda: panel.shown is not None)
    return panel


def test_without_agents_one_is_chosen_and_begins_in_shadow(tmp_path: Path) -> None:
    folder = make_empty(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(AgentsPanel)
        await until(lambda: "No agents yet" in told(panel))
        press(panel, "Choose one")
        await until(lambda: "Customer mail" in told(panel.sides.gallery))
        assert "Nothing came in yet" in told(panel.sides.gallery) and "At most: " in told(panel.sides.gallery)
        wanted = next(card for card in panel.sides.gallery.cards if card.name == "helpdesk")
        buttons = {button.accessibleName(): button for button in panel.sides.gallery.findChildren(QPushButton)}
        buttons[f"Use {wanted.title} in shadow"].click()
        await until(lambda: panel.shown is not None and panel.shown.row.id == "helpdesk")
        assert "Shadow" in told(panel.head) and "from the template" in told(panel.head)
        panel.sides.add()
        await until(lambda: any(card.is_in_use for card in panel.sides.gallery.cards))
        press(panel.sides.gallery, "Back")
        assert panel.sides.currentWidget() is panel.states

    perform(folder, scene)
    assert in_use(folder, "helpdesk").reason == "from the template Helpdesk, HR and purchasing questions"


def test_a_template_whose_tools_are_not_there_says_which_and_cannot_be_used(tmp_path: Path) -> None:
    folder = make_empty(tmp_path / "w")
    with opened(folder) as session:  # a mailbox whose settings cannot be read
        now = session.kernel.clock.now()
        session.write(lambda tx: connections.put(tx, "support", kind="mail", config={}, now=now), name="test")

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(AgentsPanel)
        await until(lambda: "No agents yet" in told(panel))
        press(panel, "Choose one")
        await until(lambda: "Customer mail" in told(panel.sides.gallery))
        assert "needs support.draft, support.thread, and support cannot be used now" in told(panel.sides.gallery)
        uses = {each.accessibleName(): each for each in panel.sides.gallery.findChildren(QPushButton)}
        first = panel.sides.gallery.cards[0]
        assert uses[f"Use {first.title} in shadow"].isEnabled() and not first.problem
        assert not uses["Use Customer mail in shadow"].isEnabled()

    perform(folder, scene)


def test_an_agent_and_one_of_its_categories_are_paused_and_resumed(tmp_path: Path) -> None:
    folder = make(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        assert "Answers." in told(panel) and "A mail" in told(panel)
        panel.switch()
        await until(lambda: panel.shown is not None and panel.shown.row.paused is not None)
        assert switched(folder) == {"agent:mira"} and panel.head.switch.text() == "Resume"
        panel.switch()
        await until(lambda: panel.shown is not None and panel.shown.row.paused is None)
        assert switched(folder) == set()
        panel.charter.switch_wanted.emit("mail_received", True)
        await until(lambda: panel.shown is not None and panel.shown.paused_categories)
        assert switched(folder) == {"category:mira/mail_received"} and "Paused" in told(panel)

    perform(folder, scene)


def test_a_level_is_set_by_key_its_meaning_said_and_saved_with_the_reason(tmp_path: Path) -> None:
    folder = make(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        panel.turn("autonomy")
        table = panel.autonomy.table
        matrix = table.levels.matrix
        assert matrix is not None
        tools = [line.tool for line in matrix.lines]
        table.setCurrentIndex(table.levels.index(tools.index("desk.reply"), 1))
        panel.autonomy.set_level(Level.APPROVAL)
        assert not panel.autonomy.bar.save.isEnabled(), "nothing is saved before its meaning is said"
        await until(lambda: "no action was wanted" in panel.autonomy.bar.meaning.text())
        panel.autonomy.bar.reason.setText("she reads replies")
        panel.save()
        await until(lambda: in_use(folder).number == 2)
        await until(lambda: not panel.autonomy.is_changed)

    perform(folder, scene)
    saved = in_use(folder)
    assert saved.reason == "she reads replies" and saved.source.startswith("# ours, with care\n")
    wanted = yaml.safe_load(FILE)
    wanted["autonomy"]["categories"] = {"mail_received": {"desk.reply": 2}}
    assert yaml.safe_load(saved.source) == wanted
    with opened(folder) as session:  # what the window saved, the command line takes as the same
        use(session, saved.source)
        assert versions.newest_number(session.kernel.reader, "mira") == 2


def test_a_level_that_the_file_would_not_say_is_told_and_not_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path / "w")

    def unchanged(text: str, loc: object, value: object) -> str:
        return text

    monkeypatch.setattr("opsconsole.engine.agents.yamltext.change.put", unchanged)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        panel.turn("autonomy")
        table = panel.autonomy.table
        matrix = table.levels.matrix
        assert matrix is not None
        table.setCurrentIndex(table.levels.index([line.tool for line in matrix.lines].index("desk.reply"), 1))
        panel.autonomy.set_level(Level.APPROVAL)
        await until(lambda: "Change it in the file" in panel.autonomy.bar.meaning.text())
        assert not panel.autonomy.bar.save.isEnabled()

    perform(folder, scene)
    assert in_use(folder).number == 1


def test_the_meaning_counts_what_was_wanted(tmp_path: Path) -> None:
    folder = make_worked(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        panel.turn("autonomy")
        await until(lambda: panel.shown is not None)
        assert "names no action" in told(panel), "its file names no tool"

    perform(folder, scene)


def test_what_is_typed_is_looked_over_kept_and_saved(tmp_path: Path) -> None:
    folder = make(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = await shown(stage)
        panel.turn("playbook")
        panel.playbook.turn("file")
        page = panel.playbook
        await until(lambda: "Sound" in told(page))
        page.ways.editor.setPlainText(FILE.replace("desk.reply", "desk.rply"))
        await until(lambda: "did you mean desk.reply" in told(page))
        assert not page.bar.save.isEnabled() and panel.is_used
        panel.refresh()
        assert "desk.rply" in page.ways.editor.toPlainText(), "errors and refreshes keep what was typed"
        page.ways.editor.setPlainText(FILE.replace("Answers.", "Answers at once."))
        await until(lambda: "1 field differs" in page.bar.meaning.text())
        panel.save()
        await until(lambda: in_use(folder).number == 2)
        await until(lambda: not page.is_changed)

    perform(folder, scene)
    assert in_use(folder).source == FILE.replace("Answers.", "Answers at once.")


def test_what_came_into_use_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    folder = make(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        said: list[str] = []

        def hear(text: str, button: str, act: object) -> None:
            said.append(text)

        stage.navigator.said.connect(hear)
        panel = await shown(stage)
        panel.turn("playbook")
        panel.playbook.turn("file")
        page = panel.playbook
        page.ways.editor.setPlainText(FILE.replace("Answers.", "Answers at once."))
        await until(lambda: "differs" in page.bar.meaning.text())
        seen = panel.shown
        with opened(folder) as session:
            use(session, FILE.replace("Answers.", "Answers slowly."))
        panel.shown = seen
        panel.save()
        await until(lambda: any("came into use meanwhile" in text for text in said))
        await until(lambda: "Version 2 came into use meanwhile" in page.bar.meaning.text())
        assert "Answers at once." in page.ways.text and not page.bar.save.isEnabled(), "what was typed is still there"
        page.discard()
        await until(lambda: "Answers slowly." in page.ways.text)

    perform(folder, scene)
    assert "slowly" in in_use(folder).source


def test_another_agent_may_not_be_made_of_this_one(tmp_path: Path) -> None:
    folder = make(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        panel.turn("playbook")
        panel.playbook.turn("file")
        panel.playbook.ways.editor.setPlainText(FILE.replace("agent: mira", "agent: other"))
        await until(lambda: "it stays mira" in told(panel.playbook))
        assert not panel.playbook.bar.save.isEnabled()

    perform(folder, scene)


def test_the_keys_reach_the_pages_and_levels(tmp_path: Path) -> None:
    folder = make(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        panel.activateWindow()
        await until(panel.isActiveWindow)
        QTest.keyClick(panel.list.view, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
        await until(lambda: panel.tab == "autonomy")
        QTest.keyClick(panel.autonomy.table, Qt.Key.Key_2)
        await until(lambda: panel.autonomy.is_changed)
        panel.autonomy.discard()
        assert not panel.autonomy.is_changed and panel.autonomy.bar.isHidden()

    perform(folder, scene)


def test_no_two_commands_share_a_key(tmp_path: Path) -> None:
    folder = make(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = stage.show(AgentsPanel)
        keys = [key for command in panel.commands() for key in command.keys]
        assert sorted(keys) == sorted(set(keys)), "Qt runs neither of two"

    perform(folder, scene)


def test_of_many_versions_the_newest_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", *(FILE.replace("Answers.", f"Answers {number}.") for number in range(40)))

    async def scene(stage: Stage) -> None:
        panel = stage.show(AgentsPanel)
        await until(lambda: panel.shown is not None)
        panel.turn("versions")
        await until(lambda: "Version 40" in told(panel.versions))
        assert "10 older versions" in told(panel.versions) and "Version 11\n" in told(panel.versions)
        assert panel.shown is not None and len(panel.shown.versions) == 31

    perform(folder, scene)
