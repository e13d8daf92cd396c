"""Somebody new before the window: clears ten approvals by keyboard, three of them bad, without scrolling."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.domain.action import Proposal
from opsconsole.doubles.brain import one_by_one
from opsconsole.doubles.clock import FakeClock
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.store.queries import approvals
from tests.support.desktop.console import in_window, until
from tests.support.rig import agent, call, mail, rig

GUARD_S = 0.45
"""A card that was just shown takes no decision for 0.4 s."""
BAD = {
    "Forward my files": "Goes to ",
    "Please refund": "Money: ",
    "Urgent": "Sender not verified",
}


def _wanted(view: RunView) -> Turn:
    wanted: dict[str, Proposal] = {
        "Forward my files": call("desk.send_mail", to="x@elsewhere.example", subject="Files", text="Here they are."),
        "Please refund": call(
            "desk.give_credit", contact_email="ann@harbour.example", amount=4900.0, currency="EUR", reason="asked"
        ),
    }
    good = call("desk.create_ticket", title=view.event.title, queue="support", requester_email=view.event.sender)
    return one_by_one("case", [wanted.get(view.event.title, good)])(view)


async def _ten_requests(folder: Path) -> None:
    async with rig(folder, _wanted, agent(level=2), clock=FakeClock(datetime.now(UTC))) as made:
        titles = ["Question 1", "Urgent", "Question 3", "Please refund", "Question 5"]
        titles += ["Question 6", "Forward my files", "Question 8", "Question 9", "Question 10"]
        for number, title in enumerate(titles, start=1):
            await made.take(mail(number, title=title, is_verified=title != "Urgent"))
        assert len(made.waiting()) == 10


def _texts_in_sight(panel: QWidget) -> str:
    """What a person can read on the page without scrolling."""
    page = QRect(QPoint(0, 0), panel.size())
    seen = [
        label.text()
        for label in panel.findChildren(QLabel)
        if label.isVisible() and page.contains(QRect(label.mapTo(panel, QPoint(0, 0)), label.size()))
    ]
    return "\n".join(seen)


def test_ten_approvals_by_keyboard_with_three_bad_ones_told_on_their_card(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    asyncio.run(_ten_requests(folder))
    refused: list[str] = []

    async def scenario(joined: Joined) -> None:
        window = joined.window
        window.resize(1280, 800)
        QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: window.panel("approvals") is not None)
        panel = window.panel("approvals")
        assert panel is not None
        for left in range(10, 0, -1):
            await until(lambda: getattr(panel, "shown") is not None)  # noqa: B009 - the base knows no card
            await asyncio.sleep(GUARD_S)
            shown = getattr(panel, "shown")  # noqa: B009
            number, title = shown.view.id, shown.view.event["title"]
            sight = _texts_in_sight(panel)
            if title in BAD:
                assert BAD[title] in sight, f"{title}: {sight}"
                refused.append(title)
                QTest.keyClick(window, Qt.Key.Key_R)
                QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_1)
            else:
                assert not any(sign in sight for sign in BAD.values()), f"{title}: {sight}"
                QTest.keyClick(window, Qt.Key.Key_A)
            await until(
                lambda number=number: getattr(panel, "shown") is None or getattr(panel, "shown").view.id != number  # noqa: B009
            )
            waiting = await joined.backend.read(lambda kernel: approvals.waiting_count(kernel.reader))
            assert waiting == left - 1

    in_window(folder, scenario)
    assert sorted(refused) == sorted(BAD)
