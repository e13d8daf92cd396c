"""Deciding many of one kind at once: the spread, the ones that stand apart, what each would do, one decision each."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout

from opsconsole.domain.enums import ApprovalKind
from opsconsole.ui.panels.approvals.batch.bar import BatchBar
from opsconsole.ui.panels.approvals.batch.preview import Preview
from opsconsole.ui.panels.approvals.batch.spread import groups, spread_of
from opsconsole.ui.panels.approvals.card.data import Shown
from opsconsole.ui.panels.approvals.rows import Waiting
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import ChoiceBox, card, label, row
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import tip
from opsconsole.ui.widgets.words import spoken

_NUMBER, _DIGEST = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_COLUMNS = 2
"""Arguments that differ and have a column of their own, at most."""
Chosen = list[tuple[int, str]]
"""Requests, each with the digest of what was shown."""


class BatchPage(QFrame):
    """A group as a list to tick.

    Signals:
        approved: a list of (number, digest) to approve.
        rejected: a list of (number, digest) to reject, the reason to be asked for.
        answered: (a list of (number, digest), the answer to all of them).
        left: a list of (number, digest) to leave to people.
        looked_at: number of the request that is to be shown below the list.
        closed: nothing is to be done.
    """

    approved = Signal(object)
    rejected = Signal(object)
    answered = Signal(object, str)
    left = Signal(object)
    looked_at = Signal(int)
    closed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("detail")
        self._theme = theme
        self._groups: dict[tuple[str, str, str], list[Waiting]] = {}
        self._why_not: Mapping[int, str] | None = None
        self.choice, self.list, self.preview = ChoiceBox(), QTreeWidget(), Preview(theme)
        self.choice.setAccessibleName("Kind of request")
        self.choice.setMinimumWidth(320)
        self.choice.currentIndexChanged.connect(self._on_choice_changed)
        self.list.setAccessibleName("Requests of this kind")
        self.list.setRootIsDecorated(False)
        self.list.setMinimumHeight(120)
        self.list.itemChanged.connect(self._on_item_changed)
        self.list.currentItemChanged.connect(self._on_current_changed)
        self.restyle()
        self._spread = label("", "muted", is_wrapped=True)
        acts = {"approve": self.approve, "reject": self.reject, "leave": self.leave, "back": self.closed.emit}
        self.bar = BatchBar(theme, acts, answer=self.answer)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._body(), 1)
        column.addWidget(self.bar)

    def _body(self) -> QVBoxLayout:
        body = QVBoxLayout()
        body.setContentsMargins(28, 20, 28, 16)
        body.setSpacing(10)
        body.addWidget(label("Decide many of one kind", "h1"))
        body.addLayout(row(self.choice, None))
        body.addWidget(self._spread)
        listed, around = card()
        around.setContentsMargins(6, 2, 6, 6)
        around.addWidget(self.list)
        body.addWidget(listed, 3)
        body.addWidget(self.preview, 2)
        return body

    def show_rows(self, rows: Sequence[Waiting], *, current: tuple[str, str, str] | None) -> bool:
        """Offer the groups among these; False where there is none."""
        self._groups = groups(rows)
        self.choice.blockSignals(True)
        self.choice.clear()
        for key, members in self._groups.items():
            self.choice.addItem(f"{_named(key, members)} ({len(members):,})")
        keys = list(self._groups)
        place = keys.index(current) if current in keys else 0
        self.choice.setCurrentIndex(place)
        self.choice.blockSignals(False)
        if keys:
            self._on_choice_changed(place)
        return bool(keys)

    @property
    def members(self) -> list[Waiting]:
        """The requests of the group that is shown."""
        found = list(self._groups.values())
        return found[self.choice.currentIndex()] if 0 <= self.choice.currentIndex() < len(found) else []

    @property
    def face(self) -> object:
        """What a person judges by: where it differs, another list is shown."""
        return self.choice.currentIndex(), tuple(member.id for member in self.members)

    @property
    def current(self) -> int | None:
        """The request the keys are on."""
        item = self.list.currentItem()
        return None if item is None else int(item.data(0, _NUMBER))

    def chosen(self) -> Chosen:
        """Return what is ticked, with the digest of what was shown."""
        return [
            (int(item.data(0, _NUMBER)), str(item.data(0, _DIGEST)))
            for item in self._items()
            if item.checkState(0) is Qt.CheckState.Checked
        ]

    def approve(self) -> None:
        """Approve what is ticked."""
        if self.bar.can_approve and (chosen := self.chosen()):
            self.approved.emit(chosen)

    def reject(self) -> None:
        """Reject what is ticked, once the reason is said."""
        if self.bar.can_approve and (chosen := self.chosen()):
            self.rejected.emit(chosen)

    def leave(self) -> None:
        """Leave the questions that are ticked to people."""
        if not self.bar.can_approve and (chosen := self.chosen()):
            self.left.emit(chosen)

    def answer(self, number: int) -> None:
        """Give the answer of a key, from 1, to every question that is ticked."""
        options = self.bar.options
        if 1 <= number <= len(options) and (chosen := self.chosen()):
            self.answered.emit(chosen, options[number - 1])

    def show_card(self, shown: Shown | None) -> None:
        """Show below the list what the request there would do; another one's card is not shown for it."""
        self.preview.show_card(shown if shown is not None and shown.view.id == self.current else None)

    def show_results(self, done: set[int], why_not: Mapping[int, str]) -> None:
        """Keep those that were not decided, each with the reason; they are ticked no more."""
        left = [member for member in self.members if member.id not in done]
        self._groups = {key: left if members is self.members else members for key, members in self._groups.items()}
        self._fill(left, why_not)

    def renew(self, rows: Sequence[Waiting]) -> None:
        """Show those that were not decided as they are now, not ticked; what is still to be decided is not changed."""
        latest = {row.id: row for row in rows}
        members = [latest.get(member.id, member) for member in self.members]
        if self._why_not is None or [member.digest for member in members] == [m.digest for m in self.members]:
            return
        old = self.members
        self._groups = {key: members if group is old else group for key, group in self._groups.items()}
        self._fill(members, self._why_not)

    def restyle(self) -> None:
        """Paint with other tokens."""
        colors = self._theme.tokens
        self.list.setStyleSheet(
            "QTreeView::item { padding: 7px 4px }"
            f"QTreeView::item:selected {{ background: {colors['accentSoft']}; color: {colors['text']} }}"
        )
        self.preview.restyle()

    def _items(self) -> list[QTreeWidgetItem]:
        found = [self.list.topLevelItem(place) for place in range(self.list.topLevelItemCount())]
        return [item for item in found if item is not None]

    def _on_choice_changed(self, place: int) -> None:
        if 0 <= place < len(self._groups):
            self._fill(self.members, None)

    def _fill(self, members: Sequence[Waiting], why_not: Mapping[int, str] | None) -> None:
        """List requests; with `why_not` after they were decided, and what came of those that were not."""
        self._why_not = why_not
        spread = spread_of(members)
        every = [member.args for member in members]
        names = sorted(spread.differing, key=lambda name: max(len(str(args.get(name))) for args in every))[:_COLUMNS]
        told = spread.apart if why_not is None else why_not
        self._spread.setText(" · ".join(spread.lines))
        self.list.blockSignals(True)
        self.list.clear()
        last = "Look at this" if why_not is None else "Not decided"
        self.list.setHeaderLabels(["Request", *map(spoken, names), "The event", last])
        for member in sorted(members, key=lambda member: member.id not in told):
            self.list.addTopLevelItem(_line(member, names, told.get(member.id, ""), is_open=why_not is None))
        header = self.list.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.list.setColumnHidden(len(names) + 2, not told)
        for place, width in enumerate((230, *(150 for _ in names), 170)):
            header.resizeSection(place, width)
        self.list.blockSignals(False)
        self.bar.show_for(members[0] if members else None)
        self.list.setCurrentIndex(self.list.model().index(0, 0))
        self._count()

    def _on_item_changed(self, _item: QTreeWidgetItem, _column: int) -> None:
        self._count()

    def _on_current_changed(self, *_: object) -> None:
        if (number := self.current) is not None:
            self.looked_at.emit(number)

    def _count(self) -> None:
        self.bar.count(len(self.chosen()))


def _line(member: Waiting, names: Sequence[str], told: str, *, is_open: bool) -> QTreeWidgetItem:
    """Make the line of a request; what stands apart, or was not decided, is left out until a person takes it in."""
    values = [one_line(str(member.args.get(name, "—")), 80) for name in names]
    mark = f"Stands apart: {told}" if told and is_open else told
    item = QTreeWidgetItem([one_line(member.title, 300), *values, one_line(member.about, 300), mark])
    item.setData(0, _NUMBER, member.id)
    item.setData(0, _DIGEST, member.digest)
    item.setToolTip(0, tip(member.title))
    item.setToolTip(len(names) + 2, tip(mark))
    item.setCheckState(0, Qt.CheckState.Unchecked if told or not is_open else Qt.CheckState.Checked)
    return item


def _named(key: tuple[str, str, str], members: Sequence[Waiting]) -> str:
    """Return the words for a group."""
    tool, agent, category = key[1], members[0].agent, members[0].category_name
    if members[0].kind is ApprovalKind.QUESTION:
        return f"{agent}: {one_line(members[0].title, 60)}"
    return f"{agent}: {spoken(tool.partition('.')[2] or tool).lower()}, {category}"
