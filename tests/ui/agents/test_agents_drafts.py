"""What is typed or set and not saved stays its agent's; what is taken back is the agent's that was changed."""

from collections.abc import Callable
from pathlib import Path

from opsconsole.domain.enums import Level
from opsconsole.ui.panels.agents.panel import AgentsPanel
from tests.ui.agents.agentsample import FILE, in_use, make
from tests.ui.scenes import perform, with_tools
from tests.ui.stage import Stage, until

NORA = FILE.replace("agent: mira", "agent: nora").replace("name: Mira", "name: Nora")


async def shown(stage: Stage, folder: Path) -> AgentsPanel:
    with_tools(stage, folder)
    panel = stage.show(AgentsPanel)
    await until(lambda: panel.shown is not None and panel.shown.row.id == "mira")
    return panel


async def pick(panel: AgentsPanel, agent: str) -> None:
    panel.go({"agent": agent})
    await until(lambda: panel.shown is not None and panel.shown.row.id == agent)


def test_undo_takes_back_the_change_of_the_agent_that_was_changed(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", FILE, NORA, NORA.replace("Answers.", "Answers slowly."))

    async def scene(stage: Stage) -> None:
        acts: list[Callable[[], None]] = []

        def hear(text: str, button: str, act: Callable[[], None] | None) -> None:
            if act is not None:
                acts.append(act)

        stage.navigator.said.connect(hear)
        panel = await shown(stage, folder)
        panel.turn("playbook")
        panel.playbook.turn("file")
        panel.playbook.ways.editor.setPlainText(FILE.replace("Answers.", "Answers at once."))
        await until(lambda: panel.playbook.bar.is_ready)
        panel.save()
        await until(lambda: acts)
        await pick(panel, "nora")
        acts[0]()
        await until(lambda: in_use(folder).number == 3)

    perform(folder, scene)
    assert in_use(folder).source == FILE and in_use(folder, "nora").number == 2


def test_a_draft_waits_while_another_agent_is_looked_at(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", FILE, NORA)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage, folder)
        panel.turn("playbook")
        panel.playbook.turn("file")
        panel.playbook.ways.editor.setPlainText(FILE.replace("Answers.", "Answers at once."))
        panel.playbook.bar.reason.setText("faster")
        panel.turn("autonomy")
        panel.autonomy.set_level(Level.APPROVAL)
        await pick(panel, "nora")
        assert not panel.autonomy.is_changed
        panel.turn("playbook")
        assert not panel.playbook.is_changed
        assert "agent: nora" in panel.playbook.ways.text and panel.playbook.bar.reason.text() == ""
        await pick(panel, "mira")
        assert "Answers at once." in panel.playbook.ways.text and panel.playbook.bar.reason.text() == "faster"
        panel.turn("autonomy")
        assert panel.autonomy.is_changed
        await until(lambda: panel.autonomy.bar.is_ready)
        panel.save()
        await until(lambda: in_use(folder).number == 2)
        panel.turn("playbook")
        await until(lambda: "Version 2 came into use meanwhile" in panel.playbook.bar.meaning.text())
        assert "Answers at once." in panel.playbook.ways.text and not panel.autonomy.is_changed

    perform(folder, scene)


def test_signs_that_nobody_touched_stay(tmp_path: Path) -> None:
    text = FILE.replace("Answers.", "Bonjour\u00a0madame")
    folder = make(tmp_path / "w", text)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage, folder)
        panel.turn("playbook")
        panel.playbook.turn("file")
        assert not panel.playbook.is_changed and panel.playbook.ways.text == text

    perform(folder, scene)


def test_nothing_is_saved_before_its_meaning_is_said(tmp_path: Path) -> None:
    folder = make(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = await shown(stage, folder)
        panel.turn("playbook")
        panel.playbook.turn("file")
        await until(lambda: panel.playbook.preview is not None)
        panel.playbook.ways.editor.setPlainText(FILE.replace("Answers.", "Answers at once."))
        assert panel.playbook.preview is None, "the numbers of another text are not shown"
        panel.save()
        assert in_use(folder).number == 1
        await until(lambda: panel.playbook.bar.is_ready)
        assert "last 0 events" in panel.playbook.bar.meaning.text()

    perform(folder, scene)


def test_what_would_be_gone_with_the_window_is_told(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", FILE, NORA)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage, folder)
        assert panel.unsaved == ""
        panel.turn("playbook")
        panel.playbook.ways.form.purpose.setPlainText("Answers at once.")
        assert panel.unsaved == "Changes of Mira."
        await pick(panel, "nora")
        panel.turn("autonomy")
        panel.autonomy.set_level(Level.APPROVAL)
        assert panel.unsaved == "Changes of Mira and Nora."
        panel.sides.begin_blank()
        await until(lambda: panel.sides.blank.comes.choice is not None)
        panel.sides.blank.comes.name.setText("Cards")
        assert panel.unsaved.endswith("A new agent that is not begun yet.")

    perform(folder, scene)
