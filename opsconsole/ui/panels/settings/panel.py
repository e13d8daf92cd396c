"""Settings: how it looks, caps, quiet hours, notifications, data. What agents may do is set at the agents."""

from functools import partial

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

import opsconsole
from opsconsole.domain.agent import Budgets, QuietHours
from opsconsole.engine.budgets import budgets
from opsconsole.engine.kernel import Kernel
from opsconsole.ui.panel import Context, Panel
from opsconsole.ui.panels.connections.form import scrolled
from opsconsole.ui.panels.settings.caps import Caps
from opsconsole.ui.panels.settings.data import Data
from opsconsole.ui.theme.theme import Mode
from opsconsole.ui.widgets.basics import button, card, label, row
from opsconsole.ui.widgets.states import States

THEME, NOTIFICATIONS = "theme", "notifications"
_MODES: tuple[tuple[Mode, str], ...] = (("system", "Like the system"), ("light", "Light"), ("dark", "Dark"))


class SettingsPanel(Panel):
    """What a person sets once."""

    name = "settings"
    title = "Settings"
    icon = "gear"
    topics = frozenset({"settings", "agents"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.caps, self.data = Caps(self), Data(self)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column, parts in (
            (left, (self._looks(), self._notifications(), self.data.frame, self._about())),
            (right, (self.caps.frame, self._quiet())),
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

    def _notifications(self) -> QFrame:
        frame, column = card()
        column.addWidget(label("Notifications", "h3"))
        self.notify = QCheckBox("Tell me outside the window when something waits for me")
        self.notify.setChecked(str(self.context.memory.value(NOTIFICATIONS, "true")).lower() == "true")
        self.notify.toggled.connect(self._on_notify)
        column.addWidget(self.notify)
        column.addWidget(label("They say how many wait and nothing of what is in them.", "muted", is_wrapped=True))
        return frame

    def _quiet(self) -> QFrame:
        frame, column = card()
        column.addWidget(label("Quiet hours", "h3"))
        about = "Set in each agent's own file, so that a change makes a new version of it."
        column.addWidget(label(about, "muted", is_wrapped=True))
        self._hours = QVBoxLayout()
        self._hours.setSpacing(6)
        column.addLayout(self._hours)
        return frame

    def _about(self) -> QFrame:
        frame, column = card()
        column.addWidget(label("About", "h3"))
        column.addWidget(label(f"opsconsole {opsconsole.__version__}", is_selectable=True))
        text = "It works on this machine and sends nothing anywhere but to what you connect."
        column.addWidget(label(text, "muted", is_wrapped=True))
        return frame

    def refresh(self) -> None:
        self.context.tasks.start(self._load(), name="the settings", owner=self, key="load")

    async def _load(self) -> None:
        def query(kernel: Kernel) -> tuple[Budgets, list[tuple[str, tuple[QuietHours, ...]]]]:
            specs = [one.spec for one in kernel.roster.current(kernel.reader)]
            return budgets(kernel.reader), [(spec.name, spec.quiet_hours) for spec in specs]

        try:
            caps, hours = await self.context.backend.read(query)
        except Exception as error:
            self._states.error(str(error), act=self.refresh)
            raise
        self.caps.render(caps)
        self._render_hours(hours)
        self._states.show_content()

    def _render_hours(self, hours: list[tuple[str, tuple[QuietHours, ...]]]) -> None:
        while (item := self._hours.takeAt(0)) is not None:  # pyright: ignore[reportUnnecessaryComparison]
            if (widget := item.widget()) is not None:  # pyright: ignore[reportUnnecessaryComparison]
                widget.hide()
                widget.deleteLater()
        for name, own in hours:
            text = "; ".join(map(_told, own)) if own else "none"
            self._hours.addWidget(label(f"{name}: {text}", is_wrapped=True))
        if not hours:
            self._hours.addWidget(label("No agent is in use yet.", is_wrapped=True))

    def _on_notify(self, is_on: bool) -> None:
        self.context.memory.setValue(NOTIFICATIONS, is_on)

    def restyle(self) -> None:
        """Show the theme that holds, whoever chose it."""
        self.modes[self.context.theme.mode].setChecked(True)

    def _choose(self, mode: Mode) -> None:
        self.context.theme.choose(mode)
        self.context.memory.setValue(THEME, mode)


def _told(hours: QuietHours) -> str:
    zone = f"the recipient's zone, else {hours.fallback}" if hours.zone == "recipient" else hours.zone
    days = f" and all of {', '.join(day.title() for day in hours.days)}" if hours.days else ""
    what = "" if hours.actions == ("*",) else f" for {', '.join(hours.actions)}"
    return f"{hours.from_} to {hours.to} ({zone}){days}{what}"
