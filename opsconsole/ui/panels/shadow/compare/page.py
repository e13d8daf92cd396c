"""Compare: pairs on the left, both sides and the five verdicts on the right. A hundred pairs take minutes."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from opsconsole.domain.enums import Adjudication
from opsconsole.engine.evidence.words import VERDICTS
from opsconsole.policy.trials import FINE
from opsconsole.store.queries.pairs import PairRow
from opsconsole.store.queries.views.names import CategoryNames
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.shadow.compare.data import Shown
from opsconsole.ui.panels.shadow.compare.detail import PairDetail
from opsconsole.ui.panels.shadow.compare.judgebar import CategorySheet, JudgeBar
from opsconsole.ui.panels.shadow.compare.judgeverbs import JudgeVerbs
from opsconsole.ui.panels.shadow.compare.list import PairFace, PairList
from opsconsole.ui.panels.shadow.compare.queue import Choice, Loaded, PairQueue
from opsconsole.ui.panels.shadow.compare.words import nothing_to_judge
from opsconsole.ui.panels.shadow.wayon import way_on
from opsconsole.ui.widgets.basics import ChoiceBox, button, row
from opsconsole.ui.widgets.focus import give_focus, lead_on, offer_focus
from opsconsole.ui.widgets.guard import Guard
from opsconsole.ui.widgets.keys import bind
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.words import plural, spoken

_SHOW = (("To judge", "queue"), ("All not judged", "waiting"), ("Judged", "judged"), ("All pairs", "all"))
_GRAVE = (("Any weight", 0), ("Minor or worse", 1), ("Severe", 2))


class ComparePage(QWidget):
    """Joins list, pair and verdicts, and decides which pair is shown.

    Signals:
        counted: (pairs, how many of them in the list, in words; empty for none) after each query.
    """

    counted = Signal(int, str)

    def __init__(self, context: Context, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._context = context
        self.guard = Guard(clock)
        self.queue, self.verbs = PairQueue(context, self), JudgeVerbs(context, self)
        self.list, self.detail = PairList(context.theme), PairDetail(context.theme, self._open_run)
        self.bar, self.sheet = JudgeBar(context.theme, self.judge, self.ask_category), CategorySheet(context.theme)
        self.sheet.hide()
        self._asked = 0
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.boxes = {name: ChoiceBox() for name in ("show", "agent", "category", "verdict", "severity")}
        names = ("Which pairs", "Agent", "Category", "Verdict", "Severity")
        for box, words in zip(self.boxes.values(), names, strict=True):
            box.setAccessibleName(words)
            box.setMinimumWidth(120)
            box.activated.connect(self._on_box)
        self.only = button("", lambda: self.queue.choose(Choice()), kind="chip")
        self.only.setToolTip("Show what is to judge again")
        self.only.hide()
        filters = row(*self.boxes.values(), self.only, None)
        filters.setContentsMargins(28, 0, 28, 12)
        self._render_boxes({}, {}, CategoryNames())
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.detail, 1)
        column.addWidget(self.sheet)
        column.addWidget(self.bar)
        self.states = States(right)
        line = QHBoxLayout()
        line.setSpacing(0)
        line.addWidget(self.list)
        line.addWidget(self.states, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(filters)
        outer.addLayout(line, 1)

    def _connect(self) -> None:
        self.queue.changed.connect(self._render)
        self.queue.loaded.connect(self._on_loaded)
        self.list.picked.connect(self._on_picked)
        self.list.filter.textChanged.connect(self.queue.filter_by)
        lead_on(self.list.filter, self.list.view)
        self.sheet.chosen.connect(self._on_category)
        self.sheet.closed.connect(self.leave)
        self.verbs.judged.connect(self.queue.said)
        self.verbs.returned.connect(self._on_returned)
        self.verbs.told.connect(self._on_told)
        self.verbs.busy_changed.connect(self._render_bar)
        bind(self, "Escape", self.leave)

    @property
    def is_asking(self) -> bool:
        """The sheet for the category is open."""
        return not self.sheet.isHidden()

    def refresh(self) -> None:
        """Query again."""
        self.queue.refresh()

    def go(self, where: Mapping[str, Any]) -> None:
        """Show pairs of an agent, a category, or one pair."""
        names = ("show", "agent", "category", "verdict", "severity", "ids", "is_counting", "about")
        asked = {name: where[name] for name in names if name in where}
        if "pair" in where:
            self.queue.look_for(int(where["pair"]))
            asked.setdefault("show", "all")
        if asked:
            self.list.filter.clear()
            self.leave()
            self.queue.choose(Choice(**asked))
        else:
            self.queue.refresh()

    def focus(self) -> None:
        """Put the keys where they mean verdicts."""
        give_focus(self.list.view, otherwise=self)

    def seek(self) -> None:
        """Go to the filter."""
        self.list.filter.setFocus()

    def judge(self, verdict: Adjudication) -> None:
        """Say who was right of what is shown, unless the finger was meant for another pair."""
        if (shown := self._meant()) is not None:
            self.verbs.judge(shown.row.id, verdict, is_repeat=shown.row.id == self.queue.again)

    def _meant(self) -> Shown | None:
        """Return the pair that a word is meant for; where there is none, it is said why."""
        is_open, is_busy = self.guard.is_open, self.verbs.is_busy
        return self._context.commands.keys.meant(
            self.queue.shown, is_open=is_open, is_busy=is_busy, nothing="No pair is shown."
        )

    def step(self, by: int) -> None:
        """Go on in what has the keys: the pairs, or the categories."""
        if self.is_asking:
            place = self.sheet.list.currentRow() + by
            self.sheet.list.setCurrentRow(min(max(0, place), self.sheet.list.count() - 1))
        else:
            self.queue.step(by)

    def press(self, number: int) -> None:
        """Do what a number key means now."""
        if self.is_asking:
            self.sheet.pick(number)
        else:
            self.judge(list(self.bar.buttons)[number - 1])

    def ask_category(self) -> None:
        """Ask what the event really is; what is shown again is only judged."""
        if (shown := self._meant()) is None:
            return
        if not shown.categories or shown.row.id == self.queue.again:
            self._context.commands.keys.say("There is no other category to say here. Press 1 to 5.")
            return
        self._asked = shown.row.id
        self.sheet.ask(shown.categories, now=shown.row.category, verdict=shown.row.said or Adjudication.HUMAN)
        self.sheet.show()
        self.bar.hide()
        self.sheet.list.setFocus()

    def leave(self) -> None:
        """Close the sheet, leave the filter."""
        self._close_sheet()
        if self.isVisible():
            self.focus()

    def _close_sheet(self) -> None:
        self.sheet.hide()
        self.bar.show()

    def restyle(self) -> None:
        """Paint with other tokens."""
        self.list.restyle()

    def _on_picked(self, pair: PairRow) -> None:
        self.queue.look_at(pair.id)

    def _on_category(self, category: str) -> None:
        shown, asked = self.queue.shown, self._asked
        self.leave()
        if shown is None or shown.row.id != asked or self.verbs.is_busy:
            return
        said = Adjudication.HUMAN if shown.row.said in (None, *FINE) else shown.row.said
        self.verbs.judge(asked, said, is_repeat=False, category=category)

    def _on_returned(self, pair: int, is_repeat: bool) -> None:
        if is_repeat:
            self.queue.again = pair
        self.queue.look_for(pair)

    def _on_told(self, text: str, is_undoable: bool) -> None:
        if is_undoable:
            self._context.navigator.say(text, "Undo", self.verbs.undo)
        else:
            self._context.navigator.say(text)

    def _on_box(self, _index: int) -> None:
        value = {name: box.currentData() for name, box in self.boxes.items()}
        if value["agent"] != self.queue.choice.agent:
            value["category"] = ""
        self.leave()
        self.queue.choose(Choice(**value))

    def _on_loaded(self) -> None:
        found, about = self.queue.found, self.queue.choice.about
        self.only.setText(f"Only: {about}  ✕")
        self.only.setVisible(bool(about))
        if found is not None:
            self._render_boxes(found.names, found.facets, found.called)
            listed = f"{len(found.rows):,}{'+' if found.is_cut else ''}" if found.rows else ""
            self.counted.emit(found.total, listed)

    def _render_boxes(self, names: Mapping[str, str], facets: Mapping[str, list[str]], called: CategoryNames) -> None:
        choice = self.queue.choice
        own = facets.get(choice.agent) or sorted({category for some in facets.values() for category in some})
        items: dict[str, list[tuple[str, Any]]] = {
            "show": list(_SHOW),
            "agent": [("All agents", ""), *((names.get(facet, spoken(facet)), facet) for facet in facets)],
            "category": [
                ("All categories", ""),
                *((called.of_any(category) or "No category", category or "none") for category in own),
            ],
            "verdict": [("Any verdict", ""), *((words, item.value) for item, words in VERDICTS.items())],
            "severity": list(_GRAVE),
        }  # fmt: skip
        for name, box in self.boxes.items():
            wanted = getattr(choice, name)
            present = [(box.itemText(place), box.itemData(place)) for place in range(box.count())]
            if present != items[name]:
                box.clear()
                for words, value in items[name]:
                    box.addItem(words, value)
            box.setCurrentIndex(max(0, box.findData(wanted)))

    def _render_bar(self) -> None:
        shown = self.queue.shown
        is_again = shown is not None and shown.row.id == self.queue.again
        self.bar.show_for(is_there=shown is not None, has_categories=bool(shown and shown.categories) and not is_again)

    def _render(self) -> None:
        """Show the state there is; total and idempotent."""
        queue, found = self.queue, self.queue.found
        if queue.error:
            for states in (self.states, self.list.states):
                states.error(queue.error, act=self.refresh)
            return
        if found is None:
            return
        rows, at = queue.rows, queue.place
        head = plural(len(rows), "pair")
        if found.is_cut:
            head = f"{head} of the first {len(found.rows):,}" if len(rows) < len(found.rows) else f"The first {head}"
        self.list.count.setText(f"{head} here · judged: {found.judged:,} of all {found.total:,}")
        self.list.count.setToolTip(
            "Here: what the choices above let through. Judged: of all pairs there are, those that you said a word to."
        )
        self.list.render_rows(rows, PairFace(found.names, found.now, found.called), current=at)
        self._render_bar()
        if not rows:
            self._render_none(found)
            return
        shown = queue.shown
        if shown is None:
            self.guard.show(None)
            if self.states.currentIndex() != 0:
                self.states.loading("Reading the pair…")
            return
        if self.is_asking and shown.row.id != self._asked:
            self._close_sheet()
            offer_focus(self.list.view, otherwise=self)
        self.guard.show((shown.row.id, shown.row.id == queue.again))
        place = f"{at + 1} of {len(rows)}"
        self.detail.show_pair(shown, names=found.names, place=place, now=found.now)
        self.states.show_content()

    def _render_none(self, found: Loaded) -> None:
        self.list.states.empty("", "Nothing here.")
        everything = partial(self.queue.choose, Choice(show="all"))
        if not found.total:
            self.states.empty("No pairs yet", *way_on(found.past, self._context.navigator))
        elif self.queue.choice == Choice() and not self.list.filter.text():
            self.states.empty(*nothing_to_judge(found), "Show all pairs", everything)
        else:
            self.states.empty("Nothing fits", "No pair is as the filters say.", "Show all pairs", everything)

    def _open_run(self, pair: PairRow) -> None:
        self._context.navigator.go("feed", event=pair.event_id, run=pair.run_id)
