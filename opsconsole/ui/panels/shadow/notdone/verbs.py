"""What can be said to a recommendation: the bar at the foot, its keys, and what comes of them."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from PySide6.QtCore import QElapsedTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QWidget

from opsconsole.engine.commands import recommendations
from opsconsole.engine.commands.recommendations import NotExecuted
from opsconsole.engine.commands.results import RecommendationResult
from opsconsole.engine.commands.takeback import undo
from opsconsole.engine.kernel import Kernel
from opsconsole.store.transaction import Transaction
from opsconsole.ui.command import Command
from opsconsole.ui.keyguard import TOO_SOON
from opsconsole.ui.panel import Context, Panel
from opsconsole.ui.widgets.basics import button, label
from opsconsole.ui.widgets.decisionwords import decided, recommended

_Job = Callable[[Kernel, Transaction, str], RecommendationResult]
SETTLE_MS = 400
"""A key pressed so soon after the card changed was meant for the one before."""


class Verbs:
    """I did it; do it for me; not right."""

    def __init__(self, context: Context, owner: Panel, current: Callable[[], NotExecuted | None]) -> None:
        self._context, self._owner, self._current = context, owner, current
        self._since = QElapsedTimer()
        self._since.start()
        self._seen = ""
        self.bar = QFrame()
        self.bar.setObjectName("actions")
        self._do = button("Do it for me", self.do_it, kind="accent", keys="F")
        self._did = button("I did it", self.did_it, keys="D")
        self._wrong = button("Not right…", self.ask_reason, kind="danger", keys="N")
        self._hint = label("F do it  ·  D I did it  ·  J / K next and previous", "muted")
        self._reason = QLineEdit()
        self._reason.setPlaceholderText("What is not right about it? The reason is kept")
        self._reason.setAccessibleName("Why it is not right")
        self._reason.returnPressed.connect(self._on_reason)
        self._save = button("Save the reason", self._on_reason, kind="danger")
        self._cancel = button("Cancel", lambda: self._show_reason(False))
        line = QHBoxLayout(self.bar)
        line.setContentsMargins(28, 12, 28, 12)
        line.setSpacing(8)
        parts: tuple[QWidget, ...] = (self._do, self._did, self._hint, self._reason, self._save, self._cancel)
        for part in parts:
            line.addWidget(part, 1 if part is self._reason else 0)
        line.addStretch(1)
        line.addWidget(self._wrong)
        self._line = line
        self._show_reason(False)
        self.restyle()
        self.bar.hide()

    def restyle(self) -> None:
        """Tint the icons anew."""
        self._do.setIcon(self._context.theme.icon("play", "onAccent"))
        self._did.setIcon(self._context.theme.icon("check"))
        self._wrong.setIcon(self._context.theme.icon("x", "danger"))

    def commands(self) -> Sequence[Command]:
        """Return the commands."""

        def on() -> bool:
            return self._current() is not None

        return (
            Command(
                id="shadow.do_it", title="Do it for me", run=self.do_it, keys=("F",), group="Shadow", is_enabled=on
            ),
            Command(id="shadow.did_it", title="I did it", run=self.did_it, keys=("D",), group="Shadow", is_enabled=on),
            Command(
                id="shadow.not_right",
                title="Not right",
                run=self.ask_reason,
                keys=("N",),
                group="Shadow",
                is_enabled=on,
            ),
        )

    def show(self, action: NotExecuted | None, *, is_there: bool) -> None:
        """Another card is meant."""
        self.bar.setVisible(is_there)
        seen = "" if action is None else f"{action.row.action_id}:{action.digest}"
        if seen != self._seen:
            self._seen = seen
            self._since.restart()
            self._show_reason(False)
        for part in (self._do, self._did, self._wrong):
            part.setEnabled(action is not None)

    def do_it(self) -> None:
        """Have it done, if the gate lets it."""
        if (meant := self._meant()) is not None:
            self._start(self._do_it(meant))

    def did_it(self) -> None:
        """Say that one did it oneself."""
        if (meant := self._meant()) is not None:
            self._start(self._did_it(meant))

    def ask_reason(self) -> None:
        """Ask why it is not right."""
        if self._meant() is not None:
            self._show_reason(True)
            self._reason.setFocus()

    def _on_reason(self) -> None:
        action, reason = self._current(), self._reason.text().strip()
        if action is None:
            return
        if not reason:
            self._reason.setFocus()
            return
        self._start(self._not_right(action, reason))

    def _meant(self) -> NotExecuted | None:
        if self._since.elapsed() >= SETTLE_MS:
            return self._current()
        self._context.commands.keys.say(TOO_SOON)
        return None

    def _start(self, coro: Coroutine[Any, Any, None]) -> None:
        self._context.tasks.start(coro, name="your word on this", owner=self._owner, key="say")

    async def _do_it(self, action: NotExecuted) -> None:
        action_id, digest = action.row.action_id, action.digest
        text, result = await self._write(
            lambda kernel, tx, actor: recommendations.do_it(kernel, tx, action_id, actor=actor, digest=digest),
            name="recommendation.asked",
        )
        if result.decision is None or not result.is_done:
            self._context.navigator.say(text)
        else:
            number = result.decision.request
            self._context.navigator.say(text, "Undo", lambda: self._start(self._undo(number)))
        self._owner.refresh()

    async def _did_it(self, action: NotExecuted) -> None:
        action_id, digest = action.row.action_id, action.digest
        text, _ = await self._write(
            lambda kernel, tx, actor: recommendations.did_it(kernel, tx, action_id, actor=actor, digest=digest),
            name="recommendation.did_it",
        )
        self._said(text, action_id)

    async def _not_right(self, action: NotExecuted, reason: str) -> None:
        action_id, digest = action.row.action_id, action.digest
        text, _ = await self._write(
            lambda kernel, tx, actor: recommendations.not_right(
                kernel, tx, action_id, actor=actor, reason=reason, digest=digest
            ),
            name="recommendation.not_right",
        )
        self._reason.clear()
        self._said(text, action_id)

    async def _write(self, job: _Job, *, name: str) -> tuple[str, RecommendationResult]:
        """Carry a word out; return it in the window's words, and what came of it."""
        result, now = await self._context.backend.write(
            lambda kernel, tx, actor: (job(kernel, tx, actor), kernel.clock.now()), name=name
        )
        return recommended(result, now), result

    def _said(self, text: str, action: str) -> None:
        self._show_reason(False)
        self._context.navigator.say(text, "Undo", lambda: self._start(self._take_back(action)))
        self._owner.refresh()

    async def _take_back(self, action: str) -> None:
        text, _ = await self._write(
            lambda kernel, tx, actor: recommendations.take_back(kernel, tx, action, actor=actor),
            name="recommendation.reopened",
        )
        self._context.navigator.say(text)
        self._owner.refresh()

    async def _undo(self, approval: int) -> None:
        result, now = await self._context.backend.write(
            lambda kernel, tx, actor: (undo(kernel, tx, approval, actor=actor), kernel.clock.now()),
            name="decision.undo",
        )
        self._context.navigator.say(decided(result, now))
        self._owner.refresh()

    def _show_reason(self, is_asked: bool) -> None:
        if not is_asked:
            self._reason.clear()  # a reason is of one recommendation
        for part in (self._reason, self._save, self._cancel):
            part.setVisible(is_asked)
        for part in (self._do, self._did, self._hint, self._wrong):
            part.setVisible(not is_asked)
        if is_asked:
            self._line.setStretch(self._line.count() - 2, 0)
        else:
            self._line.setStretch(self._line.count() - 2, 1)
