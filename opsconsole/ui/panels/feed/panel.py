"""The feed: what is happening, and why."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QVBoxLayout

from opsconsole.domain.errors import OpsError
from opsconsole.engine.audittrail.story import event_story, run_story
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries.views import eventlist, timeline
from opsconsole.store.queries.views.eventlist import EventRow, Filter
from opsconsole.ui import pausing
from opsconsole.ui.command import Command
from opsconsole.ui.panel import Context, Panel
from opsconsole.ui.panels.feed.filters import FilterBar
from opsconsole.ui.panels.feed.line import HEIGHT, FeedLine, words
from opsconsole.ui.panels.feed.story import StoryView
from opsconsole.ui.widgets.basics import label, pill, row
from opsconsole.ui.widgets.clock import utc_now
from opsconsole.ui.widgets.focus import lead_on, offer_focus
from opsconsole.ui.widgets.paging import Pager
from opsconsole.ui.widgets.rowwindow import RowView, RowWindow
from opsconsole.ui.widgets.seen import Seen
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.words import plural

RENEW_STORY_MS = 1500
FIELDS = ("agent", "category", "state", "connection", "verdict", "outcome", "since", "text")
"""What `go` can filter by."""


class FeedPanel(Panel):
    """List left, story right."""

    name = "feed"
    title = "Feed"
    icon = "activity"
    topics = frozenset({"events", "runs", "approvals", "effects", "draws"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.model: RowWindow[EventRow] = RowWindow(words, self)
        self._line = FeedLine(self.model, context.theme, utc_now)
        self.view = RowView(self.model, self._line, height=HEIGHT, name="Events")
        self.filters = FilterBar(context.theme, context.memory)
        self.story = StoryView(context.theme, utc_now)
        self._count = pill("", "plain")
        self.list = States(self.view)
        self._is_new = True
        self.detail = States(self.story)
        self._pager = Pager(
            self.model,
            self.view,
            ids=self._ids,
            rows=self._rows,
            context=context,
            owner=self,
            states=self.list,
            is_long=lambda: bool(self.filters.wanted.text or self.filters.wanted.outcome),
        )
        self._seen = Seen(context, self)
        self._event: int | None = None
        self._run: int | None = None
        self._told: tuple[dict[str, Any], Sequence[tuple[int, str, str]]] | None = None
        self._is_chosen = False
        self._renew_story = QTimer(self, singleShot=True, interval=RENEW_STORY_MS)
        self._build()
        self._connect()
        self._nothing_chosen()

    def _build(self) -> None:
        pane = QFrame()
        pane.setObjectName("listPane")
        column = QVBoxLayout(pane)
        column.setContentsMargins(0, 18, 0, 0)
        column.setSpacing(10)
        head = QVBoxLayout()
        head.setContentsMargins(20, 0, 20, 0)
        head.setSpacing(12)
        head.addLayout(row(label("Feed", "h2"), None, self._count))
        head.addWidget(self.filters)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(pane)
        self.split.addWidget(self.detail)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([420, 780])
        pane.setMinimumWidth(320)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.split)

    def _connect(self) -> None:
        self.story.verticalScrollBar().valueChanged.connect(self._look)
        self.story.verticalScrollBar().rangeChanged.connect(self._look)
        self.filters.changed.connect(self._on_filters_changed)
        lead_on(self.filters.search, self.view)
        self.view.picked.connect(self._on_view_picked)
        self.story.history_wanted.connect(self._on_history_wanted)
        self.story.party_wanted.connect(self._on_party_wanted)
        self.story.event_wanted.connect(self._on_event_wanted)
        self.story.run_wanted.connect(self._on_run_wanted)
        self.story.decide_wanted.connect(self._on_decide_wanted)
        self.story.show_wanted.connect(self._on_show_wanted)
        self._pager.shown.connect(self._on_pager_shown)
        self._renew_story.timeout.connect(lambda: self._show(self._event, self._run, is_quiet=True))

    def commands(self) -> Sequence[Command]:
        return (
            Command(
                id="feed.search",
                title="Search the feed",
                run=self._focus_search,
                keys=("Ctrl+F", "/"),
                group="Feed",
                opens_field=True,
            ),
            Command(id="feed.next", title="Next event", run=lambda: self.view.step(1), keys=("J",), group="Feed"),
            Command(
                id="feed.previous", title="Event before", run=lambda: self.view.step(-1), keys=("K",), group="Feed"
            ),
            Command(
                id="feed.pause",
                title="Pause the agent of this run",
                run=lambda: pausing.pause_agent(self.context, self, self.story.worked_by),
                keys=("Shift+P",),
                group="Feed",
            ),
            Command(id="feed.clear", title="Show every event", run=self.filters.reset, group="Feed"),
            Command(
                id="feed.refused",
                title="Show what was refused",
                run=lambda: self.go({"verdict": "REFUSE"}),
                group="Feed",
            ),
            Command(
                id="feed.failed", title="Show what failed", run=lambda: self.go({"outcome": "failed"}), group="Feed"
            ),
        )

    def refresh(self) -> None:
        self._pager.refresh()
        self.context.tasks.start(self._offer(), name="feed filters", owner=self, key="choices")
        if self._event is not None and not self._renew_story.isActive():
            self._renew_story.start()

    def restyle(self) -> None:
        self._line.restyle()
        self.filters.restyle()
        self.view.viewport().update()
        if self._told is not None:
            self.story.show_story(*self._told)

    def go(self, where: dict[str, Any]) -> None:
        fields = {name: where[name] for name in FIELDS if name in where}
        if fields:
            self.filters.choose(Filter(**fields))
        if "event" in where or "run" in where:
            self.filters.reset()
            self.context.tasks.start(
                self._go(where.get("event"), where.get("run")), name="going to an event", owner=self, key="go"
            )

    # --- reading

    def _ids(self, kernel: Kernel) -> Any:
        return eventlist.event_ids(kernel.reader, self.filters.wanted, now=kernel.clock.now())

    def _rows(self, kernel: Kernel, ids: Sequence[int]) -> dict[int, EventRow]:
        return eventlist.rows(kernel.reader, ids, now=kernel.clock.now(), wanted=self.filters.wanted)

    async def _offer(self) -> None:
        self.filters.offer(await self.context.backend.read(lambda kernel: eventlist.choices(kernel.reader)))

    async def _go(self, event: int | None, run: int | None) -> None:
        if event is None and run is not None:
            event = await self.context.backend.read(lambda kernel: eventlist.event_of_run(kernel.reader, run))
        if event is None:
            self.context.navigator.say("There is no such event.")
            return
        await self._pager.select(event)
        self._show(event, run)

    def _show(self, event: int | None, run: int | None = None, *, is_quiet: bool = False) -> None:
        self._event, self._run = event, run
        if event is None:
            self._nothing_chosen()
            return
        if not is_quiet and self._told is None:
            self.detail.loading()
        self.context.tasks.start(self._tell(event, run), name="the story of a run", owner=self, key="story")

    async def _tell(self, event: int, run: int | None) -> None:
        agent = self.filters.wanted.agent

        def read(kernel: Kernel) -> tuple[dict[str, Any], list[tuple[int, str, str]]]:
            runs = eventlist.runs_of_event(kernel.reader, event)
            chosen = run or next((run for run, who, _ in runs if who == agent), runs[0][0] if runs else None)
            if chosen is None:
                return {"event": event_story(kernel.reader, event)}, runs
            return run_story(kernel, chosen), runs

        try:
            told = await self.context.backend.read(read)
        except OpsError as error:
            self._told = None
            self.detail.error(str(error), act=lambda: self._show(event, run))
            return
        if event != self._event:
            return
        if told != self._told:
            is_other = self._told is None or self._told[0]["event"]["id"] != event
            self._told = told
            self.story.show_story(*told, verdict=self.filters.wanted.verdict if is_other else None, is_other=is_other)
        self.detail.show_content()
        self._look()

    def _look(self) -> None:
        QTimer.singleShot(0, self, self._note_seen)

    def _note_seen(self) -> None:
        """A proposal in shadow that is on the screen makes its pair unblind; one further down the story does not."""
        if self._told is not None and self.isVisible() and "run" in self._told[0] and self.story.shows_proposal():
            self._seen.note([int(self._told[0]["run"])])

    async def _read_history(self, subject: int) -> None:
        history = await self.context.backend.read(
            lambda kernel: timeline.history_of(kernel.reader, subject, now=kernel.clock.now())
        )
        self.story.show_history(history)

    # --- what happened

    def _on_filters_changed(self) -> None:
        self._is_chosen = False
        self._pager.renew()

    def _on_pager_shown(self) -> None:
        number = len(self.model.ids)
        self._count.setText(f"{number:,}")
        self._count.setToolTip(plural(number, "event"))
        if number:
            self.list.show_content()
            if self._is_new:
                offer_focus(self.view, otherwise=self)
            self._is_new = False
            if not self._is_chosen and not self.view.currentIndex().isValid():
                self._is_chosen = True
                self.view.show_line(0)
        elif self.filters.wanted.is_empty:
            self.list.empty(
                "Nothing came in yet", "Connect a mailbox or a folder, and every event shows here.", "Connect one",
                lambda: self.context.navigator.go("connections"),
            )  # fmt: skip
        else:
            self._show(None)  # a story that is not among these would be taken for one of them
            self.list.empty("No event fits", "Take a filter away, or search for less.", "Show all", self.filters.reset)

    def _on_view_picked(self, event: int | None) -> None:
        if event is not None and event != self._event:
            self._show(event)

    def _on_event_wanted(self, event: int) -> None:
        self.go({"event": event})

    def _on_run_wanted(self, run: int) -> None:
        self._show(self._event, run)

    def _on_decide_wanted(self) -> None:
        if self._told is not None:
            self.context.navigator.go("approvals", first=int(self._told[0]["run"]))

    def _on_show_wanted(self) -> None:
        if self._told is not None:
            self._seen.note([int(self._told[0]["run"])])

    def _on_party_wanted(self, party: str) -> None:
        self.context.navigator.go("audit", subject=party)

    def _on_history_wanted(self, subject: int) -> None:
        self.context.tasks.start(self._read_history(subject), name="history of a subject", owner=self, key="history")

    def _nothing_chosen(self) -> None:
        self._told = None
        self.detail.empty("Choose an event", "Its story shows here: what came, what was wanted, what the rules said.")

    def _focus_search(self) -> None:
        self.filters.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filters.search.selectAll()
