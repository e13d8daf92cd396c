"""Quiet hours of one agent: from, to, zone, whole days."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from opsconsole.domain.naming import tools_words
from opsconsole.ui.panels.agents.parts import captioned, mark
from opsconsole.ui.panels.agents.rails.draft import Faults, TypedHours, next_key
from opsconsole.ui.widgets.basics import button, label, row
from opsconsole.ui.widgets.flow import flowing
from opsconsole.ui.widgets.texts import clear
from opsconsole.ui.widgets.words import listed

DAYS = (
    ("mon", "Monday"), ("tue", "Tuesday"), ("wed", "Wednesday"), ("thu", "Thursday"), ("fri", "Friday"),
    ("sat", "Saturday"), ("sun", "Sunday"),
)  # fmt: skip
_ABOUT = "What it wants to do in these hours waits until they are over. Events are still read and worked."
_CLOCK = 90


class _Hours(QWidget):
    """One span.

    Signals:
        changed: something was typed or chosen.
        removed: it is to go.
    """

    changed = Signal()
    removed = Signal()

    def __init__(self, hours: TypedHours, number: int) -> None:
        super().__init__()
        self.hours = hours
        self.begin, self.end, self.zone = (QLineEdit(text) for text in (hours.begin, hours.end, hours.zone))
        self._errors: dict[str, QLabel] = {}
        parts = {"begin": ("From", self.begin), "end": ("To", self.end), "zone": ("Zone", self.zone)}
        line = row(spacing=12)
        for name, (title, made) in parts.items():
            made.setAccessibleName(f"Quiet hours {number}: {title.lower()}")
            made.textEdited.connect(partial(self._on_typed, name))
            if name != "zone":
                made.setMaximumWidth(_CLOCK)
            self._errors[name] = label("", "error", is_wrapped=True)
            cell = captioned(title, made, self._errors[name])
            cell.addStretch(1)
            line.addLayout(cell, 1 if name == "zone" else 0)
        self._parts = {name: made for name, (_, made) in parts.items()}
        self.theirs = QCheckBox("Where known, the zone of whoever it goes to instead")
        self.theirs.setChecked(hours.is_theirs)
        self.theirs.toggled.connect(self._on_theirs)
        self.days = {day: button(words[:3], partial(self._on_day, day), kind="chip") for day, words in DAYS}
        for day, words in DAYS:
            chip = self.days[day]
            chip.setCheckable(True)
            chip.setChecked(day in hours.days)
            chip.setAccessibleName(f"Quiet hours {number}: all of {words}")
        gone = button("Remove", self.removed.emit, kind="link")
        gone.setAccessibleName(f"Remove quiet hours {number}")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(8)
        column.addLayout(line)
        column.addWidget(self.theirs)
        column.addLayout(captioned("Quiet all day", flowing(*self.days.values())))
        about = "" if hours.actions == ("*",) else f"Only for {listed([*map(tools_words, hours.actions)])}"
        told = label(about, "small", is_wrapped=True)
        told.setVisible(bool(about))
        column.addWidget(told)
        column.addLayout(row(gone, None))

    def show_faults(self, faults: Faults) -> None:
        for name, made in self._parts.items():
            mark(made, self._errors[name], faults.get(f"quiet.{self.hours.key}.{name}", ""))

    def _on_typed(self, name: str, text: str) -> None:
        changed = {"begin": self.hours.begin, "end": self.hours.end, "zone": self.hours.zone, name: text}
        self._take(replace(self.hours, begin=changed["begin"], end=changed["end"], zone=changed["zone"]))

    def _on_theirs(self, is_on: bool) -> None:
        self._take(replace(self.hours, is_theirs=is_on))

    def _on_day(self, day: str) -> None:
        was = self.hours.days
        picked = {*was, day} if day not in was else {*was} - {day}
        self._take(replace(self.hours, days=tuple(each for each, _ in DAYS if each in picked)))

    def _take(self, hours: TypedHours) -> None:
        self.hours = hours
        self.changed.emit()


class HoursForm(QFrame):
    """A card with every span.

    Signals:
        changed: something was typed or chosen; `hours` says what.
    """

    changed = Signal()

    def __init__(self, hours: tuple[TypedHours, ...]) -> None:
        super().__init__()
        self.setObjectName("card")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addWidget(label("Quiet hours", "h3"))
        column.addWidget(label(_ABOUT, "muted", is_wrapped=True))
        self._list = QVBoxLayout()
        self._list.setSpacing(12)
        column.addLayout(self._list)
        self.more = button("Add quiet hours", self.add)
        column.addLayout(row(self.more, None))
        self.spans: list[_Hours] = []
        self._build(hours)

    @property
    def hours(self) -> tuple[TypedHours, ...]:
        """What is typed."""
        return tuple(span.hours for span in self.spans)

    def add(self) -> None:
        """Add a span."""
        origins = [hours.origin for hours in self.hours if hours.origin is not None]
        key = next_key([*(hours.key for hours in self.hours), *origins])
        zone = self.hours[0].zone if self.hours else "UTC"
        self._build((*self.hours, TypedHours(key, zone=zone)))
        self.spans[-1].begin.setFocus()
        self.changed.emit()

    def show_faults(self, faults: Faults) -> None:
        """Say what is wrong, by place."""
        for span in self.spans:
            span.show_faults(faults)

    def _build(self, hours: tuple[TypedHours, ...]) -> None:
        clear(self._list)
        self.spans = []
        for number, each in enumerate(hours, start=1):
            span = _Hours(each, number)
            span.changed.connect(self.changed.emit)
            span.removed.connect(partial(self._on_removed, each.key))
            self.spans.append(span)
            self._list.addWidget(span)
            span.show()  # at once, for it is given the keys

    def _on_removed(self, key: int) -> None:
        self._build(tuple(hours for hours in self.hours if hours.key != key))
        self.more.setFocus()
        self.changed.emit()
