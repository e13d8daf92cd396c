"""As a new user, without a terminal: from an empty workspace and an exported mailbox to an agent of one's own."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.app.session import opened
from opsconsole.engine.agents.versions import in_use
from opsconsole.store.queries import pairs
from opsconsole.ui.panels.agents.blank.page import BlankPage
from opsconsole.ui.panels.agents.panel import AgentsPanel
from opsconsole.ui.panels.welcome.panel import WelcomePanel
from tests.support.desktop.console import in_window, until
from tests.support.desktop.person import Person
from tests.support.mail.mailboxes import OWN, mailbox, write_mailbox
from tests.ui.scenes import told

pytestmark = pytest.mark.slow
MAILS = 60
CLICKS, KEYS = 7, 6
"""So many it takes, besides the letters of one's address and of the agent's name. More is a step back."""
CTRL = Qt.KeyboardModifier.ControlModifier


async def brings_in(user: Person, box: Path) -> WelcomePanel:
    """Choose the folder of the export, look how it is read, bring it in."""
    welcome = user.panel("welcome")
    assert isinstance(welcome, WelcomePanel)
    user.point(welcome.own)
    user.write(OWN)
    await user.click("A folder…", within=welcome)
    dialog = welcome.findChild(QFileDialog)
    name = None if dialog is None else dialog.findChild(QLineEdit, "fileNameEdit")
    assert name is not None
    name.setText(str(box))
    QTest.keyClick(name, Qt.Key.Key_Return)
    user.keys += 1
    user.window.activateWindow()  # as a window manager does
    await until(user.window.isActiveWindow)
    await user.click("Bring it in", within=welcome.preview)
    await until(lambda: "new items from box" in welcome.said.text())
    return welcome


async def answers_five_questions(user: Person) -> BlankPage:
    await user.key_to("agents")
    await user.letter(Qt.Key.Key_B)
    agents = user.panel("agents")
    assert isinstance(agents, AgentsPanel)
    page = agents.sides.blank
    await until(lambda: page.comes.choice is not None and page.comes.name.hasFocus())
    user.write("Card desk")
    await user.click("Next", within=page)
    assert [(card.name.text(), card.is_kept) for card in page.shall.cards] == [("Cards", True), ("Transfers", True)]
    assert all(len(card.examples) == 3 for card in page.shall.cards)
    for _ in range(3):
        user.press(Qt.Key.Key_Return, CTRL)
    await until(lambda: "The last 50 events" in page.seen.told.text())
    await user.click("Begin in shadow", within=page)
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
        user = Person(joined)
        joined.window.activateWindow()
        await until(joined.window.isActiveWindow)
        await until(lambda: joined.window.windowTitle().startswith("Welcome"))
        welcome = await brings_in(user, box)
        await answers_five_questions(user)
        assert "Card desk" in told(user.panel("agents"))
        await user.click("Try it on your past", within=joined.window.notice)
        await until(lambda: f"Card desk would work {MAILS} events" in welcome.said.text())
        await user.click(f"Work {MAILS} events", within=welcome)
        await until(lambda: "Card desk would have done what people did in" in welcome.said.text(), deadline_s=60)
        assert not user.trouble, user.trouble
        assert (user.clicks, user.keys - user.written) == (CLICKS, KEYS)
        assert user.seconds < 10 * 60

    in_window(tmp_path / "ws", scenario)
    with opened(tmp_path / "ws") as session:
        kept = pairs.pairs(session.kernel.reader)
        assert in_use(session.kernel.reader, "card-desk").number == 1
    assert len(kept) == MAILS
