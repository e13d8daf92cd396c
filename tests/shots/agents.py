"""The views of Agents: every tab as it is and changed, the gallery, each question from blank, and the gate's pages."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QPushButton

from opsconsole.app.session import opened
from opsconsole.domain.enums import Level, ReviewDecision
from opsconsole.engine.agents import versions
from opsconsole.engine.agents.file import read_agent_text, source_of
from opsconsole.engine.commands.switches import pause
from opsconsole.ui.panels.agents.blank.page import QUESTIONS
from opsconsole.ui.panels.agents.gateview.simulate import NOW, TYPED
from opsconsole.ui.panels.agents.head import TABS
from opsconsole.ui.panels.agents.panel import AgentsPanel

READY = "deal-watch", "deal_stalled", ""
"""The sample's agent and cell whose next step is there to sign."""
BROKEN = """
  - name: gold-customers
    when: args.tier == 'gold'
    then: ask
    because: gold customers are Vera's
    actions: [desk.reply]
"""
"""A rule that looks at what the tool does not take."""


def agents_views(panel: AgentsPanel) -> list[tuple[str, Callable[[], object]]]:
    """Every other view; where there is no agent, those that there are all the same."""
    blank = [(f"blank-{number}", partial(_question, panel, number)) for number in range(len(QUESTIONS))]
    around = [("coverage", partial(_coverage, panel)), ("new", panel.sides.add), *blank]
    if panel.shown is None:
        return [*around, ("none", panel.sides.gallery.left.emit)]
    tabs = [(name, partial(panel.turn, name)) for name in list(TABS)[1:]]
    return [
        *tabs,
        ("ladder-sheet", partial(_climb, panel)),
        ("ladder-below", partial(_look_below, panel)),
        ("ladder-other", partial(panel.go, {"agent": READY[0], "tab": "ladder"})),
        ("ladder-ready", partial(_look_at_ready, panel)),
        ("ladder-back", partial(panel.go, {"agent": "customer-mail", "tab": "versions"})),
        ("versions-open", partial(_open_files, panel)),
        ("autonomy-draft", partial(_raise_levels, panel)),
        ("playbook-draft", partial(_retype, panel)),
        ("playbook-wrong", partial(_mistype, panel)),
        ("playbook-form", partial(_form, panel)),
        ("playbook-category", partial(_category, panel)),
        ("playbook-steps", partial(_steps, panel)),
        ("playbook-new", partial(_new_category, panel)),
        ("guardrails-edit", partial(_edit_rule, panel)),
        ("guardrails-below", partial(_scroll_rules, panel)),
        ("guardrails-draft", partial(_add_rule, panel)),
        ("simulate", panel.show_simulate),
        ("simulate-now", lambda: panel.sides.simulate.turn(NOW)),
        ("simulate-typed", lambda: panel.sides.simulate.turn(TYPED)),
        *around,
        ("dismiss", panel.dismiss),
        ("review", partial(_review, panel)),
        ("review-narrow", partial(_narrow, panel)),
        ("charter", partial(_charter, panel)),
    ]


def hold(folder: Path) -> None:
    """Put a broken rule into the first agent of the sample, as its second version, and pause another agent.

    Their reviews are overdue.
    """
    with opened(folder) as session:
        kernel = session.kernel
        now = kernel.clock.now()
        began = int((now - timedelta(days=34)).timestamp() * 1e6)
        session.write(lambda tx: tx.conn.execute("UPDATE agent_version SET created_at = ?", (began,)), name="past")
        text = source_of(versions.in_use(kernel.reader, "customer-mail"))
        text = text.replace("desk.update_contact: 1", "desk.update_contact: 2  # they ask for it daily")
        text = text.replace("\nguardrails:\n", f"\nguardrails:{BROKEN}", 1)
        file = read_agent_text(text, "customer-mail.yaml", kernel.registry)
        why = "Gold customers are looked at by Vera; contacts may be changed after asking"
        session.write(
            lambda tx: versions.apply(tx, file, kernel.registry, actor="person:Hilde", now=now, reason=why),
            name="agent.apply",
        )
        session.write(
            lambda tx: pause(kernel, tx, "agent:deal-watch", actor="person:Hilde", reason="the quarter closes"),
            name="pause",
        )


def _climb(panel: AgentsPanel) -> None:
    """Ask for a step that is not earned, with the numbers behind it."""
    panel.turn("ladder")
    page = panel.ladder
    if page.row is not None and page.view is not None:
        wanted = next((row for row in page.view.rows if row.rung.tool and not row.rung.can_climb), page.row)
        page.look_at(*wanted.key)
        page.promote()
        page.sheet.turn_details()


def _look_at_ready(panel: AgentsPanel) -> None:
    panel.ladder.look_at(*READY[1:])


def _look_below(panel: AgentsPanel) -> None:
    bar = panel.ladder.area.verticalScrollBar()
    bar.setValue(bar.maximum())


def _open_files(panel: AgentsPanel) -> None:
    for button in panel.versions.findChildren(QPushButton):
        if button.text() == "Show the change in its file":
            button.click()


def _raise_levels(panel: AgentsPanel) -> None:
    panel.turn("autonomy")
    table, model = panel.autonomy.table, panel.autonomy.table.model()
    for column in (1, 2):
        index = model.index(1, column)
        table.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        panel.autonomy.set_level(Level.APPROVAL)


def _form(panel: AgentsPanel) -> None:
    panel.playbook.discard()
    panel.turn("playbook")
    panel.playbook.turn("form")


def _category(panel: AgentsPanel) -> None:
    form = panel.playbook.ways.form
    if form.cards:
        form.cards[0].turn(is_open=True)
        form.area.verticalScrollBar().setValue(form.cards[0].y())


def _steps(panel: AgentsPanel) -> None:
    form = panel.playbook.ways.form
    if form.cards and (steps := form.cards[0].steps) is not None:
        form.area.verticalScrollBar().setValue(form.cards[0].y() + steps.y())


def _new_category(panel: AgentsPanel) -> None:
    form = panel.playbook.ways.form
    form.add()
    if form.cards and (name := form.cards[-1].name) is not None:
        name.setText("Late parcels")


def _retype(panel: AgentsPanel) -> None:
    panel.turn("playbook")
    page = panel.playbook
    page.discard()
    page.turn("file")
    page.ways.editor.setPlainText(page.ways.text.replace("desk.reply: 2", "desk.reply: 1", 1))
    page.bar.reason.setText("Replies only as recommendations for a while")


def _mistype(panel: AgentsPanel) -> None:
    page = panel.playbook
    page.ways.editor.setPlainText(page.ways.text.replace("stage:", "stages:", 1))


def _edit_rule(panel: AgentsPanel) -> None:
    panel.playbook.discard()
    panel.autonomy.discard()
    panel.turn("guardrails")
    panel.guardrails.forms.area.verticalScrollBar().setValue(0)
    if cards := panel.guardrails.forms.cards:
        cards[0].turn(is_open=True)


def _scroll_rules(panel: AgentsPanel) -> None:
    if cards := panel.guardrails.forms.cards:
        cards[0].turn(is_open=False)
    bar = panel.guardrails.forms.area.verticalScrollBar()
    bar.setValue(bar.maximum())


def _add_rule(panel: AgentsPanel) -> None:
    panel.guardrails.add()
    form = panel.guardrails.forms.cards[-1].form
    assert form is not None
    form.because.setText("Nobody is written to twice a day")
    form.because.textEdited.emit(form.because.text())


def _coverage(panel: AgentsPanel) -> None:
    panel.guardrails.discard()
    panel.sides.show_coverage()


def _question(panel: AgentsPanel, number: int) -> None:
    panel.sides.begin_blank()
    panel.sides.blank.turn(number)
    if number and not panel.sides.blank.comes.name.text():
        panel.sides.blank.comes.name.setText("Mail desk")


def _review(panel: AgentsPanel) -> None:
    panel.sides.dismissal.left.emit()
    panel.show_review()


def _narrow(panel: AgentsPanel) -> None:
    panel.sides.review.decision.choose(ReviewDecision.NARROW)
    panel.sides.review.sign()


def _charter(panel: AgentsPanel) -> None:
    panel.sides.blank.comes.clear()
    panel.sides.gallery.left.emit()
    panel.turn("charter")
