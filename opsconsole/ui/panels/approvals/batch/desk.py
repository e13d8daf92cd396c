"""Joins the page where many are decided with the queue and the verbs, and says what the keys mean meanwhile."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from opsconsole.ui.panel import Context
from opsconsole.ui.panels.approvals.batch.page import BatchPage, Chosen
from opsconsole.ui.panels.approvals.list.queue import Queue
from opsconsole.ui.panels.approvals.verbs import BatchItem, Verbs
from opsconsole.ui.widgets.guard import Guard


class BatchDesk(QObject):
    """Decides many at once.

    Signals:
        mode_wanted: the panel's mode: `batch`, `reject many`, or `card` again.
    """

    mode_wanted = Signal(str)

    def __init__(
        self, context: Context, parent: QObject, *, queue: Queue, verbs: Verbs, clock: Callable[[], float]
    ) -> None:
        super().__init__(parent)
        self._context, self._queue, self._verbs = context, queue, verbs
        self._guard = Guard(clock)
        self._to_reject: Chosen = []
        self.page = BatchPage(context.theme)
        self.page.approved.connect(self._on_approved)
        self.page.rejected.connect(self._on_rejected)
        self.page.answered.connect(self._on_answered)
        self.page.left.connect(self._on_left)
        self.page.looked_at.connect(queue.look_at)
        verbs.batch_progressed.connect(self.page.bar.show_progress)
        verbs.batch_decided.connect(self._on_decided)

    @property
    def number_to_reject(self) -> int:
        """How many wait for a reason."""
        return len(self._to_reject)

    def open(self) -> None:
        """Offer what can be decided together, of what is listed: those like the one that is shown, if there are any."""
        present = next((row.batch for row in self._queue.rows if row.id == self._queue.current), None)
        if self.page.show_rows(self._queue.rows, current=present):
            self.mode_wanted.emit("batch")
            self.page.list.setFocus()
            if self._queue.to_decide:
                self._context.commands.keys.say(f"{self._queue.to_decide:,} to decide first are not among them.")
        else:
            self._context.commands.keys.say("No two of these are alike: one agent, one kind of action, one category.")

    def render(self) -> None:
        """Show what is known of the request that the keys are on."""
        self.page.renew(self._queue.all)
        self.page.show_card(self._queue.shown)
        self._guard.show(self.page.face)

    def decide(self, verb: Callable[[], None], *, is_of_questions: bool = False) -> None:
        """Do something with those that are ticked, or say that it does not fit them, or that none is."""
        if self.page.bar.can_approve is is_of_questions:
            fits = "A approves, R rejects" if is_of_questions else "press the number of an answer, or L"
            self._context.commands.keys.say(f"It does not fit these: {fits}.")
        elif not self.page.chosen():
            self._context.commands.keys.say("None is ticked. Space ticks one.")
        else:
            verb()

    def reject(self, reason: str) -> None:
        """Reject what was chosen, for this reason."""
        chosen, self._to_reject = self._to_reject, []
        self.mode_wanted.emit("batch")
        self._verbs.reject_all(chosen, reason)

    def _is_meant(self) -> bool:
        keys, is_busy = self._context.commands.keys, self._verbs.is_busy
        meant = keys.meant(self.page, is_open=self._guard.is_open, is_busy=is_busy, nothing="")
        return meant is not None

    def _on_approved(self, chosen: Chosen) -> None:
        if self._is_meant():
            self._verbs.approve_all(chosen)

    def _on_rejected(self, chosen: Chosen) -> None:
        if self._is_meant():
            self._to_reject = chosen
            self.mode_wanted.emit("reject many")

    def _on_answered(self, chosen: Chosen, answer: str) -> None:
        if self._is_meant():
            self._verbs.answer_all(chosen, answer)

    def _on_left(self, chosen: Chosen) -> None:
        if self._is_meant():
            self._verbs.leave_all(chosen)

    def _on_decided(self, items: Sequence[BatchItem]) -> None:
        """Leave where all were decided; else stay with those that were not, and say why."""
        done = {item.request for item in items if item.is_done}
        self._queue.drop(done)
        if len(done) < len(items):
            self.page.show_results(done, {item.request: item.text for item in items if not item.is_done})
        else:
            self.mode_wanted.emit("card")
        self._queue.refresh()
