"""The canary of an agent: seen in the list, in the head and above its versions, widened, put in use, stopped by key."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from opsconsole.app.session import opened
from opsconsole.domain.enums import Level
from opsconsole.engine.agents.file import read_agent_text
from opsconsole.engine.ladder.canary import begin, ending, steps
from opsconsole.engine.ladder.canary.ending import stop_itself
from opsconsole.store.queries.rollout import canary as read
from opsconsole.store.queries.rollout.canary import Canary
from opsconsole.store.rows import present
from opsconsole.ui.panels.agents.list import AgentFace
from opsconsole.ui.panels.agents.panel import AgentsPanel
from opsconsole.ui.panels.agents.rollout.card import NEEDED
from tests.ui.agents.agentsample import FILE, in_use, make
from tests.ui.scenes import perform, told, went
from tests.ui.stage import Stage, until

NEW = FILE.replace("Answers.", "Answers gently.")
WHY = "the team is watching"


def make_tried(folder: Path, *, share: int = 5) -> Path:
    """A workspace with an agent in use, and another version of it on a share of its new threads."""
    return make_canary(make(folder), NEW, share=share)


def make_canary(folder: Path, text: str, *, share: int) -> Path:
    """Try a file beside the one in use."""
    with opened(folder) as session:
        kernel = session.kernel
        file = read_agent_text(text, "mira.yaml", kernel.registry)
        session.write(lambda tx: begin.begin(kernel, tx, file, actor="person:test"), name="canary.begin")
        while present(read.running(kernel.reader, "mira"), "canary").share < share:
            session.write(
                lambda tx: steps.widen(kernel, tx, "mira", actor="person:test", reason=WHY, without_evidence=True),
                name="canary.widen",
            )
    return folder


def last(folder: Path) -> Canary:
    with opened(folder) as session:
        return read.every(session.kernel.reader, "mira")[0]


async def at_versions(stage: Stage) -> AgentsPanel:
    """Show the tab by its key."""
    panel = stage.show(AgentsPanel)
    panel.activateWindow()
    await until(lambda: panel.isActiveWindow() and panel.shown is not None)
    key(panel, Qt.Key.Key_6, Qt.KeyboardModifier.AltModifier)
    await until(lambda: panel.tab == "versions")
    return panel


def key(panel: QWidget, which: Qt.Key, with_: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(panel.window().focusWidget() or panel, which, with_)


def hear(stage: Stage) -> list[str]:
    said: list[str] = []

    def take(text: str, _button: str, _act: Callable[[], None] | None) -> None:
        said.append(text)

    stage.navigator.said.connect(take)
    return said


def test_it_is_in_sight_wherever_its_agent_is_shown(tmp_path: Path) -> None:
    folder = make_tried(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = await at_versions(stage)
        assert panel.head.canary.isVisible() and panel.head.canary.text() == "Canary 5 %"
        assert "Version 2 is a canary" in panel.head.canary.toolTip()
        (row,) = panel.rows
        assert "Canary 5 %" in AgentFace().text(row) and "Version 2 is a canary" in AgentFace().tip(row)
        card = panel.versions.canary
        assert card.isVisible()
        words = told(card)
        assert "Version 2 works 5 % of the new threads" in words and "None of its decisions counts so far" in words
        assert "Still needed for 25 %: 20 clean decisions more; 2 working days more." in words
        assert "canary, 5 %" in told(panel.versions)
        assert "playbook · purpose: Answers. → Answers gently." in told(panel.versions)

    perform(folder, scene)


def test_it_is_widened_without_evidence_by_key_and_reason(tmp_path: Path) -> None:
    folder = make_tried(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        said, panel = hear(stage), await at_versions(stage)
        card = panel.versions.canary
        assert card.anyway.isVisible() and not card.up.isVisible() and not card.reason.isVisible()
        key(panel, Qt.Key.Key_W)
        await until(card.reason.hasFocus)
        QTest.keyClicks(card.reason, "no")
        QTest.keyClick(card.reason, Qt.Key.Key_Return)
        assert NEEDED in told(card) and last(folder).share == 5
        card.reason.clear()
        QTest.keyClicks(card.reason, WHY)
        QTest.keyClick(card.reason, Qt.Key.Key_Return)
        await until(lambda: "Version 2 works 25 % of the new threads" in told(card))
        assert said == ["Version 2 works 25 % of the new threads from now on."]
        assert panel.head.canary.text() == "Canary 25 %" and not card.reason.text()

    perform(folder, scene)
    assert last(folder).share == 25


def test_it_is_put_in_use_by_key(tmp_path: Path) -> None:
    folder = make_tried(tmp_path / "w", share=100)

    async def scene(stage: Stage) -> None:
        said, panel = hear(stage), await at_versions(stage)
        card = panel.versions.canary
        assert card.up.isVisible() and card.up.text() == "Put in use"
        key(panel, Qt.Key.Key_W)
        await until(lambda: in_use(folder).number == 3)
        await until(lambda: not card.isVisible())
        assert said == ["Version 3 is in use, with the file of the canary, version 2."]
        assert not panel.head.canary.isVisible()
        assert "canary, put in use" in told(panel.versions)

    perform(folder, scene)
    assert in_use(folder).source == NEW


def test_it_is_stopped_by_key_without_a_question(tmp_path: Path) -> None:
    folder = make_tried(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = await at_versions(stage)
        key(panel, Qt.Key.Key_X)
        await until(lambda: not panel.versions.canary.isVisible() and "canary, stopped" in told(panel.versions))
        key(panel, Qt.Key.Key_X)
        assert panel.unsaved == "" and not panel.is_used

    perform(folder, scene)
    assert last(folder).ended_as == "stopped"


def test_one_that_stopped_itself_says_why(tmp_path: Path) -> None:
    folder = make_tried(tmp_path / "w")
    with opened(folder) as session:
        now, tried = session.kernel.clock.now(), present(read.running(session.kernel.reader, "mira"), "canary")
        session.write(lambda tx: stop_itself(tx, tried, "severe", "a severe error (pair 12)", now=now), name="stop")

    async def scene(stage: Stage) -> None:
        panel = await at_versions(stage)
        assert panel.head.canary.text() == "Canary stopped" and "(pair 12)" in panel.head.canary.toolTip()
        assert "It was stopped by itself: a severe error (pair 12)." in told(panel.versions)
        assert "Canary stopped" in AgentFace().text(panel.rows[0])

    perform(folder, scene)


def test_what_is_over_meanwhile_is_said(tmp_path: Path) -> None:
    folder = make_tried(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        said, panel = hear(stage), await at_versions(stage)
        card = panel.versions.canary
        found = present(card.found, "a canary")
        with opened(folder) as session:
            kernel = session.kernel
            session.write(lambda tx: ending.stop(kernel, tx, "mira", actor="person:other"), name="canary.stop")
        card.found = found
        card.stop()
        await until(lambda: said and not card.isVisible())
        assert said == ["No version of mira is tried on a share of its threads."]

    perform(folder, scene)


def test_its_decisions_to_make_first_are_one_press_away(tmp_path: Path) -> None:
    folder = make_tried(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel, places = await at_versions(stage), went(stage)
        card = panel.versions.canary
        assert not card.first.isVisible(), "none waits"
        card.first.click()
        assert places == [("approvals", {"agent": "mira"})]

    perform(folder, scene)


def test_what_is_not_earned_in_use_is_said_in_place_and_needs_a_reason(tmp_path: Path) -> None:
    held, live = (NEW.replace("stage: {default: full}", f"stage: {{default: {stage}}}") for stage in ("shadow", "full"))
    folder = make(tmp_path / "w", held.replace("gently", "slowly"))
    make_canary(folder, live, share=100)

    async def scene(stage: Stage) -> None:
        panel = await at_versions(stage)
        card = panel.versions.canary
        assert "Still needed to be put in use: evidence for A mail" in told(card)
        key(panel, Qt.Key.Key_W)
        await until(card.reason.hasFocus)
        QTest.keyClicks(card.reason, WHY)
        QTest.keyClick(card.reason, Qt.Key.Key_Return)
        await until(lambda: in_use(folder).number == 3)
        await until(lambda: not card.isVisible())
        assert panel.head.unproven.isVisible()

    perform(folder, scene)


def test_what_is_typed_is_tried_on_5_percent_first_by_key(tmp_path: Path) -> None:
    folder = make(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        said, panel = hear(stage), stage.show(AgentsPanel)
        panel.activateWindow()
        await until(lambda: panel.isActiveWindow() and panel.shown is not None)
        panel.turn("playbook")
        page = panel.playbook
        page.turn("file")
        page.ways.editor.setPlainText(NEW)
        await until(lambda: page.bar.is_ready)
        assert page.bar.trial.isEnabled()
        page.ways.editor.setFocus()
        key(panel, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        await until(lambda: said)
        assert said == [
            "Version 2 of Mira works 5 % of the new threads and asks before everything; version 1 stays in use."
        ]
        await until(lambda: panel.head.canary.isVisible())
        assert not page.is_changed and panel.unsaved == "", "it is a version, so nothing is left to save"

    perform(folder, scene)
    assert last(folder).share == 5 and in_use(folder).number == 1


def test_a_level_cannot_be_tried_on_a_share_and_comes_not_into_use_by_that(tmp_path: Path) -> None:
    folder = make(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        said, panel = hear(stage), stage.show(AgentsPanel)
        panel.activateWindow()
        await until(lambda: panel.isActiveWindow() and panel.shown is not None)
        panel.turn("autonomy")
        index = panel.autonomy.table.model().index(1, 1)
        panel.autonomy.table.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        panel.autonomy.set_level(Level.APPROVAL)
        await until(lambda: panel.autonomy.bar.is_ready)
        key(panel, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        await until(lambda: said)
        assert "it decides as version 1 of mira does, which is in use" in said[0]
        assert panel.autonomy.is_changed, "what is typed stays"

    perform(folder, scene)
    assert in_use(folder).number == 1
