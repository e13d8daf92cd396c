"""Welcome: after an import, what an agent would have got right, through the real tools."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QListWidget, QPushButton

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.app.past.importing import import_path
from opsconsole.app.session import opened
from opsconsole.engine.agents.file import apply_agent, read_agent
from opsconsole.store.queries import pairs
from opsconsole.ui.panels.welcome.panel import WelcomePanel
from opsconsole.ui.shell.palette import Palette
from opsconsole.ui.widgets.focus import has_focus
from tests.support.desktop.console import in_window
from tests.support.mail.mailboxes import OWN, agent_file, mailbox, write_mailbox
from tests.ui.sample import make_empty
from tests.ui.scenes import perform, press, told, went, with_tools
from tests.ui.stage import Stage, until

MAILS = 24


def hired(folder: Path, *files: Path) -> None:
    with opened(folder) as session:
        for file in files:
            agent = read_agent(file, session.kernel.registry)
            now = session.kernel.clock.now()
            session.write(
                lambda tx, agent=agent, at=now: apply_agent(
                    tx, agent, session.kernel.registry, actor="person:test", now=at
                ),
                name="agent.apply",
            )


def kept(folder: Path) -> int:
    with opened(folder) as session:
        return len(pairs.pairs(session.kernel.reader))


def said(panel: WelcomePanel, words: str) -> Callable[[], bool]:
    return lambda: words in panel.said.text()


async def brought_in(stage: Stage, folder: Path, box: Path) -> WelcomePanel:
    with_tools(stage, folder)
    panel = stage.show(WelcomePanel)
    panel.own.setText(f" {OWN.upper()}, ")
    panel.bring(panel.draft(box))
    await until(said(panel, "new item"))
    press(panel, "See what an agent would have got right")
    return panel


def test_without_an_agent_a_ready_one_is_offered_and_tried_right_there(tmp_path: Path) -> None:
    """In the real window, which looks how things are meanwhile: the page with the next step stays."""
    box = write_mailbox(tmp_path / "box", mailbox(MAILS))

    async def scenario(joined: Joined) -> None:
        window = joined.window
        await until(lambda: window.windowTitle().startswith("Welcome"))
        panel = window.panel("welcome")
        assert isinstance(panel, WelcomePanel)
        panel.own.setText(OWN)
        panel.bring(panel.draft(box))
        await until(said(panel, "new item"))
        await looked(joined)
        press(panel, "See what an agent would have got right")
        await until(said(panel, "Mail sorter is ready."))
        assert "nothing is done or sent" in panel.said.text() and kept(joined.folder) == 0
        next(part for part in panel.findChildren(QPushButton) if part.text() == "Use Mail sorter").setFocus()
        press(panel, "Use Mail sorter")
        await until(said(panel, f"Mail sorter would work {MAILS} events"))
        assert has_focus(panel), "the keys did not go to the rail"
        await looked(joined)
        assert window.windowTitle().startswith("Welcome")
        press(panel, f"Work {MAILS} events")
        await until(said(panel, "Mail sorter would have done what people did in"))
        assert kept(joined.folder) == MAILS
        press(panel, "See the comparisons")
        await until(lambda: window.windowTitle().startswith("Shadow"))

    in_window(tmp_path / "ws", scenario)


async def looked(joined: Joined) -> None:
    """Let the window look how things are."""
    seen: list[object] = []
    joined.window.state_changed.connect(seen.append)
    joined.window.look()
    await until(lambda: seen)


def test_a_page_that_nobody_used_gives_way_to_the_overview(tmp_path: Path) -> None:
    box = write_mailbox(tmp_path / "box", mailbox(2))

    async def scenario(joined: Joined) -> None:
        await until(lambda: joined.window.windowTitle().startswith("Welcome"))
        with opened(joined.folder) as session:
            import_path(session, box, is_history=True, own_addresses=[OWN], progress=lambda _: None)
        await looked(joined)
        await until(lambda: joined.window.windowTitle().startswith("Overview"))

    in_window(tmp_path / "ws", scenario)


def test_where_no_agent_fits_it_says_what_to_do(tmp_path: Path) -> None:
    folder, table = make_empty(tmp_path / "w"), tmp_path / "contacts.csv"
    table.write_text("name,email\nAnn,ann@harbour.example\n", encoding="utf-8")

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(WelcomePanel)
        panel.bring(panel.draft(table))
        await until(said(panel, "new item"))
        press(panel, "See what an agent would have got right")
        await until(said(panel, "none of the ready ones fits it"))

    perform(folder, scene)


TICKETS = "ID,Subject,Created At,Status\n" + "".join(
    f"{number},Printer {number} is broken,2026-10-{number % 27 + 1:02} 09:00,open\n" for number in range(1, 61)
)


def test_who_fits_what_was_just_brought_in_is_offered_first(tmp_path: Path) -> None:
    """Though more of the past is another's, and though one that fits the other is in use."""
    folder, box, table = make_empty(tmp_path / "w"), write_mailbox(tmp_path / "box", mailbox(4)), tmp_path / "t.csv"
    table.write_text(TICKETS, encoding="utf-8")

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(WelcomePanel)
        for brought, name in ((table, "Ticket sorter"), (box, "Mail sorter"), (table, "Ticket sorter")):
            panel.bring(panel.draft(brought))
            await until(said(panel, f" from {brought.name}"))
            press(panel, "See what an agent would have got right")
            await until(said(panel, f"{name} is ready."))
        press(panel, "Use Ticket sorter")
        await until(said(panel, "Ticket sorter would work 60 events"))
        panel.bring(panel.draft(box))
        await until(said(panel, "from box, "))
        press(panel, "See what an agent would have got right")
        await until(said(panel, "Mail sorter is ready."))
        assert [panel.past.agents.itemText(place) for place in range(2)] == ["Mail sorter", "Ticket sorter"]
        press(panel, "Use Mail sorter")
        await until(said(panel, "Mail sorter would work 4 events"))
        for brought, work in ((table, "Ticket sorter would work 60"), (box, "Mail sorter would work 4")):
            panel.bring(panel.draft(brought))
            await until(said(panel, f"from {brought.name}, "))
            press(panel, "See what an agent would have got right")
            await until(said(panel, work))  # both are in use by now

    perform(folder, scene)


def test_what_brought_no_event_is_not_offered_to_be_seen_in_the_feed(tmp_path: Path) -> None:
    folder, table = make_empty(tmp_path / "w"), tmp_path / "contacts.csv"
    table.write_text("name,email\nAnn,ann@harbour.example\n", encoding="utf-8")

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(WelcomePanel)
        panel.bring(panel.draft(table))
        await until(said(panel, "new item"))
        assert not [made for made in panel.findChildren(QPushButton) if made.isVisible() and made.text() == "See them"]

    perform(folder, scene)


def test_importing_is_found_again_and_the_page_stays(tmp_path: Path) -> None:
    box = write_mailbox(tmp_path / "box", mailbox(2))

    async def scenario(joined: Joined) -> None:
        window = joined.window
        await until(lambda: window.windowTitle().startswith("Welcome"))
        with opened(joined.folder) as session:
            import_path(session, box, is_history=True, own_addresses=[OWN], progress=lambda _: None)
        await until(lambda: window.windowTitle().startswith("Overview"))
        joined.context.commands.run("welcome")
        await looked(joined)
        assert window.windowTitle().startswith("Welcome"), "who asks for it sees it"
        for word in ("import", "csv", "exported"):
            palette = Palette(joined.context.commands, joined.context.theme, window)
            field, shown = palette.findChildren(QLineEdit)[0], palette.findChildren(QListWidget)[0]
            field.setText(word)
            assert "Bring in what you exported" in shown.item(0).text()
            palette.close()
        window.show_panel("connections")
        connections = window.panel("connections")
        assert connections is not None
        press(connections, "Bring in an export")
        assert window.windowTitle().startswith("Welcome")
        await looked(joined)
        assert window.windowTitle().startswith("Welcome")

    in_window(tmp_path / "ws", scenario)


def test_an_agent_works_what_was_brought_in_and_the_page_says_what_came_of_it(tmp_path: Path) -> None:
    folder, box = make_empty(tmp_path / "w"), write_mailbox(tmp_path / "box", mailbox(MAILS))
    other = agent_file(tmp_path / "other.json", more={"agent": "other", "name": "Other", "brain": "model"})
    hired(folder, agent_file(tmp_path / "sorter.json"), other)

    async def scene(stage: Stage) -> None:
        places = went(stage)
        panel = await brought_in(stage, folder, box)
        names = panel.past.agents
        await until(lambda: names.count() == 2)
        names.setCurrentText("Other")
        await until(said(panel, "thinks with a model"))
        names.setCurrentText("Sorter")
        await until(said(panel, f"Sorter would work {MAILS} events"))
        assert kept(folder) == 0, "a plan works nothing"
        press(panel, f"Work {MAILS} events")
        await until(said(panel, f"Of {MAILS} events, Sorter would have done what people did in {MAILS} (100%)."))
        assert kept(folder) == MAILS
        press(panel, "See the comparisons")
        assert places == [("shadow", {"tab": "compare"})]
        assert "Stopped" not in told(panel)

    perform(folder, scene)


def test_an_agent_that_was_just_begun_is_the_one_that_is_tried(tmp_path: Path) -> None:
    folder, box = make_empty(tmp_path / "w"), write_mailbox(tmp_path / "box", mailbox(MAILS))
    other = agent_file(tmp_path / "other.json", more={"agent": "other", "name": "Other"})
    hired(folder, agent_file(tmp_path / "sorter.json"), other)

    async def scene(stage: Stage) -> None:
        with opened(folder) as session:
            import_path(session, box, is_history=True, own_addresses=[OWN], progress=lambda _: None)
        with_tools(stage, folder)
        panel = stage.show(WelcomePanel)
        for agent, name in (("sorter", "Sorter"), ("other", "Other")):
            panel.go({"do": "past", "agent": agent})
            await until(said(panel, f"{name} would work {MAILS} events"))
            assert panel.past.agents.currentText() == name and panel.is_used

    perform(folder, scene)


def test_stopped_it_keeps_what_was_worked_and_goes_on(tmp_path: Path) -> None:
    folder, box = make_empty(tmp_path / "w"), write_mailbox(tmp_path / "box", mailbox(400))
    hired(folder, agent_file(tmp_path / "sorter.json"))

    async def scene(stage: Stage) -> None:
        panel = await brought_in(stage, folder, box)
        await until(said(panel, "Sorter would work 400 events"))
        panel.past.work()
        await until(lambda: panel.progress.value() > 0)
        panel.cancel()
        await until(said(panel, "Stopped"))
        for _ in range(50):  # the piece at hand may still be on its way to the file
            panel.said.setText("")
            panel.past.plan()
            await until(said(panel, "would work"), seconds=30)
            if f"would work {400 - kept(folder)} events" in panel.said.text():
                break
        else:
            raise AssertionError(panel.said.text())
        assert 0 < kept(folder) < 400

    perform(folder, scene)
