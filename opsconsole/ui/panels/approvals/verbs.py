"""Carries decisions out, one at a time. It knows nothing of widgets."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from PySide6.QtCore import QObject, Signal

from opsconsole.domain.errors import MachineError, OpsError, StaleCardError
from opsconsole.engine.commands import approvals as commands
from opsconsole.engine.commands import snooze, takeback
from opsconsole.engine.commands.decisions import Grant
from opsconsole.engine.commands.results import DecisionResult
from opsconsole.engine.kernel import Kernel
from opsconsole.store.transaction import Transaction
from opsconsole.ui.panel import Context
from opsconsole.ui.widgets.decisionwords import decided
from opsconsole.ui.widgets.words import plural

_Job = Callable[[Kernel, Transaction, str], DecisionResult]
ALWAYS = Grant(timedelta(days=7), None)
"""The only grant that is offered in passing: the very same action, for a week."""


class Verbs(QObject):
    """What a person can say, each with the digest of the card they saw.

    Signals:
        decided: (number, True where it is only put off): it waits no longer.
        refused: (number, text, True where another card has to be looked at): nothing was decided.
        returned: number of a request that waits again.
        busy_changed: a decision is under way, or no longer.
    """

    decided = Signal(int, bool)
    refused = Signal(int, str, bool)
    returned = Signal(int)
    busy_changed = Signal(bool)

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._undos: list[tuple[tuple[int, ...], bool]] = []
        """What can be taken back, the latest last: (requests, they were only put off)."""
        self._count = 0
        self.is_busy = False

    def approve(
        self, number: int, digest: str, *, edited: Mapping[str, Any] | None = None, grant: Grant | None = None
    ) -> None:
        """Approve, perhaps edited, perhaps with a grant."""

        def job(kernel: Kernel, tx: Transaction, actor: str) -> DecisionResult:
            return commands.approve(kernel, tx, number, actor=actor, digest=digest, edited=edited, grant=grant)

        self._start(self._decide(number, job, undo=lambda: self.undo((number,)), is_approval=True))

    def reject(self, number: int, digest: str, reason: str) -> None:
        """Say no; the agent gets the reason."""
        self._start(
            self._decide(
                number, lambda k, tx, who: commands.reject(k, tx, number, actor=who, reason=reason, digest=digest)
            )
        )

    def respond(self, number: int, digest: str, answer: str) -> None:
        """Answer a question."""
        self._start(
            self._decide(
                number, lambda k, tx, who: commands.respond(k, tx, number, actor=who, answer=answer, digest=digest)
            )
        )

    def ignore(self, number: int, digest: str) -> None:
        """Let it lapse."""
        self._start(self._decide(number, lambda k, tx, who: commands.ignore(k, tx, number, actor=who, digest=digest)))

    def snooze(self, number: int, digest: str, *, until: Callable[[datetime], datetime]) -> None:
        """Put it off; `until` gives the time from the present one."""

        def job(kernel: Kernel, tx: Transaction, actor: str) -> DecisionResult:
            at = until(kernel.clock.now())
            return snooze.snooze(kernel, tx, number, actor=actor, until=at, digest=digest)

        self._start(self._decide(number, job, undo=lambda: self.wake(number)))

    def wake(self, number: int) -> None:
        """Show again what was put off."""
        self._forget((number,), is_put_off=True)
        self._start(self._return((number,), lambda k, tx, who, which: snooze.wake(k, tx, which, actor=who)))

    def undo(self, ones: Sequence[int] | None = None) -> None:
        """Take approvals back; without numbers the latest, or what was put off after it."""
        if ones is None and not self._undos:
            self._context.navigator.say("There is nothing to undo here.")
            return
        if self.is_busy:  # dropped, it would be lost, and the next undo would take back another one
            self._context.navigator.say("A decision is under way. Undo once it is through.")
            return
        wanted, is_put_off = self._undos[-1] if ones is None else (tuple(ones), False)
        if is_put_off:
            self.wake(wanted[0])
            return
        self._forget(wanted, is_put_off=False)
        self._start(
            self._return(wanted, lambda k, tx, who, which: takeback.undo(k, tx, which, actor=who), is_undo=True)
        )

    def _forget(self, ones: tuple[int, ...], *, is_put_off: bool) -> None:
        self._undos = [earlier for earlier in self._undos if earlier != (ones, is_put_off)]

    def approve_all(self, chosen: Sequence[tuple[int, str]]) -> None:
        """Approve many, with one decision each."""
        self._start(self._decide_all(tuple(chosen)))

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
        self, number: int, job: _Job, *, undo: Callable[[], None] | None = None, is_approval: bool = False
    ) -> None:
        try:
            result, now = await self._write(job)
        except OpsError as error:
            self.refused.emit(number, f"{error}", isinstance(error, StaleCardError))
            return
        finally:
            self._set_busy(False)
        if not result.is_done:
            self.refused.emit(number, decided(result, now), True)
            return
        if undo is not None:
            self._undos.append(((number,), not is_approval))
        self.decided.emit(number, not is_approval and undo is not None)
        self._context.navigator.say(decided(result, now), "Undo" if undo is not None else "", undo)

    async def _decide_all(self, chosen: tuple[tuple[int, str], ...]) -> None:
        done: list[int] = []
        refused: list[str] = []
        try:
            for number, digest in chosen:

                def job(
                    kernel: Kernel, tx: Transaction, actor: str, *, which: int = number, seen: str = digest
                ) -> DecisionResult:
                    return commands.approve(kernel, tx, which, actor=actor, digest=seen)

                try:
                    result, now = await self._write(job)
                except OpsError as error:
                    refused.append(f"{error}")
                    continue
                (done.append(number) if result.is_done else refused.append(decided(result, now)))
        finally:
            self._set_busy(False)
        if done:
            self._undos.append((tuple(done), False))
        for number in done:
            self.decided.emit(number, False)
        text = f"Approved {plural(len(done), 'request')}."
        if refused:
            text += f" {plural(len(refused), 'request')} not: {refused[0]}"
        self.refused.emit(0, "", True)
        self._context.navigator.say(text, "Undo" if done else "", (lambda: self.undo(tuple(done))) if done else None)

    async def _return(
        self,
        ones: Sequence[int],
        verb: Callable[[Kernel, Transaction, str, int], DecisionResult],
        *,
        is_undo: bool = False,
    ) -> None:
        texts: list[str] = []
        refused: list[str] = []
        back = 0
        try:
            for number in ones:

                def job(
                    kernel: Kernel, tx: Transaction, actor: str, *, which: int = number
                ) -> tuple[DecisionResult, datetime]:
                    return verb(kernel, tx, actor, which), kernel.clock.now()

                try:
                    result, now = await self._context.backend.write(job, name="undo")
                except MachineError as error:  # nothing was written: it can be taken back later still
                    self._undos += [((number,), False)] if is_undo else []
                    refused.append(f"{error}")
                    continue
                except OpsError as error:
                    refused.append(f"{error}")
                    continue
                back = result.again or result.request
                texts.append(decided(result, now))
        finally:
            self._set_busy(False)
        if back:
            self.returned.emit(back)
        self._context.navigator.say(
            (texts + refused)[0] if len(ones) == 1 else f"{len(texts)} taken back. {(refused or texts)[0]}"
        )
