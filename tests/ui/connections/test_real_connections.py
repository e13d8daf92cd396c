"""The window with each real kind of connection: cards are read again and again, servers go and come back."""

import asyncio
from collections.abc import Generator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.domain.redaction import forget_all
from opsconsole.store.queries import approvals
from opsconsole.ui.panels.approvals.card.data import Shown, load_cards
from opsconsole.ui.panels.approvals.panel import ApprovalsPanel
from opsconsole.ui.shell.catalog import PANELS
from tests.support.desktop.console import in_window, until
from tests.support.plugged import Plugged, fill, plugged
from tests.ui.connections.test_connecting import connections
from tests.ui.scenes import press, told

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("connect_mail")]
CARDS = 6


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Plugged]:
    with plugged(tmp_path, monkeypatch) as made:
        asyncio.run(fill(made, CARDS))
        yield made
    forget_all()


async def go(joined: Joined, name: str) -> None:
    number = [entry.name for entry in PANELS].index(name) + 1
    QTest.keyClick(joined.window, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier)
    await until(lambda: (panel := joined.window.panel(name)) is not None and panel.isVisible())


async def cards(joined: Joined) -> tuple[Shown, ...]:
    ids = await joined.backend.read(lambda kernel: [row.id for row in approvals.waiting_approvals(kernel.reader)])
    return await joined.backend.ask(lambda kernel: load_cards(kernel, ids))


def changes(shown: tuple[Shown, ...]) -> dict[str, set[str]]:
    """What each tool would change, in words; what cannot be told begins with !."""
    found: dict[str, set[str]] = {}
    for card in shown:
        found.setdefault(card.view.tool, set()).update(f"{c.field}: {c.now} > {c.after}" for c in card.view.changes)
    return found


def is_whole(shown: tuple[Shown, ...]) -> bool:
    found = changes(shown)
    assert {*found} == {"mail.archive", "mail.reply", "crm.note"}
    return found["mail.archive"] == {"folder: INBOX > Archive"} and found["crm.note"] == {
        "text: as it was > as it shall be"
    }


def listen(joined: Joined) -> list[str]:
    failed: list[str] = []

    def note(name: str, text: str) -> None:
        failed.append(f"{name}: {text}")

    joined.context.tasks.failed.connect(note)
    return failed


def test_cards_are_read_a_hundred_times_while_servers_go_and_come_back(out: Plugged) -> None:
    async def scenario(joined: Joined) -> None:
        failed = listen(joined)
        for number in range(100):
            shown = await cards(joined)
            assert len(shown) == CARDS
            assert is_whole(shown), (number, changes(shown))
            if number % 33 == 32:
                out.dovecot.stop()
                out.crm.stop()
                shown = await cards(joined)
                assert len(shown) == CARDS, "a card is shown whatever other systems do"
                said = changes(shown)
                for tool in ("mail.archive", "crm.note"):
                    assert all("cannot be shown" in words for words in said[tool]), said
                assert "Errno" not in str(said)
                out.dovecot.start()
                out.crm.start()
        assert not failed, failed

    in_window(out.folder, scenario)


def test_every_panel_and_every_card_opens_with_all_of_them_connected(out: Plugged) -> None:
    async def scenario(joined: Joined) -> None:
        failed = listen(joined)
        joined.window.activateWindow()
        await until(joined.window.isActiveWindow)
        for entry in PANELS:
            await go(joined, entry.name)
        await go(joined, "approvals")
        panel = joined.window.panel("approvals")
        assert isinstance(panel, ApprovalsPanel)
        for key in [Qt.Key.Key_J] * (CARDS - 1) + [Qt.Key.Key_K] * (CARDS - 1):
            await until(lambda: panel.shown is not None and panel.shown.view.id == panel.queue.current)
            assert "Reading the card" not in told(panel)
            QTest.keyClick(panel, key)
        for entry in PANELS:
            await go(joined, entry.name)
        assert not failed, failed
        assert not joined.window.notice.isVisible(), joined.window.notice.accessibleName()

    in_window(out.folder, scenario)


def test_every_panel_opens_while_the_servers_are_down(out: Plugged) -> None:
    async def scenario(joined: Joined) -> None:
        failed = listen(joined)
        out.dovecot.stop()
        out.crm.stop()
        for entry in PANELS:
            await go(joined, entry.name)
            await until(lambda: joined.context.tasks.count == 0)
            assert "Errno" not in told(joined.window)
        out.dovecot.start()
        out.crm.start()
        for entry in PANELS:
            await go(joined, entry.name)
        assert not failed, failed

    in_window(out.folder, scenario)


def removable(panel: QWidget) -> set[str]:
    names = [button.accessibleName() for button in panel.findChildren(QPushButton) if button.isVisible()]
    return {name.removeprefix("Remove ") for name in names if name.startswith("Remove ")}


def test_each_kind_of_connection_is_taken_out_in_the_window(out: Plugged) -> None:
    async def scenario(joined: Joined) -> None:
        failed = listen(joined)
        panel = await connections(joined)
        left = {*out.configs}
        while left:
            await until(lambda: panel.pages.currentIndex() == 0 and removable(panel) == left)
            press(panel, "Remove…")
            await until(lambda: any(f"Remove {name}?" in told(panel) for name in left))
            (name,) = [name for name in left if f"Remove {name}?" in told(panel)]
            press(panel.removal, "Remove")
            await until(lambda name=name: f"{name} is removed." in joined.window.notice.accessibleName())
            left.remove(name)
        await until(lambda: "Nothing from outside yet" in told(panel))
        assert not failed, failed

    in_window(out.folder, scenario)
