"""Joins the list with the queue: what is picked, filtered, grouped and ordered; remembers how a person has it."""

from PySide6.QtCore import QObject

from opsconsole.ui.panel import Context
from opsconsole.ui.panels.approvals.list.order import GROUPINGS, ORDERS, Grouping, Order, following
from opsconsole.ui.panels.approvals.list.pane import WaitingPane
from opsconsole.ui.panels.approvals.list.queue import Queue
from opsconsole.ui.panels.approvals.rows import Waiting
from opsconsole.ui.widgets.focus import lead_on

_GROUPING, _ORDER = "approvals/grouping", "approvals/order"


class Arranging(QObject):
    """Groups and orders what waits."""

    def __init__(self, context: Context, parent: QObject, *, pane: WaitingPane, queue: Queue) -> None:
        super().__init__(parent)
        self._memory, self._pane, self._queue = context.memory, pane, queue
        grouping, order = str(self._memory.value(_GROUPING, "")), str(self._memory.value(_ORDER, "oldest"))
        queue.arrange_by(
            grouping=grouping if grouping in GROUPINGS else "",
            order=order if order in ORDERS else "oldest",
        )
        pane.arranged.connect(self._arrange)
        pane.picked.connect(self._on_picked)
        pane.switched.connect(queue.switch)
        pane.filter.textChanged.connect(queue.filter_by)
        lead_on(pane.filter, pane.view)

    def next_grouping(self) -> None:
        """Group in another way."""
        self._arrange(following(GROUPINGS, self._queue.grouping), self._queue.order)

    def next_order(self) -> None:
        """Order in another way."""
        self._arrange(self._queue.grouping, following(ORDERS, self._queue.order))

    def render(self) -> None:
        """Show how many there are, and the groups with their numbers."""
        queue = self._queue
        self._pane.show_counts(queue.total, queue.put_off, first=queue.to_decide, is_put_off=queue.is_put_off)
        groups = queue.arranged.groups
        self._pane.show_groups(groups, grouping=queue.grouping, order=queue.order, only=queue.only)

    def _arrange(self, grouping: Grouping, order: Order, only: str = "") -> None:
        self._queue.arrange_by(grouping=grouping, order=order, only=only)
        self._memory.setValue(_GROUPING, grouping)
        self._memory.setValue(_ORDER, order)

    def _on_picked(self, row: Waiting) -> None:
        self._queue.look_at(row.id)
