"""The gate in the Agents panel: a call gone through rule by rule, and every tool with what looks at it."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from opsconsole.app.session import opened
from opsconsole.ui.panels.agents.gateview.callform import read
from opsconsole.ui.panels.agents.panel import AgentsPanel
from tests.support.shell import AGENT
from tests.ui.agents.agentsample import make, use
from tests.ui.agents.railsteps import buttons
from tests.ui.sample import make_empty, make_worked
from tests.ui.scenes import perform, press, told
from tests.ui.stage import Stage, until

RAIL = "guardrails:\n  - {name: no-iban, when: \"args.text.contains('IBAN')\", then: refuse, because: never an IBAN}\n"


async def shown(stage: Stage) -> AgentsPanel:
    panel = stage.show(AgentsPanel)
    await until(lambda: panel.shown is not None)
    return panel


def test_what_it_wanted_is_gone_through_as_then_and_by_todays_rules(tmp_path: Path) -> None:
    folder = make_worked(tmp_path / "w")
    with opened(folder) as session:
        session.write(lambda tx: tx.conn.execute("UPDATE ruling SET moment = '[{\"version\": 1}]'"), name="kept")

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        panel.turn("guardrails")
        await until(lambda: "Simulate a call…" in buttons(panel.guardrails))
        press(panel.guardrails, "Simulate a call…")
        page = panel.sides.simulate
        await until(lambda: page.found is not None and "What every rule says" in told(page))
        assert page.found is not None and page.found.is_then and "as things were on" in told(page)
        before = page.found
        QTest.keyClick(page.list.view, Qt.Key.Key_Down)
        await until(lambda: page.found is not None and page.found is not before)
        page.ways["now"].click()
        await until(lambda: page.found is not None and page.way == "now" and page.found.stored is not None)
        QTest.keyClick(page.list.view, Qt.Key.Key_Escape)
        assert panel.sides.currentWidget() is panel.states

    perform(folder, scene)


def test_a_call_of_the_past_is_changed_about_the_same_event(tmp_path: Path) -> None:
    folder = make_worked(tmp_path / "w")
    with opened(folder) as session:
        use(session, AGENT)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        panel.show_simulate()
        page = panel.sides.simulate
        await until(lambda: page.found is not None)
        before = page.found
        press(page, "Change this call…")
        await until(lambda: page.way == "typed" and page.found is not before)
        assert page.form.about.isVisible() and "About “" in page.form.about.text()
        page.form.fields["to"].setText("ann@harbour.example")
        press(page, "Ask the gate")
        await until(lambda: page.found is not None and page.found.stored is None)
        assert before is not None and page.found is not None
        assert page.found.event == before.event and page.found.is_tainted == before.is_tainted
        assert page.found.is_own_step == before.is_own_step

    perform(folder, scene)


def test_a_call_is_typed_in_and_every_rule_answers(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", AGENT + RAIL)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        panel.show_simulate()
        page = panel.sides.simulate
        await until(lambda: "Nothing yet" in told(page.list) and page.way == "typed")
        assert not page.ways["then"].isEnabled() and "Choose a tool" in told(page)
        form = page.form
        form.tool.setCurrentIndex(form.tool.findData("desk.reply"))
        assert form.fields["to"].accessibleName() == "To"
        QTest.keyClicks(form.fields["text"], "Our IBAN is")
        QTest.keyClick(form.fields["text"], Qt.Key.Key_Return)
        await until(lambda: "cannot take these arguments" in told(page))
        assert form.fields["text"].text() == "Our IBAN is", "what was typed stays"
        QTest.keyClicks(form.fields["to"], "ann@harbour.example")
        press(page, "Ask the gate")
        await until(lambda: page.found is not None)
        texts = [part.text() for part in page.answers.findChildren(QLabel) if part.isVisible()]
        assert texts[0] == "Reply" and texts[1] == "Refused" and "never an IBAN" in texts
        assert "silent" in texts and "nothing that it needs is paused" in texts
        form.own_step.setChecked(False)
        form.fields["text"].setText("Hello")
        press(page, "Ask the gate")
        await until(lambda: "not by a step of the agent's playbook" in told(page))

    perform(folder, scene)


def test_coverage_names_what_runs_unguarded(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", AGENT + RAIL)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        panel.turn("guardrails")
        await until(lambda: "Coverage" in buttons(panel.guardrails))
        press(panel.guardrails, "Coverage")
        page = panel.sides.coverage
        await until(lambda: "Nothing runs unguarded." in told(page))
        assert "guardrail no-iban" in told(page) and "inside, can be undone" in told(page)
        assert "Tag mail" not in told(page)
        page.with_unused.setChecked(True)
        await until(lambda: "Tag mail" in told(page) and "no agent uses it" in told(page))
        page.only_bare.setChecked(True)
        assert "Whatever an agent does alone, a rule looks at first." in told(page)
        with opened(folder) as session:
            use(session, AGENT)
        page.refresh()
        await until(lambda: "1 use of a tool runs unguarded" in told(page))
        await until(lambda: "Create ticket" in told(page))
        assert "Reply" not in told(page)

    perform(folder, scene)


def test_without_agents_coverage_says_what_to_do(tmp_path: Path) -> None:
    folder = make_empty(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = stage.show(AgentsPanel)
        await until(lambda: "No agents yet" in told(panel))
        panel.show_simulate()
        assert panel.sides.currentWidget() is panel.states, "there is nobody whose call it would be"
        panel.sides.show_coverage()
        await until(lambda: "No tool is used yet" in told(panel.sides.coverage))

    perform(folder, scene)


def test_what_is_typed_is_read_as_the_tool_wants_it() -> None:
    number, several = {"anyOf": [{"type": "number"}, {"type": "null"}]}, {"type": "array"}
    assert read("12.5", number) == 12.5 and read("twelve", number) == "twelve"
    assert read("a, b ,", several) == ["a", "b"] and read('["a, b"]', several) == ["a, b"]
    assert read("yes", {"type": "boolean"}) is True and read("12", {"type": "string"}) == "12"
    assert read('{"a": 1}', {"type": "object"}) == {"a": 1}


def test_a_rule_that_names_what_is_gone_is_told_over_the_agent(tmp_path: Path) -> None:
    rail = "{name: careful, when: \"args.whom == 'x'\", then: ask, because: I look, actions: [desk.reply]}"
    folder = make(tmp_path / "w", f"{AGENT}guardrails: [{rail}]\n")

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        assert "The guardrail careful looks at whom of reply, which is not there." in told(panel.head)
        assert "its changes come to you" in told(panel.head)

    perform(folder, scene)
