"""Coverage: every tool of every connection, who may do it, which rules look at it, and what runs unguarded."""

from itertools import groupby

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QVBoxLayout, QWidget

from opsconsole.domain.action import ActionType
from opsconsole.domain.enums import Effect, Reversibility
from opsconsole.domain.errors import OpsError
from opsconsole.engine.agents.coverage import Covered, Use, coverage
from opsconsole.engine.kernel import Kernel
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.parts import page_head
from opsconsole.ui.widgets.basics import Tone, beside, card, label, pill, row
from opsconsole.ui.widgets.columns import card_column
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.keybutton import KeyButton
from opsconsole.ui.widgets.keys import bind
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.texts import clear, para
from opsconsole.ui.widgets.words import listed, plural, tool_words

WHO = 132
"""Room for an agent's name, in px."""
_ABOUT = (
    "What each agent may do at most, and what looks at it before: its guardrails, and the rules that the gate always"
    " asks. Caps and the kill switch reach everything."
)
_WAYS: dict[str, tuple[str, Tone]] = {
    "alone": ("Acts alone", "ok"),
    "asks": ("Asks you", "warn"),
    "recommends": ("Recommends", "accent"),
    "shadow": ("In shadow", "shadow"),
}
_BACK = {
    Reversibility.REVERSIBLE: "can be undone",
    Reversibility.COMPENSABLE: "can be made up for",
    Reversibility.IRREVERSIBLE: "cannot be undone",
}


class CoveragePage(QWidget):
    """A card for each connection.

    Signals:
        left: the person goes back.
    """

    left = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.found: tuple[Covered, ...] = ()
        area, self._column = card_column()
        area.setAccessibleName("Coverage")
        self.states = States(area)
        self.only_bare, self.with_unused = QCheckBox("Only what runs unguarded"), QCheckBox("Also what no agent uses")
        for box in (self.only_bare, self.with_unused):
            box.toggled.connect(self._render)
        self.back = KeyButton(context.theme, "Back", key="Esc", act=self.left.emit)
        self._count = para("", "muted")
        bind(self, "Escape", self.left.emit)
        self._choices = QWidget()
        self._choices.setLayout(row(self.only_bare, 12, self.with_unused, None))
        self._choices.hide()
        about = para(_ABOUT, "muted")
        head = page_head(label("Coverage", "h1"), self.back, about, self._count, self._choices, spacing=6)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(head)
        outer.addWidget(self.states, 1)

    def refresh(self) -> None:
        """Query anew."""
        self._context.tasks.start(self._load(), name="coverage", owner=self, key="load")

    async def _load(self) -> None:
        def query(kernel: Kernel) -> tuple[Covered, ...]:
            specs = [version.spec for version in kernel.roster.current(kernel.reader)]
            return coverage(kernel.registry, specs)

        try:
            self.found = await self._context.backend.read(query, lane="long")
        except OpsError as error:
            self._count.setText("")
            with kept_in(self):
                self._choices.hide()  # they would show what was read before
            self.states.error(f"{error}", act=self.refresh)
            return
        self._choices.setVisible(bool(self.found))
        self._render()

    def _render(self) -> None:
        bare = sum(use.is_unguarded for each in self.found for use in each.uses)
        some = plural(bare, "use of a tool runs", "uses of a tool run")
        told = f"{some} unguarded: alone, with no guardrail." if bare else "Nothing runs unguarded."
        self._count.setText(told if any(each.uses for each in self.found) else "")
        with kept_in(self):
            clear(self._column)
        shown = [each for each in self.found if self._is_shown(each)]
        for connection, some in groupby(shown, key=lambda each: each.connection):
            self._column.addWidget(self._card(connection, list(some)))
        if shown:
            self.states.show_content()
        elif self.only_bare.isChecked():
            self.states.empty("Nothing runs unguarded", "Whatever an agent does alone, a rule looks at first.")
        else:
            self.states.empty("No tool is used yet", "Choose an agent first; what it may use stands here then.")

    def _is_shown(self, each: Covered) -> bool:
        if self.only_bare.isChecked():
            return each.is_unguarded
        return bool(each.uses) or self.with_unused.isChecked()

    def _card(self, connection: str, some: list[Covered]) -> QFrame:
        frame, column = card()
        column.addWidget(label(connection, "h2"))
        frame.setAccessibleName(f"Tools of {connection}")
        for at, each in enumerate(some):
            column.addSpacing(8 if at else 0)
            column.addLayout(row(label(tool_words(each.tool), "h3"), label(_reach(each.kind), "small"), None))
            if not each.uses:
                column.addWidget(label("no agent uses it", "small"))
            for use in each.uses:
                if use.is_unguarded or not self.only_bare.isChecked():
                    words, tone = _WAYS[use.way]
                    parts = [pill("Unguarded", "warn")] if use.is_unguarded else []
                    who, what = label(use.name, is_wrapped=True), para(held(use), "muted")
                    who.setFixedWidth(WHO)
                    who.setAlignment(Qt.AlignmentFlag.AlignTop)
                    what.setAlignment(Qt.AlignmentFlag.AlignTop)
                    told = beside(what, *parts, pill(words, tone))
                    told.insertWidget(0, who)
                    column.addLayout(told)
        return frame


def _reach(kind: ActionType) -> str:
    if kind.effect is Effect.READ:
        return "only reads"
    where = "to people outside" if kind.effect is Effect.EXTERNAL else "inside"
    return f"{where}, {_BACK[kind.reversibility]}"


def held(use: Use) -> str:
    """Return what looks at a use, in words."""
    names = [name.replace("_", " ") for name in use.rails]
    rails = [f"{'guardrail' if len(names) == 1 else 'guardrails'} {listed(names)}"] if names else []
    caps = ["its own caps"] if use.has_caps else []
    return "; ".join([*rails, *use.walls, *caps]) or "nothing but its level"
