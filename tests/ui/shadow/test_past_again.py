"""An agent is tried on the past whenever one wants: the way there does not end with a message, or with the window."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit, QListWidget, QPushButton

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.app.past.importing import import_path
from opsconsole.app.session import opened
from opsconsole.ui.panels.shadow.panel import ShadowPanel
from opsconsole.ui.panels.welcome.panel import WelcomePanel
from opsconsole.ui.shell.palette import Palette
from tests.support.desktop.console import in_window
from tests.support.mail.mailboxes import OWN, agent_file, mailbox, write_mailbox
from tests.ui.sample import make_empty
from tests.ui.scenes import perform, press, told, went, with_tools
from tests.ui.shadow.test_past_door import MAILS, hired, said
from tests.ui.stage import Stage, until

TRY, SEE = "Try an agent on your past", "See what an agent would have got right"


def _lived(folder: Path, tmp_path: Path, *, is_agent: bool, is_past: bool) -> Path:
    """A workspace after a restart: what was said in passing is gone."""
    make_empty(folder)
    if is_agent:
        hired(folder, agent_file(tmp_path / "sorter.json"))
    if is_past:
        box = write_mailbox(tmp_path / "box", mailbox(MAILS))
        with opened(folder) as session:
            import_path(session, box, is_history=True, own_addresses=[OWN], progress=lambda _: None)
    return folder


def test_the_palette_finds_it_and_it_says_what_the_agent_would_work(tmp_path: Path) -> None:
    folder = _lived(tmp_path / "ws", tmp_path, is_agent=True, is_past=True)

    async def scenario(joined: Joined) -> None:
        window = joined.window
        for word in ("try", "past", "shadow"):
            palette = Palette(joined.context.commands, joined.context.theme, window)
            field, shown = palette.findChildren(QLineEdit)[0], palette.findChildren(QListWidget)[0]
            field.setText(word)
            assert TRY in "\n".join(shown.item(place).text() for place in range(shown.count()))
            palette.close()
        joined.context.commands.run("past")
        panel = window.panel("welcome")
        assert isinstance(panel, WelcomePanel)
        await until(said(panel, f"Sorter would work {MAILS} events"))
        assert window.windowTitle().startswith("Welcome")

    in_window(folder, scenario)


@pytest.mark.parametrize(
    ("is_agent", "is_past", "button", "place", "do"),
    [
        (True, True, TRY, "welcome", "past"),
        (False, True, "Open Agents", "agents", ""),
        (True, False, "Bring in your past", "welcome", "import"),
        (False, False, "Bring in your past", "welcome", "import"),
    ],
)
def test_an_empty_shadow_leads_on_by_what_there_is(
    tmp_path: Path, is_agent: bool, is_past: bool, button: str, place: str, do: str
) -> None:
    async def scene(stage: Stage) -> None:
        panel, places = stage.show(ShadowPanel), went(stage)
        for tab, title in (("would", "Nothing in shadow yet"), ("compare", "No pairs yet")):
            panel.turn(tab)
            await until(lambda title=title: title in told(panel))
            await until(
                lambda: [made for made in panel.findChildren(QPushButton) if made.isVisible() and made.text() == button]
            )
            assert ("Put an agent in use" in told(panel)) is not is_agent
            press(panel, button)
        assert places == [(place, {"do": do} if do else {})] * 2

    perform(_lived(tmp_path / "w", tmp_path, is_agent=is_agent, is_past=is_past), scene)


@pytest.mark.parametrize("is_past", [True, False])
def test_the_first_screen_offers_it_where_a_past_is_there(tmp_path: Path, is_past: bool) -> None:
    folder = _lived(tmp_path / "w", tmp_path, is_agent=True, is_past=is_past)

    def offers(panel: WelcomePanel) -> bool:
        return any(made.text() == SEE and made.isVisible() for made in panel.findChildren(QPushButton))

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(WelcomePanel)
        await until(lambda: not stage.tasks.count)
        assert offers(panel) is is_past
        if is_past:
            press(panel, SEE)
            await until(said(panel, f"Sorter would work {MAILS} events"))

    perform(folder, scene)
