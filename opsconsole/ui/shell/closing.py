"""What becomes of the agents when the window is closed and no tray keeps it: asked, and remembered where wished."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QVBoxLayout

from opsconsole.ui.memory import on_close
from opsconsole.ui.shell.catalog import PANELS
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
        self.warning: UnsavedDialog | None = None

    def quit(self) -> None:
        """End all, unless something that is typed would be lost and the person thinks better of it."""
        self._unless_unsaved(lambda: self.decided.emit(False))

    def ask(self) -> None:
        """Ask what is to become of what is typed, and of the agents where some work and it was not said before."""
        self._unless_unsaved(self._ask)

    def _unless_unsaved(self, go_on: Callable[[], None]) -> None:
        if not (unsaved := self._unsaved()):
            go_on()
        elif self.warning is None:
            self.warning = UnsavedDialog(self._window, unsaved)
            self.warning.accepted.connect(go_on)
            self.warning.finished.connect(self._on_warned)
            self.warning.open()

    def _unsaved(self) -> str:
        panels = [self._window.panel(entry.name) for entry in PANELS]
        return " ".join(panel.unsaved for panel in panels if panel is not None and panel.unsaved)

    def _on_warned(self, _: int) -> None:
        self.warning = None

    def _ask(self) -> None:
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


class UnsavedDialog(QDialog):
    """Says what would be lost; accepted where it may be."""

    def __init__(self, window: Window, unsaved: str) -> None:
        super().__init__(window)
        self.setWindowTitle("Not saved")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        about = label(unsaved, "muted", is_wrapped=True)
        self.stay = button("Stay", self.reject, kind="accent", keys="Esc")
        self.stay.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(10)
        column.addWidget(label("What you typed is not saved", "h2"))
        column.addWidget(about)
        column.addSpacing(4)
        column.addLayout(row(self.stay, None, button("Close without it", self.accept, kind="danger")))
        about.setFixedWidth(WIDTH)
        about.setMinimumHeight(about.heightForWidth(WIDTH))
        self.stay.setFocus()


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
