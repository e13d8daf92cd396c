"""Workspaces and tools for the tests of the overview, shadow, connections, settings and welcome pages."""

import gc
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from opsconsole.app.gui.tools import WindowTools
from opsconsole.app.session import Session, opened
from opsconsole.domain.action import Proposal
from opsconsole.domain.enums import ActionState, RunState, Verdict
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.ids import ActionId
from opsconsole.domain.ruling import Reason, Ruling
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.engine.gate.arguments import keep_arguments
from opsconsole.engine.ports.brain import Turn
from opsconsole.engine.runstate.turnbody import turn_body
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events, rulings
from opsconsole.store.writes import work as write_work
from tests.support.desktop.console import application
from tests.support.rig import agent
from tests.ui.sample import make_empty
from tests.ui.stage import Stage, play

NOTE = {"text": "She called; wants a demo", "about": "contact:1"}


def make_advised(folder: Path, *, stage: str = "full") -> Path:
    """Two recommendations of an agent at level 1, and one thing it would have done; `stage` holds from now on."""
    make_empty(folder)
    with opened(folder) as session:
        session.write(lambda tx: _fill(session, tx, stage), name="sample")
    return folder


def _fill(session: Session, tx: Transaction, stage: str) -> None:
    kernel, now = session.kernel, session.kernel.clock.now()
    spec = agent(level=1, stage={"default": stage})
    apply_agent(tx, AgentFile(spec, ""), kernel.registry, actor="person:test", now=now)
    kinds = ((Verdict.RECOMMEND, ActionState.RECOMMENDED),) * 2 + ((Verdict.SIMULATE, ActionState.SIMULATED),)
    for number, (verdict, state) in enumerate(kinds, 1):
        incoming = IncomingEvent(
            external_id=f"e{number}", kind="mail.received", subject=f"thread:{number}", occurred_at=now,
            title=f"Demo {number}", text="Hello", sender="p@example.com",
        )  # fmt: skip
        event, subject = events.add(tx, "desk", incoming, now=now)
        run = write_work.add_run(tx, event=event, agent=spec.agent, version=1, subject=subject, now=now)
        assert run is not None
        args: dict[str, Any] = {**NOTE}
        turn = Turn(
            category="case", confidence=0.9, rationale="", proposals=(
                Proposal(tool="desk.add_note", args=args, step="case#0", because="So that it is known."),
            ),
        )  # fmt: skip
        write_work.add_turn(
            tx, run, 0, body=turn_body(turn), category="case", confidence=0.9, cost_micros=250_000, tokens=9, now=now
        )
        args_id, digest = keep_arguments(kernel.registry, tx, "desk.add_note", incoming.subject, args)
        action = ActionId(f"{run}/0.0")
        write_work.add_action(
            tx, action, run=run, turn=0, position=0, tool="desk.add_note", subject=subject, args_id=args_id,
            digest=digest, is_write=True, category="case", now=now,
        )  # fmt: skip
        rulings.add_ruling(
            tx, action, Ruling(verdict, None, (Reason("autonomy", "level 1", verdict),)), phase="proposed",
            if_live=None, now=now,
        )  # fmt: skip
        write_work.set_action(tx, action, state, now=now, result={"ok": True})
        write_work.set_run(tx, run, RunState.DONE, now=now)


def perform(folder: Path, scene: Callable[[Stage], Awaitable[None]]) -> None:
    """Play a scene; leave no window behind that another test would find, or another thread would take apart."""
    app = application()
    play(folder, app, scene)
    for toplevelwidget in app.topLevelWidgets():
        toplevelwidget.close()
        toplevelwidget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()


def with_tools(stage: Stage, folder: Path) -> None:
    """Give the stage the real tools."""
    stage.context = replace(stage.context, tools=WindowTools(folder))


def went(stage: Stage) -> list[tuple[str, dict[str, Any]]]:
    """Note where panels want to go."""
    found: list[tuple[str, dict[str, Any]]] = []

    def note(panel: str, where: dict[str, Any]) -> None:
        found.append((panel, where))

    stage.navigator.requested.connect(note)
    return found


def press(panel: QWidget, text: str) -> None:
    """Click the first visible button whose text begins so."""
    found = [
        button
        for button in panel.findChildren(QPushButton)
        if button.isVisible() and button.text().strip().startswith(text)
    ]
    assert found, f"no button {text!r}"
    found[0].click()


def told(panel: QWidget) -> str:
    """Every visible word."""
    return "\n".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def record(folder: Path) -> list[dict[str, Any]]:
    """The audit entries."""
    with opened(folder) as session:
        return [json.loads(row[0]) for row in session.kernel.reader.execute("SELECT blob FROM audit ORDER BY seq")]
