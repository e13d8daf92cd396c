"""Simulate a call: one of the past as then or by today's rules, or one that is typed in; every rule answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from opsconsole.domain.errors import OpsError
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.past.simulate import Simulated, TypedCall, as_then, typed, under
from opsconsole.store.queries.views.wanted import RecentCall, recent_calls
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.data import Shown
from opsconsole.ui.panels.agents.gateview.answers import Answers
from opsconsole.ui.panels.agents.gateview.callform import CallForm
from opsconsole.ui.panels.agents.parts import page_head
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import button, label, row
from opsconsole.ui.widgets.focus import give_focus
from opsconsole.ui.widgets.keybutton import KeyButton
from opsconsole.ui.widgets.keys import bind
from opsconsole.ui.widgets.listpane.face import Card, Measures, Pill, RowFace
from opsconsole.ui.widgets.listpane.pane import ListPane
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.texts import para, tip
from opsconsole.ui.widgets.words import VERDICTS, ago, exact, tool_words

MOST = 200
"""So many calls of the past can be chosen from."""
_MEASURES = Measures(row=84, lines=1, foot=53)
_ABOUT = "Nothing is done and nothing is kept: the gate only says what it would say, rule by rule."
_NONE = "What it wants to do stands here once it has worked something. A call can be typed in already."
THEN, NOW, TYPED = "then", "now", "typed"
_WAYS = {THEN: "As it was then", NOW: "By the rules in use now", TYPED: "Typed in"}


@dataclass(frozen=True, slots=True)
class _CallFace(RowFace[RecentCall]):
    now: datetime

    def card(self, row: RecentCall) -> Card:
        words, tone = VERDICTS[row.verdict.name]
        return Card(
            title=tool_words(row.tool), text=_title(row), pills=(Pill(words, tone),), beside=ago(row.at, self.now)
        )

    def text(self, row: RecentCall) -> str:
        return f"{tool_words(row.tool)}, {VERDICTS[row.verdict.name][0]}: {_title(row)}"

    def description(self, row: RecentCall) -> str:
        return exact(row.at)

    def tip(self, row: RecentCall) -> str:
        return tip(f"{_title(row)}\n{exact(row.at)}")


def _title(row: RecentCall) -> str:
    return one_line(row.title) or "No subject"


class _CallList(ListPane[RecentCall]):
    def __init__(self, theme: Theme) -> None:
        face = _CallFace(datetime.min.replace(tzinfo=UTC))
        super().__init__(theme, face, measures=_MEASURES, name="What the agent wanted to do")
        self.put_above(row(label("What it wanted", "h3"), None), margins=(20, 8, 16, 8))


class SimulatePage(QWidget):
    """Chooses a call, and shows what the gate says of it.

    Signals:
        left: the person goes back.
    """

    left = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._shown: Shown | None = None
        self._picked: RecentCall | None = None
        self._typed: TypedCall | None = None
        self.found: Simulated | None = None
        self._stamp = 0
        """Another one with each call that is asked about."""
        self.way = THEN
        self.list, self.form, self.answers = (
            _CallList(context.theme),
            CallForm(),
            Answers(),
        )
        self.states = States(self.answers)
        self._title = label("", "h1")
        self.list.picked.connect(self._on_picked)
        self.form.asked.connect(self._on_typed)
        bind(self, "Escape", self.left.emit)
        self._lay_out()

    def _lay_out(self) -> None:
        group, self.ways = QButtonGroup(self), dict[str, QPushButton]()
        for name, words in _WAYS.items():
            made = button(words, partial(self.turn, name), kind="chip")
            made.setCheckable(True)
            group.addButton(made)
            self.ways[name] = made
        self.change = button("Change this call…", self._change, kind="link")
        self.back = KeyButton(self._context.theme, "Back", key="Esc", act=self.left.emit)
        head = page_head(self._title, self.back, para(_ABOUT, "muted"))
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        line = row(*self.ways.values(), None, self.change)
        line.setContentsMargins(24, 8, 24, 8)
        column.addLayout(line)
        self.form.hide()
        column.addWidget(self.form)
        column.addWidget(self.states, 1)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.list)
        body.addWidget(right, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(head)
        outer.addLayout(body, 1)

    def show_agent(self, shown: Shown) -> None:
        """Offer what an agent wanted of late."""
        self._shown, self._picked, self._typed, self.found = shown, None, None, None
        self._stamp += 1
        self._title.setText(f"Simulate a call of {shown.row.name}")
        self.form.show_agent(shown.spec, shown.tools)
        self.list.states.loading()
        self.states.loading()
        self._start(self._load(shown), "the calls")

    def restyle(self) -> None:
        """Paint with the tokens that hold now."""
        self.list.restyle()

    def turn(self, way: str) -> None:
        """Show a call of the past as then or by today's rules, or one that is typed in."""
        self.way = way
        self.ways[way].setChecked(True)
        self.form.setVisible(way == TYPED)
        if way == TYPED:
            give_focus(self.form.tool, otherwise=self)
        self._ask()

    def _change(self) -> None:
        if self.found is not None:
            self.form.begin_with(self.found)
            self.turn(TYPED)
            self.form.submit()

    def _start(self, work: Callable[..., object] | object, name: str) -> None:
        self._context.tasks.start(work, name=name, owner=self, key=name)  # pyright: ignore[reportArgumentType]

    async def _load(self, shown: Shown) -> None:
        try:
            rows = await self._context.backend.read(
                lambda kernel: recent_calls(kernel.reader, shown.row.id, most=MOST), lane="long"
            )
        except OpsError as error:
            self.list.states.error(f"{error}", act=partial(self.show_agent, shown))
            self._picked = None
            self._offer_past(is_there=False)
            self.turn(TYPED)
            return
        self.list.render_rows(rows, _CallFace(shown.now), current=0 if rows else -1)
        self._offer_past(is_there=bool(rows))
        self._picked = rows[0] if rows else None
        if not rows:
            self.list.states.empty("Nothing yet", _NONE)
        self.turn(THEN if rows else TYPED)
        give_focus(self.list.view if rows else self.form.tool, otherwise=self)

    def _offer_past(self, *, is_there: bool) -> None:
        for name in (THEN, NOW):
            self.ways[name].setEnabled(is_there)

    def _on_picked(self, picked: RecentCall) -> None:
        self._picked = picked
        self.turn(THEN if self.way == TYPED else self.way)

    def _on_typed(self, call: TypedCall) -> None:
        self._typed = call
        self._ask()

    def _ask(self) -> None:
        """Ask the gate about what is chosen."""
        query = self._query()
        self._stamp += 1
        offered = self._picked is not None and self.form.offers(self._picked.tool)
        self.change.setVisible(self.way != TYPED and query is not None and offered)
        if query is None:
            self.found = None
            self.states.empty("No call yet", "Choose a tool, fill in what it takes, and ask the gate.")
            return
        self._start(self._asked(query), "the simulated call")

    def _query(self) -> Callable[[Kernel], Simulated] | None:
        shown, picked, call = self._shown, self._picked, self._typed
        if shown is None:
            return None
        if self.way == TYPED:
            return None if call is None else lambda kernel: typed(kernel, shown.row.id, call)
        if picked is None:
            return None
        if self.way == NOW:
            return lambda kernel: under(kernel, picked.id)
        return lambda kernel: as_then(kernel, picked.id)

    async def _asked(self, query: Callable[[Kernel], Simulated]) -> None:
        stamp, found, wrong = self._stamp, None, ""
        try:
            found = await self._context.backend.read(query, lane="long")
        except OpsError as error:
            wrong = f"{error}"
        if stamp != self._stamp:
            return  # another call is asked about by now
        self.found = found
        if found is None:
            self.states.error(wrong, act=self._ask)
            return
        self.answers.show_call(found)
        self.states.show_content()
