"""Somebody new, without a terminal: from nothing, by a template and a mailbox, to an agent at work in shadow."""

import asyncio
import smtplib
import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.domain.redaction import forget_all
from opsconsole.ui.panels.agents.panel import AgentsPanel
from opsconsole.ui.panels.connections.panel import ConnectionsPanel
from opsconsole.ui.panels.feed.panel import FeedPanel
from opsconsole.ui.widgets.basics import ChoiceBox
from tests.support.desktop.console import in_window, until
from tests.support.desktop.person import Person
from tests.support.mail.dovecot import Dovecot
from tests.support.mail.mailrig import ANN, SUPPORT, WORDS, letter, parsed
from tests.support.mail.relay import Relay
from tests.support.secrets.keyrings import secret_service
from tests.ui.scenes import told

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("connect_mail")]
CLICKS, KEYS = 8, 36
"""So many it takes, the letters of what is typed aside. More is a step back."""
TITLE, TEXT = "Error 502", "I get error 502 when I open my invoices since this morning."


@pytest.fixture
def mail() -> Generator[Dovecot]:
    with Relay() as relay, Dovecot(WORDS, relay_port=relay.port, has_tls=True) as server:
        relay.deliver_to(server.lmtp_port, server.home)
        yield server


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """An open keyring, as a desktop has one."""
    (tmp_path / "bus").mkdir()
    with secret_service(tmp_path / "bus") as env:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", env["DBUS_SESSION_BUS_ADDRESS"])
        yield
    forget_all()


async def _connects(person: Person, mail: Dovecot) -> None:
    await person.go("Connections")
    await person.click("Connect a mailbox")
    panel = person.window.panel("connections")
    assert isinstance(panel, ConnectionsPanel) and mail.certificates is not None
    form = panel.mail
    assert person.focus is form.inputs["address"], "one types at once"
    for name, text in (
        ("address", SUPPORT),
        ("password", WORDS[SUPPORT]),
        ("imap", f"localhost:{mail.imap_port}"),
        ("smtp", f"localhost:{mail.smtp_port}"),
    ):
        person.tab_to(form.inputs[name])
        person.write(text)
    person.tab_to(form.more.toggle)
    person.press(Qt.Key.Key_Space)
    person.choose(form.chosen["imap_tls"], "STARTTLS")
    person.choose(form.chosen["smtp_tls"], "STARTTLS")
    person.tab_to(form.inputs["ca_file"])
    person.write(str(mail.certificates.authority))
    await person.click("Test and connect")
    await until(lambda: panel.pages.currentIndex() == 0 and SUPPORT in told(panel))
    assert panel.isAncestorOf(person.focus)


async def _hires(person: Person) -> AgentsPanel:
    """Use the template on the mailbox, which is offered before what lies inside the program."""
    await person.go("Agents")
    await person.click("Choose one")
    panel = person.window.panel("agents")
    assert isinstance(panel, AgentsPanel)
    await until(lambda: "Customer mail" in told(panel.sides.gallery))
    (box,) = (
        box for box in panel.sides.gallery.findChildren(ChoiceBox) if box.accessibleName().startswith("Customer mail")
    )
    person.choose(box, "support")
    await person.click("Use Customer mail in shadow")
    await until(lambda: panel.shown is not None and "Shadow" in told(panel.head))
    assert person.focus is panel.list.view
    return panel


async def _sees_what_it_would_have_done(person: Person) -> None:
    """In the feed: the mail, that nothing was done, and each thing that was wanted."""
    await person.go("Feed")
    feed = person.window.panel("feed")
    assert isinstance(feed, FeedPanel)
    await until(lambda: "in shadow" in _row(feed.view))
    assert TITLE in _row(feed.view)
    person.press(Qt.Key.Key_Down)
    await until(lambda: "What the agent wanted to do (3 actions)" in told(feed.story))
    seen = told(feed.story).splitlines()
    assert seen.count("Shadow only") == 3 and {"Create contact", "Create ticket", "Draft"} <= {*seen}


async def _sees_it_at_the_agent(person: Person, panel: AgentsPanel) -> None:
    await person.go("Agents")
    await until(lambda: "1 in shadow" in _row(panel.list.view))


def _row(view: QAbstractItemView) -> str:
    """What the first row tells a screen reader; empty where there is none."""
    roles = (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.AccessibleDescriptionRole)
    return "\n".join(str(view.model().index(0, 0).data(role) or "") for role in roles)


def test_from_nothing_to_an_agent_at_work_on_a_mailbox(tmp_path: Path, mail: Dovecot, keyring: None) -> None:
    """8 clicks and 141 keys, about a minute and a half, without a terminal.

    Clicks: Connections, Connect a mailbox, Test and connect; Agents, Choose one, Use; Feed, and Agents again.
    Keys: 108 are the address, the password, both servers and a file of certificates; the others lead from field to
    field, say STARTTLS twice and move in lists. The servers' ports, their encryption and the file are asked for
    because this server is nobody's provider: behind a provider's tile they are filled in.
    """

    async def scenario(joined: Joined) -> None:
        joined.window.activateWindow()
        await until(joined.window.isActiveWindow)
        person = Person(joined)
        await _connects(person, mail)
        panel = await _hires(person)
        await asyncio.to_thread(_write, mail)
        await _sees_what_it_would_have_done(person)
        await _sees_it_at_the_agent(person, panel)
        assert not person.trouble, person.trouble
        assert person.clicks <= CLICKS and person.keys - person.written <= KEYS, (person.clicks, person.keys)
        assert person.seconds < 5 * 60

    in_window(tmp_path / "ws", scenario, with_engine=True)
    assert [str(parsed(raw)["Subject"]) for raw in mail.mails(SUPPORT)] == [TITLE], "it lies where it lay"
    assert [mail.mails(SUPPORT, folder) for folder in ("Drafts", "Sent", "Archive", "Trash")] == [[]] * 4
    with closing(sqlite3.connect(tmp_path / "ws" / "workspace.db")) as conn:
        assert conn.execute("SELECT count(*) FROM effect").fetchone() == (0,)
        wanted = conn.execute("SELECT DISTINCT state FROM action WHERE is_write").fetchall()
    assert wanted == [("simulated",)]


def _write(mail: Dovecot) -> None:
    """Ann writes with her mail program."""
    with smtplib.SMTP("127.0.0.1", mail.smtp_port) as smtp:
        smtp.login(ANN, WORDS[ANN])
        smtp.sendmail(ANN, [SUPPORT], letter(Subject=TITLE, text=TEXT))
