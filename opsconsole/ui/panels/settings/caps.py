"""The caps over all agents, as a form; every change is on record."""

from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QVBoxLayout

from opsconsole.domain.agent import Budgets
from opsconsole.domain.errors import OpsError
from opsconsole.domain.naming import number_words
from opsconsole.engine.commands.budgets import CAPS, MONEY, cap_of, set_budgets
from opsconsole.ui.panel import Panel
from opsconsole.ui.widgets.basics import button, card, label, repolish, row


class Caps:
    """A card with a field for every cap; empty is no cap."""

    def __init__(self, owner: Panel) -> None:
        self._owner, self._context = owner, owner.context
        self._known: dict[str, str] = {}
        self.fields: dict[str, QLineEdit] = {}
        self._heads: dict[str, QLabel] = {}
        self._wrong: dict[str, QLabel] = {}
        self.frame, column = card()
        column.addWidget(label("Caps over all agents", "h3"))
        about = "At a cap, actions wait for you; nothing is dropped. Empty is no cap. Every change is on record."
        column.addWidget(label(about, "muted", is_wrapped=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        for place, (name, title) in enumerate(CAPS):
            made = QLineEdit()
            made.setPlaceholderText("no cap")
            made.setAccessibleName(title)
            made.setMaximumWidth(150)
            made.textEdited.connect(lambda _="", name=name: self._on_edited(name))
            made.returnPressed.connect(self.save)
            self.fields[name] = made
            cell = QVBoxLayout()
            cell.setSpacing(4)
            self._heads[name], self._wrong[name] = label(title, "cap"), label("", "error", is_wrapped=True)
            self._wrong[name].hide()
            for part in (self._heads[name], made, self._wrong[name]):
                cell.addWidget(part)
            cell.addStretch(1)
            grid.addLayout(cell, place // 2, place % 2)
        grid.setColumnStretch(2, 1)
        column.addLayout(grid)
        self._error: QLabel = label("", "error", is_wrapped=True)
        self._error.hide()
        column.addWidget(self._error)
        self._save = button("Save the caps", self.save, kind="accent")
        self._save.setEnabled(False)
        column.addLayout(row(self._save, None))

    def render(self, caps: Budgets, currency: str) -> None:
        """Show what holds, unless somebody is typing."""
        for name, title in CAPS:
            told = f"{title} ({currency})" if name in MONEY else title
            self._heads[name].setText(told)
            self.fields[name].setAccessibleName(told)
        known = {name: _text(getattr(caps, name)) for name, _ in CAPS}
        if self._save.isEnabled() and known == self._known:
            return
        self._known = known
        for name, made in self.fields.items():
            made.setText(known[name])
            self._mark(name, "")
        self._save.setEnabled(False)

    def save(self) -> None:
        """Put the changed ones into force."""
        changed = {
            name: made.text().strip() for name, made in self.fields.items() if made.text() != self._known.get(name)
        }
        wrong = {name: why for name, text in changed.items() if (why := cap_of(name, text)[1])}
        for name in changed:
            self._mark(name, wrong.get(name, ""))
        if wrong:
            titles = ", ".join(title for name, title in CAPS if name in wrong)
            self._say(f"{titles}: not a cap as it stands. Nothing was changed.")
            self.fields[next(name for name, _ in CAPS if name in wrong)].setFocus()
        elif changed:
            self._context.tasks.start(self._put(changed), name="the caps", owner=self._owner, key="caps")

    async def _put(self, changed: dict[str, str]) -> None:
        try:
            await self._context.backend.write(
                lambda kernel, tx, actor: set_budgets(kernel, tx, changed, actor=actor), name="budgets.set"
            )
        except OpsError as error:
            self._say(str(error))
            return
        self._error.hide()
        self._known = {}
        self._save.setEnabled(False)
        self._context.navigator.say("The caps are saved; they hold from now on.")
        self._owner.refresh()

    def _say(self, text: str) -> None:
        self._error.setText(text)
        self._error.show()

    def _mark(self, name: str, wrong: str) -> None:
        made, error = self.fields[name], self._wrong[name]
        error.setText(wrong)
        error.setVisible(bool(wrong))
        made.setAccessibleDescription(wrong)
        if bool(made.property("invalid")) != bool(wrong):
            made.setProperty("invalid", bool(wrong))
            repolish(made)

    def _on_edited(self, edited: str) -> None:
        self._error.hide()
        self._mark(edited, "")
        self._save.setEnabled(any(made.text() != self._known.get(name) for name, made in self.fields.items()))


def _text(cap: float | None) -> str:
    return "" if cap is None else number_words(cap)
