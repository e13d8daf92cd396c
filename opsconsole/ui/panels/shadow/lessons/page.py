"""Lessons: what repeated corrections would change in an agent's file. Tried on the past, taken only by a person."""

import time
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from opsconsole.domain.errors import OpsError
from opsconsole.engine.evidence import learning
from opsconsole.engine.evidence.learning import Taken
from opsconsole.engine.evidence.lessons import REPEATED, Lesson
from opsconsole.ui.keyguard import BUSY, TOO_SOON
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.shadow.lessons.backtests import LessonBacktests
from opsconsole.ui.panels.shadow.lessons.backtesttext import LessonBacktest
from opsconsole.ui.panels.shadow.lessons.bar import LessonBar, TakenStrip
from opsconsole.ui.panels.shadow.lessons.data import Found, Row, load
from opsconsole.ui.panels.shadow.lessons.detail import LessonDetail
from opsconsole.ui.panels.shadow.lessons.list import LessonFace, LessonList
from opsconsole.ui.widgets.focus import give_focus, offer_focus
from opsconsole.ui.widgets.guard import Guard
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.words import plural

NONE = (
    f"The same correction {REPEATED} times makes a lesson: the change of an agent's file that would spare it."
    " Judge pairs in Compare: 2 says that the human was right, C which category it really was."
)


class LessonsPage(QWidget):
    """Joins list, lesson and verbs, and decides which lesson is shown.

    Signals:
        counted: how many lessons there are, after each query.
        pairs_wanted: (frozenset of pairs, what they are).
        judging_wanted: there are none, and the person wants to judge.
    """

    counted = Signal(int)
    pairs_wanted = Signal(object, str)
    judging_wanted = Signal()

    def __init__(self, context: Context, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._context = context
        self.guard = Guard(clock)
        self.found: Found | None = None
        self.is_busy = False
        self._wants_focus = False
        self._error = ""
        self._place = 0
        self._lesson: Lesson | None = None
        """The one that is shown."""
        self._in_use: tuple[str, int] | None = None
        """Agent and version that the strip tells of."""
        self.trials = LessonBacktests(context, self)
        self.strip, self.list = TakenStrip(context.theme), LessonList(context.theme)
        self.detail, self.bar = LessonDetail(context.theme), LessonBar(context.theme, self.take, self.try_it)
        self._lay_out()
        self.trials.changed.connect(self._render_trial)
        self.list.picked.connect(self._on_picked)
        self.detail.pairs_wanted.connect(self.pairs_wanted)
        self.detail.past.try_wanted.connect(self.try_it)
        self.detail.past.cancel_wanted.connect(self.cancel)

    def _lay_out(self) -> None:
        right, inside = QWidget(), QWidget()
        told, self.states = QVBoxLayout(), States(inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(told)
        outer.addWidget(self.states, 1)
        line = QHBoxLayout(inside)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self.list)
        line.addWidget(right, 1)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.detail, 1)
        column.addWidget(self.bar)
        told.setContentsMargins(28, 0, 28, 12)
        told.addWidget(self.strip)

    @property
    def shown(self) -> Row | None:
        """The lesson on the screen."""
        rows = self.found.rows if self.found is not None else ()
        return next((row for row in rows if row.lesson == self._lesson), None)

    @property
    def trial(self) -> LessonBacktest:
        """How the trial of the lesson on the screen stands."""
        return self.trials.of(self._lesson)

    def refresh(self) -> None:
        """Query again."""
        self._context.tasks.start(self._load(), name="the lessons", owner=self, key="load")

    def focus(self) -> None:
        """Put the keys where they mean lessons, once there are any."""
        self._wants_focus = not self.list.view.isVisible()
        give_focus(self.list.view, otherwise=self)

    def restyle(self) -> None:
        """Paint with other tokens."""
        self.list.restyle()
        self.strip.restyle()

    def step(self, by: int) -> None:
        """Go on in the list; stays at its ends."""
        if self.found is not None and 0 <= self._place + by < len(self.found.rows):
            self._look_at(self._place + by)

    # -- trying ------------------------------------------------------------------------------------------------------

    def try_it(self) -> None:
        """Try the lesson on the past, with what it may cost where it costs."""
        row = self.shown
        if row is None or self.trial.is_running or row.lesson.fault:
            return
        if not self.guard.is_open:
            self._context.commands.keys.say(TOO_SOON)
            return
        QTimer.singleShot(0, self, self.detail.scroll_to_past)
        cap = self.detail.past.cap_typed() if row.is_costly else None
        if row.is_costly and cap is None:
            return
        self.trials.begin(row.lesson, cap)
        self.focus()  # the field that asked for the cap is gone

    def cancel(self) -> None:
        """End the trial on the screen."""
        if self._lesson is not None:
            self.trials.cancel(self._lesson)
            self.focus()

    # -- taking ------------------------------------------------------------------------------------------------------

    def take(self) -> None:
        """Put the agent's file in use as the lesson on the screen would have it."""
        row = self.shown
        if not self.guard.is_open or self.is_busy:
            self._context.commands.keys.say(BUSY if self.is_busy else TOO_SOON)
        elif row is not None and not row.lesson.fault:
            self._begin(self._take(row))

    def _begin(self, coro: Coroutine[Any, Any, None]) -> None:
        self.is_busy = True
        self._render()
        self._context.tasks.start(coro, name="the lesson", owner=self, key="take")

    async def _take(self, row: Row) -> None:
        lesson = row.lesson
        try:
            taken = await self._context.backend.write(
                lambda kernel, tx, actor: learning.take(
                    kernel, tx, lesson.agent, lesson.id, actor=actor, seen=row.number
                ),
                name="lesson.take",
            )
        except OpsError as error:
            self._context.navigator.say(f"{error}")
        else:
            self._in_use = lesson.agent, taken.number
            text = (
                f"{row.name} works with version {taken.number} now, with what was learnt from"
                f" {plural(len(taken.lesson.pairs), 'pair')}. To go back, apply version {taken.before} again."
            )
            self.strip.say(text, f"Apply version {taken.before} again", partial(self._go_back, row.name, taken))
        finally:
            self._is_over()

    def _go_back(self, name: str, taken: Taken) -> None:
        if not self.is_busy:
            self._begin(self._put_back(name, taken))

    async def _put_back(self, name: str, taken: Taken) -> None:
        try:
            number = await self._context.backend.write(
                lambda kernel, tx, actor: learning.go_back(kernel, tx, taken, actor=actor), name="lesson.back"
            )
        except OpsError as error:
            self._context.navigator.say(f"{error}")
        else:
            self._in_use = taken.lesson.agent, number
            self.strip.say(f"{name} works as in version {taken.before} again; that is version {number} now.")
        finally:
            self._is_over()

    def _is_over(self) -> None:
        self.is_busy = False
        self._render()
        self.refresh()
        if self.isVisible():
            self.focus()

    # -- what is shown -----------------------------------------------------------------------------------------------

    async def _load(self) -> None:
        known = self.found
        try:
            self.found = await self._context.backend.read(lambda kernel: load(kernel, known), lane="long")
            self._error = ""
        except OpsError as error:
            self._error = f"{error}"
        self._settle()
        self._render()

    def _settle(self) -> None:
        """Stay at the lesson that is shown, else take the one in its place; forget trials of what is gone."""
        found = self.found
        if found is None:
            return
        every = [row.lesson for row in found.rows]
        if self._lesson in every:
            self._place = every.index(self._lesson)
        else:
            self._place = max(0, min(self._place, len(every) - 1))
            self._lesson = every[self._place] if every else None
        self.trials.keep(every)
        if self._in_use is not None and found.in_use.get(self._in_use[0]) != self._in_use[1]:
            self._in_use = None
            self.strip.hide()
        self.counted.emit(len(every))

    def _look_at(self, place: int) -> None:
        if self.found is not None:
            self._place = place
            self._lesson = self.found.rows[place].lesson
            self._render()

    def _on_picked(self, row: Row) -> None:
        self._look_at(self.list.model.rows.index(row))

    def _render(self) -> None:
        """Show the state there is; total and idempotent."""
        if self._error:
            self.states.error(self._error, act=self.refresh)
            return
        found, row = self.found, self.shown
        if found is None:
            return
        self.guard.show(None if row is None else (row.lesson, row.number))
        if row is None:
            self.states.empty("No lessons yet", NONE, "Judge pairs", self.judging_wanted.emit)
            return
        self._render_list(found.rows)
        self.detail.show_lesson(row, found.currency, place=f"{self._place + 1} of {len(found.rows)}")
        for earlier, later in pairwise([self.list.view, *self.detail.stops, self.bar.take, self.bar.try_it]):
            QWidget.setTabOrder(earlier, later)  # the links of a lesson were made after the foot
        self.states.show_content()
        if self._wants_focus and self.isVisible():
            self._wants_focus = False
            offer_focus(self.list.view, otherwise=self)
        self._render_trial()

    def _render_list(self, rows: Sequence[Row]) -> None:
        agents = len({row.lesson.agent for row in rows})
        self.list.count.setText(f"{plural(len(rows), 'lesson')} for {plural(agents, 'agent')}")
        self.list.render_rows(rows, LessonFace(), current=self._place)

    def _render_trial(self) -> None:
        row = self.shown
        if row is not None:
            self.detail.show_trial(self.trial)
            self.bar.show_for(row, self.trial, is_busy=self.is_busy)
