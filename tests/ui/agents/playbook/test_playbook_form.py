"""The playbook as a form: what is typed makes the file, both ways show the same, and nothing that is typed is lost."""

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from typer.testing import CliRunner

from opsconsole.app.cli import app
from opsconsole.app.session import opened
from opsconsole.engine.agents.versions import in_use
from opsconsole.ui.panels.agents.panel import AgentsPanel
from opsconsole.ui.panels.agents.playbook.category import CategoryCard
from opsconsole.ui.panels.agents.playbook.page import PlaybookPage
from tests.ui.agents.agentsample import make
from tests.ui.agents.railsteps import buttons
from tests.ui.scenes import perform, press, told
from tests.ui.stage import Stage, until

MIRA = """\
# ours
agent: mira
name: Mira
subscribes: [{kinds: [mail.received]}]
autonomy: {default: 2}
playbook:
  purpose: Answers.   # shortly
  threshold: 0.4
  categories:
    # the first
    - id: refund
      name: Refund
      criteria: money back
      examples:
        - Money back please   # the classic
        - "Two lines\\nof it"
      steps:
        - do: desk.reply
          with:
            text: |-
              Hello,

              we pay.
          on_fail:
            - {ask: "Who pays?"}
        - {look_up: desk.find_contact, with: {email: "{{ event.sender }}"}}
    - id: praise
      name: Praise
      examples: [Thank you]
      steps: [{stop: Nothing to do.}]
"""


async def shown(stage: Stage) -> tuple[AgentsPanel, PlaybookPage]:
    panel = stage.show(AgentsPanel)
    await until(lambda: panel.shown is not None)
    panel.turn("playbook")
    await until(lambda: "Sound" in told(panel.playbook) or "The file" in told(panel.playbook))
    return panel, panel.playbook


def opened_card(page: PlaybookPage, at: int) -> CategoryCard:
    card = page.ways.form.cards[at]
    card.turn(is_open=True)
    assert card.name is not None and card.examples is not None
    return card


def _has(card: CategoryCard, text: str) -> bool:
    return text in buttons(card)


def source(folder: Path) -> str:
    with opened(folder) as session:
        return in_use(session.kernel.reader, "mira").source or ""


def test_what_is_typed_is_saved_and_the_rest_stays_as_it_is_written(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", MIRA)

    async def scene(stage: Stage) -> None:
        panel, page = await shown(stage)
        assert not page.is_changed
        form = page.ways.form
        assert form.purpose.accessibleName() and form.threshold.text() == "40"
        form.escalation.setFocus()
        QTest.keyClicks(form.escalation, "anger")
        card = opened_card(page, 0)
        assert card.examples is not None and card.steps is not None
        assert [line.typed() for line in card.examples.fields][:1] == ["Money back please"]
        QTest.keyClicks(card.examples.fields[-1], "I want my money")
        card.steps.fields["steps", 0, "with", "text"].setPlainText("Hello,\n\nwe pay soon.")
        card.steps.fields["steps", 0, "on_fail", 0, "ask"].setPlainText("Who pays this?")
        await until(lambda: page.bar.is_ready)
        assert "fields differ" in page.bar.meaning.text() or "field differs" in page.bar.meaning.text()
        QTest.keyClicks(page.bar.reason, "soon")
        page.save()
        await until(lambda: panel.shown is not None and panel.shown.row.number == 2 and not page.is_changed)
        assert form.cards[0].is_open, "one goes on where one was"

    perform(folder, scene)
    assert source(folder) == MIRA.replace("we pay.", "we pay soon.").replace("Who pays?", "Who pays this?").replace(
        "  purpose: Answers.   # shortly\n", "  purpose: Answers.   # shortly\n  escalation: anger\n"
    ).replace('of it"\n', 'of it"\n        - "I want my money"\n')


def test_what_the_window_saves_the_command_line_takes_and_gives_back_as_it_is(tmp_path: Path) -> None:
    folder, file = make(tmp_path / "w", MIRA), tmp_path / "mira.yaml"
    run = partial(CliRunner().invoke, app)

    async def scene(stage: Stage) -> None:
        panel, page = await shown(stage)
        page.ways.form.purpose.setPlainText("Answers at once, and without a word too many.")
        card = opened_card(page, 0)
        assert card.steps is not None
        card.steps.fields["steps", 0, "with", "text"].setPlainText("Hello,\n\nwe pay soon.\n\nMira")
        await until(lambda: page.bar.is_ready)
        page.save()
        await until(lambda: panel.shown is not None and panel.shown.row.number == 2)

    perform(folder, scene)
    given = run(["agents", "show", "mira", "--source", "-w", str(folder)])
    assert given.exit_code == 0 and given.stdout == source(folder)
    file.write_bytes(given.stdout.encode())
    taken = run(["agents", "apply", "--without-evidence=a test", str(file), "-w", str(folder)])
    assert taken.exit_code == 0, taken.output
    with opened(folder) as session:
        assert in_use(session.kernel.reader, "mira").number == 2, "it says the same, to the last sign"

    def changed_in_the_editor() -> None:
        file.write_text(given.stdout.replace("name: Praise", "name: Thanks   # so they say"))
        assert (
            run(["agents", "apply", "--without-evidence=a test", str(file), "--seen", "2", "-w", str(folder)]).exit_code
            == 0
        )

    async def shows(stage: Stage) -> None:
        _, page = await shown(stage)
        assert page.ways.form.cards[1].typed.name == "Thanks" and not page.is_changed
        page.turn("file")
        assert page.ways.text == file.read_text()

    changed_in_the_editor()
    perform(folder, shows)


def test_the_file_is_one_key_away_and_back_with_what_was_typed(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", MIRA)

    async def scene(stage: Stage) -> None:
        _, page = await shown(stage)
        form = page.ways.form
        assert stage.context.commands.run("agents.way") and page.ways.way == "file"
        assert page.ways.text == MIRA and not page.is_changed
        assert stage.context.commands.run("agents.way")
        await until(lambda: page.ways.way == "form")
        assert not page.is_changed
        form.purpose.setPlainText("Answers at once.")
        assert stage.context.commands.run("agents.way")
        await until(lambda: page.ways.way == "file")
        assert page.ways.text == MIRA.replace("Answers.   # shortly", '"Answers at once."   # shortly')
        page.ways.editor.setPlainText(page.ways.text.replace("Refund", "Money back"))
        assert stage.context.commands.run("agents.way")
        await until(lambda: page.ways.way == "form")
        assert (form.cards[0].typed.name, form.purpose.typed()) == ("Money back", "Answers at once.")
        assert page.is_changed
        page.turn("file")
        page.ways.editor.setPlainText(page.ways.text.replace("purpose:", "porpoise:"))
        said: list[str] = [""]

        def hear(text: str, button: str, act: object) -> None:
            said.append(text)

        stage.navigator.said.connect(hear)
        page.turn("form")
        await until(lambda: "once it is sound" in said[-1])
        assert page.ways.way == "file" and "porpoise" in page.ways.text

    perform(folder, scene)


def test_a_new_category_says_what_is_missing_and_is_saved_with_what_shall_happen(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", MIRA)

    async def scene(stage: Stage) -> None:
        panel, page = await shown(stage)
        form = page.ways.form
        await until(lambda: form.more.isEnabled())
        assert stage.context.commands.run("agents.category")
        card = form.cards[-1]
        assert card.name is not None and card.examples is not None and QApplication.focusWidget() is card.name
        assert "Give the category a name" not in told(card), "nothing is wrong with what nobody has typed"
        page.save()
        assert "Give the category a name" in told(card) and "Say what belongs here" in told(card)
        await until(lambda: "2 fields to fill in" in page.bar.meaning.text())
        QTest.keyClicks(card.name, "Late parcel")
        assert card.deed.itemText(0).endswith("Late parcel") or "Late parcel" not in MIRA
        QTest.keyClicks(card.examples.fields[-1], "Where is my parcel?")
        card.deed.setCurrentIndex(card.deed.findData("tell"))
        await until(lambda: page.bar.is_ready)
        QTest.keyClick(card.name, Qt.Key.Key_Escape)
        await until(lambda: "1 example · Only tell a person" in told(card))
        page.save()
        await until(lambda: panel.shown is not None and panel.shown.row.number == 2)

    perform(folder, scene)
    assert source(folder).startswith(MIRA) and "- id: late-parcel\n      name: Late parcel\n" in source(folder)


def test_a_category_is_removed_and_put_back(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", MIRA)

    async def scene(stage: Stage) -> None:
        _, page = await shown(stage)
        card = opened_card(page, 1)
        await until(lambda: "Remove this category" in buttons(card))
        press(card, "Remove this category")
        await until(lambda: page.bar.is_ready and "Put back" in buttons(card))
        assert "Removed when you save: Praise" in told(card) and page.is_changed
        press(card, "Put back")
        await until(lambda: "Edit" in buttons(card))
        assert not page.is_changed
        for at, each in enumerate(page.ways.form.cards):
            opened_card(page, at)
            await until(partial(_has, each, "Remove this category"))
            press(each, "Remove this category")
        await until(lambda: "at least one category" in told(page.ways.form))
        assert not page.bar.is_ready

    perform(folder, scene)


@pytest.mark.parametrize(
    ("typed", "is_wrong"), [("61,5", False), ("100 %", False), ("101", True), ("half", True), ("", True)]
)
def test_how_sure_it_must_be_is_a_percentage(tmp_path: Path, typed: str, is_wrong: bool) -> None:
    folder = make(tmp_path / "w", MIRA)

    async def scene(stage: Stage) -> None:
        _, page = await shown(stage)
        page.ways.form.threshold.setText(typed)
        assert bool(page.ways.form.threshold.property("invalid")) is is_wrong
        await until(lambda: ("from 0 to 100 %" in told(page.ways.form)) is is_wrong)
        if not is_wrong:
            await until(lambda: page.bar.is_ready)
            page.turn("file")
            await until(lambda: page.ways.way == "file")
            assert f"threshold: {float(typed.rstrip(' %').replace(',', '.')) / 100}" in page.ways.text

    perform(folder, scene)


def test_what_nobody_touched_stays_though_no_field_can_show_it(tmp_path: Path) -> None:
    text = MIRA.replace("purpose: Answers.   # shortly", 'purpose: "An\\u00a0swers\\u2028."').replace(
        "name: Refund", 'name: "Re\\nfund"'
    )
    folder = make(tmp_path / "w", text)

    async def scene(stage: Stage) -> None:
        _, page = await shown(stage)
        card = opened_card(page, 0)
        assert not page.is_changed and card.name is not None
        QTest.keyClicks(page.ways.form.tone, "calm")
        await until(lambda: page.bar.is_ready)
        page.turn("file")
        await until(lambda: page.ways.way == "file")
        assert page.ways.text == text.replace('."\n', '."\n  tone: calm\n', 1)

    perform(folder, scene)


def test_what_the_form_cannot_write_is_said_and_stays_typed(tmp_path: Path) -> None:
    flow = (
        "agent: mira\nname: Mira\nsubscribes: [{kinds: [mail.received]}]\n"
        "playbook: {purpose: Answers., categories: [{id: a, name: A, steps: [{stop: No.}]}]}\n"
    )
    folder = make(tmp_path / "w", flow)

    async def scene(stage: Stage) -> None:
        _, page = await shown(stage)
        form = page.ways.form
        await until(lambda: form.more.isEnabled())
        form.add()
        card = form.cards[-1]
        assert card.name is not None
        card.name.setText("Other")
        card.examples.fields[-1].setPlainText("An example") if card.examples else None
        await until(lambda: "Change it in the file" in page.bar.meaning.text())
        assert not page.bar.is_ready and card.name.text() == "Other"

    perform(folder, scene)
