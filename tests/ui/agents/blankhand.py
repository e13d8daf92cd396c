"""Hands for the tests of the questions: a past that is brought in, the page with the keys, Tab until a name."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from opsconsole.app.past.importing import import_path
from opsconsole.app.session import opened
from opsconsole.ui.panels.agents.blank.page import BlankPage
from opsconsole.ui.panels.agents.panel import AgentsPanel
from tests.support.mail.mailboxes import OWN, mailbox, write_mailbox
from tests.ui.scenes import with_tools
from tests.ui.stage import Stage, until

CTRL = Qt.KeyboardModifier.ControlModifier


def bring(folder: Path, tmp_path: Path) -> None:
    box = write_mailbox(tmp_path / "box", mailbox(24))
    with opened(folder) as session:
        import_path(session, box, is_history=True, own_addresses=[OWN], progress=lambda _: None)


async def shown(stage: Stage, folder: Path, *, width: int = 1280, height: int = 820) -> tuple[AgentsPanel, BlankPage]:
    with_tools(stage, folder)
    panel = stage.show(AgentsPanel, width, height)
    panel.activateWindow()
    await until(panel.isActiveWindow)
    panel.sides.begin_blank()
    await until(lambda: panel.sides.blank.comes.choice is not None)
    await until(lambda: panel.focusWidget() is panel.sides.blank.comes.name)
    return panel, panel.sides.blank


def key(page: QWidget, which: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(page.window().focusWidget() or page, which, modifiers)


def seek(page: QWidget, name: str) -> QWidget:
    """Press Tab until what is called so has the keys."""
    for _ in range(80):
        holder = page.window().focusWidget()
        if name in (holder.accessibleName(), getattr(holder, "text", str)()):
            return holder
        key(page, Qt.Key.Key_Tab)
    raise AssertionError(f"Tab does not lead to {name}")
