"""The Ladder tab: a step up is signed by key, a closed gate says what is missing, and lowering never asks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from opsconsole.domain.enums import Level
from opsconsole.domain.enums import Stage as LiveStage
from opsconsole.ui.panels.agents.ladder.page import LadderPage
from opsconsole.ui.panels.agents.ladder.sheet import NEEDED
from opsconsole.ui.panels.agents.panel import AgentsPanel
from tests.ui.agents.agentsample import in_use
from tests.ui.agents.ladder.climbed import CLIMBER, REPLY, TICKET, Past, again, fell, fill, make_climber, rung, steps
from tests.ui.scenes import perform, press, told, went
from tests.ui.stage import Stage, until
from tests.ui.test_narrow import TWICE


@dataclass
class Said:
    """What the window told in passing, and what it offers to do about it."""

    texts: list[str] = field(default_factory=list[str])
    acts: list[Callable[[], None] | None] = field(default_factory=list[Callable[[], None] | None])

    def hear(self, text: str, button: str, act: Callable[[], None] | None) -> None:
        self.texts.append(text)
        self.acts.append(act)


def hear(stage: Stage) -> Said:
    said = Said()
    stage.navigator.said.connect(said.hear)
    return said


async def opened_at(stage: Stage, category: str, tool: str = "") -> AgentsPanel:
    """Show the tab with a cell looked at."""
    panel = stage.show(AgentsPanel)
    panel.activateWindow()
    await until(lambda: panel.isActiveWindow() and panel.shown is not None)
    key(panel, Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    await until(lambda: panel.tab == "ladder" and panel.ladder.view is not None)
    panel.ladder.look_at(category, tool)
    await until(panel.ladder.table.hasFocus)
    return panel


def key(panel: QWidget, which: Qt.Key, with_: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(panel.window().focusWidget() or panel, which, with_)


def type_why(page: LadderPage, why: str) -> None:
    page.sheet.reason.setFocus()
    page.sheet.reason.clear()
    QTest.keyClicks(page.sheet.reason, why)


def test_a_step_up_is_signed_by_key_and_shown(tmp_path: Path) -> None:
    folder = make_climber(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        said, panel = hear(stage), await opened_at(stage, "bug", TICKET)
        page = panel.ladder
        assert "gate open" in told(page.sheet) and "240 decisions since" in told(page.sheet)
        assert page.foot.up.isVisible() and not page.foot.anyway.isVisible()
        key(panel, Qt.Key.Key_M)
        await until(lambda: steps(folder)[0])
        await until(lambda: "Bug · Create ticket: asks before it acts → acts alone" in told(page.steps))
        assert "240 decisions, 1 wrong, none severe" in told(page.steps)
        assert said.texts[-1] == "Bug · Create ticket acts alone from now on, with version 2."
        assert "at the top" in told(page.sheet) and not page.foot.up.isVisible()
        assert not panel.head.unproven.toolTip().count("Bug"), "it is earned"
        undo = said.acts[-1]
        assert undo is not None
        undo()
        await until(lambda: steps(folder)[1])
        assert rung(folder, "bug", TICKET).holds is Level.APPROVAL

    perform(folder, scene)
    (up,), (down,) = steps(folder)
    assert up.is_proven and up.actor.startswith("person:") and up.snapshot["gate"]["decisions"] == 240
    assert in_use(folder).number == 2 and down.why == "the step up is taken back"


def test_one_key_too_many_signs_no_second_step(tmp_path: Path) -> None:
    folder = make_climber(tmp_path / "w", CLIMBER.replace("desk.create_ticket: 2", "desk.create_ticket: 1"))

    async def scene(stage: Stage) -> None:
        panel = await opened_at(stage, "bug", TICKET)
        page = panel.ladder
        assert page.row is not None and page.row.rung.can_climb and page.row.rung.holds is Level.OBSERVE
        key(panel, Qt.Key.Key_M)
        await until(lambda: len(steps(folder)[0]) == 1 and not page.is_busy)
        await until(lambda: page.row is not None and page.row.rung.holds is Level.APPROVAL)
        key(panel, Qt.Key.Key_M)
        assert "That step is signed. What is shown is the next one; sign again to take that too." in told(page.sheet)
        await until(lambda: not page.is_busy)
        assert len(steps(folder)[0]) == 1

    perform(folder, scene)


def test_a_closed_gate_says_what_is_missing_and_how_to_get_there(tmp_path: Path) -> None:
    folder = make_climber(tmp_path / "w")
    fill(folder, lambda past: past.wait("howto", TICKET))

    async def scene(stage: Stage) -> None:
        panel = await opened_at(stage, "howto", TICKET)
        page, places = panel.ladder, went(stage)
        assert "decisions more" in told(page.sheet) and "not yet" in told(page.sheet)
        assert not page.foot.up.isVisible() and page.foot.anyway.isVisible()
        press(page, "Decide first: 1 waits")
        page.look_at("cancel", "")
        assert page.row is not None and page.row.tone == "warn" and page.row.still == "it will not get there as it is"
        assert page.row.severe == "1 severe"
        press(page, "Judge what waits: 4")
        press(page, "Try it on your past")
        press(page, "See the 21")
        await until(lambda: len(places) == 4)
        assert places == [
            ("approvals", {"agent": "mira"}),
            ("shadow", {"tab": "compare", "agent": "mira", "category": "cancel"}),
            ("welcome", {"do": "past"}),
            ("shadow", {"tab": "compare", "show": "all", "agent": "mira", "category": "cancel", "is_counting": True}),
        ]
        page.look_at("howto", TICKET)
        press(page, "See the 81")
        await until(lambda: len(places) == 5)
        assert len(places[4][1]["ids"]) == 81

    perform(folder, scene)
    assert steps(folder) == ([], [])


def test_without_evidence_it_asks_why_keeps_what_is_typed_and_says_so_everywhere(tmp_path: Path) -> None:
    folder = make_climber(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        said, panel = hear(stage), await opened_at(stage, "howto", TICKET)
        page = panel.ladder
        key(panel, Qt.Key.Key_M)
        await until(page.sheet.reason.hasFocus)
        assert "This is not earned" in told(page.sheet) and steps(folder) == ([], [])
        key(panel, Qt.Key.Key_Return)
        assert NEEDED in told(page.sheet) and page.sheet.reason.property("invalid")
        type_why(page, "short")
        key(panel, Qt.Key.Key_Return)
        assert NEEDED in told(page.sheet) and steps(folder) == ([], []), "too short to be read"
        page.look_at("bug", TICKET)
        assert page.sheet.reason.text() == "" and panel.is_used
        page.look_at("howto", TICKET)
        assert page.sheet.reason.text() == "short", "what is typed of a cell stays its own"
        page.promote()
        type_why(page, "Vera reads them all this week")
        key(panel, Qt.Key.Key_Return)
        await until(lambda: steps(folder)[0])
        await until(lambda: "How-to · Create ticket" in panel.head.unproven.toolTip())
        assert panel.head.unproven.isVisible() and said.texts[-1].endswith("It is live without evidence.")
        await until(lambda: "live without evidence" in told(page.sheet) and "without evidence" in told(page.steps))
        panel.turn("charter")
        await until(lambda: "Live without evidence: " in told(panel.charter))
        assert "How-to · Create ticket" in told(panel.charter)
        assert not panel.is_used

    perform(folder, scene)
    (up,), _ = steps(folder)
    assert not up.is_proven and up.reason == "Vera reads them all this week"


def test_in_a_small_window_the_field_for_the_reason_is_in_sight(tmp_path: Path) -> None:
    folder = make_climber(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = await opened_at(stage, "howto", TICKET)
        panel.resize(*TWICE)
        key(panel, Qt.Key.Key_M)
        field = panel.ladder.sheet.reason
        await until(lambda: field.hasFocus() and field.visibleRegion().boundingRect().height() == field.height())

    perform(folder, scene)


def test_lowering_never_asks(tmp_path: Path) -> None:
    folder = make_climber(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        said, panel = hear(stage), await opened_at(stage, "bug", REPLY)
        key(panel, Qt.Key.Key_D)
        await until(lambda: steps(folder)[1])
        await until(lambda: "Taken back" in told(panel.ladder.sheet))
        assert said.texts[-1] == "Reply recommends from now on. What it had prepared comes to you."
        await until(lambda: panel.head.fallen.isVisible())
        panel.ladder.look_at("howto", "")
        key(panel, Qt.Key.Key_D)
        await until(lambda: rung(folder, "howto").stage is LiveStage.SHADOW)
        await until(lambda: panel.ladder.row is not None and panel.ladder.row.rung.stage is LiveStage.SHADOW)
        assert not panel.ladder.foot.down.isVisible(), "there is no step below shadow"
        assert "How-to" in panel.ladder.stairs.accessibleDescription().split("Limited")[0]
        assert said.texts[-1] == "“How-to” is taken down from limited to shadow, with version 2."
        assert "How-to: limited → shadow" in told(panel.ladder.steps), "a stage that is lowered is a step too"

    perform(folder, scene)
    assert in_use(folder).number == 2


def test_what_came_into_use_meanwhile_is_told_in_place_and_what_is_typed_stays(tmp_path: Path) -> None:
    folder = make_climber(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = await opened_at(stage, "bug", TICKET)
        page = panel.ladder
        type_why(page, "a good record")
        again(folder, CLIMBER.replace("veto_s: 0", "veto_s: 30"))
        key(panel, Qt.Key.Key_Return)
        await until(lambda: "version 2 of mira came into use meanwhile" in told(page.sheet))
        assert page.sheet.reason.text() == "a good record" and steps(folder) == ([], [])
        await until(lambda: page.view is not None and page.view.number == 2)
        assert "came into use meanwhile" in told(page.sheet), "it stays until something is typed or signed"
        page.promote()
        await until(lambda: steps(folder)[0])

    perform(folder, scene)
    assert steps(folder)[0][0].reason == "a good record"


def test_a_rung_that_was_taken_back_meanwhile_is_not_signed_over(tmp_path: Path) -> None:
    folder = make_climber(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = await opened_at(stage, "bug", TICKET)
        fell(folder, "bug", TICKET, was=Level.APPROVAL)
        panel.ladder.promote()
        await until(lambda: "stands on another step meanwhile" in told(panel.ladder.sheet))
        assert steps(folder)[0] == []

    perform(folder, scene)


def test_a_cell_that_was_taken_back_says_why_and_since_when(tmp_path: Path) -> None:
    text = CLIMBER.replace("desk.create_ticket: 2", "desk.create_ticket: 3")
    folder = make_climber(tmp_path / "w", text)
    fell(folder, "bug", TICKET)

    async def scene(stage: Stage) -> None:
        panel = await opened_at(stage, "bug", TICKET)
        page = panel.ladder
        row = page.row
        assert row is not None and row.tone == "danger" and "2 of the last 20 were wrong" in row.still
        assert "It asks for every “Create ticket” since then, until its gate is open anew" in told(page.sheet)
        assert "Demoted" in panel.list.view.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
        assert "asks for every “Create ticket” since today" in panel.head.fallen.toolTip()
        assert "2 of the last 20 were wrong" in told(page.steps) and "by itself" in told(page.steps)
        panel.turn("autonomy")
        matrix = panel.autonomy.table.levels.matrix
        assert matrix is not None
        line = [each.tool for each in matrix.lines].index(TICKET)
        column = [each for each, _, _ in matrix.columns].index("bug")
        cell = matrix.cell(line, column)
        assert cell is not None and (cell.level, cell.holds) == (Level.AUTONOMOUS, Level.APPROVAL)
        panel.autonomy.table.setCurrentIndex(panel.autonomy.table.levels.index(line, column))
        assert "3 → 2 asks you. Taken back on" in panel.autonomy.told.text()
        assert matrix.cell(line, column + 1) != cell, "only that cell"

    perform(folder, scene)


def test_what_was_taken_back_and_what_is_ready_come_first_and_what_is_of_no_interest_last(tmp_path: Path) -> None:
    folder = make_climber(tmp_path / "w", CLIMBER.replace("desk.reply: 2", "desk.reply: 1"))

    async def scene(stage: Stage) -> None:
        panel = await opened_at(stage, "bug", TICKET)
        view = panel.ladder.view
        assert view is not None
        keys = [row.key for row in view.rows]
        ready = [row.key for row in view.rows if row.rung.can_climb and row.rung.gate is not None]
        assert ready and keys[: len(ready)] == ready
        assert {*keys[:4]} == {("bug", ""), ("bug", TICKET), ("howto", ""), ("howto", TICKET)}
        assert {tool for _, tool in keys[-4:]} == {REPLY}

    perform(folder, scene)


def test_the_staircase_says_in_words_who_stands_where(tmp_path: Path) -> None:
    def much(past: Past) -> None:
        past.add("howto", 200)

    folder = make_climber(tmp_path / "w", do=much)

    async def scene(stage: Stage) -> None:
        panel = await opened_at(stage, "bug", TICKET)
        words = panel.ladder.stairs.accessibleDescription()
        assert "Shadow: Billing, Cancellation · since " in words and "Limited: How-to · since " in words
        assert "Expanded: Bug · since " in words and words.split("Expanded")[1].split(". ")[0].endswith("ready")

    perform(folder, scene)
