"""The tray icon, where the desktop has a tray: state, what waits, pause, quit. Notifications are not its business."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from opsconsole.store.queries.views.console import ShellState
from opsconsole.ui.memory import IS_TRAY_TOLD
from opsconsole.ui.shell.window import Window


class Tray(QObject):
    """Keeps the console in reach while its window is closed. Without a tray it does nothing, and says so."""

    def __init__(self, window: Window, *, show: Callable[[], None]) -> None:
        super().__init__(window)
        self.is_there = QSystemTrayIcon.isSystemTrayAvailable()
        if not self.is_there:
            return
        self._window = window
        self._icon = QSystemTrayIcon(self)
        self._menu = QMenu()
        self._menu.addAction("Open opsconsole", show)
        self._pause = self._menu.addAction("Pause all agents", window.toggle_pause)
        self._menu.addAction("Quit and stop the agents", window.quit_wanted.emit)
        self._icon.setContextMenu(self._menu)
        self._show = show
        self._icon.activated.connect(self._on_activated)
        window.state_changed.connect(self._on_state)
        self._icon.setIcon(window.context.theme.icon("inbox", "accent", 32))
        self._icon.show()

    def hide_window(self) -> None:
        """Close the window; the first time, say where it went."""
        self._window.hide()
        if not self._window.memory.value(IS_TRAY_TOLD, False, bool):
            self._window.memory.setValue(IS_TRAY_TOLD, True)
            self._icon.showMessage("opsconsole", "Your agents work on. This icon opens the window again, or quits.")

    def _on_activated(self, why: QSystemTrayIcon.ActivationReason) -> None:
        if why is QSystemTrayIcon.ActivationReason.Trigger:
            self._show()

    def _on_state(self, state: ShellState) -> None:
        paused, first = "all" in state.switches, f", {state.first} to decide first" if state.first else ""
        self._pause.setText("Resume all agents" if paused else "Pause all agents")
        self._icon.setToolTip(f"opsconsole: {state.waiting} waiting{first}" + (", paused" if paused else ""))
