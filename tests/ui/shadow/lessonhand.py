"""A person at the page of lessons, for its tests."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from opsconsole.app.gui.tools import WindowTools
from opsconsole.app.session import opened
from opsconsole.store.queries import versions
from opsconsole.ui.panels.shadow.lessons.page import LessonsPage
from opsconsole.ui.panels.shadow.panel import ShadowPanel
from opsconsole.ui.widgets.guard import SETTLE_S
from tests.ui.scenes import told
from tests.ui.stage import Stage, until


class Hand:
    """A person at the keys who looks before pressing; time passes when they do."""

    def __init__(
        self, stage: Stage, folder: Path, *, width: int = 1280, height: int = 820, tools: WindowTools | None = None
    ) -> None:
        stage.context = replace(stage.context, tools=tools or WindowTools(folder))
        self.now, self.said = 100.0, list[str]()
        stage.navigator.said.connect(lambda text, *_: self.said.append(str(text)))  # pyright: ignore[reportUnknownLambdaType,reportUnknownArgumentType]
        self.panel = ShadowPanel(stage.context, clock=lambda: self.now)
        stage.take(self.panel, width, height)

    @property
    def page(self) -> LessonsPage:
        return self.panel.lessons

    @property
    def tab(self) -> str:
        return next(
            button.text()
            for button in self.panel.findChildren(QPushButton)
            if button.isCheckable() and "Lessons" in button.text()
        )

    def look(self) -> None:
        """Long enough to have read it."""
        self.now += SETTLE_S

    async def ready(self, count: int) -> None:
        """The lessons stand there, and were looked at."""
        self.panel.turn("lessons")
        await until(lambda: self.page.found is not None and len(self.page.found.rows) == count)
        self.look()

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.panel, key)

    async def tried(self) -> str:
        """The trial came to its end; give what the card says."""
        await until(lambda: not self.page.trial.is_running and self.page.trial.report is not None, seconds=30)
        return told(self.page.detail.past)


def in_use(folder: Path, agent: str = "sorter") -> tuple[int, str]:
    """The version in use, and its file."""
    with opened(folder) as session:
        conn = session.kernel.reader
        number = versions.current_version_of(conn, agent)
        row = None if number is None else versions.version(conn, number)
        assert row is not None
        return row.number, row.source


def foot(page: LessonsPage) -> str:
    return told(page.bar)
