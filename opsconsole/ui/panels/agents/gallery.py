"""The gallery: agents that come with the program, what each may do at most, and what it needs; one press uses one."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from opsconsole.domain.errors import OpsError
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.parts import page_head
from opsconsole.ui.reports import TemplateCard
from opsconsole.ui.widgets.basics import ChoiceBox, beside, button, card, label, pill, row
from opsconsole.ui.widgets.columns import card_column
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.keybutton import KeyButton
from opsconsole.ui.widgets.keys import bind
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.texts import clear, para
from opsconsole.ui.widgets.words import listed

ABOUT = (
    "Each begins in shadow: it says what it would do with what comes in, and nothing is done. You see whether it would"
    " have been right, and raise it step by step."
)
BLANK = "From blank"
BLANK_ABOUT = (
    "Five questions make an agent of your own. Its categories are proposed from the folders, queues or labels in which"
    " your people put what came in, each with three real examples."
)


class GalleryPage(QWidget):
    """Cards of templates.

    Signals:
        used: the agent that was put in use.
        left: the person goes back.
        blank_wanted: none of them fits; the person begins from blank.
    """

    used = Signal(str)
    left = Signal()
    blank_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.cards: Sequence[TemplateCard] = ()
        self._for = ""
        """The connection that somebody looks for an agent for; empty: any."""
        self._choices: dict[str, dict[str, ChoiceBox]] = {}
        area, self._column = card_column()
        area.setAccessibleName("Templates")
        self.states = States(area)
        self.back = KeyButton(context.theme, "Back", key="Esc", act=self.left.emit)
        bind(self, "Escape", self.left.emit)
        head = page_head(label("A new agent", "h1"), self.back, para(ABOUT, "muted"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(head)
        outer.addWidget(self.states, 1)

    def look_for(self, connection: str) -> None:
        """Offer first what works a connection, with it chosen; empty: any."""
        self._for = connection
        self.refresh()

    def refresh(self) -> None:
        """Query anew."""
        self._context.tasks.start(self._load(), name="the templates", owner=self, key="load")

    async def _load(self) -> None:
        try:
            found = await self._context.tools.gallery()
        except OpsError as error:
            self.states.error(f"{error}", act=self.refresh)
            return
        self.cards = sorted(found, key=lambda shown: not self._works(shown))
        self._render()

    def _works(self, shown: TemplateCard) -> bool:
        """Return whether it can work what an agent is looked for."""
        return not self._for or any(self._for in names for _, names in shown.choices.values())

    def _render(self) -> None:
        self._choices = {}
        with kept_in(self):
            clear(self._column)
        self._column.addWidget(self._blank_card())
        if self._for:
            self._column.addWidget(para(f"An agent for {self._for}: those that can work it stand first.", "muted"))
        for shown in self.cards:
            self._column.addWidget(self._card(shown))
        self.states.show_content()

    def _blank_card(self) -> QFrame:
        frame, column = card()
        frame.setAccessibleName(f"{BLANK}: {BLANK_ABOUT}")
        begin = KeyButton(self._context.theme, "Begin", key="B", act=self.blank_wanted.emit)
        begin.setAccessibleName("Begin from blank")
        column.addLayout(beside(label(BLANK, "h2"), begin))
        column.addWidget(para(BLANK_ABOUT))
        return frame

    def _card(self, shown: TemplateCard) -> QFrame:
        frame, column = card()
        frame.setAccessibleName(f"{shown.title}: {shown.sentence}")
        use = button("Use it in shadow", partial(self._use, shown), kind="accent" if shown is self.cards[0] else "")
        use.setAccessibleName(f"Use {shown.title} in shadow")
        use.setEnabled(not (shown.lacks or shown.is_in_use or shown.problem))
        parts: list[QWidget] = [pill("in use", "ok")] if shown.is_in_use else []
        column.addLayout(beside(label(shown.title, "h2"), *parts, use))
        column.addWidget(para(shown.sentence))
        column.addWidget(para(f"At most: {shown.most}", "muted"))
        column.addWidget(para(shown.never, "muted"))
        if shown.lacks:
            column.addWidget(para(f"It needs {listed(shown.lacks)}, which is not connected yet.", "error"))
            connect = button("Connect…", partial(self._context.navigator.go, "connections"), kind="link")
            connect.setAccessibleName(f"Connect what {shown.title} needs")
            column.addLayout(row(connect, None))
        elif shown.problem:
            column.addWidget(para(shown.problem, "error"))
        else:
            self._add_choices(column, shown)
            column.addWidget(label(_matching(shown), "small"))
            if not self._works(shown):
                column.addWidget(label(f"It cannot work {self._for}.", "small"))
        return frame

    def _add_choices(self, column: QVBoxLayout, shown: TemplateCard) -> None:
        boxes: dict[str, ChoiceBox] = {}
        for slot, (what, names) in shown.choices.items():
            if len(names) < 2:
                continue
            box = ChoiceBox()
            box.addItems(list(names))
            box.setCurrentIndex(names.index(self._for) if self._for in names else 0)
            box.setAccessibleName(f"{shown.title}: {what}")
            box.setEnabled(not shown.is_in_use)
            boxes[slot] = box
            column.addLayout(row(label(f"It works {what}:", "small"), box, None))
        self._choices[shown.name] = boxes

    def _use(self, shown: TemplateCard) -> None:
        chosen = {slot: box.currentText() for slot, box in self._choices.get(shown.name, {}).items()}
        self._context.tasks.start(self._used(shown, chosen), name="the new agent", owner=self, key="use")

    async def _used(self, shown: TemplateCard, chosen: Mapping[str, str]) -> None:
        try:
            agent = await self._context.tools.use_template(shown.name, chosen)
        except OpsError as error:
            self._context.navigator.say(f"{error}")
            self.refresh()
            return
        text = f"{shown.title} works in shadow now: it says what it would do, and nothing is done."
        self._context.navigator.say(text)
        self.used.emit(agent)


def _matching(shown: TemplateCard) -> str:
    if not shown.looked_at:
        return "Nothing came in yet; it works what comes from now on."
    return f"{shown.matches:,} of the last {shown.looked_at:,} events are for it."
