"""As a new user, without a terminal: from an empty workspace and an exported mailbox to an agent of one's own."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton, QWidget

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.app.session import opened
from opsconsole.engine.agents.versions import in_use
from opsconsole.store.queries import pairs
from opsconsole.ui.panel import Panel
from opsconsole.ui.panels.agents.blank.page import BlankPage
from opsconsole.ui.panels.agents.panel import AgentsPanel
from opsconsole.ui.panels.welcome.panel import WelcomePanel
from opsconsole.ui.shell.catalog import PANELS
from tests.support.desktop.console import in_window, until
from tests.support.mail.mailboxes import OWN, mailbox, write_mailbox
from tests.ui.scenes import told

pytestmark = pytest.mark.slow
MAILS = 60
CLICKS, KEYS = 7, 6
"""So many it takes, besides the letters of one's address and of the agent's name. More is a step back."""
CTRL, NO = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


class NewUser:
    """Clicks what is seen and presses keys, and counts both."""

    def __init__(self, joined: Joined) -> None:
        self.joined, self.window = joined, joined.window
        self.clicks = self.keys = 0
        self.trouble: list[str] = []
        joined.context.tasks.failed.connect(self._on_failed)

    def _on_failed(self, name: str, text: str) -> None:
        self.trouble.append(f"{name}: {text}")

    def panel(self, name: str) -> Panel:
        panel = self.window.panel(name)
        assert panel is not None
        return panel

    async def click(self, within: QWidget, text: str) -> None:
        """Click the button of that text, once it is there and can be pressed."""

        def found() -> list[QPushButton]:
            buttons = within.findChildren(QPushButton)
            return [made for made in buttons if made.isVisible() and made.isEnabled() and made.text().startswith(text)]

        await until(found)
        QTest.mouseClick(found()[0], Qt.MouseButton.LeftButton)
        self.clicks += 1

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO) -> None:
        QTest.keyClick(self.window.focusWidget() or self.window, key, modifiers)
        self.keys += 1

    def type(self, text: str, into: QLineEdit | None = None) -> None:
        """Letters are not counted: they are the person's own."""
        if into is not None:
            QTest.mouseClick(into, Qt.MouseButton.LeftButton)
            self.clicks += 1
        QTest.keyClicks(self.window.focusWidget() or self.window, text)

    async def go(self, name: str) -> None:
        number = [entry.name for entry in PANELS].index(name) + 1
        self.press(getattr(Qt.Key, f"Key_{number}"), CTRL)
        await until(lambda: (panel := self.window.panel(name)) is not None and panel.isVisible())


async def brings_in(user: NewUser, box: Path) -> WelcomePanel:
    """Choose the folder of the export, look how it is read, bring it in."""
    welcome = user.panel("welcome")
    assert isinstance(welcome, WelcomePanel)
    user.type(OWN, into=welcome.own)
    await user.click(welcome, "A folder…")
    dialog = welcome.findChild(QFileDialog)
    name = None if dialog is None else dialog.findChild(QLineEdit, "fileNameEdit")
    assert name is not None
    name.setText(str(box))
    QTest.keyClick(name, Qt.Key.Key_Return)
    user.keys += 1
    user.window.activateWindow()  # as a window manager does
    await until(user.window.isActiveWindow)
    await user.click(welcome.preview, "Bring it in")
    await until(lambda: "new items from box" in welcome.said.text())
    return welcome


async def answers_five_questions(user: NewUser) -> BlankPage:
    await user.go("agents")
    user.press(Qt.Key.Key_B)
    agents = user.panel("agents")
    assert isinstance(agents, AgentsPanel)
    page = agents.blank
    await until(lambda: page.comes.choice is not None and page.comes.name.hasFocus())
    user.type("Card desk")
    await user.click(page, "Next")
    assert [(card.name.text(), card.is_kept) for card in page.shall.cards] == [("Cards", True), ("Transfers", True)]
    assert all(len(card.examples) == 3 for card in page.shall.cards)
    for _ in range(3):
        user.press(Qt.Key.Key_Return, CTRL)
    await until(lambda: "The last 50 events" in page.seen.told.text())
    await user.click(page, "Begin in shadow")
    await until(lambda: agents.shown is not None and agents.shown.row.id == "card-desk")
    return page


def test_from_nothing_to_an_agent_of_ones_own(tmp_path: Path) -> None:
    """7 clicks and 6 keys, besides the letters of an address, a folder and a name; no terminal, no file touched.

    Clicks: own addresses, A folder, Bring it in, Next, Begin in shadow, Try it on your past, Work. Keys: Enter in the
    dialog, Agents, B, and three times Ctrl+Enter. Stumbles that it found are mended: B begins from blank from anywhere
    in Agents; the notice after the last question leads to trying it on the past, with the new agent chosen already.
    """
    box = write_mailbox(tmp_path / "box", mailbox(MAILS))

    async def scenario(joined: Joined) -> None:
        user = NewUser(joined)
        joined.window.activateWindow()
        await until(joined.window.isActiveWindow)
        await until(lambda: joined.window.windowTitle().startswith("Welcome"))
        welcome = await brings_in(user, box)
        await answers_five_questions(user)
        assert "Card desk" in told(user.panel("agents"))
        await user.click(joined.window.notice, "Try it on your past")
        await until(lambda: f"Card desk would work {MAILS} events" in welcome.said.text())
        await user.click(welcome, f"Work {MAILS} events")
        await until(lambda: "Card desk would have done what people did in" in welcome.said.text(), deadline_s=60)
        assert not user.trouble, user.trouble
        assert (user.clicks, user.keys) == (CLICKS, KEYS)

    in_window(tmp_path / "ws", scenario)
    with opened(tmp_path / "ws") as session:
        kept = pairs.pairs(session.kernel.reader)
        assert in_use(session.kernel.reader, "card-desk").number == 1
    assert len(kept) == MAILS
