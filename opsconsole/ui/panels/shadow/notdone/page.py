"""What agents would have done, or what they recommend: cards. Nothing here runs by itself."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsconsole.domain.enums import ActionState
from opsconsole.engine.commands.recommendations import NotExecuted, not_executed
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries.past import PastThere, past_there
from opsconsole.store.queries.views.names import CategoryNames, agent_names, category_names
from opsconsole.store.queries.views.simulated import facets
from opsconsole.ui.panel import Context, Panel
from opsconsole.ui.panels.shadow.notdone.cards import RecommendationCard, by_event, shadow_card
from opsconsole.ui.panels.shadow.notdone.verbs import Verbs
from opsconsole.ui.panels.shadow.wayon import way_on
from opsconsole.ui.widgets.basics import ChoiceBox, beside, button, label
from opsconsole.ui.widgets.columns import card_column
from opsconsole.ui.widgets.seen import Seen, is_on_screen
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.texts import clear
from opsconsole.ui.widgets.words import local

PAGE = 80
"""Actions on the page at once."""
SLICE = 3
"""Cards that are laid out without a breath."""
_TABS = {"would": ActionState.SIMULATED, "recommendations": ActionState.RECOMMENDED}
Loaded = tuple[list[NotExecuted], dict[str, list[str]], dict[str, str], CategoryNames, int, datetime, PastThere]


class NotDonePage(Panel):
    """The cards of one of the two.

    Signals:
        counted: (number of recommendations) after each query.
    """

    name = "shadow.cards"
    title = "What was not done"
    icon = "diff"
    counted = Signal(int)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._tab, self._agent, self._category = "would", "", ""
        self._since: datetime | None = None
        """Only what was recorded since then."""
        self._limit = PAGE
        self._shown: tuple[object, ...] = ()
        self._cards: list[RecommendationCard] = []
        self._runs: list[tuple[int, QWidget]] = []
        """Runs and their cards."""
        self._chosen = ""
        self._scroll, self._list = card_column()
        self._states = States(self._scroll)
        self.seen = Seen(context, self)
        self._scroll.verticalScrollBar().valueChanged.connect(self._look)
        self.verbs = Verbs(context, self, lambda: self.current)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(self._head())
        outer.addWidget(self._states, 1)
        outer.addWidget(self.verbs.bar)

    def _head(self) -> QVBoxLayout:
        self._agents, self._categories = ChoiceBox(), ChoiceBox()
        self._agents.setAccessibleName("Agent")
        self._categories.setAccessibleName("Category")
        for box in (self._agents, self._categories):
            box.setMinimumWidth(170)
        self._agents.activated.connect(
            lambda _=0: self._filter(agent=str(self._agents.currentData() or ""), since=self._since)
        )
        self._categories.activated.connect(
            lambda _=0: self._filter(
                agent=self._agent, category=str(self._categories.currentData() or ""), since=self._since
            )
        )
        self._about = label("", "muted", is_wrapped=True)
        self._any_time = button("", lambda: self._filter(agent=self._agent, category=self._category), kind="chip")
        self._any_time.setCheckable(True)
        self._any_time.setToolTip("Of any time again")
        column = QVBoxLayout()
        column.setContentsMargins(28, 0, 28, 12)
        column.setSpacing(10)
        column.addLayout(beside(self._about, self._any_time, self._agents, self._categories))
        return column

    @property
    def current(self) -> NotExecuted | None:
        """The recommendation that the keys reach."""
        if self._tab != "recommendations":
            return None
        return next((card.action for card in self._cards if card.action.row.action_id == self._chosen), None)

    @property
    def number(self) -> int:
        """How many actions are on the page."""
        return max(len(self._shown) - 1, 0)

    def go(self, where: dict[str, Any]) -> None:
        self._tab = str(where.get("tab", self._tab))
        if self._tab not in _TABS:
            self._tab = "would"
        since = where.get("since")
        self._filter(agent=str(where.get("agent", "")), category=str(where.get("category", "")), since=since)

    def refresh(self) -> None:
        self.context.tasks.start(self._load(), name="the shadow page", owner=self, key="load")

    def restyle(self) -> None:
        self.verbs.restyle()

    async def _load(self) -> None:
        state, limit = _TABS[self._tab], self._limit
        wanted = {"agent": self._agent or None, "category": self._category or None, "since": self._since}

        def query(kernel: Kernel) -> Loaded:
            conn = kernel.reader
            found = not_executed(kernel, state, **wanted, limit=limit)
            advice = found if state is ActionState.RECOMMENDED else not_executed(kernel, ActionState.RECOMMENDED)
            past = PastThere(is_agent=False, is_past=False) if found else past_there(conn)
            names, called = agent_names(conn), category_names(conn)
            return found, facets(conn, state=state.value), names, called, len(advice), kernel.clock.now(), past

        try:
            found, by_agent, names, called, advice, now, past = await self.context.backend.read(query, lane="long")
        except Exception as error:
            self._states.error(str(error), act=self.refresh)
            raise
        self._render_filters(by_agent, names, called)
        self.counted.emit(advice)
        self._render(found, now, past)

    def _render_filters(self, by_agent: dict[str, list[str]], names: dict[str, str], called: CategoryNames) -> None:
        agents = [("All agents", ""), *((names.get(agent, agent), agent) for agent in by_agent)]
        own = by_agent.get(self._agent) or sorted({category for some in by_agent.values() for category in some})
        categories = [("All categories", ""), *((called.of_any(category), category) for category in own)]
        self._any_time.setVisible(self._since is not None)
        self._any_time.setChecked(True)
        if self._since is not None:
            self._any_time.setText(f"Since {local(self._since):%a %d %b, %H:%M}  ✕")
        for box, items, wanted in ((self._agents, agents, self._agent), (self._categories, categories, self._category)):
            box.clear()
            for text, value in items:
                box.addItem(text, value)
            box.setCurrentIndex(max(0, box.findData(wanted)))

    def _render(self, found: list[NotExecuted], now: datetime, past: PastThere) -> None:
        is_advice = self._tab == "recommendations"
        self._about.setText(
            "Agents at level 1 recommend and do nothing. Do it yourself, have it done, or say what is not right."
            if is_advice
            else "What agents in shadow would have done. None of it was done, so there is nothing to approve."
        )
        what = (self._tab, *((action.row.action_id, action.digest) for action in found))
        if what != self._shown:
            self._shown = what
            self.context.tasks.start(
                self._fill(found, now, is_advice=is_advice), name="the shadow page's cards", owner=self, key="fill"
            )
        if found:
            self._states.show_content()
        elif self._agent or self._category or self._since:
            self._states.empty(
                "Nothing fits",
                "No action of this agent, category and time.",
                "Show all",
                lambda: self._filter(agent=""),
            )
        elif is_advice:
            self._states.empty("Nothing is recommended", "Agents at level 1 put here what they would have you do.")
        else:
            self._states.empty("Nothing in shadow yet", *way_on(past, self.context.navigator))

    async def _fill(self, found: list[NotExecuted], now: datetime, *, is_advice: bool) -> None:
        """Lay the cards out a few at a time: a whole page of them would hold the window up."""
        self._cards, self._runs = [], []
        clear(self._list)
        ids = [action.row.action_id for action in found] if is_advice else []
        self._choose(self._chosen if self._chosen in ids else (ids[0] if ids else ""))
        made = (self._advice(action, now) for action in found) if is_advice else self._would(found, now)
        for number, card in enumerate(made, 1):
            self._list.addWidget(card)
            if number % SLICE == 0:
                await asyncio.sleep(0)
        self.verbs.show(self.current, is_there=bool(ids))
        self._look()
        if len(found) >= self._limit:
            self._list.addWidget(button("Show more", self._more), 0, Qt.AlignmentFlag.AlignHCenter)

    def _would(self, found: list[NotExecuted], now: datetime) -> Iterator[QWidget]:
        self._runs = []
        for group in by_event(found):
            made = shadow_card(group, now=now, open_run=self._open)
            self._runs.append((group[0].row.run_id, made))
            yield made

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._look()

    def _look(self) -> None:
        """See which cards are on the screen, once they stand where they will stand."""
        QTimer.singleShot(0, self, self._note_seen)

    def _note_seen(self) -> None:
        """A proposal that is on the screen makes its pair unblind; one further down the page does not."""
        if self._tab == "would" and self.isVisible():
            window = self._scroll.viewport()
            self.seen.note([run for run, card in self._runs if is_on_screen(card, window)])

    def _advice(self, action: NotExecuted, now: datetime) -> QWidget:
        made = RecommendationCard(action, now=now, open_run=self._open)
        made.chosen.connect(self._choose)
        self._cards.append(made)
        made.set_chosen(action.row.action_id == self._chosen)
        if action.row.action_id == self._chosen:
            self.verbs.show(action, is_there=True)
        return made

    def _filter(self, *, agent: str, category: str = "", since: datetime | None = None) -> None:
        self._agent, self._category, self._since, self._limit = agent, category, since, PAGE
        self.refresh()

    def _more(self) -> None:
        self._limit += PAGE
        self.refresh()

    def _open(self, action: NotExecuted) -> None:
        self.context.navigator.go("feed", event=action.row.event_id, run=action.row.run_id)

    def _choose(self, action: str) -> None:
        self._chosen = action
        for card in self._cards:
            card.set_chosen(card.action.row.action_id == action)
        self.verbs.show(self.current, is_there=bool(self._cards))

    def step(self, by: int) -> None:
        ids: list[str] = [card.action.row.action_id for card in self._cards]
        if ids:
            place = ids.index(self._chosen) if self._chosen in ids else 0
            place = min(max(0, place + by), len(ids) - 1)
            self._choose(ids[place])
            self._scroll.ensureWidgetVisible(self._cards[place])
