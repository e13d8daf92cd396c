"""An agent with rules, and what a person does on the tab Guardrails."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QWidget

from opsconsole.app.session import opened
from opsconsole.ui.panels.agents.panel import AgentsPanel
from opsconsole.ui.panels.agents.rails.railcard import RailCard
from opsconsole.ui.panels.agents.rails.railform import RailForm
from tests.ui import sample
from tests.ui.agents.agentsample import FILE, in_use, use
from tests.ui.stage import Stage, until

RULES = """\
guardrails:
  # the oldest
  - name: colleagues      # first
    when: "!args.to.endsWith('@harbour.example')"
    then: refuse          # firmly
    because: mail goes to colleagues only
    actions: [desk.reply]
  - name: odd
    when: args.to == event.sender   # no line says this
    then: ask
    because: somebody answers themselves
    actions: [desk.reply]
budgets: {actions_per_hour: 12}   # enough
quiet_hours:
  - {from: "20:00", to: "07:00", zone: Europe/Berlin}   # evenings
trust:
  addresses:
    - ann@harbour.example    # Ann
limits: {failures_in_a_row: 5}
"""
GUARDED = FILE.replace("playbook:\n", f"{RULES}playbook:\n")


def worked(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> Path:
    """A workspace with four replies that were wanted just now, and an agent in use."""
    monkeypatch.setattr(sample, "NOW", datetime.now(UTC))
    with opened(sample.make_worked(folder)) as session:
        session.write(lambda tx: tx.conn.execute("UPDATE run SET started_at = queued_at"), name="sample")
        use(session, text)
    return folder


async def shown(stage: Stage) -> AgentsPanel:
    panel = stage.show(AgentsPanel)
    await until(lambda: panel.shown is not None)
    panel.turn("guardrails")
    await until(lambda: panel.guardrails.states.currentIndex() == 0)
    return panel


async def in_front(panel: AgentsPanel) -> None:
    panel.activateWindow()
    await until(panel.isActiveWindow)


async def saved(panel: AgentsPanel, folder: Path, number: int = 2) -> dict[str, Any]:
    await until(lambda: panel.guardrails.bar.is_ready)
    panel.save()
    await until(lambda: in_use(folder).number == number)
    await until(lambda: not panel.guardrails.is_changed and panel.guardrails.bar.isHidden())
    return yaml.safe_load(in_use(folder).source)


def form_of(card: RailCard) -> RailForm:
    assert card.form is not None
    return card.form


def pick(box: Callable[[], QComboBox], data: str) -> None:
    """Choose as a person does, by key; another choice may put another box in its place."""
    at = box().findData(data)
    assert at >= 0, f"{data} is not offered"
    box().setFocus()
    while (here := box().currentIndex()) != at:
        assert QApplication.focusWidget() is box()
        QTest.keyClick(box(), Qt.Key.Key_Down if here < at else Qt.Key.Key_Up)


def named(page: QWidget, name: str) -> QPushButton:
    return next(made for made in page.findChildren(QPushButton) if made.accessibleName() == name)


def buttons(page: QWidget) -> str:
    return "\n".join(made.text() for made in page.findChildren(QPushButton) if made.isVisible())


def type_text(text: str) -> None:
    holder = QApplication.focusWidget()
    assert holder is not None
    QTest.keyClicks(holder, text)
