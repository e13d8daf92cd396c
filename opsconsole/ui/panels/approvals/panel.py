"""The Approvals panel: what needs me. It joins list, card and verbs, and decides which card is shown."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent

from opsconsole.ui import pausing
from opsconsole.ui.command import Command
from opsconsole.ui.panel import Context, Panel
from opsconsole.ui.panels.approvals.batch.desk import BatchDesk
from opsconsole.ui.panels.approvals.card.actionbar import ActionBar
from opsconsole.ui.panels.approvals.card.data import Shown
from opsconsole.ui.panels.approvals.card.detail import CardDetail
from opsconsole.ui.panels.approvals.card.rejectsheet import RejectSheet
from opsconsole.ui.panels.approvals.edit.form import EditForm
from opsconsole.ui.panels.approvals.first.desk import FirstDesk
from opsconsole.ui.panels.approvals.layout import lay_out
from opsconsole.ui.panels.approvals.list.arranging import Arranging
from opsconsole.ui.panels.approvals.list.pane import WaitingFace, WaitingPane
from opsconsole.ui.panels.approvals.list.queue import Queue
from opsconsole.ui.panels.approvals.nothing import render_error, render_none, render_unread
from opsconsole.ui.panels.approvals.panelcommands import Mode, every, make_commands, why_not
from opsconsole.ui.panels.approvals.snoozing import Snoozing
from opsconsole.ui.panels.approvals.verbs import ALWAYS, Verbs
from opsconsole.ui.widgets.focus import give_focus, offer_focus
from opsconsole.ui.widgets.guard import Guard
from opsconsole.ui.widgets.keys import bind_all


class ApprovalsPanel(Panel):
    """List on the left, card and verbs on the right."""

    name = "approvals"
    title = "Approvals"
    icon = "inbox"
    topics = frozenset({"approvals", "connections", "draws", "effects", "switches"})

    def __init__(self, context: Context, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(context)
        self.mode: Mode = "card"
        self._edited: Shown | None = None
        self._about = 0
        self._guard = Guard(clock)
        self.queue = Queue(context, self)
        self.verbs = Verbs(context, self, title_of=self.queue.title_of)
        self.list, self.detail, self.sheet = WaitingPane(context.theme), CardDetail(context.theme), RejectSheet()
        self.arranging = Arranging(context, self, pane=self.list, queue=self.queue)
        self.desk = BatchDesk(context, self, queue=self.queue, verbs=self.verbs, clock=clock)
        self.form, self.batch = EditForm(context.theme), self.desk.page
        self.first = FirstDesk(context, self, queue=self.queue, clock=clock, view=self.list.view)
        self.bar = ActionBar(context.theme, self._acts())
        self.snoozing = Snoozing(self, self.queue, self.verbs, meant=self._meant)
        others, sheets = (self.form, self.batch, *self.first.pages), (self.sheet, self.snoozing.sheet)
        self._pages, self.states = lay_out(self, self.list, self.detail, self.bar, others=others, sheets=sheets)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._connect()
        keys = {"Escape": self._leave, "Ctrl+Return": self._confirm}
        bind_all(self, keys, number=self._on_number, if_=context.commands.keys.lets_through)
        every(self, lambda: self.refresh() if self.isVisible() else None)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.setFocus()

    def _connect(self) -> None:
        self.queue.changed.connect(self._render)
        self.sheet.chosen.connect(self._on_reason_chosen)
        self.form.confirmed.connect(self._on_edit_confirmed)
        for desk in (self.desk, self.first):
            desk.mode_wanted.connect(self._enter)
        self.detail.alike.clicked.connect(self.desk.open)
        for page in (self.sheet, self.snoozing.sheet, self.form, self.batch):
            page.closed.connect(self._leave)
        self.detail.answers.answered.connect(self.respond)
        self.detail.event_card.party_wanted.connect(self._on_party_wanted)
        self.verbs.decided.connect(self._on_decided)
        self.verbs.refused.connect(self._on_refused)
        self.verbs.returned.connect(self._on_returned)
        self.verbs.busy_changed.connect(self._on_busy_changed)

    def _acts(self) -> dict[str, Callable[[], None]]:
        return {
            "approve": self.approve,
            "edit": self.edit,
            "reject": self.reject,
            "answer": self.answer,
            "leave": self.leave,
            "ignore": lambda: self._with_card(self.verbs.ignore),
            "snooze": lambda: self.snoozing.an_hour(),
            "snooze_until": self.snooze_until,
            "grant": lambda: self._with_card(lambda id_, seen: self.verbs.approve(id_, seen, grant=ALWAYS)),
            "pause": lambda: pausing.pause_agent(self.context, self, self.shown and self.shown.view),
            "batch": self.desk.open,
            "next": lambda: self.queue.step(1),
            "previous": lambda: self.queue.step(-1),
            "undo": self.verbs.undo,
            "put_off": self.queue.switch,
            "find": self.list.filter.setFocus,
            "group": self.arranging.next_grouping,
            "order": self.arranging.next_order,
        }

    def commands(self) -> Sequence[Command]:
        """Return the verbs and the ways about."""
        return make_commands(
            self._acts(),
            kind=lambda: None if self.shown is None else self.shown.view.kind,
            mode=lambda: self.mode,
            unread=lambda: self.first.unread,
        )

    @property
    def shown(self) -> Shown | None:
        """The card on the screen; None while there is none."""
        return self.queue.shown

    def refresh(self) -> None:
        """Query again."""
        self.queue.refresh()

    def go(self, where: dict[str, Any]) -> None:
        """Show one `approval`, the `first` of a run, or just what waits of one `agent`, of all where that is empty."""
        if where.keys() & {"agent", "approval", "first"}:
            self.list.filter.clear()
        if "agent" in where:
            self.queue.show_agent(where["agent"])
        if "approval" in where or "first" in where:
            self._leave()
            self.queue.look_for(int(where["approval"]) if "approval" in where else -int(where["first"]))

    def restyle(self) -> None:
        """Paint with other tokens."""
        for part in (self.list, self.detail, self.batch):
            part.restyle()

    def approve(self) -> None:
        """Approve what is shown, or ticked; a question has no yes."""
        if self.mode == "batch":
            self.desk.decide(self.batch.approve)
        elif self.shown is not None and self.shown.is_question:
            self.context.commands.keys.say(why_not(self.mode, self.shown.view.kind))
        else:
            self._with_card(self.verbs.approve)

    def leave(self) -> None:
        """Leave the question that is shown, or those that are ticked, to people."""
        if self.mode == "batch":
            self.desk.decide(self.batch.leave, is_of_questions=True)
        else:
            self._with_card(self.verbs.leave)

    def reject(self) -> None:
        """Ask for the reason."""
        if self.mode == "batch":
            self.desk.decide(self.batch.reject)
        elif (shown := self._meant()) is not None:
            self._about = shown.view.id
            self._enter("reject")

    def edit(self) -> None:
        """Open the form."""
        if (shown := self._meant()) is not None:
            self._edited, self._about = shown, shown.view.id
            self._enter("edit")
            self.form.show_card(shown)

    def snooze_until(self) -> None:
        """Ask until when it is put off."""
        if (about := self.snoozing.ask()) is not None:
            self._about = about
            self._enter("snooze")

    def respond(self, answer: str) -> None:
        """Answer the question that is shown."""
        self._with_card(lambda id_, seen: self.verbs.respond(id_, seen, answer))

    def answer(self) -> None:
        """Go to where the answer is written."""
        if self.shown is not None and self.shown.is_question:
            self.detail.answers.own.setFocus()

    def _with_card(self, verb: Callable[[int, str], None]) -> None:
        """Do something with what is shown, unless the finger was meant for another card."""
        if (shown := self._meant()) is not None:
            verb(shown.view.id, shown.view.digest)

    def _meant(self) -> Shown | None:
        """Return the card that a verb is meant for; where there is none, it is said why."""
        is_open, is_busy, nothing = self._guard.is_open, self.verbs.is_busy, self.first.unread
        return self.context.commands.keys.meant(self.shown, is_open=is_open, is_busy=is_busy, nothing=nothing)

    def _enter(self, mode: Mode) -> None:
        self.mode = mode
        pages = {"edit": self.form, "batch": self.batch, "reject many": self.batch, "outcome": self.first.outcome}
        self._pages.setCurrentWidget(pages.get(mode, self.states if self.first.shown is None else self.first.page))
        is_rejecting = mode in ("reject", "reject many")
        self.sheet.setVisible(is_rejecting)
        self.snoozing.sheet.setVisible(mode == "snooze")
        self.bar.setVisible(not is_rejecting and mode != "snooze")
        self.batch.bar.setVisible(not is_rejecting)
        self.list.setEnabled(mode in ("card", "reject", "snooze"))
        if is_rejecting:
            self.sheet.ask(1 if mode == "reject" else self.desk.number_to_reject)
        elif mode == "batch":
            self.batch.list.setFocus()
        elif mode == "card":
            offer_focus(self.list.view, otherwise=self)

    def _leave(self) -> None:
        if self.mode == "reject many":
            self._enter("batch")
            return
        self._enter("card")
        give_focus(self.list.view, otherwise=self)
        self._render()

    def _confirm(self) -> None:
        if (act := {"edit": self.form.confirm, "batch": self.approve}.get(self.mode)) is not None:
            act()

    def _on_busy_changed(self, is_busy: bool) -> None:
        self.bar.show_for(self.shown, is_busy=is_busy, is_put_off=self.queue.is_put_off)

    def _on_number(self, number: int) -> None:
        if self.mode in ("reject", "reject many"):
            self.sheet.pick(number)
        elif self.mode == "snooze":
            self.snoozing.sheet.pick(number)
        elif self.mode == "batch" and self.batch.bar.options:
            self.batch.answer(number)
        elif self.mode == "card" and self.shown is not None and self.shown.is_question:
            self.detail.answers.pick(number)
        elif not self.first.press(number):
            self.context.commands.keys.say(why_not(self.mode, None if self.shown is None else self.shown.view.kind))

    def _on_reason_chosen(self, reason: str) -> None:
        if self.mode == "reject many":
            self.desk.reject(reason)
        else:
            self._with_card(lambda id_, seen: self.verbs.reject(id_, seen, reason))

    def _on_party_wanted(self, party: str) -> None:
        self.context.navigator.go("audit", subject=party)

    def _on_edit_confirmed(self, edited: dict[str, Any]) -> None:
        if (shown := self._edited) is not None and not self.verbs.is_busy:
            self.verbs.approve(shown.view.id, shown.view.digest, edited=edited)

    def _on_decided(self, number: int) -> None:
        if self._is_worked(number):
            self._enter("card")
        self.form.forget(number)
        self.queue.drop({number})
        self.refresh()

    def _is_worked(self, number: int) -> bool:
        """Return whether an open sheet or form is of this request."""
        return self.mode in ("edit", "reject", "snooze") and self._about == number

    def _on_refused(self, number: int, text: str, is_other_card: bool) -> None:
        if self.mode == "edit" and not is_other_card and self._is_worked(number):
            self.form.say(text)
            return
        if self._is_worked(number):
            self._enter("card")
        self.context.navigator.say(text) if text else None
        self.refresh()

    def _on_returned(self, number: int) -> None:
        self.queue.current = number
        self.refresh()

    def _render(self) -> None:
        """Show the state there is; total and idempotent."""
        queue, shown = self.queue, self.shown
        if render_error((self.list.states, self.states), queue, again=self.refresh) or queue.now is None:
            return
        rows, place = queue.rows, queue.place
        self.arranging.render()
        self.list.render_rows(rows, WaitingFace(queue.now), current=place)
        self.desk.render()
        if not rows:
            render_none(self.list, self.states, queue, navigator=self.context.navigator)
            return
        offer_focus(self.list.view, otherwise=self) if self.hasFocus() else None
        self.bar.show_for(shown, is_busy=self.verbs.is_busy, is_put_off=queue.is_put_off)
        if self.mode in ("reject", "snooze") and (shown is None or shown.view.id != self._about):
            self._enter("card")
        if self.mode == "card":
            self._pages.setCurrentWidget(self.first.page if self.first.render(now=queue.now) else self.states)
        if shown is None:
            render_unread(self.states, queue, again=self.refresh)
            return
        self._guard.show(shown.face)
        self.detail.show_card(shown, place=queue.place_words, now=queue.now)
        self.detail.show_alike(queue.alike)
        self.states.show_content()
