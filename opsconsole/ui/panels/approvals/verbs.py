"""Carries decisions out, one at a time. It knows nothing of widgets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from PySide6.QtCore import QObject, Signal

from opsconsole.domain.errors import OpsError, StaleCardError
from opsconsole.engine.commands import approvals as commands
from opsconsole.engine.commands import snooze, takeback
from opsconsole.engine.commands.decisions import Grant
from opsconsole.engine.commands.results import DecisionResult
from opsconsole.engine.kernel import Kernel
from opsconsole.store.transaction import Transaction
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.approvals.history import (
    Decided,
    History,
    named,
    named_many,
    not_undone,
    undone,
    undone_many,
)
from opsconsole.ui.widgets.decisionwords import decided
from opsconsole.ui.widgets.words import plural

_Job = Callable[[Kernel, Transaction, str], DecisionResult]
_Verb = Callable[[Kernel, Transaction, str, int, str], DecisionResult]
_APPROVAL, _REJECTION, _ANSWER, _LEAVING = "approval of", "rejection of", "answer to", "leaving to people of"
_DONE = {_APPROVAL: "Approved", _REJECTION: "Rejected", _ANSWER: "Answered", _LEAVING: "Left to people:"}
ALWAYS = Grant(timedelta(days=7), None)
"""The only grant that is offered in passing: the very same action, for a week."""


@dataclass(frozen=True, slots=True)
class BatchItem:
    """What came of one request that was decided with others."""

    request: int
    is_done: bool
    text: str


def _take_back(kernel: Kernel, tx: Transaction, actor: str, request: int) -> DecisionResult:
    return takeback.undo(kernel, tx, request, actor=actor)


class Verbs(QObject):
    """What a person can say, each with the digest of the card they saw.

    Args:
        title_of: gives the title of a request that is listed.

    Signals:
        decided: number of a request that waits no longer, or is put off.
        refused: (number, text, True where another card has to be looked at): nothing was decided.
        returned: number of a request that waits again.
        batch_progressed: (how many were decided so far, of how many).
        batch_decided: tuple of `BatchItem`, one for each request that was meant.
        busy_changed: a decision is under way, or no longer.
    """

    decided = Signal(int)
    refused = Signal(int, str, bool)
    returned = Signal(int)
    batch_progressed = Signal(int, int)
    batch_decided = Signal(object)
    busy_changed = Signal(bool)

    def __init__(self, context: Context, parent: QObject, *, title_of: Callable[[int], str]) -> None:
        super().__init__(parent)
        self._context = context
        self._title_of = title_of
        self._history = History()
        self._count = 0
        self.is_busy = False

    def approve(
        self, number: int, digest: str, *, edited: Mapping[str, Any] | None = None, grant: Grant | None = None
    ) -> None:
        """Approve, perhaps edited, perhaps with a grant."""

        def job(kernel: Kernel, tx: Transaction, actor: str) -> DecisionResult:
            return commands.approve(kernel, tx, number, actor=actor, digest=digest, edited=edited, grant=grant)

        self._start(self._decide(number, job, _APPROVAL, is_offered=True, is_edited=bool(edited)))

    def reject(self, number: int, digest: str, reason: str) -> None:
        """Say no; the agent gets the reason."""

        def job(kernel: Kernel, tx: Transaction, actor: str) -> DecisionResult:
            return commands.reject(kernel, tx, number, actor=actor, reason=reason, digest=digest)

        self._start(self._decide(number, job, _REJECTION, is_offered=True))

    def respond(self, number: int, digest: str, answer: str) -> None:
        """Answer a question."""

        def job(kernel: Kernel, tx: Transaction, actor: str) -> DecisionResult:
            return commands.respond(kernel, tx, number, actor=actor, answer=answer, digest=digest)

        self._start(self._decide(number, job, _ANSWER, is_offered=True))

    def ignore(self, number: int, digest: str) -> None:
        """Let it lapse."""

        def job(kernel: Kernel, tx: Transaction, actor: str) -> DecisionResult:
            return commands.ignore(kernel, tx, number, actor=actor, digest=digest)

        self._start(self._decide(number, job, "letting go of", is_offered=True))

    def leave(self, number: int, digest: str) -> None:
        """Leave a question to people."""

        def job(kernel: Kernel, tx: Transaction, actor: str) -> DecisionResult:
            return commands.leave(kernel, tx, number, actor=actor, digest=digest)

        self._start(self._decide(number, job, _LEAVING, is_offered=True))

    def snooze(self, number: int, digest: str, *, until: Callable[[datetime], datetime]) -> None:
        """Put it off; `until` gives the time from the present one."""

        def job(kernel: Kernel, tx: Transaction, actor: str) -> DecisionResult:
            at = until(kernel.clock.now())
            return snooze.snooze(kernel, tx, number, actor=actor, until=at, digest=digest)

        def back(kernel: Kernel, tx: Transaction, actor: str, which: int) -> DecisionResult:
            return snooze.wake(kernel, tx, which, actor=actor)

        self._start(self._decide(number, job, "putting off", back=back, is_offered=True))

    def wake(self, number: int, *, until: datetime | None) -> None:
        """Show again what was put off `until` then."""

        def job(kernel: Kernel, tx: Transaction, actor: str) -> DecisionResult:
            return snooze.wake(kernel, tx, number, actor=actor)

        def back(kernel: Kernel, tx: Transaction, actor: str, which: int) -> DecisionResult:
            return snooze.snooze(kernel, tx, which, actor=actor, until=until or kernel.clock.now())

        self._start(self._decide(number, job, "showing again", back=back))

    def approve_all(self, chosen: Sequence[tuple[int, str]]) -> None:
        """Approve many, with one decision each."""
        self._all(
            chosen, lambda k, tx, who, which, seen: commands.approve(k, tx, which, actor=who, digest=seen), _APPROVAL
        )

    def reject_all(self, chosen: Sequence[tuple[int, str]], reason: str) -> None:
        """Reject many for one reason, with one decision each."""
        self._all(
            chosen,
            lambda k, tx, who, which, seen: commands.reject(k, tx, which, actor=who, reason=reason, digest=seen),
            _REJECTION,
        )

    def answer_all(self, chosen: Sequence[tuple[int, str]], answer: str) -> None:
        """Give many questions the same answer, with one decision each."""
        self._all(
            chosen,
            lambda k, tx, who, which, seen: commands.respond(k, tx, which, actor=who, answer=answer, digest=seen),
            _ANSWER,
        )

    def leave_all(self, chosen: Sequence[tuple[int, str]]) -> None:
        """Leave many questions to people, with one decision each."""
        self._all(
            chosen, lambda k, tx, who, which, seen: commands.leave(k, tx, which, actor=who, digest=seen), _LEAVING
        )

    def undo(self, meant: Decided | None = None) -> None:
        """Take the last decision back, or say why it stands; `meant` is refused where it is not the last any more."""
        last = self._history.last
        if self.is_busy:  # dropped, it would be lost, and the next undo would take back another one
            self._context.navigator.say("A decision is under way. Undo once it is through.")
        elif last is None:
            self._context.navigator.say("Nothing was decided here that could be undone.")
        elif meant is not None and not self._history.is_last(meant):
            self._context.navigator.say(f"Not undone: {meant.what}. Something else was decided after it.")
        else:
            self._start(self._undo(last))

    def _all(self, chosen: Sequence[tuple[int, str]], verb: _Verb, words: str) -> None:
        self._start(self._decide_all(tuple(chosen), verb, words))

    def _start(self, coro: Any) -> None:
        if self.is_busy:
            coro.close()
            return
        self._set_busy(True)
        self._count += 1
        self._context.tasks.start(coro, name="decision", owner=self, key=f"decision {self._count}")

    def _set_busy(self, is_busy: bool) -> None:
        self.is_busy = is_busy
        self.busy_changed.emit(is_busy)

    async def _write(self, job: _Job) -> tuple[DecisionResult, datetime]:
        return await self._context.backend.write(
            lambda kernel, tx, actor: (job(kernel, tx, actor), kernel.clock.now()), name="decision"
        )

    async def _decide(
        self,
        number: int,
        job: _Job,
        verb: str,
        *,
        back: Callable[[Kernel, Transaction, str, int], DecisionResult] = _take_back,
        is_offered: bool = False,
        is_edited: bool = False,
    ) -> None:
        """Decide one request; where `is_offered`, undoing it is a button beside what is said."""
        what = named(verb, self._title_of(number))
        try:
            result, now = await self._write(job)
        except OpsError as error:
            self.refused.emit(number, f"{error}", isinstance(error, StaleCardError))
            return
        finally:
            self._set_busy(False)
        made = Decided(requests=(number,), what=what, back=back, is_edited=is_edited)
        if not result.is_done:
            if result.is_over:
                self._history.add(made)
            self.refused.emit(number, decided(result, now), True)
            return
        self._history.add(made)
        self.decided.emit(number)
        self._context.navigator.say(
            decided(result, now), "Undo" if is_offered else "", (lambda: self.undo(made)) if is_offered else None
        )

    async def _decide_all(self, chosen: tuple[tuple[int, str], ...], verb: _Verb, words: str) -> None:
        items: list[BatchItem] = []
        try:
            for number, digest in chosen:

                def job(
                    kernel: Kernel, tx: Transaction, actor: str, *, which: int = number, seen: str = digest
                ) -> DecisionResult:
                    return verb(kernel, tx, actor, which, seen)

                try:
                    result, now = await self._write(job)
                except OpsError as error:
                    items.append(BatchItem(number, False, f"{error}"))
                    continue
                items.append(BatchItem(number, result.is_done, decided(result, now)))
                self.batch_progressed.emit(len(items), len(chosen))
        finally:
            self._set_busy(False)
        done = tuple(item.request for item in items if item.is_done)
        made = Decided(requests=done, what=named_many(words, len(done)), back=_take_back)
        if done:
            self._history.add(made)
        self.batch_decided.emit(tuple(items))
        text = f"{_DONE[words]} {plural(len(done), 'request')}."
        if refused := [item for item in items if not item.is_done]:
            text += f" {plural(len(refused), 'request')} not: {refused[0].text}"
        self._context.navigator.say(text, "Undo" if done else "", (lambda: self.undo(made)) if done else None)

    async def _undo(self, last: Decided) -> None:
        results: list[DecisionResult] = []
        refused: list[str] = []
        left: list[int] = []
        try:
            for number in last.requests:

                def job(kernel: Kernel, tx: Transaction, actor: str, *, which: int = number) -> DecisionResult:
                    return last.back(kernel, tx, actor, which)

                try:
                    result, _ = await self._write(job)
                except OpsError as error:
                    refused.append(f"{error}")
                    left.append(number)
                    continue
                results.append(result)
        finally:
            self._set_busy(False)
            self._history.settle(last, left=tuple(left))
        if results and (back := results[0].again or results[0].request):
            self.returned.emit(back)
        if not results:
            self._context.navigator.say(not_undone(last, refused[0]))
        elif len(last.requests) == 1:
            self._context.navigator.say(undone(last, results[0]))
        else:
            self._context.navigator.say(undone_many(last, results, refused))
