"""Guardrails in the window: rules in lines or as text, counted while one types, saved with comments kept."""

from pathlib import Path

import pytest
import yaml
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from opsconsole.app.session import opened
from opsconsole.store.queries import versions
from opsconsole.ui.panels.agents.panel import AgentsPanel
from tests.ui.agents.agentsample import in_use, make, use
from tests.ui.agents.railsteps import GUARDED, buttons, form_of, in_front, pick, saved, shown, type_text, worked
from tests.ui.scenes import perform, press, told, went
from tests.ui.stage import Stage, until


def test_a_rule_is_added_by_keyboard_counted_and_saved_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = worked(tmp_path / "w", monkeypatch, GUARDED)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        await in_front(panel)
        page = panel.guardrails
        QTest.keyClick(panel.list.view, Qt.Key.Key_A)
        await until(lambda: len(page.forms.cards) == 3 and page.forms.cards[2].isVisible())
        assert not page.bar.save.isEnabled() and "2 fields to fill in" in page.bar.meaning.text()
        assert "Say why" not in told(page), "what nobody filled in yet is not told as wrong"
        type_text("money is by people")
        form = form_of(page.forms.cards[2])
        assert "Write the words" not in told(page)
        panel.save()
        await until(lambda: "Write the words" in told(page))  # where it was to be saved, it is
        pick(lambda: form.lines[0].field, "args.text")
        QTest.keyClick(form.lines[0].field, Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is form.lines[0].operator
        QTest.keyClick(form.lines[0].operator, Qt.Key.Key_Tab)
        type_text("customer 1, customer 4")
        await until(lambda: "Would have brought to you 2 of 4" in told(page.forms.cards[2]))
        await until(lambda: "“money is by people”: would have brought to you 2 of 4" in page.bar.meaning.text())
        page.bar.reason.setFocus()
        type_text("after the audit")
        QTest.keyClick(page.bar.reason, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: in_use(folder).number == 3)
        await until(lambda: not page.is_changed)

    perform(folder, scene)
    wanted = {
        "name": "money-is-by-people",
        "when": "args.text.matches('(?i)(customer 1|customer 4)')",
        "then": "ask",
        "because": "money is by people",
    }
    source = in_use(folder).source
    assert yaml.safe_load(source)["guardrails"][2] == wanted and in_use(folder).reason == "after the audit"
    lines = [line for line in source.splitlines() if line not in GUARDED.splitlines()]
    assert lines == [
        "  - name: money-is-by-people",
        """    when: "args.text.matches('(?i)(customer 1|customer 4)')\"""",
        '    because: "money is by people"',
    ]
    with opened(folder) as session:  # what the window saved, the command line takes as the same
        use(session, source)
        assert versions.newest_number(session.kernel.reader, "mira") == 3


def test_a_rule_is_edited_in_lines_and_the_rest_of_the_file_stays(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", GUARDED)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        page = panel.guardrails
        card = page.forms.cards[0]
        assert "the action's recipient does not end with “@harbour.example”" in told(card)
        card.turn(is_open=True)
        form = form_of(card)
        line = form.lines[0]
        assert line.value is not None
        line.value.setFocus()
        assert line.operator.currentText() == "does not end with" and form.then.currentText() == "Refuse it"
        type_text("s")
        pick(lambda: form.then, "ask")
        form.add_line()
        pick(lambda: form.lines[1].field, "event.is_verified")
        assert form.lines[1].value is None and form.lines[1].operator.currentText() == "is so"
        assert "Refuses" not in told(card) and page.is_changed
        await saved(panel, folder)

    perform(folder, scene)
    wanted = GUARDED.replace(
        """when: "!args.to.endsWith('@harbour.example')\"""",
        """when: "!args.to.endsWith('@harbour.examples') && event.is_verified\"""",
    ).replace("then: refuse          # firmly", 'then: "ask"          # firmly')
    assert in_use(folder).source == wanted


def test_a_rule_is_removed_put_back_and_removed(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", GUARDED)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        page = panel.guardrails
        for _ in range(2):
            page.forms.cards[0].turn(is_open=True)
            await until(lambda: "Remove this rule" in buttons(page))
            press(page.forms.cards[0], "Remove this rule")
            await until(lambda: "Removed when you save" in told(page))
            assert page.is_changed
            press(page, "Put back")
            assert not page.is_changed
        page.forms.cards[0].turn(is_open=True)
        await until(lambda: "Remove this rule" in buttons(page))
        press(page.forms.cards[0], "Remove this rule")
        await saved(panel, folder)
        await until(lambda: len(page.forms.cards) == 1)

    perform(folder, scene)
    begin, end = GUARDED.index("  - name: colleagues"), GUARDED.index("  - name: odd")
    assert in_use(folder).source == GUARDED[:begin] + GUARDED[end:]


def test_what_is_no_line_stays_text_and_a_wrong_one_is_told_and_kept(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", GUARDED)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        page = panel.guardrails
        card = page.forms.cards[1]
        assert "When args.to == event.sender" in told(card)
        card.turn(is_open=True)
        form = form_of(card)
        assert form.text.toPlainText() == "args.to == event.sender" and not form.lines
        QTest.keyClick(form.text, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
        form.turn()
        await until(lambda: "it stays text" in told(card))
        assert not page.is_changed
        form.text.setPlainText("args.to == evnt.sender")
        await until(lambda: "did you mean event" in told(card))
        form.text.setPlainText("args.to ==")
        await until(lambda: "it breaks off at sign 11 of line 1" in told(card))
        assert not page.bar.save.isEnabled()
        panel.refresh()
        card.turn(is_open=False)
        await until(lambda: "breaks off" in told(card))
        card.turn(is_open=True)
        assert form_of(card).text.toPlainText() == "args.to ==", "what is typed stays"
        form_of(card).text.setPlainText("args.to == 'ann@harbour.example'")
        form_of(card).turn()
        assert form_of(card).lines[0].operator.currentText() == "is", "the same content, as a line"
        form_of(card).turn()
        assert form_of(card).text.toPlainText() == "args.to == 'ann@harbour.example'"
        await saved(panel, folder)

    perform(folder, scene)
    wanted = GUARDED.replace("args.to == event.sender ", """"args.to == 'ann@harbour.example'" """)
    assert in_use(folder).source == wanted


def test_a_draft_waits_while_another_agent_is_looked_at_and_is_discarded(tmp_path: Path) -> None:
    nora = GUARDED.replace("agent: mira", "agent: nora").replace("name: Mira", "name: Nora")
    folder = make(tmp_path / "w", GUARDED, nora)

    async def go(panel: AgentsPanel, agent: str) -> None:
        panel.go({"agent": agent})
        await until(lambda: panel.shown is not None and panel.shown.row.id == agent)
        await until(lambda: panel.guardrails.states.currentIndex() == 0)

    async def scene(stage: Stage) -> None:
        panel = stage.show(AgentsPanel)
        await until(lambda: panel.shown is not None)
        panel.turn("guardrails")
        await go(panel, "mira")
        page = panel.guardrails
        page.forms.cards[0].turn(is_open=True)
        form_of(page.forms.cards[0]).because.setFocus()
        type_text("!")
        page.bar.reason.setText("louder")
        assert panel.is_used
        await go(panel, "nora")
        assert not page.is_changed and page.bar.reason.text() == ""
        await go(panel, "mira")
        assert page.is_changed and page.bar.reason.text() == "louder"
        assert page.forms.cards[0].rail.because == "mail goes to colleagues only!"
        with opened(folder) as session:
            use(session, GUARDED.replace("Answers.", "Answers slowly."))
        panel.refresh()
        await until(lambda: "Version 2 came into use meanwhile" in page.bar.meaning.text())
        assert not page.bar.save.isEnabled() and page.is_changed
        page.discard()
        await until(lambda: not page.is_changed)
        assert page.forms.cards[0].rail.because == "mail goes to colleagues only"

    perform(folder, scene)


def test_what_was_stopped_leads_to_its_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = "args.text.contains('customer 1')"
    folder = worked(tmp_path / "w", monkeypatch, GUARDED.replace("!args.to.endsWith('@harbour.example')", rule))

    async def scene(stage: Stage) -> None:
        asked = went(stage)
        panel = await shown(stage)
        await until(lambda: "Would have refused 1 of 4" in told(panel.guardrails))
        press(panel.guardrails, "Refund for order 10482")
        assert asked == [("feed", {"event": 1})]

    perform(folder, scene)


def test_an_agent_without_rules_says_what_holds(tmp_path: Path) -> None:
    folder = make(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        assert "No rules of its own" in told(panel.guardrails)
        panel.guardrails.add()
        assert "No rules of its own" not in told(panel.guardrails) and panel.guardrails.is_changed
        await until(lambda: "Remove this rule" in buttons(panel.guardrails))
        press(panel.guardrails, "Remove this rule")
        assert not panel.guardrails.is_changed, "a new rule that goes again is no change"
        press(panel.guardrails, "Put back")
        assert panel.guardrails.is_changed

    perform(folder, scene)
