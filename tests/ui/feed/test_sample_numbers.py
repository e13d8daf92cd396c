"""A number of the overview opens exactly what it counts, on the sample, in the real window."""

import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from typer.testing import CliRunner

from opsconsole.app.cli import app
from opsconsole.app.gui.mainwindow import Joined
from opsconsole.ui.panels.approvals.panel import ApprovalsPanel
from opsconsole.ui.panels.feed.panel import FeedPanel
from opsconsole.ui.panels.overview.panel import OverviewPanel
from opsconsole.ui.panels.overview.parts import PLACES, FigureButton
from opsconsole.ui.panels.shadow.notdone.page import PAGE
from opsconsole.ui.panels.shadow.panel import ShadowPanel
from tests.support.desktop.console import in_window, until
from tests.ui.scenes import press, told

WINDOWS = {"24 hours": "in the last 24 hours", "7 days": "in the last 7 days"}
WORDS = (*(words for _, words, _ in PLACES), "See", "Open", "recommendations")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("numbers") / "ws"
    done = CliRunner().invoke(app, ["demo", "--headless", "-w", str(place)])
    assert done.exit_code == 0, done.output
    return place


def listed(joined: Joined) -> int:
    """How many are listed where one is now."""
    for name in (FeedPanel.name, ApprovalsPanel.name, ShadowPanel.name):
        match joined.window.panel(name):
            case FeedPanel() as feed if feed.isVisible():
                return len(feed.model.ids)
            case ApprovalsPanel() as approvals if approvals.isVisible():
                return len(approvals.queue.rows)
            case ShadowPanel() as shadow if shadow.isVisible():
                return shadow.cards.number
            case _:
                pass
    return -1


def most(joined: Joined) -> int:
    """How many are listed at once where one is now."""
    panel = joined.window.panel(ShadowPanel.name)
    return PAGE if panel is not None and panel.isVisible() else 1_000_000


def buttons(joined: Joined) -> list[str]:
    """What can be pressed now."""
    return [made.text() for made in joined.window.findChildren(QPushButton) if made.isVisible()]


def numbers(page: OverviewPanel) -> list[tuple[QPushButton, int]]:
    """Every number that can be clicked."""
    found: list[tuple[QPushButton, int]] = []
    for made in page.findChildren(QPushButton):
        text = made.figure.text() if isinstance(made, FigureButton) else made.text()
        is_one = isinstance(made, FigureButton) or any(words in made.text() for words in WORDS)
        if made.isVisible() and is_one and (digits := re.search(r"[\d,]+", text)) is not None:
            found.append((made, int(digits[0].replace(",", ""))))
    return found


@pytest.mark.parametrize("period", WINDOWS)
def test_a_number_lists_exactly_what_it_counts(sample: Path, period: str) -> None:
    async def scene(joined: Joined) -> None:
        joined.window.show_panel(OverviewPanel.name)
        page = joined.window.panel(OverviewPanel.name)
        assert isinstance(page, OverviewPanel)
        await until(lambda: "handled" in told(page))
        press(page, period)
        await until(lambda: WINDOWS[period] in told(page))
        opened = numbers(page)
        assert len(opened) > 15
        for made, number in opened:
            joined.window.show_panel(OverviewPanel.name)
            words = made.accessibleName() or made.text()
            made.click()
            try:
                await until(lambda number=number: listed(joined) == min(number, most(joined)))
                if number > most(joined):  # a long list is shown in part
                    await until(lambda: "Show more" in buttons(joined))
                    press(joined.window, "Show more")
                    await until(lambda number=number: listed(joined) == number)
            except AssertionError:
                pytest.fail(f"{words}: {listed(joined)} are listed")

    in_window(sample, scene)
