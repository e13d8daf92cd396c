"""What becomes of the agents when the window is closed and no tray keeps it: asked, and remembered where wished."""

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QVBoxLayout

from opsconsole.ui.memory import on_close
from opsconsole.ui.shell.engineprocess import EngineState
from opsconsole.ui.shell.window import Window
from opsconsole.ui.widgets.basics import button, label, row

Habit = Literal["stop", "leave"]
WIDTH = 440
_ABOUT = (
    "They can stop with the window, or work on without it. What they want to ask you waits until you open it again;"
    " nothing is lost either way."
)


class Closing(QObject):
    """Decides how the window ends.

    Signals:
        decided: whether agents work on (True) or stop (False). Not sent where the person thinks better of it.
    """

    decided = Signal(bool)

    def __init__(self, window: Window, folder: Path, *, is_sample: bool) -> None:
        super().__init__(window)
        self._window, self._is_sample = window, is_sample
        self._key = on_close(folder)
        self.dialog: AskDialog | None = None

    def ask(self) -> None:
        """Ask what is to become of the agents, where some are at work and it was not said before."""
        state = self._window.state
        has_agents = state is not None and state.agents > 0
        engine = self._window.engine
        if self._is_sample or not has_agents or not engine.is_wanted or engine.state is EngineState.ELSEWHERE:
            self.decided.emit(False)
        elif (habit := self._window.memory.value(self._key, "ask")) in ("stop", "leave"):
            self.decided.emit(habit == "leave")
        elif self.dialog is None:
            self.dialog = AskDialog(self._window)
            self.dialog.chosen.connect(self._on_chosen)
            self.dialog.finished.connect(self._on_finished)
            self.dialog.open()

    def _on_chosen(self, habit: Habit, is_kept: bool) -> None:
        if is_kept:
            self._window.memory.setValue(self._key, habit)
        self.decided.emit(habit == "leave")

    def _on_finished(self, _: int) -> None:
        self.dialog = None


class AskDialog(QDialog):
    """Two ways, and a third: not to close.

    Signals:
        chosen: "stop" or "leave", and whether that holds from now on.
    """

    chosen = Signal(str, bool)

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.setWindowTitle("Close the window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        about = label(_ABOUT, "muted", is_wrapped=True)
        self.keep = QCheckBox("Do the same from now on in this workspace (Settings changes it)")
        self.stop = button("Stop them and close", lambda: self._choose("stop"), kind="accent")
        self.stop.setDefault(True)
        self.leave = button("Let them work on", lambda: self._choose("leave"))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(10)
        column.addWidget(label("Your agents are at work", "h2"))
        column.addWidget(about)
        column.addWidget(self.keep)
        column.addSpacing(4)
        column.addLayout(row(self.stop, self.leave, None, button("Stay", self.reject, keys="Esc")))
        about.setFixedWidth(WIDTH)
        about.setMinimumHeight(about.heightForWidth(WIDTH))
        self.stop.setFocus()

    def _choose(self, habit: Habit) -> None:
        self.chosen.emit(habit, self.keep.isChecked())
        self.accept()
