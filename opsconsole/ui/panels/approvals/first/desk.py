"""Joins the card of a decision that is made first with the queue, and carries the decision out."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from opsconsole.domain.enums import Adjudication
from opsconsole.domain.errors import OpsError
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder import verdicts
from opsconsole.engine.ladder.beside import Beside, beside
from opsconsole.engine.ladder.draws import Answered, OwnAct, answer
from opsconsole.engine.pairs import judging
from opsconsole.store.queries.views.drawn import requests_of
from opsconsole.store.transaction import Transaction
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.approvals.first.outcome import VERDICTS, Outcome
from opsconsole.ui.panels.approvals.first.page import FirstPage
from opsconsole.ui.panels.approvals.firstcards import FirstCard
from opsconsole.ui.panels.approvals.list.queue import Queue
from opsconsole.ui.widgets.guard import Guard
from opsconsole.ui.widgets.keys import bind

FIRST = "Say first what you would do: tick it by its number, 0 for nothing, then Enter. Show anyway is at the foot."
SAID = {
    Adjudication.AGENT: "Noted: the agent was right.",
    Adjudication.HUMAN: "Noted: you were right.",
    Adjudication.BOTH: "Noted: both are fine.",
}


@dataclass(frozen=True, slots=True)
class _Made:
    """What came of a decision."""

    answered: Answered
    sides: Beside | None
    requests: tuple[int, ...]
    """Of the same run; they may be seen now."""


class FirstDesk(QObject):
    """Decides first; its pages are shown by the panel.

    Signals:
        mode_wanted: the panel's mode: `outcome`, or `card` again.
    """

    mode_wanted = Signal(str)

    def __init__(
        self, context: Context, panel: QWidget, *, queue: Queue, clock: Callable[[], float], view: QWidget
    ) -> None:
        """Make it; Enter means what it means on its pages in `view`, the list, as well."""
        super().__init__(panel)
        self._context, self._queue = context, queue
        self._guard, self._is_busy, self._pair = Guard(clock), False, 0
        self.page = FirstPage(context.theme, {"decide": self.decide, "show": self.show_anyway})
        self.outcome = Outcome(context.theme, judge=self.judge, go_on=self.go_on)
        self.pages = (self.page, self.outcome)
        bind(panel, "0", self.press_nothing, if_=context.commands.keys.lets_through)
        self.page.event_card.party_wanted.connect(self._on_party_wanted)
        inside, alone = Qt.ShortcutContext.WidgetWithChildrenShortcut, Qt.ShortcutContext.WidgetShortcut
        self._enters = [
            self._bind_enter(widget, key, context)
            for widget, context in ((self.page, inside), (self.outcome, inside), (view, inside), (panel, alone))
            for key in ("Return", "Enter")
        ]

    def _bind_enter(self, widget: QWidget, key: str, context: Qt.ShortcutContext) -> QShortcut:
        made = QShortcut(QKeySequence(key), widget)
        made.setContext(context)
        made.setAutoRepeat(False)
        made.activated.connect(self._on_enter)
        return made

    def _on_enter(self) -> None:
        self.go_on() if self.outcome.isVisible() else self.decide()

    @property
    def unread(self) -> str:
        """Why a verb of requests does nothing while no request is shown."""
        if self.shown is not None:
            return FIRST
        return "No request is shown." if self._queue.current is None else "The card is still being read."

    @property
    def shown(self) -> FirstCard | None:
        """The card to decide first, where one is looked at."""
        return self._queue.first

    def render(self, *, now: datetime) -> bool:
        """Show the card there is; False where none is looked at."""
        shown = self.shown
        for enter in self._enters:  # elsewhere it means what the list means by it
            enter.setEnabled(shown is not None or self.outcome.isVisible())
        if shown is None:
            return False
        self._guard.show(shown.run)
        self.page.show_card(shown, place=self._queue.place_words, now=now)
        return True

    def press(self, number: int) -> bool:
        """Do what a number means now; False where it means nothing here."""
        if self.outcome.isVisible():
            if 1 <= number <= len(VERDICTS):
                self.judge(VERDICTS[number - 1][0])
            return True
        if self.shown is None or not self.page.isVisible():
            return False
        self.page.form.toggle(number)
        return True

    def press_nothing(self) -> None:
        """Tick that nothing would be done."""
        self.press(0)

    def decide(self) -> None:
        """Keep what is ticked, and show what the agent did."""
        if (shown := self._meant()) is None:
            return
        acts = self.page.form.acts
        if acts is None:
            self._context.commands.keys.say(FIRST)
        else:
            self._start(self._decide(shown, acts))

    def show_anyway(self) -> None:
        """Show what the agent did without a decision, which then proves nothing."""
        if (shown := self._meant()) is not None:
            self._start(self._show_anyway(shown.run))

    def judge(self, verdict: Adjudication) -> None:
        """Say who was right."""
        if self._guard.is_open and not self._is_busy:
            self._start(self._judge(self._pair, verdict))

    def go_on(self) -> None:
        """Leave who was right for later."""
        if self._guard.is_open and not self._is_busy:
            self.mode_wanted.emit("card")
            self._queue.refresh()

    def _on_party_wanted(self, party: str) -> None:
        self._context.navigator.go("audit", subject=party)

    def _meant(self) -> FirstCard | None:
        is_open, keys = self._guard.is_open, self._context.commands.keys
        return keys.meant(self.shown, is_open=is_open, is_busy=self._is_busy, nothing="Nothing is to be decided first.")

    def _start(self, coro: Coroutine[Any, Any, None]) -> None:
        if self._is_busy:
            coro.close()
            return
        self._is_busy = True
        self._context.tasks.start(coro, name="your decision", owner=self, key="decide first")

    async def _decide(self, shown: FirstCard, acts: list[OwnAct]) -> None:
        def job(kernel: Kernel, tx: Transaction, actor: str) -> _Made:
            answered = answer(kernel, tx, shown.run, acts=acts, actor=actor)
            return _Made(answered, beside(kernel, tx.conn, shown.run), tuple(requests_of(tx.conn, shown.run)))

        try:
            made = await self._context.backend.write(job, name="draw.decide")
        except OpsError as error:
            self.page.form.say(f"{error}")
            self._queue.refresh()
            return
        finally:
            self._is_busy = False
        self._show_made(shown, made)

    def _show_made(self, shown: FirstCard, made: _Made) -> None:
        answered, sides, say = made.answered, made.sides, self._context.navigator.say
        self._queue.drop({-shown.run})
        if made.requests:
            self.mode_wanted.emit("card")
            self._queue.look_for(made.requests[0])
            is_same = sides is not None and sides.is_same
            say("The agent decided the same." if is_same else "Kept. Who was right can be said once it has finished.")
        elif answered.pair is None or sides is None:
            say(f"Kept; {answered.excluded}.")
            self.mode_wanted.emit("card")
            self._queue.refresh()
        elif sides.is_same:
            say("The agent decided the same.")
            self.mode_wanted.emit("card")
            self._queue.refresh()
        else:
            self._pair = answered.pair
            self._guard.show(("outcome", self._pair))
            self.outcome.show_sides(str(shown.event["title"]), shown.agent, sides)
            self.mode_wanted.emit("outcome")
            self.outcome.setFocus()
            for enter in self._enters:
                enter.setEnabled(True)

    async def _judge(self, pair: int, verdict: Adjudication) -> None:
        def job(kernel: Kernel, tx: Transaction, actor: str) -> None:
            verdicts.judge(kernel, tx, pair, verdict, actor=actor)

        try:
            await self._context.backend.write(job, name="pair.judge")
        except OpsError as error:
            self._context.navigator.say(f"{error}")
            return
        finally:
            self._is_busy = False
        self._context.navigator.say(SAID[verdict], "In Shadow", lambda: self._context.navigator.go("shadow", pair=pair))
        self.mode_wanted.emit("card")
        self._queue.refresh()

    async def _show_anyway(self, run: int) -> None:
        def job(kernel: Kernel, tx: Transaction, actor: str) -> tuple[int, ...]:
            judging.mark_seen(kernel, tx, run, actor=actor)
            return tuple(requests_of(tx.conn, run))

        try:
            requests = await self._context.backend.write(job, name="proposal.seen")
        except OpsError as error:
            self._context.navigator.say(f"{error}")
            return
        finally:
            self._is_busy = False
        self._queue.drop({-run})
        if requests:
            self._queue.look_for(requests[0])
        else:
            self._queue.refresh()
            self._context.navigator.go("feed", run=run)
