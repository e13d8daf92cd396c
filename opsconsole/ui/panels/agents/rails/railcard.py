"""A rule on a card: told in words, and edited in place, in lines or as text."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from opsconsole.engine.agents.rails.fields import Field, Offer, looked_at_words
from opsconsole.engine.past.guarded import Guarded
from opsconsole.ui.panels.agents.rails.draft import Faults
from opsconsole.ui.panels.agents.rails.railform import RailForm
from opsconsole.ui.panels.agents.rails.typedrail import TypedRail, words_of
from opsconsole.ui.widgets.basics import Tone, button, label, pill, row
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.keys import bind
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import clear, para, verbatim
from opsconsole.ui.widgets.words import listed, tool_words

_TITLE = 80
COUNTING = "Counting what it would have stopped…"
NOT_COUNTED = "What it would have stopped could not be counted."


class RailCard(QFrame):
    """One rule.

    Signals:
        changed: `rail` is another one now.
        event_wanted: the number of an event that is to be shown.
    """

    changed = Signal()
    event_wanted = Signal(int)

    def __init__(self, rail: TypedRail, offer: Offer, *, is_open: bool = False) -> None:
        super().__init__()
        self.setObjectName("card")
        self.rail, self._offer, self.is_open = rail, offer, is_open
        self.form: RailForm | None = None
        self.is_asked = False
        """It was to be saved as it stood."""
        self._found: Guarded | None = None
        self._is_failed = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 14, 16, 14)
        self._column.setSpacing(8)
        self._build()

    @property
    def fields(self) -> tuple[Field, ...]:
        """What its lines can be about."""
        return self._offer.fields(self.rail.actions)

    def turn(self, *, is_open: bool) -> None:
        """Open it to be edited, or close it; the keys go where it goes on."""
        self.is_open = is_open
        self._build()
        part = self.edit if self.form is None else self.form.because
        part.show()  # at once, for it is given the keys
        part.setFocus()

    def show_count(self, found: Guarded | None, *, is_failed: bool = False) -> None:
        """Say what it would have stopped; None: not known (yet), or `is_failed`."""
        if (found, is_failed) == (self._found, self._is_failed):
            return
        self._found, self._is_failed = found, is_failed
        with kept_in(self):  # a link to an event may have the keys
            self._tell()

    def show_faults(self, faults: Faults) -> None:
        """Say what is wrong, by place."""
        here = f"rail.{self.rail.key}."
        own = {place.removeprefix(here): fault for place, fault in faults.items() if place.startswith(here)}
        if self.form is not None:
            self.form.is_asked = self.form.is_asked or self.is_asked
            self.form.show_faults(own)
        self._wrong.setText(" ".join(own.values()))
        self._wrong.setVisible(bool(own) and self.form is None)
        self._counted.setVisible(not own)

    def _build(self) -> None:
        clear(self._column)
        self.form = None
        rail = self.rail
        words, tone = then_words(rail.then)
        reason = rail.because or "A new rule"
        self.setAccessibleName(f"{words}: {reason}")
        self._wrong = label("", "error", is_wrapped=True)
        self._wrong.hide()
        self._counted = QWidget()
        self._told = QVBoxLayout(self._counted)
        self._told.setContentsMargins(0, 0, 0, 0)
        self._told.setSpacing(4)
        if rail.is_removed:
            self._build_removed(reason)
        elif self.is_open:
            self._build_form()
        else:
            self._build_told(reason, words, tone)
        self._tell()

    def _build_removed(self, reason: str) -> None:
        back = button("Put back", partial(self._remove, is_removed=False))
        back.setAccessibleName(f"Put back: {reason}")
        self.edit = back
        self._column.addLayout(row(label(f"Removed when you save: {reason}", "muted", is_wrapped=True), None, back))

    def _build_told(self, reason: str, words: str, tone: Tone) -> None:
        self.edit = button("Edit", partial(self.turn, is_open=True))
        self.edit.setAccessibleName(f"Edit: {reason}")
        self._column.addLayout(row(pill(words, tone), None, self.edit))
        self._column.addWidget(para(f"{reason[:1].upper()}{reason[1:]}", "h3"))
        about = listed([looked_at_words(tool) for tool in self.rail.actions]) or "everything that changes something"
        self._column.addWidget(para(f"Looks at: {about}", "muted"))
        told = words_of(self.rail, self.fields)
        condition = para(f"When {told}" if told else f"When {self.rail.text}", "small")
        self._column.addWidget(condition if told else verbatim(condition))
        self._column.addWidget(self._wrong)
        self._column.addWidget(self._counted)

    def _build_form(self) -> None:
        self.form = RailForm(self.rail, self._offer)
        self.form.changed.connect(self._on_form)
        bind(self.form, "Escape", partial(self.turn, is_open=False))
        self._column.addWidget(self.form)
        self.form.show()
        self._column.addWidget(self._counted)
        done = button("Close", partial(self.turn, is_open=False), keys="Esc")
        done.setToolTip("What is typed stays")
        gone = button("Remove this rule", partial(self._remove, is_removed=True), kind="danger")
        self.edit = done
        self._column.addLayout(row(done, None, gone))

    def _tell(self) -> None:
        clear(self._told)
        if self.rail.is_removed:
            return
        if self._found is None:
            self._told.addWidget(label(NOT_COUNTED if self._is_failed else COUNTING, "muted", is_wrapped=True))
            return
        self._told.addWidget(para(self._found.sentence()))
        for stopped in self._found.named:
            title = one_line(stopped.title)[:_TITLE] or "No subject"
            opens = button(title, partial(self.event_wanted.emit, stopped.event), kind="link")
            opens.setAccessibleName(f"{tool_words(stopped.tool)}: {title}. {self.rail.because}")
            self._told.addLayout(row(opens, None))

    def _remove(self, *, is_removed: bool) -> None:
        self.rail = replace(self.rail, is_removed=is_removed)
        self.is_open = False
        self._build()
        self.edit.show()
        self.edit.setFocus()
        self.changed.emit()

    def _on_form(self) -> None:
        if self.form is not None:
            self.rail = self.form.rail
            self.changed.emit()


def then_words(then: str) -> tuple[str, Tone]:
    """Return (words, tone) of what a rule does."""
    return ("Refuses", "danger") if then == "refuse" else ("Always asks you", "warn")
