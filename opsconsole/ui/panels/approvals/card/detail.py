"""The card of one request: everything a person needs to decide, in the order it is judged."""

from datetime import datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from opsconsole.domain.enums import ApprovalKind
from opsconsole.engine.ladder.told import WITHOUT_EVIDENCE
from opsconsole.ui.panels.approvals.card.answers import AnswerCard
from opsconsole.ui.panels.approvals.card.data import Shown, fields, notices
from opsconsole.ui.panels.approvals.card.parts import ChangedBanner, EventCard, NoticeStrip, QuotesCard
from opsconsole.ui.panels.approvals.rows import RISKS, reasons, split_question
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import Tone, beside, button, card, clamped, label, pill, row, set_pill
from opsconsole.ui.widgets.diff.table import WANTED, ChangeTable
from opsconsole.ui.widgets.flow import FlowLayout
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.words import ago, exact

NEAR = timedelta(days=60)
"""A deadline that lies farther off is told only to who points at it."""
MOST_SUB = 4_000


class Facts(QWidget):
    """Names over values, side by side, in as many lines as the width wants."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        flow = FlowLayout(self, gap=24, line_gap=8)
        self._values: dict[str, QLabel] = {}
        self._facts: dict[str, QWidget] = {}
        for name in names:
            fact = self._facts[name] = QWidget()
            column = QVBoxLayout(fact)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(3)
            value = self._values[name] = label("", is_selectable=True)
            column.addWidget(label(name, "cap"))
            column.addWidget(value)
            flow.addWidget(fact)

    def show_fact(self, name: str, value: str, tip: str = "") -> None:
        """Show one value; one that is not known takes no room."""
        self._values[name].setText(value)
        self._values[name].setToolTip(tip)
        self._facts[name].setVisible(bool(value))


class CardDetail(QFrame):
    """Renders a card; total and idempotent."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("detail")
        self._shown: Shown | None = None
        self.title, self.sub = clamped("h1"), label("", "muted", is_wrapped=True)
        self.risk, self.place = pill("", "plain"), label("", "small")
        self.unproven = pill(WITHOUT_EVIDENCE, "warn")
        self.unproven.setToolTip("Nothing proves yet that its agent may do this here: see its Ladder in Agents")
        self.facts = Facts(("Agent", "From", "Category", "Waiting"))
        self.why, self.reversal = label("", is_wrapped=True), label("", "small", is_wrapped=True)
        self.note = label("", "small", is_wrapped=True)
        self.own, self.agreement = label("", is_wrapped=True, is_selectable=True), pill("", "ok")
        self.own_card, own = card()
        own.addLayout(beside(self.own, self.agreement))
        self.banner, self.strip = ChangedBanner(), NoticeStrip(theme)
        self.table, self.answers = ChangeTable(theme), AnswerCard()
        self.evidence, self.event_card = QuotesCard(theme), EventCard()
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._body())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self._scroll, 1)

    def _body(self) -> QWidget:
        body = QWidget()
        body.setObjectName("page")
        column = QVBoxLayout(body)
        column.setContentsMargins(28, 20, 28, 20)
        column.setSpacing(0)
        head = row(spacing=10)
        head.addWidget(self.title, 1)
        for part in (self.unproven, self.risk, self.place):
            head.addWidget(part, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        column.addSpacing(4)
        column.addWidget(self.sub)
        column.addSpacing(14)
        column.addWidget(self.facts)
        column.addSpacing(10)
        self._why_name = label("Why you are asked", "cap")
        self.alike = button("", kind="chip", keys="B")
        self.alike.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        column.addLayout(row(self._why_name, None, self.alike))
        column.addSpacing(3)
        column.addWidget(self.why)
        column.addSpacing(12)
        column.addWidget(self.own_card)
        column.addSpacing(12)
        column.addWidget(self.strip)
        column.addSpacing(12)
        column.addWidget(self._change_card())
        column.addWidget(self.answers)
        column.addSpacing(12)
        self._below = QGridLayout()
        self._below.setSpacing(12)
        for place in range(2):
            self._below.setColumnStretch(place, 1)
        self._place_below(is_question=False)
        column.addLayout(self._below)
        column.addStretch(1)
        return body

    def _place_below(self, *, is_question: bool) -> None:
        """The event stands beside what an action rests on; a question is about it, so it comes first and whole."""
        top = Qt.AlignmentFlag.AlignTop
        for part in (self.evidence, self.event_card, self.note):
            self._below.removeWidget(part)
        self._below.addWidget(self.evidence, 2 if is_question else 0, 0, 1, 2 if is_question else 1, top)
        self._below.addWidget(self.event_card, 0, 0 if is_question else 1, 1, 2 if is_question else 1, top)
        self._below.addWidget(self.note, 1, 0, 1, 2)

    def _change_card(self) -> QFrame:
        self.change_card = QFrame()
        self.change_card.setObjectName("card")
        column = QVBoxLayout(self.change_card)
        column.setContentsMargins(6, 2, 6, 8)
        column.setSpacing(4)
        self.reversal.setContentsMargins(14, 0, 14, 0)
        column.addWidget(self.table)
        column.addWidget(self.reversal)
        return self.change_card

    @property
    def shown(self) -> Shown | None:
        """The card that is shown."""
        return self._shown

    def show_card(self, shown: Shown, *, place: str, now: datetime) -> None:
        """Show a card."""
        view, is_other = shown.view, self._shown is None or self._shown.view.id != shown.view.id
        is_same = self._shown is not None and (self._shown.view, self._shown.own) == (shown.view, shown.own)
        self._shown = shown
        self._show_facts(shown, now)
        self.place.setText(place)
        self.unproven.setVisible(shown.is_without_evidence)
        if is_same:
            return
        self._show_question(shown)
        self.own.setText(shown.own)
        set_pill(self.agreement, *(("The same", "ok") if shown.is_same else ("Otherwise", "warn")))
        self.own_card.setVisible(bool(shown.own))
        word, tone = _pill_of(shown)
        set_pill(self.risk, word, tone)
        self.banner.show_changes(view.subject_changes)
        self.strip.show_notices(notices(shown))
        self._show_deed(shown)
        self._place_below(is_question=shown.is_question)
        self.evidence.show_card(shown)
        self.evidence.setVisible(not shown.is_question or bool(view.precedents))
        self.event_card.show_card(shown)
        if is_other:
            self._scroll.verticalScrollBar().setValue(0)

    def _show_question(self, shown: Shown) -> None:
        """Show what is wanted, and why a person is asked: by the rules, or, where the agent asks, by itself."""
        view = shown.view
        head, rest = split_question(view.intent) if shown.is_question else (view.intent, "")
        is_glued = view.args.get("about") == "category"  # as questions were asked before the note stood apart
        note = str(view.args.get("note") or (rest if is_glued else ""))
        self.title.setText(one_line(head))
        sub = ("" if is_glued else rest) if shown.is_question else view.agents_reason
        self.sub.setText(one_line(sub, MOST_SUB))
        self.sub.setVisible(bool(sub))
        self._why_name.setText("Why the agent asks" if shown.is_question else "Why you are asked")
        why = view.agents_reason or "Its playbook asks you at this point."
        self.why.setText(one_line(why, MOST_SUB) if shown.is_question else "\n".join(reasons(view.because)))
        self.note.setText(f"Its playbook says of what is unclear: {one_line(note, MOST_SUB)}")
        self.note.setVisible(shown.is_question and bool(note))

    def show_alike(self, number: int) -> None:
        """Offer to decide all that are like this one; hidden where it is alone."""
        self.alike.setText(f"{number:,} like this  B")
        self.alike.setToolTip("Decide them together (B)")
        self.alike.setVisible(number > 1)

    def _show_facts(self, shown: Shown, now: datetime) -> None:
        view = shown.view
        waits = ago(view.asked_at, now)
        is_near = view.expires_at is not None and view.expires_at - now < NEAR
        until = f", decide {ago(view.expires_at, now)}" if view.expires_at is not None and is_near else ""
        tip = f"Asked {exact(view.asked_at)}" + (f"\nDecide by {exact(view.expires_at)}" if view.expires_at else "")
        self.facts.show_fact("Agent", view.agent)
        self.facts.show_fact("From", one_line(str(view.event["from"]), 60) or "—")
        self.facts.show_fact("Category", view.category_name)
        self.facts.show_fact("Waiting", f"Asked {waits}{until}", tip)

    def _show_deed(self, shown: Shown) -> None:
        self.change_card.setVisible(not shown.is_question)
        self.answers.setVisible(shown.is_question)
        if shown.is_question:
            options = [str(option) for option in shown.view.args.get("options") or ()]
            self.answers.show_options(options, request=shown.view.id)
            return
        is_doubt = shown.view.kind is ApprovalKind.UNKNOWN
        self.table.show_changes(fields(shown), alone="What may have been done" if is_doubt else WANTED)
        found_out = "Your answer sends nothing: it only says what you found, and the agent goes on from there."
        self.reversal.setText(found_out if is_doubt else f"It {shown.view.reversibility}.")

    def restyle(self) -> None:
        """Paint with other tokens."""
        self.strip.restyle()
        self.table.viewport().update()
        if self._shown is not None:
            self.evidence.show_card(self._shown)


def _pill_of(shown: Shown) -> tuple[str, Tone]:
    if shown.is_question:
        return "Question", "accent"
    word, tone = RISKS[shown.view.risk.value]
    return f"{word} risk", tone
