"""Overview: is all well, and what changed since I last looked. Every number opens what it counts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QPushButton, QVBoxLayout, QWidget

from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.marks import NOTHING, Marks, every_mark
from opsconsole.engine.oversight.digest import digest
from opsconsole.engine.oversight.digestpage import digest_page
from opsconsole.engine.oversight.span import week_before
from opsconsole.store.queries.views.overview import Overview, overview
from opsconsole.ui.command import Command
from opsconsole.ui.memory import last_look
from opsconsole.ui.panel import Context, Panel
from opsconsole.ui.panels.overview import words
from opsconsole.ui.panels.overview.decisions import DecisionsCard
from opsconsole.ui.panels.overview.parts import AgentCard, FigureButton, side_card
from opsconsole.ui.panels.overview.side import SideCards
from opsconsole.ui.panels.overview.tiles import Tiles
from opsconsole.ui.paper.saving import PageSaver
from opsconsole.ui.widgets.basics import Tone, button, label, pill, row, set_pill
from opsconsole.ui.widgets.columns import scrolled
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.words import exact, plural

DIGEST = "Save the weekly digest as a page…"
SINCE = "overview/since"
ROOMY = 960
"""Width in px from which money and shadow stand beside the agents; in a smaller window, below them."""
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
    topics = frozenset({"events", "runs", "approvals", "effects", "switches", "agents", "settings", "audit", "draws"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._saver = PageSaver(self, context)
        self._look_key = last_look(context.backend.folder)
        self._last_look = self._remembered()
        self._window = str(context.memory.value(SINCE, "look"))
        if self._window not in _WINDOWS:
            self._window = "look"
        self._state: Overview | None = None
        self._marks: dict[str, Marks] = {}
        self.cards: dict[str, AgentCard] = {}
        content = QWidget()
        content.setObjectName("page")
        column = QVBoxLayout(content)
        column.setContentsMargins(28, 22, 28, 28)
        column.setSpacing(16)
        column.addLayout(self._head())
        column.addLayout(self._figures())
        column.addLayout(self._body())
        self.decisions = DecisionsCard(context)
        column.addWidget(self.decisions)
        column.addStretch(1)
        self.area = scrolled(content)
        self._states = States(self.area)
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
        digest = button("Weekly digest…", self.save_digest)
        column.addLayout(row(self._mood, 4, label("Period", "muted"), *self._chips.values(), None, digest))
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
        figures = Tiles(least=180, most=4)
        figures.show_cards((self._handled, self._with_you, self._waiting, self._failed))
        column.addWidget(figures)
        column.addWidget(self._sum)
        return column

    def _open(self, panel: str, **where: str) -> None:
        """Open what was counted, of the time it was counted in."""
        self.context.navigator.go(panel, **where, since=None if self._state is None else self._state.since)

    def _body(self) -> QBoxLayout:
        left, right = QVBoxLayout(), QVBoxLayout()
        self._agents, self._sides = Tiles(least=320, most=2), Tiles(least=280, most=2)
        for column, tiles in ((left, self._agents), (right, self._sides)):
            column.setSpacing(12)
            column.addWidget(tiles)
        left.addWidget(self._no_agent())
        self._side = SideCards(self.context, self._open)
        self._sides.show_cards(self._side.cards)
        for column in (left, right):
            column.addStretch(1)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(12)
        self._columns.addLayout(left)
        self._columns.addLayout(right)
        return self._columns

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What would not fit beside the agents goes below them: beyond the edge nobody could reach it."""
        super().resizeEvent(event)
        is_roomy = self.width() >= ROOMY
        self._columns.setDirection(QBoxLayout.Direction.LeftToRight if is_roomy else QBoxLayout.Direction.TopToBottom)
        for place, stretch in enumerate((2, 1) if is_roomy else (0, 1)):
            self._columns.setStretch(place, stretch)

    def _no_agent(self) -> QWidget:
        self._no_agent_card, column = side_card("No agent is in use yet")
        text = (
            "Agents are files, and an agent works what comes in after it was put in use. In a terminal:"
            " opsconsole agents apply FILE.yaml. The folder resources/examples holds one to begin with."
        )
        column.addWidget(label(text, "muted", is_wrapped=True, is_selectable=True))
        return self._no_agent_card

    def commands(self) -> Sequence[Command]:
        return (Command(id="overview.digest", title=DIGEST, run=self.save_digest, group="Overview"),)

    def save_digest(self) -> None:
        """Ask where the digest of the last whole week is to be saved as a page."""
        week = week_before(datetime.now(UTC))
        name = f"digest-{week.first.isoformat()}"
        self._saver.ask(DIGEST, name, lambda kernel: digest_page(digest(kernel, week)))

    def refresh(self) -> None:
        self.context.tasks.start(self._load(), name="the overview", owner=self, key="load")

    def restyle(self) -> None:
        self._render()

    async def _load(self) -> None:
        window, look = self._window, self._last_look

        def query(kernel: Kernel) -> tuple[Overview, dict[str, Marks]]:
            conn, now = kernel.reader, kernel.clock.now()
            return overview(conn, since=_since(window, look, now), now=now), every_mark(conn, kernel, now=now)

        try:
            self._state, self._marks = await self.context.backend.read(query)
        except Exception as error:
            self._states.error(str(error), act=self.refresh)
            raise
        self._render()
        if self._state.agents or self._state.events:
            self.decisions.refresh()

    def _choose(self, window: str) -> None:
        self._window = window
        self.context.memory.setValue(SINCE, window)
        self.refresh()

    def _remembered(self) -> datetime | None:
        try:
            return datetime.fromisoformat(str(self.context.memory.value(self._look_key, "")))
        except ValueError:
            return None

    def hideEvent(self, event: QHideEvent) -> None:
        """A look ends when the person turns away."""
        if self._state is not None:
            # Not when it was read last: all that came until now was shown.
            self.context.memory.setValue(self._look_key, datetime.now(UTC).isoformat())
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
        self._side.render(state, _WINDOWS[self._shown])
        self._sides.show_cards(self._side.cards)
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
        alone = f"by {plural(at_work, 'agent')}" if at_work else words.not_alone(outcomes)
        self._handled.show_number(outcomes.alone, alone, "ok")
        self._with_you.show_number(outcomes.with_you, "after your word")
        waiting = "nothing to decide" if not state.waiting else "decide, answer or edit"
        if state.waiting != outcomes.waiting:
            waiting = f"{plural(state.waiting - state.first, 'request')} of them"
        if state.first:
            waiting = f"and {state.first:,} to decide first"
        self._waiting.show_number(outcomes.waiting, waiting, "warn" if state.waiting else "")
        failed = "open them to see why" if outcomes.failed else "nothing went wrong"
        self._failed.show_number(outcomes.failed, failed, "danger" if outcomes.failed else "ok")
        rest = f" No agent worked {plural(state.without_agent, 'more event')}." if state.without_agent else ""
        self._sum.setText(f"{words.sum_of(outcomes)}.{rest}")

    def _render_agents(self, state: Overview) -> None:
        for gone in [agent for agent in self.cards if agent not in {agent.agent for agent in state.agents}]:
            self.cards.pop(gone).frame.deleteLater()
        self._no_agent_card.setVisible(not state.agents)
        for glance in state.agents:
            if glance.agent not in self.cards:
                self.cards[glance.agent] = AgentCard(self.context.theme, self.context.navigator, glance.agent)
            made, marks = self.cards[glance.agent], self._marks.get(glance.agent, NOTHING)
            made.render(glance, marks, since=_WINDOWS[self._shown], began_at=state.since)
        # All of them: one that comes between others moves those that follow.
        self._agents.show_cards([self.cards[glance.agent].frame for glance in state.agents])


def _since(window: str, look: datetime | None, now: datetime) -> datetime:
    if window == "week":
        return now - 7 * _DAY
    return look.astimezone(UTC) if window == "look" and look is not None else now - _DAY
