"""What a screen showed of runs in shadow: from then on the human does not act blind."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtWidgets import QWidget

from opsconsole.engine.kernel import Kernel
from opsconsole.engine.pairs import judging
from opsconsole.store.queries import pairs as read
from opsconsole.store.transaction import Transaction
from opsconsole.ui.panel import Context


class Seen:
    """Notes each run once, and only one whose pair is not made yet."""

    def __init__(self, context: Context, owner: QObject) -> None:
        self._context, self._owner = context, owner
        self._noted: set[int] = set()

    def note(self, runs: Sequence[int]) -> None:
        """These are on the screen now."""
        new = [run for run in runs if run not in self._noted]
        if new:
            self._noted.update(new)
            name = f"what the screen showed of run {new[0]}"
            self._context.tasks.start(self._note(new), name=name, owner=self._owner)

    async def _note(self, runs: list[int]) -> None:
        # Asked first: looking at what was compared long ago writes nothing.
        unseen = await self._context.backend.read(lambda kernel: read.unseen_of(kernel.reader, runs))
        if not unseen:
            return

        def job(kernel: Kernel, tx: Transaction, actor: str) -> None:
            for run in read.unseen_of(tx.conn, unseen):
                judging.mark_seen(kernel, tx, run, actor=actor)

        await self._context.backend.write(job, name="proposal.seen")


def is_on_screen(widget: QWidget, window: QWidget) -> bool:
    """Return whether at least half of a part, or half of the window filled by it, shows in a scrolled window."""
    if not widget.isVisible() or not window.isVisible():
        return False
    place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
    common = place.intersected(window.rect()).height()
    return common * 2 >= min(place.height(), window.height()) > 0
