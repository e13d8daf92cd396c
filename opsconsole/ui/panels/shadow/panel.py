"""Shadow: would the agent have been right? Pairs to judge, numbers, what was not done, and what to learn."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QButtonGroup, QPushButton, QStackedWidget, QVBoxLayout

from opsconsole.domain.enums import ActionState
from opsconsole.domain.errors import OpsError
from opsconsole.engine.commands.recommendations import NotExecuted
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries.views.simulated import not_executed
from opsconsole.ui.command import Command
from opsconsole.ui.panel import Context, Panel
from opsconsole.ui.panels.shadow.compare.page import ComparePage
from opsconsole.ui.panels.shadow.compare.queue import Choice, is_any_to_judge
from opsconsole.ui.panels.shadow.lessons.page import LessonsPage
from opsconsole.ui.panels.shadow.notdone.page import NotDonePage
from opsconsole.ui.panels.shadow.notdone.verbs import Verbs
from opsconsole.ui.panels.shadow.numbers.data import Which
from opsconsole.ui.panels.shadow.numbers.page import NumbersPage
from opsconsole.ui.panels.shadow.panelcommands import make_commands
from opsconsole.ui.widgets.basics import button, label, row

_ADVICE = ActionState.RECOMMENDED.value
_TABS = {
    "compare": "Compare",
    "numbers": "So far",
    "would": "Would have done",
    "recommendations": "Recommendations",
    "lessons": "Lessons",
}


class ShadowPanel(Panel):
    """Five views; it opens on the first in which something waits."""

    name = "shadow"
    title = "Shadow"
    icon = "diff"
    topics = frozenset({"runs", "events", "pairs", "agents"})

    def __init__(self, context: Context, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(context)
        self.tab = ""
        """Empty: nobody chose yet."""
        self._is_own_choice = True
        """The panel chose the view by what there is; it may choose anew when somebody comes back."""
        self.compare = ComparePage(context, clock=clock)
        self.numbers, self.cards = NumbersPage(context), NotDonePage(context)
        self.lessons = LessonsPage(context, clock=clock)
        self._pages = QStackedWidget()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(self._head())
        outer.addWidget(self._pages, 1)
        for page in (self.compare, self.numbers, self.cards, self.lessons):
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(self.cards)
        self.compare.counted.connect(self._on_pairs_counted)
        self.cards.counted.connect(self._on_advice_counted)
        self.numbers.pairs_wanted.connect(self._on_pairs_wanted)
        self.lessons.pairs_wanted.connect(self._on_pairs_wanted)
        self.lessons.counted.connect(self._on_lessons_counted)
        self.lessons.judging_wanted.connect(partial(self.turn, "compare"))

    def _head(self) -> QVBoxLayout:
        self._tabs: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        for name, text in _TABS.items():
            made = button(text, partial(self.turn, name), kind="chip")
            made.setCheckable(True)
            group.addButton(made)
            self._tabs[name] = made
        column = QVBoxLayout()
        column.setContentsMargins(28, 22, 28, 12)
        column.addLayout(row(label("Shadow", "h1"), 16, *self._tabs.values(), None))
        return column

    @property
    def current(self) -> NotExecuted | None:
        """The recommendation that the keys reach."""
        return self.cards.current if self.tab == "recommendations" else None

    @property
    def verbs(self) -> Verbs:
        """What can be said to a recommendation."""
        return self.cards.verbs

    def commands(self) -> Sequence[Command]:
        return (*self.cards.verbs.commands(), *make_commands(self.compare, self.cards, self.lessons, lambda: self.tab))

    def go(self, where: dict[str, Any]) -> None:
        if not where and self._is_own_choice:
            self.tab = ""
            self.refresh()
            return
        self._is_own_choice = False
        tab = str(where.get("tab", "compare" if "pair" in where else self.tab or "would"))
        self.tab = tab if tab in _TABS else "would"
        self._show_tab()
        if self.tab == "compare":
            self.compare.go({name: value for name, value in where.items() if name != "tab"})
        elif self.tab == "numbers":
            self.numbers.refresh()
        elif self.tab == "lessons":
            self.lessons.refresh()
        else:
            self.cards.go({**where, "tab": self.tab})

    def turn(self, tab: str) -> None:
        """Show another view, of everything."""
        self.go({"tab": tab})
        if tab == "compare":
            self.compare.focus()
        elif tab == "lessons":
            self.lessons.focus()
        else:
            self.setFocus()  # else the first list of choices would have the keys

    def refresh(self) -> None:
        self.context.tasks.start(self._count(), name="the recommendations", owner=self, key="count")
        self.lessons.refresh()  # their number stands on the tab; they are only read where something changed
        if not self.tab:
            self.context.tasks.start(self._begin(), name="the shadow page", owner=self, key="begin")
        elif self.tab == "compare":
            self.compare.refresh()
        elif self.tab == "numbers":
            self.numbers.refresh()
        elif self.tab != "lessons":
            self.cards.refresh()

    def restyle(self) -> None:
        self.compare.restyle()
        self.cards.restyle()
        self.lessons.restyle()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.tab == "compare":
            self.compare.focus()
        elif self.tab == "lessons":
            self.lessons.focus()

    async def _begin(self) -> None:
        try:
            tab = await self.context.backend.read(_what_waits)
        except Exception:
            if not self.tab:
                self.turn("would")  # it says what is wrong, and what to do
            raise
        if not self.tab:
            self.turn(tab)
            self._is_own_choice = True

    async def _count(self) -> None:
        try:
            advice = await self.context.backend.read(lambda kernel: len(not_executed(kernel.reader, state=_ADVICE)))
        except OpsError:
            return  # the view that is shown says so
        self._on_advice_counted(advice)

    def _show_tab(self) -> None:
        self._tabs[self.tab].setChecked(True)
        pages = {"compare": self.compare, "numbers": self.numbers, "lessons": self.lessons}
        self._pages.setCurrentWidget(pages.get(self.tab, self.cards))

    def _on_pairs_counted(self, total: int, listed: str) -> None:
        is_queue = self.compare.queue.choice == Choice()
        if is_queue or not total:
            self._tabs["compare"].setText(f"Compare ({listed})" if listed else "Compare")

    def _on_advice_counted(self, advice: int) -> None:
        self._tabs["recommendations"].setText(f"Recommendations ({advice})" if advice else "Recommendations")

    def _on_lessons_counted(self, lessons: int) -> None:
        self._tabs["lessons"].setText(f"Lessons ({lessons})" if lessons else "Lessons")

    def _on_pairs_wanted(self, which: Which, about: str) -> None:
        chosen: dict[str, Any] = {"ids": which}
        if isinstance(which, tuple):
            agent, category = which
            chosen = {"agent": agent, "category": category or "none", "is_counting": True}
        self.go({"tab": "compare", "show": "all", "about": about, **chosen})
        self.compare.focus()


def _what_waits(kernel: Kernel) -> str:
    """Return the view in which something waits for a person; else the first there is anything in."""
    if is_any_to_judge(kernel):
        return "compare"
    if not_executed(kernel.reader, state=_ADVICE):
        return "recommendations"
    return "compare" if read.pairs(kernel.reader, limit=1) else "would"
