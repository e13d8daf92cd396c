"""Each page of Agents while it is read, where there is nothing, and where a read fails: said, with what to do next."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from opsconsole.app.session import opened
from opsconsole.domain.enums import Level
from opsconsole.domain.errors import DiskError
from opsconsole.engine.commands.switches import pause
from opsconsole.ui.panels.agents.panel import AgentsPanel
from opsconsole.ui.panels.agents.rails.railcard import COUNTING, NOT_COUNTED
from opsconsole.ui.panels.agents.sides import Sides
from tests.support.shell import AGENT
from tests.ui.agents.agentsample import make
from tests.ui.sample import make_empty
from tests.ui.scenes import perform, press, told, with_tools
from tests.ui.stage import Stage, until

WHY = "The disk is full. Make room, then try again."
RAIL = "guardrails:\n  - {name: no-iban, when: \"args.text.contains('IBAN')\", then: refuse, because: never an IBAN}\n"
READS_ONLY = AGENT[: AGENT.index("        - {do: desk.create_ticket")] + '        - {ask: "What shall become of it?"}\n'


class Reads:
    """What is read of the workspace, held back or failing where a test says so."""

    def __init__(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_failing, self.may_go = False, asyncio.Event()
        self.may_go.set()
        tools: Any = stage.context.tools
        monkeypatch.setattr(stage.backend, "read", self._through(stage.backend.read))
        monkeypatch.setattr(tools, "gallery", self._through(tools.gallery))
        monkeypatch.setattr(tools, "preview_playbook", self._through(tools.preview_playbook))

    def _through(self, real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def read(*given: Any, **named: Any) -> Any:
            await self.may_go.wait()
            if self.is_failing:
                raise DiskError(WHY)
            return await real(*given, **named)

        return read


Scene = Callable[[AgentsPanel, Reads], Awaitable[None]]


def act(folder: Path, monkeypatch: pytest.MonkeyPatch, scene: Scene, *, is_empty: bool = False) -> None:
    """Play a scene with an agent shown, or with none."""

    async def run(stage: Stage) -> None:
        with_tools(stage, folder)
        reads = Reads(stage, monkeypatch)
        panel = stage.show(AgentsPanel)
        await until(lambda: "No agents yet" in told(panel) if is_empty else panel.shown is not None)
        await scene(panel, reads)

    perform(folder, run)


async def fails_and_is_tried_again(page: QWidget, reads: Reads, begin: Callable[[], object], well: str) -> None:
    """It says why, and what to do; once that is mended, one press shows the page."""
    reads.is_failing = True
    begin()
    await until(lambda: WHY in told(page))
    reads.is_failing = False
    press(page, "Try again")
    await until(lambda: well in told(page) and WHY not in told(page))


def test_the_panel_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(panel: AgentsPanel, reads: Reads) -> None:
        await fails_and_is_tried_again(panel, reads, panel.refresh, "What it handles")

    act(make(tmp_path / "w"), monkeypatch, scene)


@pytest.mark.parametrize(
    ("name", "begin", "well"),
    [
        ("gallery", Sides.add, "Five questions make an agent"),
        ("coverage", Sides.show_coverage, "Nothing runs unguarded."),
        ("blank", Sides.begin_blank, "What comes in?"),
    ],
)
def test_a_page_that_lies_over_the_agents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, begin: Callable[[Sides], None], well: str
) -> None:
    async def scene(panel: AgentsPanel, reads: Reads) -> None:
        page = getattr(panel.sides, name)
        reads.may_go.clear()
        begin(panel.sides)
        assert "Loading…" in told(page)
        reads.is_failing = True
        reads.may_go.set()
        await fails_and_is_tried_again(page, reads, lambda: None, well)

    act(make(tmp_path / "w", AGENT + RAIL), monkeypatch, scene)


def test_coverage_that_fails_shows_nothing_of_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(panel: AgentsPanel, reads: Reads) -> None:
        page = panel.sides.coverage
        panel.sides.show_coverage()
        await until(page.only_bare.isVisible)
        reads.is_failing = True
        page.refresh()
        await until(lambda: WHY in told(page))
        assert not page.only_bare.isVisible() and "unguarded" not in told(page).partition("kill switch")[2]

    act(make(tmp_path / "w"), monkeypatch, scene)


def test_calls_that_cannot_be_read_are_tried_again_and_one_can_be_typed_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(panel: AgentsPanel, reads: Reads) -> None:
        page = panel.sides.simulate
        reads.may_go.clear()
        panel.show_simulate()
        assert told(page).count("Loading…") == 2
        reads.is_failing = True
        reads.may_go.set()
        await until(lambda: WHY in told(page.list))
        assert "Loading…" not in told(page) and page.way == "typed" and not page.ways["then"].isEnabled()
        page.form.tool.setCurrentIndex(page.form.tool.findData("desk.reply"))
        page.form.fields["to"].setText("ann@harbour.example")
        page.form.fields["text"].setText("Hello")
        page.form.submit()
        await until(lambda: WHY in told(page.states))
        reads.is_failing = False
        press(page.states, "Try again")
        await until(lambda: "What every rule says" in told(page.states))
        press(page.list, "Try again")
        await until(lambda: "Nothing yet" in told(page.list))

    act(make(tmp_path / "w"), monkeypatch, scene)


def test_rules_that_cannot_be_counted_say_so_and_are_counted_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(panel: AgentsPanel, reads: Reads) -> None:
        page = panel.guardrails
        await fails_and_is_tried_again(page, reads, lambda: panel.turn("guardrails"), "Never an IBAN")
        await until(lambda: COUNTING not in told(page))
        reads.is_failing = True
        panel.turn("charter")
        panel.turn("guardrails")
        await until(lambda: WHY in told(page) and NOT_COUNTED in told(page))
        reads.is_failing = False
        press(page, "Try again")
        await until(lambda: WHY not in told(page) and NOT_COUNTED not in told(page) and COUNTING not in told(page))

    act(make(tmp_path / "w", AGENT + RAIL), monkeypatch, scene)


def test_what_a_level_would_mean_is_counted_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(panel: AgentsPanel, reads: Reads) -> None:
        panel.turn("autonomy")
        page = panel.autonomy
        reads.is_failing = True
        page.set_level(Level.OBSERVE)
        await until(lambda: WHY in page.bar.meaning.text())
        assert not page.bar.save.isEnabled()
        reads.is_failing = False
        press(page.bar, "Try again")
        await until(page.bar.save.isEnabled)
        assert page.bar.again.isHidden()

    act(make(tmp_path / "w"), monkeypatch, scene)


def test_what_the_answers_make_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(panel: AgentsPanel, reads: Reads) -> None:
        page = panel.sides.blank
        panel.sides.begin_blank()
        await until(lambda: page.comes.choice is not None)
        page.comes.name.setText("Card desk")
        page.turn(1)
        page.shall.add()
        page.shall.cards[0].name.setText("Cards")
        page.shall.cards[0].criteria.setText("Lost cards")
        reads.is_failing = True
        page.turn(4)
        await until(lambda: WHY in told(page.seen))
        reads.is_failing = False
        press(page.seen, "Try again")
        await until(lambda: "agent: card-desk" in page.seen.file.toPlainText() and WHY not in told(page.seen))
        assert not [each for each in page.seen.findChildren(QPushButton) if each.isVisible()], "it is not asked again"

    act(make(tmp_path / "w"), monkeypatch, scene)


def test_questions_that_cannot_be_read_are_not_gone_on_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(panel: AgentsPanel, reads: Reads) -> None:
        page = panel.sides.blank
        panel.sides.begin_blank()
        await until(lambda: page.comes.choice is not None)
        page.comes.name.setText("Card desk")
        reads.is_failing = True
        page.refresh()
        await until(lambda: WHY in told(page))
        page.go_on()
        assert page.question == 0 and not page.next.isEnabled()
        reads.is_failing = False
        press(page, "Try again")
        await until(lambda: page.next.isEnabled() and page.comes.choice is not None)
        page.go_on()
        assert page.question == 1

    act(make(tmp_path / "w"), monkeypatch, scene)


def test_where_there_is_nothing_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(panel: AgentsPanel, reads: Reads) -> None:
        assert "Bring in what you exported" in told(panel)
        panel.sides.show_coverage()
        await until(lambda: "Choose an agent first" in told(panel.sides.coverage))
        panel.sides.begin_blank()
        await until(lambda: "Nothing came in yet. Bring in" in told(panel.sides.blank))
        panel.sides.blank.turn(1)
        assert "No category is proposed here. Add one" in told(panel.sides.blank)

    act(make_empty(tmp_path / "w"), monkeypatch, scene, is_empty=True)


def test_an_agent_that_changes_nothing_says_how_it_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(panel: AgentsPanel, reads: Reads) -> None:
        panel.turn("autonomy")
        assert "Add a step that does something, in Playbook." in told(panel.autonomy)
        panel.turn("guardrails")
        await until(lambda: "No rules of its own" in told(panel.guardrails))
        panel.turn("versions")
        await until(lambda: "stands here as the next one, with the way back" in told(panel.versions))
        panel.show_simulate()
        await until(lambda: "Nothing yet" in told(panel.sides.simulate.list))

    act(make(tmp_path / "w", READS_ONLY), monkeypatch, scene)


def test_where_all_are_paused_the_agent_says_so_as_the_list_does(tmp_path: Path) -> None:
    folder = make(tmp_path / "w")
    with opened(folder) as session:
        session.write(lambda tx: pause(session.kernel, tx, "all", actor="person:test", reason=""), name="pause")

    async def scene(stage: Stage) -> None:
        panel = stage.show(AgentsPanel)
        await until(lambda: panel.shown is not None)
        assert "Paused" in told(panel.head) and "All agents are paused: Ctrl+Shift+P resumes them." in told(panel.head)
        assert panel.list.count.text() == "1 agent"

    perform(folder, scene)


def test_escape_leaves_every_page_that_lies_over_the_agents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(panel: AgentsPanel, _reads: Reads) -> None:
        panel.activateWindow()
        await until(panel.isActiveWindow)
        for begin in (panel.sides.add, panel.sides.show_coverage, panel.show_simulate):
            begin()
            page = panel.sides.currentWidget()
            assert page is not None and page is not panel.states
            await until(lambda page=page: page.isAncestorOf(panel.focusWidget()))
            QTest.keyClick(panel.focusWidget(), Qt.Key.Key_Escape)
            assert panel.sides.currentWidget() is panel.states

    act(make(tmp_path / "w"), monkeypatch, scene)


def test_what_the_playbook_means(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(panel: AgentsPanel, reads: Reads) -> None:
        panel.turn("playbook")
        await until(lambda: "The last events" in told(panel.playbook))
        change = partial(panel.playbook.ways.form.purpose.setPlainText, "Answers at once.")
        await fails_and_is_tried_again(panel.playbook, reads, change, "1 field differs")
        assert panel.playbook.bar.is_ready

    act(make(tmp_path / "w"), monkeypatch, scene)
