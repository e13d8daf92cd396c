"""An operations lead's morning on the whole window, with a mailbox, a REST system, a webhook and a model connected."""

import asyncio
import json
import re
import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.domain.enums import ApprovalKind
from opsconsole.domain.redaction import forget_all
from opsconsole.doubles.modelendpoint import Reply, Request, call, ends, says
from opsconsole.store.queries import events
from opsconsole.store.rows import present
from opsconsole.ui.keyguard import is_text_field
from opsconsole.ui.panels.approvals.panel import ApprovalsPanel
from opsconsole.ui.shell.catalog import PANELS
from tests.support.desktop.console import in_window, until
from tests.support.mail.mailrig import ANN, SUPPORT, letter
from tests.support.plugged import Plugged, at_work, plugged
from tests.support.thinking import thinker

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("connect_mail")]
MAILS = 12
LOOKS_S = 0.45
"""A card that was just shown takes no decision for 0.4 s; the lead looks at it meanwhile."""
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
REPLIES, FILED, NOTED, ASKED = (1, 4, 7, 10), (2, 5, 8, 11), (3, 6, 9), 12
REJECTED = (5, 6)
EDITED = "Dear Ann, a reply that a person wrote: all right."


def _think(request: Request) -> Reply:
    """What the model says: the mail's number decides what it wants."""
    if not request.get("tools"):
        return says("yes")
    if any(message["role"] == "tool" for message in request["messages"]):
        return ends("case")
    told = re.search(r"Question (\d+)", json.dumps(request["messages"]))
    if told is None:
        return says(None, call("note_word", {"word": "lighthouse"}))
    number = int(told[1])
    if number == ASKED:
        return says(None, call("ask_person", {"question": "Who takes it?", "options": ["Sales", "Support"]}))
    if number in REPLIES:
        return says(None, call("mail__reply", {"to": ANN, "text": f"Thank you for question {number}."}))
    if number in FILED:
        return says(None, call("mail__archive", {}))
    return says(None, call("crm__note", {"text": f"About question {number}"}))


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Plugged]:
    async def prepare(made: Plugged) -> None:
        subscribes = [{"connection": "mail", "kinds": ["*"]}]
        async with at_work(made.folder) as work:
            await work.plug(made, thinker(level=2, tools=["mail.*", "crm.*"], subscribes=subscribes))

    with plugged(tmp_path, monkeypatch, script=_think) as made:
        asyncio.run(prepare(made))
        yield made
    forget_all()


class Lead:
    """Whoever sits before the window; every key goes where a person's would."""

    def __init__(self, joined: Joined, out: Plugged) -> None:
        self.joined, self.window, self.out = joined, joined.window, out
        self.trouble: list[str] = []
        self.said: list[str] = []
        self.has_filtered = False
        joined.context.tasks.failed.connect(self._on_failed)
        joined.context.navigator.said.connect(self._on_said)
        joined.context.commands.keys.swallowed.connect(self._on_swallowed)

    def _on_failed(self, name: str, text: str) -> None:
        self.trouble.append(f"{name}: {text}")

    def _on_said(self, text: str, *_: object) -> None:
        self.said.append(text)

    def _on_swallowed(self, why: str) -> None:
        self.trouble.append(f"swallowed: {why}")

    @property
    def panel(self) -> ApprovalsPanel:
        panel = self.window.panel("approvals")
        assert isinstance(panel, ApprovalsPanel)
        return panel

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.window.focusWidget() or self.window, key, modifiers)

    def type(self, text: str) -> None:
        for typed in text:
            QTest.keyClicks(self.window.focusWidget() or self.window, typed)

    async def go(self, name: str) -> None:
        number = [entry.name for entry in PANELS].index(name) + 1
        self.press(getattr(Qt.Key, f"Key_{number}"), CTRL)
        await until(lambda: (panel := self.window.panel(name)) is not None and panel.isVisible())

    async def every_panel(self) -> None:
        for entry in PANELS:
            await self.go(entry.name)
            await until(lambda: self.joined.context.tasks.count == 0)

    async def card(self) -> tuple[int, str]:
        """Look at the card there is; return its mail's number and its kind of request."""
        queue = self.panel.queue
        await until(lambda: self.panel.shown is not None and self.panel.shown.view.id == queue.current)
        await asyncio.sleep(LOOKS_S)
        keys = self.joined.context.commands.keys
        await until(lambda: not keys.is_typing and not self.panel.verbs.is_busy)
        shown = self.panel.shown
        assert shown is not None
        number = re.search(r"\d+", shown.view.event["title"])
        assert number is not None
        return int(number[0]), shown.view.kind.value

    async def decided(self, was: int) -> None:
        """Until the request that was shown is another, or none."""
        await until(lambda: self.panel.shown is None or self.panel.shown.view.id != was)
        await until(lambda: self.joined.context.tasks.count == 0)

    @property
    def id(self) -> int:
        assert self.panel.shown is not None
        return self.panel.shown.view.id


async def _filters(lead: Lead) -> None:
    """Types into the filter, leaves it, and types again: letters that are commands elsewhere."""
    waiting = len(lead.panel.queue.all)
    lead.press(Qt.Key.Key_Slash)
    await until(lambda: is_text_field(lead.window.focusWidget()))
    lead.type("question are as")
    lead.press(Qt.Key.Key_Escape)
    keys = lead.joined.context.commands.keys
    await until(lambda: not keys.is_typing)
    lead.press(Qt.Key.Key_Slash)
    await until(lambda: is_text_field(lead.window.focusWidget()))
    lead.press(Qt.Key.Key_A, CTRL)
    lead.type("ann")
    lead.press(Qt.Key.Key_A, CTRL)
    lead.press(Qt.Key.Key_Delete)
    lead.press(Qt.Key.Key_Escape)
    await until(lambda: not keys.is_typing)
    await until(lambda: lead.joined.context.tasks.count == 0)
    assert len(lead.panel.queue.all) == waiting, "typing decided something"


async def _approves_and_takes_back(lead: Lead) -> None:
    """With all agents paused, so that nothing leaves meanwhile."""
    lead.press(Qt.Key.Key_P, CTRL | SHIFT)
    await until(lambda: lead.window.is_paused)
    number, _ = await lead.card()
    was = lead.id
    lead.press(Qt.Key.Key_A)
    await lead.decided(was)
    lead.press(Qt.Key.Key_Z, CTRL)
    await until(lambda: any(text.startswith("Undone") for text in lead.said))
    again, _ = await lead.card()
    assert again == number, "what was taken back stands where it stood"
    was = lead.id
    lead.press(Qt.Key.Key_A)
    await lead.decided(was)
    lead.press(Qt.Key.Key_P, CTRL | SHIFT)
    await until(lambda: not lead.window.is_paused)


async def _edits(lead: Lead) -> None:
    was = lead.id
    lead.press(Qt.Key.Key_E)
    await until(lambda: lead.panel.mode == "edit")
    await until(lambda: is_text_field(lead.window.focusWidget()))
    while lead.window.focusWidget() is not lead.panel.form.editor("text"):
        lead.press(Qt.Key.Key_Tab)
    lead.press(Qt.Key.Key_A, CTRL)
    lead.type(EDITED)
    lead.press(Qt.Key.Key_Return, CTRL)
    await lead.decided(was)


async def _decides(lead: Lead) -> None:
    """Do with the card there is what the lead means."""
    number, kind = await lead.card()
    was = lead.id
    if number == 9 and not lead.has_filtered:
        lead.has_filtered = True
        await _filters(lead)
        await _decides(lead)  # the filter may have led to another card
    elif number == 7:
        await _approves_and_takes_back(lead)
    elif number == 4:
        await _edits(lead)
    else:
        if kind == ApprovalKind.QUESTION:
            lead.press(Qt.Key.Key_1)
        elif number in REJECTED:
            lead.press(Qt.Key.Key_R)
            await until(lambda: lead.panel.mode == "reject")
            lead.press(Qt.Key.Key_1)
        else:
            lead.press(Qt.Key.Key_A)
        await lead.decided(was)


async def _looks_through(lead: Lead, times: int) -> None:
    for number in range(times):
        lead.press(Qt.Key.Key_K if number // (MAILS - 1) % 2 else Qt.Key.Key_J)
        await until(lambda: lead.panel.shown is not None and lead.id == lead.panel.queue.current)


def test_a_leads_morning(out: Plugged) -> None:
    """Twelve requests by keyboard, servers down and up: nothing fails, and nothing is decided that was not meant."""

    async def scenario(joined: Joined) -> None:
        lead = Lead(joined, out)
        joined.window.activateWindow()
        await until(joined.window.isActiveWindow)
        await until(lambda: joined.backend.engine)
        for number in range(1, MAILS + 1):
            await asyncio.to_thread(out.dovecot.deliver, letter(number), SUPPORT)
        await until(lambda: joined.window.state is not None and joined.window.state.waiting == MAILS, deadline_s=60)
        await lead.every_panel()
        await lead.go("approvals")
        await lead.card()
        await _looks_through(lead, 70)
        out.dovecot.stop()
        out.crm.stop()
        await _looks_through(lead, 30)
        out.dovecot.start()
        out.crm.start()
        for _ in range(MAILS):
            await _decides(lead)
        await until(lambda: joined.window.state is not None and joined.window.state.waiting == 0)
        with closing(sqlite3.connect(out.folder / "workspace.db")) as conn:
            await until(lambda: _left(conn) == 0, deadline_s=60)
        await lead.every_panel()
        assert not lead.trouble, lead.trouble
        odd = [text for text in lead.said if re.search(r"Errno|Traceback|wrong|could not|cannot", text)]
        assert not odd, odd

    in_window(out.folder, scenario, with_engine=True, deadline_s=240)
    with closing(sqlite3.connect(out.folder / "workspace.db")) as conn:
        assert _verbs(conn) == _meant()
    assert _filed(out) == {2, 8, 11}
    assert len(out.relay.envelopes) == len(REPLIES)
    assert any(b"a reply that a person wrote" in body for _, _, body in out.relay.envelopes)
    assert {note["text"] for note in _notes(out)} == {"About question 3", "About question 9"}


def _left(conn: sqlite3.Connection) -> int:
    """How much of what was approved is still to be done."""
    (count,) = conn.execute("SELECT count(*) FROM effect WHERE state <> 'done'").fetchone()
    return count


def _notes(out: Plugged) -> list[Any]:
    return [seen.body for seen in out.crm.seen if seen.method == "POST"]


def _filed(out: Plugged) -> set[int]:
    client = out.dovecot.client(SUPPORT)
    try:
        client.select_folder("Archive", readonly=True)
        found = client.fetch(client.search("ALL"), ["BODY[HEADER.FIELDS (SUBJECT)]"])
        heads = b"".join(value for row in found.values() for value in row.values() if isinstance(value, bytes))
        return {int(number) for number in re.findall(rb"Question (\d+)", heads)}
    finally:
        client.logout()


def _verbs(conn: sqlite3.Connection) -> dict[int, list[str]]:
    """What the file says was decided about each mail, in order."""
    rows = conn.execute(
        "SELECT r.event_id, d.verb FROM decision d JOIN approval p ON p.id = d.approval_id"
        " JOIN action a ON a.id = p.action_id JOIN run r ON r.id = a.run_id ORDER BY d.id"
    ).fetchall()
    found: dict[int, list[str]] = {}
    for event_id, verb in rows:
        title = present(events.event(conn, event_id), "an event").title
        found.setdefault(int(re.findall(r"\d+", title)[0]), []).append(verb)
    return found


def _meant() -> dict[int, list[str]]:
    meant = {number: ["approve"] for number in range(1, MAILS + 1)}
    meant |= {number: ["reject"] for number in REJECTED}
    return meant | {4: ["edit"], 7: ["approve", "approve"], ASKED: ["respond"]}
