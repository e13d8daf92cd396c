"""Settings: how it looks, caps, quiet hours, notifications, data. What agents may do is set at the agents."""

from functools import partial

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

import opsconsole
from opsconsole.domain.agent import Budgets
from opsconsole.engine.commands.budgets import budgets
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import limits
from opsconsole.ui.memory import NOTIFICATIONS, ON_CLOSE_WORDS, THEME, on_close
from opsconsole.ui.panel import Context, Panel
from opsconsole.ui.panels.settings import quiet
from opsconsole.ui.panels.settings.caps import Caps
from opsconsole.ui.panels.settings.data import Data
from opsconsole.ui.panels.settings.oversight import Oversight, Terms, terms
from opsconsole.ui.panels.settings.quiet import Quiet
from opsconsole.ui.theme.theme import Mode
from opsconsole.ui.widgets.basics import button, card, label, row
from opsconsole.ui.widgets.columns import scrolled
from opsconsole.ui.widgets.states import States

_MODES: tuple[tuple[Mode, str], ...] = (("system", "Like the system"), ("light", "Light"), ("dark", "Dark"))


class SettingsPanel(Panel):
    """What a person sets once."""

    name = "settings"
    title = "Settings"
    icon = "gear"
    topics = frozenset({"settings", "agents"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.caps, self.data, self.quiet = Caps(self), Data(self), Quiet()
        self.oversight = Oversight(self)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column, parts in (
            (left, (self._looks(), self._closing(), self._notifications(), self.data.frame, self._about())),
            (right, (self.caps.frame, self.oversight.frame, self.quiet.frame)),
        ):
            column.setSpacing(12)
            for part in parts:
                column.addWidget(part)
            column.addStretch(1)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addLayout(left, 1)
        body.addLayout(right, 1)
        inside = QWidget()
        inside.setObjectName("page")
        page = QVBoxLayout(inside)
        page.setContentsMargins(28, 22, 28, 24)
        page.setSpacing(14)
        page.addWidget(label("Settings", "h1"))
        page.addLayout(body, 1)
        self._states = States(scrolled(inside))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._states)

    def _looks(self) -> QFrame:
        frame, column = card()
        column.addWidget(label("Appearance", "h3"))
        self.modes: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        for mode, text in _MODES:
            made = button(text, partial(self._choose, mode), kind="chip")
            made.setCheckable(True)
            made.setChecked(mode == self.context.theme.mode)
            group.addButton(made)
            self.modes[mode] = made
        column.addLayout(row(*self.modes.values(), None))
        return frame

    def _closing(self) -> QFrame:
        frame, column = card()
        column.addWidget(label("When I close the window", "h3"))
        self.habits: dict[str, QPushButton] = {}
        group, key = QButtonGroup(self), on_close(self.context.backend.folder)
        for habit, text in ON_CLOSE_WORDS.items():
            made = button(text, partial(self.context.memory.setValue, key, habit), kind="chip")
            made.setCheckable(True)
            group.addButton(made)
            self.habits[habit] = made
        column.addLayout(row(*self.habits.values(), None))
        text = (
            "This holds for this workspace. With an icon in the tray, closing only hides the window; quitting there"
            " stops the agents."
        )
        column.addWidget(label(text, "muted", is_wrapped=True))
        return frame

    def _notifications(self) -> QFrame:
        frame, column = card()
        column.addWidget(label("Notifications", "h3"))
        self.notify = QCheckBox("Tell me outside the window when something waits for me")
        self.notify.setChecked(str(self.context.memory.value(NOTIFICATIONS, "true")).lower() == "true")
        self.notify.toggled.connect(self._on_notify)
        column.addWidget(self.notify)
        column.addWidget(label("They say how many wait and nothing of what is in them.", "muted", is_wrapped=True))
        return frame

    def _about(self) -> QFrame:
        frame, column = card()
        column.addWidget(label("About", "h3"))
        column.addWidget(label(f"opsconsole {opsconsole.__version__}", is_selectable=True))
        text = "It works on this machine and sends nothing anywhere but to what you connect."
        column.addWidget(label(text, "muted", is_wrapped=True))
        return frame

    def refresh(self) -> None:
        habit = str(self.context.memory.value(on_close(self.context.backend.folder), "ask"))
        self.habits.get(habit, self.habits["ask"]).setChecked(True)
        self.context.tasks.start(self._load(), name="the settings", owner=self, key="load")

    async def _load(self) -> None:
        def query(kernel: Kernel) -> tuple[Budgets, str, list[quiet.Own], Terms]:
            currency = limits.setting(kernel.reader, "currency") or "EUR"
            return budgets(kernel.reader), currency, quiet.query(kernel), terms(kernel)

        try:
            caps, currency, hours, held = await self.context.backend.read(query)
        except Exception as error:
            self._states.error(str(error), act=self.refresh)
            raise
        self.caps.render(caps, currency)
        self.quiet.render(hours)
        self.oversight.render(held)
        self._states.show_content()

    def _on_notify(self, is_on: bool) -> None:
        self.context.memory.setValue(NOTIFICATIONS, is_on)

    def restyle(self) -> None:
        """Show the theme that holds, whoever chose it."""
        self.modes[self.context.theme.mode].setChecked(True)

    def _choose(self, mode: Mode) -> None:
        self.context.theme.choose(mode)
        self.context.memory.setValue(THEME, mode)
