"""Putting off what is shown: an hour by one key, or until a time that is picked from a few."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu, QWidget

from opsconsole.ui.panels.approvals.card.data import Shown
from opsconsole.ui.panels.approvals.list.queue import Queue
from opsconsole.ui.panels.approvals.times import choices, in_an_hour
from opsconsole.ui.panels.approvals.verbs import Verbs


class Snoozing(QObject):
    """Puts off; `meant` gives the card that a verb is meant for, and says so where there is none."""

    def __init__(
        self, parent: QObject, queue: Queue, verbs: Verbs, *, meant: Callable[[], Shown | None], beside: QWidget
    ) -> None:
        super().__init__(parent)
        self._queue, self._verbs, self._meant, self._beside = queue, verbs, meant, beside
        self.menu = QMenu(beside)
        self.menu.setAccessibleName("Snooze until")

    def an_hour(self) -> None:
        """Put it off for an hour; what is put off, show again."""
        if (shown := self._meant()) is None:
            return
        if self._queue.is_put_off:
            self._verbs.wake(shown.view.id, until=self._queue.until_of(shown.view.id))
        else:
            self._verbs.snooze(shown.view.id, shown.view.digest, until=in_an_hour)

    def choose(self) -> None:
        """Offer the times, each with a digit; one past the request's end cannot be picked."""
        shown, now = self._meant(), self._queue.now
        if shown is None or now is None:
            return
        self.menu.clear()
        ends = shown.view.expires_at
        for number, (name, at) in enumerate(choices(now), 1):
            is_over = ends is not None and at >= ends
            act = self.menu.addAction(f"&{number}  {name}{' (after its deadline)' if is_over else ''}")
            act.setEnabled(not is_over)
            act.triggered.connect(
                lambda _=False, at=at: self._verbs.snooze(shown.view.id, shown.view.digest, until=lambda _: at)
            )
        place = self._beside.mapToGlobal(QPoint(0, 0))
        self.menu.popup(place - QPoint(0, self.menu.sizeHint().height()))
