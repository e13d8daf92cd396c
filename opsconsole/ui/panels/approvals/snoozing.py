"""Putting off what is shown: an hour by one key, or until a time that is picked from a few."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject

from opsconsole.ui.panels.approvals.card.data import Shown
from opsconsole.ui.panels.approvals.card.snoozesheet import SnoozeSheet
from opsconsole.ui.panels.approvals.list.queue import Queue
from opsconsole.ui.panels.approvals.times import choices, in_an_hour
from opsconsole.ui.panels.approvals.verbs import Verbs


class Snoozing(QObject):
    """Puts off; `meant` gives the card that a verb is meant for, and says so where there is none."""

    def __init__(self, parent: QObject, queue: Queue, verbs: Verbs, *, meant: Callable[[], Shown | None]) -> None:
        super().__init__(parent)
        self._queue, self._verbs, self._meant = queue, verbs, meant
        self.sheet = SnoozeSheet()
        self.sheet.chosen.connect(self._on_chosen)

    def an_hour(self) -> None:
        """Put it off for an hour; what is put off, show again."""
        if (shown := self._meant()) is None:
            return
        if self._queue.is_put_off:
            self._verbs.wake(shown.view.id, until=self._queue.until_of(shown.view.id))
        else:
            self._verbs.snooze(shown.view.id, shown.view.digest, until=in_an_hour)

    def ask(self) -> int | None:
        """Offer the times; return the request they are for, None where none is meant."""
        shown, now = self._meant(), self._queue.now
        if shown is None or now is None:
            return None
        self.sheet.ask(choices(now), ends=shown.view.expires_at)
        return shown.view.id

    def _on_chosen(self, at: datetime) -> None:
        if (shown := self._meant()) is not None:
            self._verbs.snooze(shown.view.id, shown.view.digest, until=lambda _: at)
