"""The charter: what an agent handles, what it may do with it, what it never does, and how it is overseen."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from opsconsole.domain.agent import Category
from opsconsole.domain.enums import Effect, Level
from opsconsole.engine.agents.deployments import furthest
from opsconsole.engine.ladder.reviewdue import ReviewDue
from opsconsole.engine.ladder.told import WITHOUT_EVIDENCE
from opsconsole.engine.oversight.charter import charter
from opsconsole.engine.oversight.charterpage import charter_page
from opsconsole.engine.oversight.charterwords import deployed, never, overseen, reads, today
from opsconsole.engine.oversight.review import review
from opsconsole.engine.oversight.reviewpage import review_page
from opsconsole.engine.oversight.span import month_before
from opsconsole.engine.oversight.words import day, person
from opsconsole.ui.command import Command
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.data import MOST_TOLD, Shown, standing_told, standing_words
from opsconsole.ui.paper.saving import PageSaver
from opsconsole.ui.widgets.basics import beside, button, card, clamped, label, pill, row
from opsconsole.ui.widgets.clock import utc_now
from opsconsole.ui.widgets.columns import card_column
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.texts import clear, para
from opsconsole.ui.widgets.words import listed, plural, tool_words

REVIEW_KEY = "Alt+R"
PAGE, REVIEW = "Save the charter as a page…", "Save last month's review as a page…"
_LEVELS = ((Level.AUTONOMOUS, "Does alone"), (Level.APPROVAL, "Asks you first"), (Level.OBSERVE, "Only recommends"))


class CharterPage(QWidget):
    """Shows one agent's charter.

    Signals:
        switch_wanted: (category, True to pause it).
        review_wanted: its review is to be looked at, and signed.
    """

    switch_wanted = Signal(str, bool)
    review_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._saver, self._shown = PageSaver(self, context), ""
        area, self._column = card_column()
        area.setAccessibleName("Charter")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def commands(self, is_shown: Callable[[], bool]) -> Sequence[Command]:
        """Return its commands, for when an agent is shown, on whichever of its pages."""
        return (
            Command(id="agents.page", title=PAGE, run=self.save_page, group="Agents", is_enabled=is_shown),
            Command(id="agents.review", title=REVIEW, run=self.save_review, group="Agents", is_enabled=is_shown),
        )

    def save_page(self) -> None:
        """Ask where the charter is to be saved as a page."""
        agent = self._shown
        self._saver.ask(PAGE, f"charter-{agent}", lambda kernel: charter_page(charter(kernel, agent)))

    def save_review(self) -> None:
        """Ask where the review of the last whole month is to be saved, to be read and signed."""
        agent, month = self._shown, month_before(utc_now())
        name = f"review-{agent}-{month.first:%Y-%m}"
        self._saver.ask(REVIEW, name, lambda kernel: review_page(review(kernel, agent, month)))

    def show_agent(self, shown: Shown) -> None:
        """Show an agent's; total."""
        spec, self._shown = shown.spec, shown.row.id
        with kept_in(self):
            clear(self._column)
        self._add("What it is for", [spec.summary or spec.playbook.purpose], "Save as page…", self.save_page)
        if (review := shown.row.marks.review) is not None:
            self._column.addWidget(self._review(review))
        self._column.addWidget(self._categories(shown))
        self._add("What it reads", [reads(spec), *(deployed(spec, each) for each in spec.deployments)])
        self._column.addWidget(self._levels(shown))
        self._add("What it never does", never(spec))
        self._add("How it is overseen", overseen(spec))

    def _add(self, title: str, lines: Iterable[str], verb: str = "", act: Callable[[], None] | None = None) -> None:
        frame, column = card()
        column.addLayout(row(label(title, "h3"), None, *([button(verb, act, kind="link")] if act else [])))
        for line in lines:
            column.addWidget(para(line))
        self._column.addWidget(frame)

    def _review(self, due: ReviewDue) -> QFrame:
        frame, column = card()
        save = button("Save as page…", self.save_review, kind="link")
        save.setAccessibleName("Save last month's review as a page…")
        column.addLayout(row(label("Review", "h3"), None, save))
        told = para(due.sentence)
        told.setProperty("tone", "warn" if due.is_near else "")
        column.addWidget(told)
        if (last := due.last) is not None:
            why = f": {last.reason}" if last.reason else ""
            what = f"{last.decision.value}{why}"
            column.addWidget(
                para(f"The last one was signed on {day(last.at)} by {person(last.actor)}: {what}.", "muted")
            )
        column.addLayout(row(button("Review and sign…", self.review_wanted.emit, keys=REVIEW_KEY), None))
        return frame

    def _categories(self, shown: Shown) -> QFrame:
        frame, column = card()
        column.addWidget(label("What it handles", "h3"))
        for category in shown.spec.playbook.categories:
            column.addLayout(self._category(shown, category))
        return frame

    def _category(self, shown: Shown, category: Category) -> QVBoxLayout:
        is_paused = category.id in shown.paused_categories
        found = furthest(shown.spec, category.id)
        words, tone = ("Paused", "warn") if is_paused else (standing_words(found).capitalize(), "ok")
        if not found.is_live and not is_paused:
            tone = "shadow"
        word = "Resume" if is_paused else "Pause"
        act = button(word, partial(self.switch_wanted.emit, category.id, not is_paused), kind="link")
        act.setAccessibleName(f"{word} {category.name}")
        made = QVBoxLayout()
        made.setSpacing(2)
        stands = pill(words, tone)
        stands.setToolTip("" if is_paused else standing_told(found))
        marks: list[QWidget] = []
        if any(cell == category.id for cell, _ in shown.row.marks.unproven):
            marks.append(pill(WITHOUT_EVIDENCE, "warn"))
        made.addLayout(beside(para(category.name, "h3"), *marks, stands, act))
        if category.criteria:
            criteria = clamped("muted")
            criteria.setText(category.criteria)
            made.addWidget(criteria)
        return made

    def _levels(self, shown: Shown) -> QFrame:
        frame, column = card()
        column.addWidget(label("What it may do", "h3"))
        by_level: dict[Level, list[str]] = {level: [] for level, _ in _LEVELS}
        for tool, kind in shown.tools.items():
            if kind.effect is not Effect.READ:
                by_level[shown.spec.autonomy.level(tool, None)].append(tool_words(tool))
        column.addWidget(para(today(shown.spec)))
        for text, tone in _marked(shown):
            made = para(text)
            made.setProperty("tone", tone)
            column.addWidget(made)
        for level, words in _LEVELS:
            if by_level[level]:
                column.addWidget(para(f"{words}: {listed(by_level[level])}"))
        exceptions = sum(map(len, shown.spec.autonomy.categories.values()))
        if exceptions:
            column.addWidget(para(f"{plural(exceptions, 'exception')} for single categories: see Autonomy.", "muted"))
        return frame


def _marked(shown: Shown) -> Iterable[tuple[str, str]]:
    """Yield (text, tone) of what was taken back, and of what is live without evidence."""
    names = {category.id: category.name for category in shown.spec.playbook.categories}
    for fall, words in zip(shown.row.marks.fallen, shown.row.fallen, strict=True):
        yield f"Taken back in “{names.get(fall.category, fall.category)}”: it {words}: {fall.why}.", "danger"
    if shown.row.unproven:
        yield f"{WITHOUT_EVIDENCE.capitalize()}: {_unproven(shown, names)}. See Ladder.", "warn"


def _unproven(shown: Shown, names: Mapping[str, str]) -> str:
    """Return what is live without evidence; where that is much, how much of each category."""
    cells = shown.row.marks.unproven
    if len(cells) <= MOST_TOLD:
        return listed([f"“{title}”" for title in cells.values()])
    found = Counter(category for category, _ in cells)
    said = [f"“{names.get(category, category)}” ({number})" for category, number in found.items()]
    more = [f"{len(said) - MOST_TOLD} more"] if len(said) > MOST_TOLD else []
    return f"{listed([*said[:MOST_TOLD], *more])}; in brackets how many stages and actions"
