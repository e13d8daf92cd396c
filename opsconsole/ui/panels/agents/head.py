"""The head of the agent that is picked: name, stage, version, the way to pause and resume it, and its tabs."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from opsconsole.engine.agents.deployments import furthest
from opsconsole.engine.agents.warnings import stage_notes
from opsconsole.engine.ladder.told import WITHOUT_EVIDENCE
from opsconsole.ui.panels.agents.data import Shown, standing_told
from opsconsole.ui.panels.agents.rollout.words import canary_pill, canary_told
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import beside, button, label, pill, row, set_pill
from opsconsole.ui.widgets.keybutton import KeyButton
from opsconsole.ui.widgets.texts import para, tip
from opsconsole.ui.widgets.words import exact, listed, tool_words

TABS = {
    "charter": "Charter",
    "playbook": "Playbook",
    "autonomy": "Autonomy",
    "guardrails": "Guardrails",
    "ladder": "Ladder",
    "versions": "Versions",
}
DISMISS = "Alt+D"
"""The key that leads to the question whether an agent is to be dismissed."""


class AgentHead(QWidget):
    """Name and state; `show_agent` is total.

    Signals:
        accept_wanted: its tools are well as they are now.
        dismiss_wanted: it is perhaps to be dismissed.
    """

    accept_wanted = Signal()
    dismiss_wanted = Signal()

    def __init__(self, theme: Theme, switch: Callable[[], None]) -> None:
        super().__init__()
        self._name, self._stage, self._facts = label("", "h1"), pill(""), para("", "muted")
        self.switch = KeyButton(theme, "Pause", key="P", icon="pause", act=switch)
        self.dismiss = button("Dismiss…", self.dismiss_wanted.emit, keys=DISMISS)
        self._why = label("", "error", is_wrapped=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 22, 28, 8)
        column.setSpacing(4)
        column.addLayout(row(self._name, self._stage, None, self.dismiss, self.switch))
        self.fallen, self.unproven = pill("Demoted", "danger"), pill(WITHOUT_EVIDENCE, "warn")
        self.review, self.canary = pill("", "warn"), pill("", "accent")
        column.addLayout(beside(self._facts, self.canary, self.review, self.fallen, self.unproven))
        column.addWidget(self._why)
        self._changed = label("", "error", is_wrapped=True)
        self.accept = button("Accept as it is now", self.accept_wanted.emit, kind="link")
        self._tools = QWidget()
        tools = beside(self._changed, self.accept)
        tools.setContentsMargins(0, 0, 0, 0)
        self._tools.setLayout(tools)
        column.addWidget(self._tools)

    def show_agent(self, shown: Shown) -> None:
        """Show an agent's."""
        agent, spec, version = shown.row, shown.spec, shown.in_use
        is_paused, is_held = agent.paused is not None, agent.paused is not None or agent.is_all_paused
        self._name.setText(agent.name)
        set_pill(self._stage, "Paused" if is_held else agent.stage, "warn" if is_held else agent.tone)
        told = (standing_told(furthest(spec, category.id)) for category in spec.playbook.categories)
        self._stage.setToolTip("\n".join(dict.fromkeys(told)))
        thinks = f"thinks with the model {', '.join(spec.models or ('main',))}" if spec.brain == "model" else "offline"
        if spec.brain == "model" and spec.fallback == "playbook":
            thinks += ", by its own steps when no model answers"
        reason = f" · {version.reason}" if version.reason else ""
        due = agent.marks.review
        is_near = due is not None and due.is_near
        self.review.setVisible(is_near)
        if due is not None:
            set_pill(self.review, due.words, "warn")
            self.review.setToolTip(tip(due.sentence))
        reason += "" if due is None or not due.brief or is_near else f" · {due.brief}"
        self._facts.setText(f"Version {version.number}, in use since {exact(version.created_at)} · {thinks}{reason}")
        self.canary.setVisible(agent.tried is not None)
        if agent.tried is not None:
            set_pill(self.canary, *canary_pill(agent.tried))
            self.canary.setToolTip(tip(canary_told(agent.tried)))
        self.fallen.setVisible(bool(agent.fallen))
        self.fallen.setToolTip(tip("\n".join(f"It {words}" for words in agent.fallen)))
        self.unproven.setVisible(bool(agent.unproven))
        self.unproven.setToolTip(tip(agent.unproven))
        self.switch.name_it("Resume" if is_paused else "Pause")
        self.switch.setAccessibleName(f"{self.switch.text()} {agent.name}")
        self.dismiss.setAccessibleName(f"Dismiss {agent.name}…")
        told = ["All agents are paused: Ctrl+Shift+P resumes them."] if agent.is_all_paused else []
        told += [f"Paused: {agent.paused}."] if agent.paused else []
        if shown.broken:
            rules = "; ".join(shown.broken)
            told.append(f"{rules[:1].upper()}{rules[1:]}. Until that is mended in the file, its changes come to you.")
        told += [f"{note[:1].upper()}{note[1:]}" for note in stage_notes(spec)]
        self._why.setText(" ".join(told))
        self._why.setVisible(bool(told))
        names = listed([tool_words(tool) for tool in shown.changed])
        self._changed.setText(
            f"Not what you accepted any more: {names}. Until you do again, each such call comes to you."
        )
        self.accept.setAccessibleName(f"Accept {names} as it is now")
        self._tools.setVisible(bool(shown.changed))


class Tabs(QHBoxLayout):
    """The tabs below the head; `turn_to(name)` turns the page."""

    def __init__(self, owner: QWidget, turn_to: Callable[[str], None], *, first: str) -> None:
        super().__init__()
        self._tabs: dict[str, QPushButton] = {}
        group = QButtonGroup(owner)
        self.setContentsMargins(28, 0, 28, 8)
        self.setSpacing(8)
        for name, text in TABS.items():
            made = button(text, partial(turn_to, name), kind="chip")
            made.setCheckable(True)
            group.addButton(made)
            self.addWidget(made)
            self._tabs[name] = made
        self.addStretch(1)
        self.mark(first)

    def mark(self, name: str) -> None:
        """Mark the one that is shown."""
        self._tabs[name].setChecked(True)
