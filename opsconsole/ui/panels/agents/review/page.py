"""The sheet of a review: what the month comes to in sentences, the decision, and the signature by key."""

from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from opsconsole.domain.enums import ReviewDecision
from opsconsole.domain.errors import OpsError, StaleCardError
from opsconsole.engine.oversight.page import Figure
from opsconsole.engine.oversight.signing import Signing
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.parts import page_head
from opsconsole.ui.panels.agents.review.data import ReviewView, WantedReview, review_view, sign_review
from opsconsole.ui.panels.agents.review.decision import DecisionCard
from opsconsole.ui.widgets.basics import card, label, row
from opsconsole.ui.widgets.columns import card_column
from opsconsole.ui.widgets.focus import give_focus, kept_in
from opsconsole.ui.widgets.keybutton import KeyButton
from opsconsole.ui.widgets.keys import bind
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.texts import clear, para

AGAIN = " What holds now is shown: look once more, then sign."


class ReviewPage(QWidget):
    """Lies over the agents until it is signed or left; what is typed stays until then.

    Signals:
        left: the person goes back.
        signed: (the agent, the tab that follows): to widen leads to the ladder.
    """

    left = Signal()
    signed = Signal(str, str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._agent = ""
        self.view: ReviewView | None = None
        self.is_busy = False
        self._title, self._about = label("", "h1"), para("", "muted")
        self.back = KeyButton(context.theme, "Back", key="Esc", act=self.left.emit)
        self.report, self._report = card()
        self.by, by = card()
        self._by = para("")
        by.addWidget(self._by)
        self.decision = DecisionCard()
        self.decision.changed.connect(self._render_foot)
        area, column = card_column()
        area.setAccessibleName("Review")
        for part in (self.report, self.by, self.decision):
            column.addWidget(part)
        self._area, self.states = area, States(area)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(page_head(self._title, self.back, self._about))
        outer.addWidget(self.states, 1)
        outer.addWidget(self._foot())
        bind(self, "Escape", self.left.emit)
        bind(self, "Ctrl+Return", self.sign)

    def event(self, event: QEvent) -> bool:
        """The digits choose here; Autonomy, which lies below, has them as keys too, and Qt would let neither win."""
        if isinstance(event, QKeyEvent) and _chosen(event) is not None:
            if event.type() is QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress and self._context.commands.keys.lets_through():
                self._choose(_chosen(event))
                return True
        return super().event(event)

    def _choose(self, decision: ReviewDecision | None) -> None:
        if decision is not None and self.decision.isVisible() and not self.is_busy:
            self.decision.choose(decision)

    def _foot(self) -> QFrame:
        self.foot = QFrame()
        self.foot.setObjectName("actions")
        self.put = KeyButton(self._context.theme, "Sign", key="Ctrl+↵", act=self.sign, kind="accent")
        self.put.setAccessibleDescription("Shortcut Ctrl+Return")
        column = QVBoxLayout(self.foot)
        column.setContentsMargins(28, 10, 28, 10)
        column.addLayout(row(self.put, 4, label("Kept with your name, the numbers and their digest", "small"), None))
        self.foot.hide()
        return self.foot

    def ask(self, agent: str, name: str) -> None:
        """Show the review of an agent's last whole month."""
        if agent != self._agent:
            self._agent, self.view = agent, None
            self.decision.begin()
        self.decision.say("")
        self._title.setText(f"Review of {name}")
        self._about.setText("")
        self.foot.hide()
        self.states.loading()
        self.back.setFocus()
        self._load()

    def _load(self) -> None:
        self._context.tasks.start(self._loaded(self._agent), name="the review", owner=self, key="load")

    async def _loaded(self, agent: str) -> None:
        try:
            view = await self._context.backend.read(partial(review_view, agent=agent), lane="long")
        except OpsError as error:
            self.states.error(f"{error}", act=self._load)
            return
        if agent == self._agent:
            self.view = view
            self._render(view)

    # -- shown -------------------------------------------------------------------------------------------------------

    def _render(self, view: ReviewView) -> None:
        """Show the state there is; total and idempotent."""
        told = view.told
        self._title.setText(f"Review of {told.name}")
        self._about.setText(f"{told.span.title}, version {told.number} at its end. {view.due.sentence}")
        with kept_in(self):
            clear(self._report)
            self._report.addLayout(row(*(_figure(figure) for figure in view.figures), None, spacing=28))
            self._report.addSpacing(6)
            for line in view.sentences:
                self._report.addWidget(para(line))
            self.by.setVisible(bool(view.signed))
            self._by.setText(view.signed)
            self.decision.show_view(view)
            self.decision.setVisible(not view.signed)
            self._render_foot()
        self.states.show_content()
        if self.back.hasFocus() and not view.signed:
            give_focus(self.decision.choices[self.decision.decision], otherwise=self.back)

    def _render_foot(self) -> None:
        self.put.name_it(f"Sign: {self.decision.decision.value}")
        self.put.setAccessibleName(f"Sign the review: {self.decision.decision.value}")
        self.put.setEnabled(not self.is_busy)
        self.foot.setVisible(self.view is not None and not self.view.signed)

    # -- done --------------------------------------------------------------------------------------------------------

    def sign(self) -> None:
        """Sign what is shown; what is still missing is asked for."""
        view = self.view
        if view is None or view.signed or self.is_busy:
            return
        if not self.decision.is_ready():
            self._area.ensureWidgetVisible(self.decision.said)
            return
        card = self.decision
        wanted = WantedReview(told=view.told, decision=card.decision, reason=card.typed, lowered=card.lowered)
        self._set_busy(is_busy=True)
        self._context.tasks.start(self._signed(wanted), name="signing the review", owner=self, key="sign")

    async def _signed(self, wanted: WantedReview) -> None:
        try:
            made: Signing = await self._context.backend.write(partial(sign_review, wanted=wanted), name="review.sign")
        except OpsError as error:
            self._set_busy(is_busy=False)
            self.decision.say(f"{error}{AGAIN if isinstance(error, StaleCardError) else ''}")
            self._area.ensureWidgetVisible(self.decision.said)
            self._load()
            return
        self._set_busy(is_busy=False)
        self.decision.begin()
        self.view = None
        self._context.navigator.say(" ".join(made.sentences))
        is_wider = made.review.decision is ReviewDecision.WIDEN
        self.signed.emit(wanted.told.agent, "ladder" if is_wider else "charter")

    def _set_busy(self, *, is_busy: bool) -> None:
        self.is_busy = is_busy
        with kept_in(self):
            self._render_foot()


def _chosen(event: QKeyEvent) -> ReviewDecision | None:
    """Return what a digit stands for."""
    digits = {f"{number}": decision for number, decision in enumerate(ReviewDecision, start=1)}
    is_plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
    return digits.get(event.text()) if is_plain and not event.isAutoRepeat() else None


def _figure(figure: Figure) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(1)
    value = label(figure.value, "figure")
    value.setProperty("tone", figure.tone)
    column.addWidget(label(figure.caption, "cap"))
    column.addWidget(value)
    column.addWidget(label(figure.note, "small"))
    made.setAccessibleName(f"{figure.caption}: {figure.value}, {figure.note}")
    return made
