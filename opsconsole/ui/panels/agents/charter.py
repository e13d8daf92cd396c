"""The charter: what an agent handles, what it may do with it, what it never does, and how it is overseen."""

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from opsconsole.domain.agent import AgentSpec, Category
from opsconsole.domain.enums import Effect, Level, Stage
from opsconsole.domain.naming import number_words
from opsconsole.domain.stages import Deployment
from opsconsole.engine.agents.deployments import furthest, liveness_at
from opsconsole.ui.panels.agents.data import Shown, standing_told, standing_words
from opsconsole.ui.widgets.basics import beside, button, card, clamped, label, pill
from opsconsole.ui.widgets.columns import card_column
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.texts import clear, para
from opsconsole.ui.widgets.words import listed, plural, tool_words

_LEVELS = ((Level.AUTONOMOUS, "Does alone"), (Level.APPROVAL, "Asks you first"), (Level.OBSERVE, "Only recommends"))


class CharterPage(QWidget):
    """Shows one agent's charter.

    Signals:
        switch_wanted: (category, True to pause it).
    """

    switch_wanted = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__()
        area, self._column = card_column()
        area.setAccessibleName("Charter")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def show_agent(self, shown: Shown) -> None:
        """Show an agent's; total."""
        spec = shown.spec
        with kept_in(self):
            clear(self._column)
        self._add("What it is for", [spec.summary or spec.playbook.purpose])
        self._column.addWidget(self._categories(shown))
        self._add("What it reads", [_reads(spec), *(_deployed(spec, each) for each in spec.deployments)])
        self._column.addWidget(self._levels(shown))
        self._add("What it never does", _never(spec))
        self._add("How it is overseen", _overseen(spec))

    def _add(self, title: str, lines: Iterable[str]) -> None:
        frame, column = card()
        column.addWidget(label(title, "h3"))
        for line in lines:
            column.addWidget(para(line))
        self._column.addWidget(frame)

    def _categories(self, shown: Shown) -> QFrame:
        frame, column = card()
        column.addWidget(label("What it handles", "h3"))
        for category in shown.spec.playbook.categories:
            column.addLayout(self._category(shown, category))
        return frame

    def _category(self, shown: Shown, category: Category) -> QVBoxLayout:
        is_paused = category.id in shown.paused_categories
        found = furthest(shown.spec, category.id)
        words, tone = ("Paused", "warn") if is_paused else (standing_words(found).capitalize(), "ok")
        if not found.is_live and not is_paused:
            tone = "shadow"
        word = "Resume" if is_paused else "Pause"
        act = button(word, partial(self.switch_wanted.emit, category.id, not is_paused), kind="link")
        act.setAccessibleName(f"{word} {category.name}")
        made = QVBoxLayout()
        made.setSpacing(2)
        stands = pill(words, tone)
        stands.setToolTip("" if is_paused else standing_told(found))
        made.addLayout(beside(para(category.name, "h3"), stands, act))
        if category.criteria:
            criteria = clamped("muted")
            criteria.setText(category.criteria)
            made.addWidget(criteria)
        return made

    def _levels(self, shown: Shown) -> QFrame:
        frame, column = card()
        column.addWidget(label("What it may do", "h3"))
        by_level: dict[Level, list[str]] = {level: [] for level, _ in _LEVELS}
        for tool, kind in shown.tools.items():
            if kind.effect is not Effect.READ:
                by_level[shown.spec.autonomy.level(tool, None)].append(tool_words(tool))
        column.addWidget(para(_today(shown.spec)))
        for level, words in _LEVELS:
            if by_level[level]:
                column.addWidget(para(f"{words}: {listed(by_level[level])}"))
        exceptions = sum(map(len, shown.spec.autonomy.categories.values()))
        if exceptions:
            column.addWidget(para(f"{plural(exceptions, 'exception')} for single categories: see Autonomy.", "muted"))
        return frame


def _today(spec: AgentSpec) -> str:
    """Return what of its levels holds now: nothing is done where it is in shadow."""
    found = {each.name: furthest(spec, each.id) for each in spec.playbook.categories}
    held = [name for name, each in found.items() if not each.is_live]
    shut = any(each.shut for each in found.values())
    if len(held) == len(spec.playbook.categories):
        why = "none of it is live" if shut else "all of it is in shadow"
        return f"Today nothing: {why}, written down and not done. Once it is live:"
    if held:
        how = "not live" if shut else "in shadow"
        return f"Nothing in {listed(held)}, which {'are' if len(held) > 1 else 'is'} {how}. In the rest:"
    return "In all that it handles:"


def _reads(spec: AgentSpec) -> str:
    parts: list[str] = []
    for subscription in spec.subscribes:
        kinds = listed([_kind(kind) for kind in subscription.kinds])
        where = "anywhere" if subscription.connection == "*" else f"from {subscription.connection}"
        parts.append(f"{kinds} {where}" + (", where a condition holds" if subscription.where else ""))
    return listed(parts).capitalize() + "."


def _deployed(spec: AgentSpec, deployment: Deployment) -> str:
    """Return how far it is live on what comes from one place."""
    where = "Everywhere" if deployment.connection == "*" else f"On {deployment.connection}"
    filtered = f", where {deployment.where}" if deployment.where else ""
    live = [each.name for each in spec.playbook.categories if liveness_at(spec, each.id, deployment).is_live]
    if deployment.stage is Stage.SHADOW or not live:
        shut = "in shadow" if deployment.stage is Stage.SHADOW else f"{deployment.stage.value}, and no category is live"
        return f"{where}{filtered}: {shut}: nothing is done."
    named = f", and only for {listed(live)}" if len(live) < len(spec.playbook.categories) else ""
    return f"{where}{filtered}: {deployment.stage.value} at most{named}."


def _kind(kind: str) -> str:
    return kind.replace(".", " ").replace("_", " ").replace("*", "of any kind")


def _never(spec: AgentSpec) -> list[str]:
    refused = [f"{rail.because[:1].upper()}{rail.because[1:]}." for rail in spec.guardrails if rail.then == "refuse"]
    always = "It never acts on what it is not told of here: an unknown tool, or one that changed, asks a person."
    return [*refused, always]


def _overseen(spec: AgentSpec) -> list[str]:
    rules, lines = spec.approvals, list[str]()
    after = "it comes up again, marked" if rules.on_expiry == "escalate" else "it lapses, and nothing is done"
    lines.append(f"A request waits {rules.expires_h:g} hours for you; after that {after}.")
    if rules.veto_s:
        lines.append(f"What you approve can be stopped for {rules.veto_s:g} seconds.")
    if most := spec.limits.failures_in_a_row:
        lines.append(f"{plural(most, 'run')} that fail one after another pause it, until you resume it.")
    budgets = spec.budgets.model_dump(exclude_none=True)
    if budgets:
        caps = listed([f"{name.replace('_', ' ')}: {number_words(value)}" for name, value in budgets.items()])
        lines.append(f"Caps: {caps}. At a cap it asks.")
    return lines
