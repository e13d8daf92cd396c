"""The feed's filter: a search field, chips with menus, filters that were saved."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from typing import Any, cast

from PySide6.QtCore import QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from opsconsole.engine.audittrail.words import NOBODY, agent_words
from opsconsole.store.queries.views.eventlist import Choices, Filter
from opsconsole.store.queries.views.names import CategoryNames
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import button
from opsconsole.ui.widgets.flow import FlowLayout
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.words import OUTCOMES, RUN_STATES, VERDICTS, local, spoken

SAVED = "feed/filters"
_NONE = CategoryNames()
TYPING_MS = 180
NAMES = {
    "agent": "Agent",
    "category": "Category",
    "outcome": "Became",
    "state": "State",
    "verdict": "Gate said",
    "connection": "From",
}


def describe(wanted: Filter, agents: Mapping[str, str] = NOBODY, called: CategoryNames = _NONE) -> str:
    """Return a filter in words: `Deal watch, Refused, “refund”`."""
    parts = [choice_words(field, value, agents, called) for field in NAMES if (value := getattr(wanted, field))]
    if wanted.since is not None:
        parts.append(since_words(wanted.since))
    if wanted.text.strip():
        parts.append(f"“{wanted.text.strip()}”")
    return ", ".join(parts)


def since_words(since: datetime) -> str:
    """Return since when, on this machine's clock: `since Sun 29 Nov, 09:10`."""
    return f"since {local(since):%a %d %b, %H:%M}"


def choice_words(field: str, value: str, agents: Mapping[str, str] = NOBODY, called: CategoryNames = _NONE) -> str:
    """Return one choice in words; `agents` and `called` are the names of agents and of their categories."""
    if field == "agent":
        return agent_words(value, agents)
    if field == "state":
        return RUN_STATES.get(value, (spoken(value), ""))[0]
    if field == "outcome":
        return OUTCOMES.get(value, spoken(value))
    if field == "verdict":
        return VERDICTS.get(value, (spoken(value), ""))[0]
    return called.of_any(value) if field == "category" else value


def _filter_of(kept: Any) -> Filter | None:
    """Return a filter as it was kept; None for what another version, or another hand, wrote there."""
    if not isinstance(kept, dict):
        return None
    values = cast("dict[str, Any]", kept)
    is_read = isinstance(values.get("text", ""), str) and values.get("since") is None
    if not is_read or not all(isinstance(values.get(name), str | None) for name in NAMES):
        return None
    try:
        return Filter(**values)
    except TypeError:
        return None


class FilterBar(QWidget):
    """Search, chips and saved filters.

    Signals:
        changed: another filter holds; see `wanted`.
    """

    changed = Signal()

    def __init__(self, theme: Theme, memory: QSettings) -> None:
        super().__init__()
        self._theme, self._memory = theme, memory
        self.wanted = Filter()
        self._agents: Mapping[str, str] = NOBODY
        self._called = _NONE
        self._values: dict[str, tuple[str, ...]] = {
            "outcome": tuple(OUTCOMES),
            "state": ("queued", "running", "waiting"),  # how it ended is what it became
            "verdict": tuple(VERDICTS),
        }
        self.search = QLineEdit(placeholderText="Search everything: words, people, amounts   /")
        self.search.setAccessibleName("Search events and actions")
        self.search.setClearButtonEnabled(True)
        self._glass = QAction(self)
        self.search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(self._on_search_changed)
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self._on_typing_timeout)
        self.chips: dict[str, QPushButton] = {}
        flow = FlowLayout()
        for field, name in NAMES.items():
            chip = button(f"{name}  ▾", kind="chip")
            chip.setCheckable(True)
            chip.clicked.connect(partial(self._on_chip_clicked, field))
            self.chips[field] = chip
            flow.addWidget(chip)
        self.since = button("", self._on_since_clicked, kind="chip")
        self.since.setCheckable(True)
        self.since.setToolTip("Of any time again")
        flow.addWidget(self.since)
        self.saved = button("Saved  ▾", self._on_saved_clicked, kind="chip")
        self.clear = button("Clear", self.reset, kind="link")
        self.clear.setFixedHeight(26)
        flow.addWidget(self.saved)
        flow.addWidget(self.clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.search)
        column.addLayout(flow)
        self.restyle()
        self._render()

    def restyle(self) -> None:
        """Paint with the tokens that hold now."""
        self._glass.setIcon(self._theme.icon("search", "text3"))

    def offer(self, choices: Choices) -> None:
        """Take what can be chosen."""
        self._agents, self._called = choices.agents, choices.called
        self._values.update(agent=tuple(choices.agents), category=choices.categories, connection=choices.connections)

    def choose(self, wanted: Filter) -> None:
        """Let another filter hold. A time is one of what something became, or of what the gate said."""
        if wanted.outcome is None and wanted.verdict is None:
            wanted = replace(wanted, since=None)
        if wanted.text != self.search.text():
            self.search.blockSignals(True)
            self.search.setText(wanted.text)
            self.search.blockSignals(False)
        self._typing.stop()
        if wanted != self.wanted:
            self.wanted = wanted
            self._render()
            self.changed.emit()

    def reset(self) -> None:
        """Show everything."""
        self.choose(Filter())

    def menu(self, field: str) -> QMenu:
        """Make the menu of a chip."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        present = getattr(self.wanted, field)
        for value in (None, *self._values.get(field, ())):
            text = "Any" if value is None else choice_words(field, value, self._agents, self._called)
            action = menu.addAction(text.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(value == present)
            action.triggered.connect(partial(self._on_value_chosen, field, value))
        return menu

    def saved_menu(self) -> QMenu:
        """Make the menu of saved filters."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        saved = self._saved()
        wanted = replace(self.wanted, since=None)  # a time that is kept would be over when it is chosen again
        keep = menu.addAction("Save this filter")
        keep.setEnabled(not wanted.is_empty and wanted not in saved)
        keep.triggered.connect(lambda _=False: self._store([*self._saved(), wanted]))
        if wanted in saved:
            menu.addAction("Forget this filter").triggered.connect(
                lambda _=False: self._store([choice for choice in self._saved() if choice != wanted])
            )
        if saved:
            menu.addSeparator()
        for choice in saved:
            menu.addAction(
                one_line(describe(choice, self._agents, self._called), 80).replace("&", "&&")
            ).triggered.connect(lambda _=False, filter_=choice: self.choose(filter_))
        return menu

    def _saved(self) -> list[Filter]:
        try:
            kept: Any = json.loads(str(self._memory.value(SAVED, "[]")))
        except (ValueError, RecursionError):
            return []
        rows = cast("list[Any]", kept) if isinstance(kept, list) else []
        return [found for row in rows if (found := _filter_of(row)) is not None]

    def _store(self, filters: list[Filter]) -> None:
        self._memory.setValue(SAVED, json.dumps([asdict(filter_) for filter_ in filters[-20:]]))

    def _render(self) -> None:
        for field, chip in self.chips.items():
            value = getattr(self.wanted, field)
            chip.setChecked(value is not None)
            words = NAMES[field] if value is None else choice_words(field, value, self._agents, self._called)
            chip.setText(f"{words if len(words) < 25 else words[:24] + '…'}  ▾".replace("&", "&&"))
            chip.setAccessibleName(f"{NAMES[field]}: {'any' if value is None else words}")
        since = self.wanted.since
        self.since.setText("" if since is None else f"S{since_words(since)[1:]}  ✕")
        self.since.setAccessibleName("" if since is None else f"Only {since_words(since)}; press to see any time")
        self.since.setChecked(True)
        self.since.setVisible(since is not None)
        self.clear.setVisible(not self.wanted.is_empty or since is not None)

    def _on_chip_clicked(self, field: str) -> None:
        chip = self.chips[field]
        chip.setChecked(getattr(self.wanted, field) is not None)
        self.menu(field).popup(chip.mapToGlobal(chip.rect().bottomLeft()))

    def _on_since_clicked(self) -> None:
        self.choose(replace(self.wanted, since=None))

    def _on_saved_clicked(self) -> None:
        self.saved_menu().popup(self.saved.mapToGlobal(self.saved.rect().bottomLeft()))

    def _on_value_chosen(self, field: str, value: str | None) -> None:
        self.choose(replace(self.wanted, text=self.search.text(), **{field: value}))

    def _on_search_changed(self) -> None:
        self._typing.start()

    def _on_typing_timeout(self) -> None:
        self.choose(replace(self.wanted, text=self.search.text()))
