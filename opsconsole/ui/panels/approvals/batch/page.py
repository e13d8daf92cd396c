"""Deciding many of one kind at once: the spread, the ones that stand apart, and one decision each."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout

from opsconsole.ui.panels.approvals.batch.spread import groups, spread_of
from opsconsole.ui.panels.approvals.rows import Waiting
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import button, card, label, row
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import tip
from opsconsole.ui.widgets.words import plural, spoken

_NUMBER, _DIGEST = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class BatchPage(QFrame):
    """A group as a list to tick.

    Signals:
        confirmed: a list of (number, digest) to approve.
        closed: nothing is to be done.
    """

    confirmed = Signal(object)
    closed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("detail")
        self._theme = theme
        self._groups: dict[tuple[str, str, str], list[Waiting]] = {}
        self.choice, self.list = QComboBox(), QTreeWidget()
        self.choice.setAccessibleName("Kind of request")
        self.choice.setMinimumWidth(420)
        self.choice.currentIndexChanged.connect(self._on_choice_changed)
        self.list.setAccessibleName("Requests of this kind")
        self.list.setRootIsDecorated(False)
        self.list.itemChanged.connect(self._on_item_changed)
        self.restyle()
        self._spread = label("", "muted", is_wrapped=True)
        self.approve = button("Approve", self._on_approve, kind="primary", keys="Ctrl+Return")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._body(), 1)
        bar = QFrame()
        bar.setObjectName("actions")
        line = row(self.approve, button("Back", self.closed.emit, keys="Esc"), None)
        line.addWidget(label("Space leaves one out or takes it in. One decision is recorded for each.", "small"))
        line.setContentsMargins(28, 12, 28, 12)
        bar.setLayout(line)
        column.addWidget(bar)

    def _body(self) -> QVBoxLayout:
        body = QVBoxLayout()
        body.setContentsMargins(28, 20, 28, 20)
        body.setSpacing(12)
        body.addWidget(label("Decide many of one kind", "h1"))
        body.addLayout(row(self.choice, None))
        frame, inner = card()
        inner.addWidget(label("How they spread", "h3"))
        inner.addWidget(self._spread)
        body.addWidget(frame)
        listed, around = card()
        around.setContentsMargins(6, 2, 6, 6)
        around.addWidget(self.list)
        body.addWidget(listed, 1)
        return body

    def show_rows(self, rows: Sequence[Waiting], *, current: tuple[str, str, str] | None) -> bool:
        """Offer the groups among these; False where there is none."""
        self._groups = groups(rows)
        self.choice.blockSignals(True)
        self.choice.clear()
        for (agent, tool, category), ones in self._groups.items():
            said = f"{agent}: {spoken(tool.partition('.')[2] or tool).lower()}, {spoken(category).lower()}"
            self.choice.addItem(f"{said} ({len(ones)})")
        keys = list(self._groups)
        place = keys.index(current) if current in keys else 0
        self.choice.setCurrentIndex(place)
        self.choice.blockSignals(False)
        if keys:
            self._on_choice_changed(place)
            self.list.setFocus()
        return bool(keys)

    def chosen(self) -> list[tuple[int, str]]:
        """Return what is ticked, with the digest of what was shown."""
        items = [self.list.topLevelItem(place) for place in range(self.list.topLevelItemCount())]
        return [
            (int(item.data(0, _NUMBER)), str(item.data(0, _DIGEST)))
            for item in items
            if item is not None and item.checkState(0) is Qt.CheckState.Checked
        ]

    def _on_choice_changed(self, place: int) -> None:
        if not 0 <= place < len(self._groups):
            return
        ones = list(self._groups.values())[place]
        spread = spread_of(ones)
        every = [approval.args for approval in ones]
        names = sorted(spread.differing, key=lambda name: max(len(str(args.get(name))) for args in every))[:2]
        self._spread.setText("\n".join(spread.lines))
        self.list.blockSignals(True)
        self.list.clear()
        self.list.setHeaderLabels(["Request", *map(spoken, names), "The event", "Look at this"])
        for approval in sorted(ones, key=lambda approval: approval.id not in spread.apart):
            values = [one_line(str(approval.args.get(name, "—")), 80) for name in names]
            apart = spread.apart.get(approval.id, "")
            item = QTreeWidgetItem(
                [
                    one_line(approval.title, 300),
                    *values,
                    one_line(approval.about, 300),
                    f"Stands apart: {apart}" if apart else "",
                ]
            )
            item.setData(0, _NUMBER, approval.id)
            item.setData(0, _DIGEST, approval.digest)
            item.setToolTip(0, tip(approval.title))
            # What stands apart is left out until a person takes it in.
            item.setCheckState(0, Qt.CheckState.Unchecked if apart else Qt.CheckState.Checked)
            self.list.addTopLevelItem(item)
        header = self.list.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.list.setColumnHidden(len(names) + 2, not spread.apart)
        widths = (230, *(150 for _ in names), 170)
        for place, width in enumerate(widths):
            header.resizeSection(place, width)
        self.list.blockSignals(False)
        self.list.setCurrentIndex(self.list.model().index(0, 0))
        self._count()

    def restyle(self) -> None:
        """Paint with other tokens."""
        colors = self._theme.tokens
        self.list.setStyleSheet(
            "QTreeView::item { padding: 7px 4px }"
            f"QTreeView::item:selected {{ background: {colors['accentSoft']}; color: {colors['text']} }}"
        )

    def _on_item_changed(self, _item: QTreeWidgetItem, _column: int) -> None:
        self._count()

    def _count(self) -> None:
        number = len(self.chosen())
        self.approve.setText(f"Approve {plural(number, 'request')}")
        self.approve.setEnabled(number > 0)

    def _on_approve(self) -> None:
        if chosen := self.chosen():
            self.confirmed.emit(chosen)
