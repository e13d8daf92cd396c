"""The line at the bottom: engine, last event, model, money."""

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from opsconsole.ui.shell.engineprocess import EngineState
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets import words
from opsconsole.ui.widgets.basics import label

if TYPE_CHECKING:
    from opsconsole.store.queries.views.console import ShellState

_ENGINE = {
    EngineState.WORKING: ("Agents are working", "ok"),
    EngineState.JOINED: ("Agents are working", "ok"),
    EngineState.ELSEWHERE: ("Agents are working (engine started in a terminal)", "ok"),
    EngineState.STARTING: ("Engine is starting…", "warn"),
    EngineState.CRASHED: ("Engine stopped by itself; starting it again", "danger"),
    EngineState.SEALED: ("Agents wait: the secrets are sealed", "warn"),
    EngineState.STOPPED: ("Engine is not running", "text3"),
}


class StatusBar(QFrame):
    """Shows how things are in a line; a dot and words, never a colour alone."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("statusBar")
        self.setFixedHeight(28)
        self._theme = theme
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 0, 16, 0)
        line.setSpacing(20)
        self._dot, self._engine = QLabel("●"), label()
        self._event, self._model, self._money = label(), label(), label()
        self._hint = label("Ctrl+K  all commands")
        line.addWidget(self._dot)
        line.setSpacing(8)
        line.addWidget(self._engine)
        for caption in (self._event, self._model):
            line.addSpacing(16)
            line.addWidget(caption)
        line.addStretch(1)
        line.addWidget(self._money)
        line.addSpacing(16)
        line.addWidget(self._hint)
        self._dot.setAlignment(Qt.AlignmentFlag.AlignVCenter)

    def show_engine(self, state: EngineState, *, is_paused: bool, has_agents: bool = True) -> None:
        """Say how the engine is."""
        text, tint = _ENGINE[state]
        if state in (EngineState.WORKING, EngineState.JOINED) and not has_agents:
            text = "Ready; no agent is in use yet"
        if is_paused and state in (EngineState.WORKING, EngineState.JOINED, EngineState.ELSEWHERE):
            text, tint = "All agents are paused", "warn"
        self._engine.setText(text)
        self._dot.setStyleSheet(f"color: {self._theme.tokens[tint]}")

    def show_state(self, state: "ShellState", *, now: datetime) -> None:
        """Say what came last, which model thinks, what was spent."""
        at = state.last_event_at
        self._event.setText("No event yet" if at is None else f"Last event {words.ago(at, now)}")
        self._event.setToolTip("" if at is None else words.exact(at))
        bad = [name for name, kind, _ in state.troubles if kind == "model"]
        thinks = "Model answers" if state.models else "No model: agents work offline"
        self._model.setText(f"Model {bad[0]} does not answer" if bad else thinks)
        cap = "" if state.cap is None else f" of {state.cap:,.2f}"
        self._money.setText(f"{state.spent:,.2f}{cap} {state.currency} in 24 h" if state.models or state.spent else "")
