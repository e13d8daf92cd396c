"""What would be live without evidence is told before it is saved or restored, and afterwards wherever it is shown."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt

from opsconsole.app.session import opened
from opsconsole.domain.enums import Level
from opsconsole.engine.ladder.marks import MarkBook
from opsconsole.ui.panels.agents.goback import GoBack
from opsconsole.ui.panels.agents.panel import AgentsPanel
from opsconsole.ui.panels.agents.savebar import NEEDED_BARE
from opsconsole.ui.panels.overview.panel import OverviewPanel
from opsconsole.ui.panels.overview.parts import AgentCard
from tests.ui.agents.agentsample import in_use, make
from tests.ui.agents.ladder.climbed import CLIMBER, TICKET, Past, again, fell, make_climber
from tests.ui.approvals.asked import Person, Sitting
from tests.ui.scenes import perform, press, told, went, with_tools
from tests.ui.stage import Stage, until

OTHER = CLIMBER.replace("purpose: Answers.", "purpose: Answers at once.")


async def shown(stage: Stage, folder: Path, tab: str) -> AgentsPanel:
    with_tools(stage, folder)
    panel = stage.show(AgentsPanel)
    await until(lambda: panel.shown is not None)
    panel.turn(tab)
    return panel


def test_a_level_that_is_not_earned_is_told_and_wants_a_reason(tmp_path: Path) -> None:
    folder = make_climber(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = await shown(stage, folder, "autonomy")
        page, matrix = panel.autonomy, panel.autonomy.table.levels.matrix
        assert matrix is not None
        line = [each.tool for each in matrix.lines].index(TICKET)
        columns = [each for each, _, _ in matrix.columns]
        page.table.setCurrentIndex(page.table.levels.index(line, columns.index("bug")))
        page.set_level(Level.AUTONOMOUS)
        await until(lambda: page.bar.is_ready)
        assert not page.bar.bare.isVisible(), "it is earned"
        page.table.setCurrentIndex(page.table.levels.index(line, columns.index("howto")))
        page.set_level(Level.AUTONOMOUS)
        await until(lambda: page.bar.is_ready)
        assert page.bar.bare.text().endswith("wherever it is shown: How-to · Create ticket.")
        panel.save()
        assert page.bar.meaning.text() == NEEDED_BARE and in_use(folder).number == 1
        page.bar.reason.setText("Vera reads them all")
        panel.save()
        await until(lambda: in_use(folder).number == 2)

    perform(folder, scene)


def test_another_file_proves_nothing_of_what_was_earned_before(tmp_path: Path) -> None:
    folder = make_climber(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = await shown(stage, folder, "playbook")
        page = panel.playbook
        page.turn("file")
        page.ways.editor.setPlainText(OTHER)
        await until(lambda: page.bar.is_ready)
        assert page.bar.bare.text().endswith("wherever it is shown: Bug.") and page.bar.bare.isVisible()
        panel.save()
        assert page.bar.meaning.text() == NEEDED_BARE and in_use(folder).number == 1
        page.bar.reason.setText("a word was missing")
        panel.save()
        await until(lambda: in_use(folder).number == 2)

    perform(folder, scene)


def test_a_rule_that_changes_what_it_decides_by_is_told_too(tmp_path: Path) -> None:
    folder = make_climber(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = await shown(stage, folder, "guardrails")
        page = panel.guardrails
        await until(lambda: "Caps" in told(page))
        page.add()
        form = page.forms.cards[-1].form
        assert form is not None
        form.because.setText("Nobody is written to twice a day")
        form.because.textEdited.emit(form.because.text())
        form.turn()
        text = form.text
        assert text is not None
        text.setPlainText("args.queue == 'x'")
        await until(lambda: page.bar.is_ready)
        assert page.bar.bare.text().endswith("wherever it is shown: Bug.")
        panel.save()
        assert page.bar.meaning.text() == NEEDED_BARE and in_use(folder).number == 1

    perform(folder, scene)


def test_a_version_of_which_nothing_is_proven_is_restored_with_a_reason(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", OTHER, CLIMBER)
    with opened(folder) as session:
        session.write(lambda tx: Past(session, tx, version=2).add("bug", 240, wrong=1, tool=TICKET), name="sample")

    async def scene(stage: Stage) -> None:
        panel = await shown(stage, folder, "versions")
        await until(lambda: "Version 1" in told(panel.versions))
        press(panel.versions, "Restore…")
        (asked,) = panel.versions.findChildren(GoBack)
        await until(lambda: asked.bare.isVisible())
        assert asked.bare.text().endswith("wherever it is shown: Bug.")
        press(panel.versions, "Restore as version 3")
        assert NEEDED_BARE in told(panel.versions) and in_use(folder).number == 2
        asked.reason.setText("they were angry")
        press(panel.versions, "Restore as version 3")
        await until(lambda: in_use(folder).number == 3)

    perform(folder, scene)


def test_overview_says_what_is_not_earned_and_what_was_taken_back(tmp_path: Path) -> None:
    folder = make_climber(tmp_path / "w", CLIMBER.replace("howto: limited", "howto: shadow"))

    async def bare(stage: Stage) -> None:
        places, panel = went(stage), stage.show(OverviewPanel)
        await until(lambda: "Customer mail" in {card.frame.accessibleName().split(":")[0] for card in _cards(panel)})
        (card,) = _cards(panel)
        assert not card.unproven.isVisible() and not card.fallen.isVisible(), "all of it is earned"
        assert card.ready.text().endswith("ready to sign") and "Bug" in card.ready.toolTip()
        card.ready.click()
        assert places[-1] == ("agents", {"agent": "mira", "tab": "ladder"})
        again(folder, OTHER.replace("desk.create_ticket: 2", "desk.create_ticket: 3"))
        fell(folder, "bug", TICKET)
        panel.refresh()
        await until(lambda: card.unproven.isVisible() and card.fallen.isVisible())
        assert "Bug" in card.unproven.toolTip() and "asks for every" in card.fallen.toolTip()
        assert "live without evidence" in card.frame.accessibleName()

    perform(folder, bare)


def _cards(panel: OverviewPanel) -> list[AgentCard]:
    return list(panel.cards.values())


def test_each_action_is_told_apart(tmp_path: Path) -> None:
    folder = make_climber(tmp_path / "w")
    with opened(folder) as session:
        book = MarkBook(session.kernel)
        assert not book.is_without_evidence("mira", "bug", TICKET), "its stage is earned, and it asks"
        assert book.is_without_evidence("mira", "howto", TICKET), "its stage is not"
        assert not book.is_without_evidence("mira", "cancel", TICKET), "it is in shadow"
        assert not book.is_without_evidence("mira", "gone", TICKET)
        assert not book.is_without_evidence("nobody", "bug", TICKET)
    again(folder, CLIMBER.replace("desk.reply: 2}", "desk.reply: 2}, categories: {bug: {desk.add_note: 3}}"))
    with opened(folder) as session:
        book = MarkBook(session.kernel)
        assert book.is_without_evidence("mira", "bug", "desk.add_note") and not book.is_without_evidence(
            "mira", "bug", TICKET
        )


def test_a_card_of_such_an_agent_says_so(person: Person) -> None:
    async def look(seat: Sitting) -> None:
        detail, card = seat.panel.detail, seat.panel.shown
        assert card is not None and card.is_without_evidence and detail.unproven.isVisible()
        earned = replace(card, is_without_evidence=False)
        detail.show_card(earned, place="1 of 5", now=card.view.asked_at)
        assert not detail.unproven.isVisible()

    person(look)


def test_the_list_names_what_is_not_earned(tmp_path: Path) -> None:
    folder = make_climber(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = await shown(stage, folder, "charter")
        index = panel.list.view.model().index(0, 0)
        assert "live without evidence" in index.data(Qt.ItemDataRole.AccessibleTextRole)
        assert "How-to" in index.data(Qt.ItemDataRole.ToolTipRole)
        await until(lambda: "live without evidence" in told(panel.charter))

    perform(folder, scene)
