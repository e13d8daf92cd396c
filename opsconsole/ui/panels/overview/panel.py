"""Overview: is all well, and what changed since I last looked. Every number opens what it counts."""

from datetime import UTC, datetime, timedelta
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries.views.overview import Overview, overview
from opsconsole.ui.panel import Context, Panel
from opsconsole.ui.panels.overview import words
from opsconsole.ui.panels.overview.parts import AgentCard, FigureButton, fact, side_card
from opsconsole.ui.widgets.basics import Tone, button, label, pill, row, set_pill
from opsconsole.ui.widgets.charts.plain import HorizontalBars, Share
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.words import exact, plural, spoken

LAST_LOOK, SINCE = "overview/last_look", "overview/since"
AWAY = timedelta(minutes=30)
"""Who comes back sooner is still at the same look: a turn to another page does not set the numbers to nothing."""
_DAY = timedelta(days=1)
_MOODS: dict[words.Mood, tuple[str, Tone]] = {
    "well": ("All is well", "ok"),
    "turn": ("Your turn", "accent"),
    "trouble": ("Needs a look", "warn"),
}
_WINDOWS = {"look": "since you last looked", "day": "in the last 24 hours", "week": "in the last 7 days"}


class OverviewPanel(Panel):
    """The state in ten seconds."""

    name = "overview"
    title = "Overview"
    icon = "home"
    topics = frozenset({"events", "runs", "approvals", "effects", "switches", "agents", "settings", "audit"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._last_look = self._remembered()
        self._window = str(context.memory.value(SINCE, "look"))
        if self._window not in _WINDOWS:
            self._window = "look"
        self._state: Overview | None = None
        self._cards: dict[str, AgentCard] = {}
        content = QWidget()
        content.setObjectName("page")
        column = QVBoxLayout(content)
        column.setContentsMargins(28, 22, 28, 28)
        column.setSpacing(16)
        column.addLayout(self._head())
        column.addLayout(self._figures())
        column.addLayout(self._body(), 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(content)
        self._states = States(scroll)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._states)
        context.backend.engine_changed.connect(lambda _=0: self._render())

    def _head(self) -> QVBoxLayout:
        self._headline, self._mood = label("", "h1", is_wrapped=True), pill("", "ok")
        self._chips: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        for name, text in (("look", "Since your last look"), ("day", "24 hours"), ("week", "7 days")):
            made = button(text, partial(self._choose, name), kind="chip")
            made.setCheckable(True)
            made.setChecked(name == self._window)
            group.addButton(made)
            self._chips[name] = made
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addWidget(self._headline)
        column.addLayout(row(self._mood, 4, label("Period", "muted"), *self._chips.values(), None))
        return column

    def _figures(self) -> QVBoxLayout:
        go = self.context.navigator.go
        self._handled = FigureButton("Handled alone", lambda: self._open("feed", outcome="alone"))
        self._waiting = FigureButton("Waiting for you", lambda: go("approvals", agent=""))
        self._with_you = FigureButton("Handled with you", lambda: self._open("feed", outcome="with_you"))
        self._failed = FigureButton("Failed", lambda: self._open("feed", outcome="failed"))
        self._sum = label("", "muted", is_wrapped=True)
        self._sum.setToolTip(
            "All that agents finished in this period, and all that is open now. An event that two agents work counts"
            " once for each."
        )
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addLayout(row(self._handled, self._with_you, self._waiting, self._failed, spacing=12))
        column.addWidget(self._sum)
        return column

    def _open(self, panel: str, **where: str) -> None:
        """Open what was counted, of the time it was counted in."""
        self.context.navigator.go(panel, **where, since=None if self._state is None else self._state.since)

    def _body(self) -> QHBoxLayout:
        self._agents = QGridLayout()
        self._agents.setSpacing(12)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            column.setSpacing(12)
        left.addLayout(self._agents)
        left.addWidget(self._no_agent())
        left.addStretch(1)
        for section in (self._money(), self._shadow(), self._refused(), self._sleeps()):
            right.addWidget(section)
        right.addStretch(1)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addLayout(left, 2)
        body.addLayout(right, 1)
        return body

    def _no_agent(self) -> QWidget:
        self._no_agent_card, column = side_card("No agent is in use yet")
        text = (
            "Agents are files, and an agent works what comes in after it was put in use. In a terminal:"
            " opsconsole agents apply FILE.yaml. The folder resources/examples holds one to begin with."
        )
        column.addWidget(label(text, "muted", is_wrapped=True, is_selectable=True))
        return self._no_agent_card

    def _money(self) -> QWidget:
        frame, column = side_card("Money and time")
        go = self.context.navigator.go
        self._cost = button("", lambda: go("settings"), kind="link")
        self._median = label("")
        self._median.setToolTip("Half of what was finished took less, half took more")
        for name, made in (("Models cost", self._cost), ("Usually done in", self._median)):
            column.addLayout(fact(name, made))
        return frame

    def _shadow(self) -> QWidget:
        frame, column = side_card("Would have done", is_shadow=True)
        self._shadow_bars = HorizontalBars(self.context.theme, "What agents in shadow would have done")
        self._shadow_link = button("", lambda: self._open("shadow", tab="would"), kind="link")
        self._advice = button("", lambda: self.context.navigator.go("shadow", tab="recommendations"), kind="link")
        column.addWidget(self._shadow_bars)
        column.addWidget(self._shadow_link)
        column.addWidget(self._advice)
        return frame

    def _refused(self) -> QWidget:
        self._refused_card, column = side_card("Refused, and why")
        self._refused_text = label("", "small", is_wrapped=True)
        column.addWidget(self._refused_text)
        self._refused_link = button("", lambda: self._open("feed", verdict="REFUSE"), kind="link")
        column.addWidget(self._refused_link)
        return self._refused_card

    def _sleeps(self) -> QWidget:
        self._sleep_card, column = side_card("When nothing was worked")
        self._sleep_text = label("", "small", is_wrapped=True)
        column.addWidget(self._sleep_text)
        return self._sleep_card

    def refresh(self) -> None:
        self.context.tasks.start(self._load(), name="the overview", owner=self, key="load")

    def restyle(self) -> None:
        self._render()

    async def _load(self) -> None:
        window, look = self._window, self._last_look

        def query(kernel: Kernel) -> Overview:
            return overview(kernel.reader, since=_since(window, look, kernel.clock.now()), now=kernel.clock.now())

        try:
            self._state = await self.context.backend.read(query)
        except Exception as error:
            self._states.error(str(error), act=self.refresh)
            raise
        self._render()

    def _choose(self, window: str) -> None:
        self._window = window
        self.context.memory.setValue(SINCE, window)
        self.refresh()

    def _remembered(self) -> datetime | None:
        try:
            return datetime.fromisoformat(str(self.context.memory.value(LAST_LOOK, "")))
        except ValueError:
            return None

    def hideEvent(self, event: QHideEvent) -> None:
        """A look ends when the person turns away."""
        if self._state is not None:
            # Not when it was read last: all that came until now was shown.
            self.context.memory.setValue(LAST_LOOK, datetime.now(UTC).isoformat())
        super().hideEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Another look begins when the person was away for long enough."""
        look = self._remembered()
        if self._state is not None and look is not None and datetime.now(UTC) - look >= AWAY:
            self._last_look = look
            self.refresh()
        super().showEvent(event)

    def _render(self) -> None:
        state = self._state
        if state is None:
            return
        if not state.agents and not state.events:
            self._states.empty(
                "Nothing is here yet",
                "Try the sample of a small company, bring your own history, or connect a mailbox.",
                "Begin",
                lambda: self.context.navigator.go("welcome"),
            )
            return
        self._render_head(state)
        self._render_figures(state)
        self._render_agents(state)
        self._render_side(state)
        self._states.show_content()

    def _render_head(self, state: Overview) -> None:
        text, mood = words.headline(state, is_engine_on=bool(self.context.backend.engine), since=_WINDOWS[self._shown])
        self._headline.setText(text)
        set_pill(self._mood, *_MOODS[mood])
        look = self._chips["look"]
        look.setVisible(self._last_look is not None)
        if self._window == "look" and self._last_look is not None:
            look.setText(words.look(state))
        look.setToolTip("" if self._last_look is None else exact(self._last_look))
        self._chips[self._shown].setChecked(True)

    @property
    def _shown(self) -> str:
        """The window that is counted: at the first look there is no last one to count from."""
        return "day" if self._window == "look" and self._last_look is None else self._window

    def _render_figures(self, state: Overview) -> None:
        outcomes = state.outcomes
        at_work = sum(1 for agent in state.agents if agent.outcomes.alone)
        self._handled.show_number(outcomes.alone, f"by {plural(at_work, 'agent')}" if at_work else "nothing yet", "ok")
        self._with_you.show_number(outcomes.with_you, "after your word")
        waiting = "nothing to decide" if not state.waiting else "decide, answer or edit"
        if state.waiting != outcomes.waiting:
            waiting = f"{plural(state.waiting, 'request')} of them"
        self._waiting.show_number(outcomes.waiting, waiting, "warn" if state.waiting else "")
        failed = "open them to see why" if outcomes.failed else "nothing went wrong"
        self._failed.show_number(outcomes.failed, failed, "danger" if outcomes.failed else "ok")
        rest = f" No agent worked {plural(state.without_agent, 'more event')}." if state.without_agent else ""
        self._sum.setText(f"{words.sum_of(outcomes)}.{rest}")

    def _render_agents(self, state: Overview) -> None:
        for gone in [agent for agent in self._cards if agent not in {agent.agent for agent in state.agents}]:
            self._cards.pop(gone).frame.deleteLater()
        self._no_agent_card.setVisible(not state.agents)
        for place, glance in enumerate(state.agents):
            if glance.agent not in self._cards:
                made = AgentCard(self.context.theme, self.context.navigator, glance.agent)
                self._cards[glance.agent] = made
                self._agents.addWidget(made.frame, place // 2, place % 2)
            self._cards[glance.agent].render(glance, since=_WINDOWS[self._shown], began_at=state.since)

    def _render_side(self, state: Overview) -> None:
        self._cost.setText(words.money(state.cost, state.currency))
        self._median.setText(words.span(state.median_s))
        counts: dict[str, int] = {}
        for _, tool, count in state.shadow:
            name = spoken(tool.rpartition(".")[2]) if not tool.startswith("person.") else "Ask you"
            counts[name] = counts.get(name, 0) + count
        top = sorted(counts.items(), key=lambda item: -item[1])[:5]
        self._shadow_bars.show_shares([Share(name, count, "shadow", is_dashed=True) for name, count in top])
        self._shadow_bars.setVisible(bool(top))
        total = sum(counts.values())
        since = _WINDOWS[self._shown]
        self._shadow_link.setText(
            f"See {plural(total, 'action')} {since}" if total else "Nothing in shadow; open the page"
        )
        self._advice.setText(f"{plural(state.recommended, 'recommendation')} for you")
        self._advice.setVisible(state.recommended > 0)
        self._refused_card.setVisible(bool(state.refused))
        self._refused_text.setText(
            "\n".join(f"{count} × {spoken(tool.rpartition('.')[2])}: {why}" for tool, why, count in state.refused)
        )
        self._refused_link.setText(f"Open {plural(state.refused_events, 'event')}")
        self._sleep_card.setVisible(bool(state.sleeps))
        self._sleep_text.setText("\n".join(words.sleep(sleep) for sleep in state.sleeps[:4]))


def _since(window: str, look: datetime | None, now: datetime) -> datetime:
    if window == "week":
        return now - 7 * _DAY
    return look.astimezone(UTC) if window == "look" and look is not None else now - _DAY
