"""The window: rail, pages, status, notices; opens panels when they are wanted and refreshes what is on the screen."""

import importlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QPoint, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from opsconsole.domain.errors import OpsError
from opsconsole.ui.memory import GEOMETRY, THEME
from opsconsole.ui.panel import Context, Panel
from opsconsole.ui.shell import lasting, screenfit
from opsconsole.ui.shell.banner import Banner
from opsconsole.ui.shell.catalog import PANELS, WELCOME
from opsconsole.ui.shell.engineprocess import EngineProcess, EngineState
from opsconsole.ui.shell.keyhint import KeyHint
from opsconsole.ui.shell.notice import Notice
from opsconsole.ui.shell.rail import Rail
from opsconsole.ui.shell.statusbar import StatusBar
from opsconsole.ui.shell.windowcommands import window_commands
from opsconsole.ui.theme.theme import Theme

if TYPE_CHECKING:
    from opsconsole.engine.kernel import Kernel
    from opsconsole.store.queries.views.console import ShellState

TICK_MS = 20_000
"""How often relative times are told anew."""
LEAST = (1024, 640)
"""In px. Narrower, the approvals cut their buttons and the audit its columns."""


class Window(QMainWindow):
    """The console.

    Signals:
        state_changed: a new `ShellState` is known.
        close_wanted: the person closed the window; whoever joined things decides between tray and quit.
        quit_wanted: the person wants everything to end.
    """

    state_changed = Signal(object)
    close_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, theme: Theme, memory: QSettings) -> None:
        """Build the frame, which can be painted before anything else is loaded; `attach` gives it life."""
        super().__init__()
        self.memory = memory
        self.state: ShellState | None = None
        self._trouble = ""
        self._panels: dict[str, Panel] = {}
        self._stale: set[str] = set()
        self._entries = {entry.name: entry for entry in (*PANELS, WELCOME)}
        self._current = ""
        self._build(theme)
        self.setWindowTitle("opsconsole")
        self.resize(1280, 800)
        saved = memory.value(GEOMETRY)
        if isinstance(saved, QByteArray):
            self.restoreGeometry(saved)
        screenfit.keep_within(self, LEAST)

    def attach(self, context: Context, engine: EngineProcess) -> None:
        """Join the frame with what it shows."""
        self.context, self.engine = context, engine
        self.rail.pause.clicked.connect(self.toggle_pause)
        self.rail.menu.clicked.connect(self._open_menu)
        self._connect()

    def _build(self, theme: Theme) -> None:
        root = QWidget()
        root.setObjectName("root")
        line = QHBoxLayout(root)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        self.rail = Rail(PANELS, theme, go=self.show_panel)
        column = QVBoxLayout()
        column.setSpacing(0)
        self._banner = Banner()
        self._stack = QStackedWidget()
        self._stack.addWidget(QWidget())
        self._status = StatusBar(theme)
        column.addWidget(self._banner)
        column.addWidget(self._stack, 1)
        column.addWidget(self._status)
        line.addWidget(self.rail)
        line.addLayout(column, 1)
        self.setCentralWidget(root)
        self.notice, self.hint = Notice(root), KeyHint(root)
        self._status.show_engine(EngineState.STARTING, is_paused=False)

    def _connect(self) -> None:
        context = self.context
        context.navigator.requested.connect(self.show_panel)
        context.navigator.said.connect(self.notice.say)
        context.commands.keys.swallowed.connect(self.hint.say)
        context.tasks.failed.connect(self._on_failed)
        context.theme.changed.connect(self._restyle)
        context.backend.changed.connect(self._on_changed)
        context.backend.file_lost.connect(self._render)
        self.engine.changed.connect(self._on_engine)
        self.engine.crashed.connect(self._on_engine_crashed)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self.look)
        self._tick.start()
        context.commands.add(self, window_commands(self, can_restart=lambda: self.engine.can_restart))

    # -- panels ------------------------------------------------------------------------------------------------------

    def show_panel(self, name: str, where: dict[str, object] | None = None) -> None:
        """Show a panel, made when first wanted, at a place in it."""
        if name not in self._entries:
            self.notice.say(f"There is no page {name} yet.", "", None)
            return
        panel = self._made(name)
        if name != self._current:
            self.notice.leave()
        self._current = name
        self._stack.setCurrentWidget(panel)
        panel.setFocus(Qt.FocusReason.OtherFocusReason)
        self.rail.mark(name)
        if name in self._stale:
            self._stale.discard(name)
            panel.refresh()
        if where:
            panel.go(dict(where))
        self._render()

    def _made(self, name: str) -> Panel:
        panel = self._panels.get(name)
        if panel is None:
            panel = self._panels[name] = self._entries[name].make(self.context)
            self._stack.addWidget(panel)
            self.context.commands.add(panel, panel.commands())
            self._stale.add(name)
        return panel

    def panel(self, name: str) -> Panel | None:
        """Return a panel that was shown before."""
        return self._panels.get(name)

    def refresh(self) -> None:
        """Query what is on the screen again."""
        if (panel := self.panel(self._current)) is not None:
            panel.refresh()
        self.look()

    def _on_changed(self, topics: frozenset[str]) -> None:
        for name, panel in self._panels.items():
            if not panel.topics & topics:
                continue
            if name == self._current:
                panel.refresh()
            else:
                self._stale.add(name)
        self.look()

    def look(self) -> None:
        """Ask how things are, for the frame."""
        self.context.tasks.start(self._look(), name="look", owner=self)

    async def _look(self) -> None:
        was = self.state
        try:
            self.state = await self.context.backend.read(_shell_state)
        except OpsError as error:
            self._trouble = f"{error}"
            return self._render()
        self._trouble = ""
        self._render()
        is_begun = bool(self.state.agents or self.state.events)
        page = self.panel(self._current)
        is_first = self._current == "welcome" and page is not None and not page.is_used
        if not self._current or (is_first and is_begun and was is not None and not (was.agents or was.events)):
            self.show_panel("overview" if is_begun else "welcome")
        self.state_changed.emit(self.state)

    # -- what is shown -----------------------------------------------------------------------------------------------

    def _on_failed(self, _name: str, text: str) -> None:
        self.notice.say(text, "", None)

    def _render(self, *_: object) -> None:
        """Show the state as it is known; total and idempotent."""
        state, is_paused = self.state, self.is_paused
        has_agents = state is None or bool(state.agents)
        self._status.show_engine(self.engine.state, is_paused=is_paused, has_agents=has_agents)
        if state is not None:
            self._status.show_state(state, now=datetime.now(UTC))
            self.rail.buttons["approvals"].show_count(state.waiting)
            self.rail.buttons["connections"].become("link", "Connections", "danger" if state.troubles else "text2")
        title = self._entries[self._current].title if self._current else "opsconsole"
        waiting = f"({state.waiting}) " if state is not None and state.waiting else ""
        sample = " · sample company" if state is not None and state.is_sample else ""
        self.setWindowTitle(f"{waiting}{title} · opsconsole{sample}")
        if is_paused:
            self.rail.pause.become("play", "Resume all agents", "warn")
        else:
            self.rail.pause.become("pause", "Pause all agents (kill switch)")
        trouble = lasting.Trouble(self._trouble, self.look)
        lasting.render(self._banner, self.context, self.engine, state, trouble, resume=self.toggle_pause)

    @property
    def is_paused(self) -> bool:
        """The kill switch over all agents is on."""
        return self.state is not None and "all" in self.state.switches

    def _on_engine(self) -> None:
        if (said := lasting.MET.get(self.engine.state)) is not None:
            self.notice.say(said, "", None)
        self._render()

    def _on_engine_crashed(self, words: str) -> None:
        self.notice.say(f"The engine stopped by itself and is started again: {words}", "", None)

    def _restyle(self) -> None:
        self.rail.restyle()
        for panel in self._panels.values():
            panel.restyle()
        self._render()

    # -- commands ----------------------------------------------------------------------------------------------------

    def toggle_pause(self) -> None:
        """Turn the kill switch over all agents on or off."""
        self.context.tasks.start(self._toggle_pause(is_paused=self.is_paused), name="kill switch", owner=self)

    async def _toggle_pause(self, *, is_paused: bool) -> None:
        switches = importlib.import_module(
            "opsconsole.engine.commands.switches"
        )  # late: the engine's parts are slow to load
        if is_paused:
            await self.context.backend.write(
                lambda kernel, tx, actor: switches.resume(kernel, tx, "all", actor=actor), name="resume"
            )
            self.notice.say("Resumed. What was held is checked again, and goes on.", "", None)
        else:
            await self.context.backend.write(
                lambda kernel, tx, actor: switches.pause(kernel, tx, "all", actor=actor, reason="from the window"),
                name="pause",
            )
            self.notice.say("Paused. Nothing starts until you resume.", "Resume", self.toggle_pause)
        await self._look()

    def restart_engine(self) -> None:
        """Have the engine stop and start anew, where it is in a bad state."""
        if self.engine.restart():
            self.notice.say("The engine is started anew; nothing is lost.", "", None)
        else:
            text = "This engine was not started by the window. Stop it where it runs (Ctrl+C) and start it again there."
            self.notice.say(text, "", None)

    def open_palette(self) -> None:
        """Show the commands that can be run here."""
        self._show_commands(is_help=False)

    def open_help(self) -> None:
        """Show every command of every page."""
        for entry in PANELS:
            self._made(entry.name)
        self._show_commands(is_help=True)

    def _show_commands(self, *, is_help: bool) -> None:
        place = importlib.import_module("opsconsole.ui.shell.palette")
        place.Palette(self.context.commands, self.context.theme, self, is_help=is_help).open()

    def flip_theme(self) -> None:
        """Go from light to dark or back, and remember it."""
        mode = "light" if self.context.theme.is_dark else "dark"
        self.context.theme.choose(mode)
        self.context.memory.setValue(THEME, mode)

    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        groups: dict[str, QMenu] = {}
        for command in self.context.commands.available():
            if command.group not in groups:
                groups[command.group] = menu.addMenu(command.group)
            groups[command.group].addAction(self.context.commands.action(command.id))
        menu.popup(self.rail.menu.mapToGlobal(QPoint(self.rail.menu.width(), 0)))

    def remember(self) -> None:
        """Keep how the window stands."""
        self.context.memory.setValue(GEOMETRY, self.saveGeometry())

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()
        self.remember()
        self.close_wanted.emit()


def _shell_state(kernel: "Kernel") -> "ShellState":
    console = importlib.import_module("opsconsole.store.queries.views.console")
    return console.shell_state(kernel.reader, now=kernel.clock.now())
