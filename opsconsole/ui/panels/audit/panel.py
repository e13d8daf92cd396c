"""The audit trail: prove it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from opsconsole.engine.audittrail.words import ACTORS, KINDS
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries.views import auditlist
from opsconsole.store.queries.views.auditlist import AuditFilter, Entry
from opsconsole.ui.command import Command
from opsconsole.ui.panel import Context, Panel
from opsconsole.ui.panels.audit.chain import ChainState
from opsconsole.ui.panels.audit.choices import choice_box
from opsconsole.ui.panels.audit.entry import entry_card
from opsconsole.ui.panels.audit.export import FORMS, ExportButton
from opsconsole.ui.panels.audit.history import bound_of, history_part
from opsconsole.ui.panels.audit.line import COLUMNS, HEIGHT, AuditLine, column_widths, words
from opsconsole.ui.widgets.basics import button, label, row
from opsconsole.ui.widgets.focus import kept_in, lead_on, offer_focus
from opsconsole.ui.widgets.paging import Pager
from opsconsole.ui.widgets.rowwindow import RowView, RowWindow
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.texts import clear
from opsconsole.ui.widgets.words import plural

SMALL = 1100
"""Width of the page in px below which what is read whole takes less of it."""
SIDES = (360, 300)
"""The width of what is read whole: with room, and without, in px."""


class AuditPanel(Panel):
    """Entries, the chain's state, a subject's history, export."""

    name = "audit"
    title = "Audit"
    icon = "shield"
    topics = frozenset({"audit"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.wanted = AuditFilter()
        self.model: RowWindow[Entry] = RowWindow(words, self)
        self._line = AuditLine(self.model, context.theme)
        self.view = RowView(self.model, self._line, height=HEIGHT, name="Audit entries")
        self.list = States(self.view)
        self._is_new = True
        self._entry: int | None = None
        """The entry that is shown beside, if it is one."""
        self.chain = ChainState(context)
        self._pager = Pager(
            self.model,
            self.view,
            ids=self._ids,
            rows=self._rows,
            context=context,
            owner=self,
            states=self.list,
            is_long=lambda: not self.wanted.is_empty,
        )
        self._typing = QTimer(self, singleShot=True, interval=200)
        self._glass = QAction(self)
        self._build()
        self._pager.shown.connect(self._on_pager_shown)
        self.view.picked.connect(self._on_view_picked)
        self._typing.timeout.connect(self._filter)
        self.restyle()

    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        top = QVBoxLayout()
        top.setContentsMargins(28, 20, 28, 14)
        top.setSpacing(12)
        self.export = ExportButton(self.context, wanted=lambda: self.wanted)
        self.export.exported.connect(self.refresh)
        self.number, self.rest = label("", "small"), button("Look at all", self._look_at_all, kind="link")
        self.rest.hide()
        top.addLayout(row(label("Audit", "h1"), self.number, self.rest, None, self.export))
        top.addWidget(self.chain)
        self.search = QLineEdit(placeholderText="Search entries: addresses, numbers, reasons   /")
        self.search.setAccessibleName("Search audit entries")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(self._typing.start)
        lead_on(self.search, self.view)
        self.kind = choice_box("Kind", "Everything", KINDS)
        self.actor = choice_box("Who", "Anybody", ACTORS)
        self.run = QLineEdit(placeholderText="Run")
        self.run.setFixedWidth(84)
        self.run.setAccessibleName("Only this run")
        self.run.textChanged.connect(self._typing.start)
        self.subject = QLineEdit(placeholderText="Address, domain or deal:14")
        self.subject.setFixedWidth(210)
        self.subject.setAccessibleName("History of an address, a domain or a subject; Enter shows it")
        self.subject.returnPressed.connect(self._on_subject_entered)
        for box in (self.kind, self.actor):
            box.currentIndexChanged.connect(self._filter)
        line = row(self.search, self.kind, self.actor, self.run, self.subject)
        line.setStretchFactor(self.search, 1)
        top.addLayout(line)
        whole.addLayout(top)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self._list_pane())
        self.split.addWidget(self._side_pane())
        self.split.setStretchFactor(0, 1)
        self._share()
        self.view.fitted.connect(self._fit_heads)
        whole.addWidget(self.split, 1)

    def _list_pane(self) -> QFrame:
        pane = QFrame()
        pane.setObjectName("listPane")
        column = QVBoxLayout(pane)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(4)
        heads = row(22, spacing=0)
        self._heads = [label(name, "cap") for name in COLUMNS]
        for head in self._heads:
            heads.addWidget(head)
        heads.addWidget(label("About", "cap"), 1)
        column.addLayout(heads)
        column.addWidget(self.list, 1)
        return pane

    def _side_pane(self) -> QScrollArea:
        self.side = QScrollArea()
        self.side.setWidgetResizable(True)
        self.side.setFrameShape(QFrame.Shape.NoFrame)
        self.side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.side.setMinimumWidth(SIDES[True])
        page = QWidget()
        page.setObjectName("page")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(16, 16, 16, 16)
        self.side.setWidget(page)
        self._show_side(label("Choose an entry to read it whole.", "muted", is_wrapped=True))
        return self.side

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share a small width so that the list can be read."""
        super().resizeEvent(event)
        if (event.size().width() < SMALL) is not (event.oldSize().width() < SMALL):
            self._share()

    def _share(self) -> None:
        side = SIDES[self.width() < SMALL]
        self.split.setSizes([max(1, self.width() - side), side])

    def _fit_heads(self, line: int) -> None:
        for head, width in zip(self._heads, column_widths(line), strict=True):
            head.setFixedWidth(width)

    def commands(self) -> Sequence[Command]:
        return (
            Command(
                id="audit.search",
                title="Search the record",
                run=self._focus_search,
                keys=("Ctrl+F", "/"),
                group="Audit",
                opens_field=True,
            ),
            Command(id="audit.verify", title="Verify the record", run=self.chain.verify, group="Audit"),
            *(
                Command(
                    id=f"audit.export{end}",
                    title=f"Export: {name}",
                    run=partial(self.export.ask_where, end),
                    group="Audit",
                )
                for name, end in FORMS
            ),
        )

    def refresh(self) -> None:
        self._pager.refresh()

    def restyle(self) -> None:
        self._line.restyle()
        self._glass.setIcon(self.context.theme.icon("search", "text3"))
        self.export.restyle()
        self.view.viewport().update()

    def go(self, where: dict[str, Any]) -> None:
        if "run" in where:
            self.run.setText(str(where["run"]))
        if "kind" in where:
            self.kind.setCurrentIndex(max(0, self.kind.findData(where["kind"])))
        if "subject" in where:
            self.subject.setText(str(where["subject"]))
            self._on_subject_entered()

    # --- reading

    def _ids(self, kernel: Kernel) -> Any:
        return auditlist.seqs(kernel.reader, self.wanted)

    def _rows(self, kernel: Kernel, ids: Sequence[int]) -> dict[int, Entry]:
        return auditlist.told_entries(kernel.reader, ids)

    async def _read_history(self, key: str, reach: int) -> None:
        more = partial(self._start_history, key, 2 * reach)
        self._entry = None
        self._show_side(await history_part(self.context, key, reach=reach, more=more))

    async def _read_bound(self, wanted: AuditFilter) -> None:
        if bound := await bound_of(self.context, wanted):
            self.number.setText(f"{plural(len(self.model.ids), 'entry', 'entries')} {bound}")
            self.rest.show()

    async def _read_entry(self, seq: int) -> None:
        found = await self.context.backend.read(lambda kernel: auditlist.told_entries(kernel.reader, [seq]))
        if seq in found and self.model.line_of(seq) is not None:
            self._entry = seq
            is_narrow = self.width() < SMALL
            self._show_side(entry_card(found[seq], go=self.context.navigator.go, is_narrow=is_narrow))

    # --- what happened

    def _filter(self) -> None:
        run = self.run.text().strip()
        wanted = AuditFilter(
            kind=self.kind.currentData(),
            actor=self.actor.currentData(),
            run=int(run) if run.isdecimal() and len(run) < 16 else None,
            text=self.search.text(),
        )
        if wanted != self.wanted:
            self.wanted = wanted
            self._pager.renew()

    def _on_pager_shown(self) -> None:
        number = len(self.model.ids)
        self.number.setText(plural(number, "entry", "entries"))
        self.rest.hide()
        self.context.tasks.start(self._read_bound(self.wanted), name="how much was searched", owner=self, key="bound")
        is_gone = self._entry is not None and self.model.line_of(self._entry) is None
        if is_gone or not (number or self.subject.text()):  # what stands beside is of no line any more
            self._entry = None
            self._show_side(label("Choose an entry to read it whole.", "muted", is_wrapped=True))
        if number:
            self.list.show_content()
            if self._is_new and not (self.search.text() or self.subject.text()):
                # It chooses its first line: not where a history was asked for.
                offer_focus(self.view, otherwise=self)
            self._is_new = False
        elif self.wanted.is_empty:
            self.list.empty("Nothing is recorded yet", "Whatever agents and people do is written here.")
        else:
            self.list.empty("No entry fits", "Search for less, or take a filter away.", "Show all", self._reset)

    def _look_at_all(self) -> None:
        self.wanted = replace(self.wanted, newest=None)
        self._pager.renew()

    def _reset(self) -> None:
        for box in (self.kind, self.actor):
            box.setCurrentIndex(0)
        for field in (self.search, self.run):
            field.clear()
        self._filter()

    def _on_view_picked(self, seq: int | None) -> None:
        if seq is not None:
            self.context.tasks.start(self._read_entry(seq), name="an audit entry", owner=self, key="history")

    def _on_subject_entered(self) -> None:
        if key := self.subject.text().strip():
            self._start_history(key, 1)

    def _start_history(self, key: str, reach: int) -> None:
        work = self._read_history(key, reach)
        self.context.tasks.start(work, name="history of a subject", owner=self, key="history")

    def _show_side(self, part: QWidget) -> None:
        with kept_in(self.side):
            clear(self._column)
        self._column.addWidget(part)
        self._column.addStretch(1)

    def _focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()
