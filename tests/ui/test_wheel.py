"""The wheel scrolls; it changes no choice that nobody went to."""

import re
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

import opsconsole
from opsconsole.ui.panels.connections.panel import ConnectionsPanel
from tests.ui.scenes import with_tools
from tests.ui.stage import Stage, play, until

_KINDS = "ComboBox|SpinBox|DoubleSpinBox|DateEdit|TimeEdit|DateTimeEdit|Slider|Dial|FontComboBox"
TURNS = re.compile(rf"(?<!class ChoiceBox\()\bQ({_KINDS})\(")


def _turn(widget: QWidget) -> bool:
    """Return whether the widget took the turn for itself."""
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle, QPointF(widget.mapToGlobal(widget.rect().center())), QPoint(0, 0), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def test_the_wheel_over_a_form_changes_no_choice_without_the_focus(empty: Path, qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        with_tools(stage, empty)
        panel = stage.show(ConnectionsPanel)
        panel.add_mail()
        panel.mail.more.turn(is_open=True)
        box = panel.mail.chosen["imap_tls"]
        for _ in range(3):
            assert not _turn(box)
        assert box.currentIndex() == 0
        assert not box.focusPolicy() & Qt.FocusPolicy.WheelFocus & ~Qt.FocusPolicy.StrongFocus
        panel.activateWindow()
        box.setFocus()
        await until(box.hasFocus)
        _turn(box)
        assert box.currentIndex() == 1  # who went to it means it

    play(empty, qapp, scene)


def test_every_box_that_the_wheel_turns_is_of_this_kind() -> None:
    places = [*Path(opsconsole.__file__).parent.rglob("*.py")]
    assert [place.name for place in places if TURNS.search(place.read_text("utf-8"))] == []
