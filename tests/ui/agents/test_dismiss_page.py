"""An agent is dismissed in the window by keys: asked once with what would end, kept by Esc, hired again by Undo."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from opsconsole.app.session import opened
from opsconsole.engine.commands import dismissal
from opsconsole.store.queries import approvals, versions
from opsconsole.store.queries.dismissals import dismissal as dismissed
from opsconsole.store.queries.views import feed
from opsconsole.ui.panels.agents.dismissal.page import GIVEN_UP, STAYS, DismissPage
from opsconsole.ui.panels.agents.panel import AgentsPanel
from tests.support.shell import AGENT
from tests.ui.agents.agentsample import FILE, in_use, make, use
from tests.ui.approvals.asked import fill
from tests.ui.scenes import perform, told
from tests.ui.stage import Stage, until

NORA = AGENT.replace("agent: mira\nname: Mira", "agent: nora\nname: Nora")


class Notices:
    """What was said in passing, with its way back."""

    def __init__(self, stage: Stage) -> None:
        self.said: list[tuple[str, str, Callable[[], None] | None]] = []
        stage.navigator.said.connect(self._on_said)

    def _on_said(self, text: str, button: str, act: Any) -> None:
        self.said.append((text, button, act))

    @property
    def last(self) -> str:
        return self.said[-1][0] if self.said else ""

    def undo(self) -> None:
        _, button, act = self.said[-1]
        assert button == "Undo" and act is not None
        act()


async def asked(stage: Stage, name: str = "mira") -> tuple[AgentsPanel, DismissPage]:
    """Go to the question by its key."""
    panel = stage.show(AgentsPanel)
    panel.go({"agent": name})
    await until(lambda: panel.shown is not None and panel.shown.row.id == name)
    QTest.keyClick(panel, Qt.Key.Key_D, Qt.KeyboardModifier.AltModifier)
    page = panel.sides.dismissal
    await until(lambda: panel.sides.currentWidget() is page and page.dismiss.isEnabled())
    return panel, page


def key(wanted: Qt.Key) -> None:
    """Press a key where the keys are."""
    holder = QApplication.focusWidget()
    assert isinstance(holder, QWidget)
    QTest.keyClick(holder, wanted)


def requests(folder: Path) -> int:
    with opened(folder) as session:
        return len(approvals.waiting_approvals(session.kernel.reader))


def test_it_is_asked_what_would_end_dismissed_by_keys_and_hired_again_by_undo(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    asyncio.run(fill(folder))
    assert requests(folder) == 5

    async def scene(stage: Stage) -> None:
        notices = Notices(stage)
        panel, page = await asked(stage)
        words = "5 requests lapse and 5 events are not worked to the end."
        assert STAYS in told(page) and words in told(page) and GIVEN_UP not in told(page)
        assert page.reason.hasFocus() and page.reason.accessibleName() == "Why it is dismissed"
        assert page.dismiss.accessibleName().startswith("Dismiss ") and words in page.frame.accessibleName()
        QTest.keyClicks(page.reason, "the wrong one")
        key(Qt.Key.Key_Return)
        assert page.dismiss.hasFocus() and requests(folder) == 5, "Enter in the field dismisses nobody"
        key(Qt.Key.Key_Space)
        await until(lambda: "is dismissed." in notices.last)
        assert "5 requests lapsed. Undo hires it again" in notices.last and requests(folder) == 0
        await until(lambda: all(row.id != "mira" for row in panel.rows) and panel.sides.is_here)
        notices.undo()
        await until(lambda: "works again" in notices.last)
        assert notices.last == "Mira works again, as version 2; 5 requests that lapsed stay lapsed."
        await until(lambda: panel.shown is not None and panel.shown.row.id == "mira")

    perform(folder, scene)
    with opened(folder) as session:
        assert versions.current_version_of(session.kernel.reader, "mira") is not None and requests(folder) == 0
        (entry,) = [
            each for each in feed.audit_tail(session.kernel.reader, limit=999) if each["kind"] == "agent.dismissed"
        ]
        assert entry["actor"].startswith("person:") and entry["requests"] == 5
        assert entry["words"], "why is kept with the record"


def test_esc_keeps_it_and_nothing_is_changed(tmp_path: Path) -> None:
    folder = make(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel, page = await asked(stage)
        QTest.keyClicks(page.reason, "perhaps")
        key(Qt.Key.Key_Escape)
        assert panel.sides.is_here and panel.list.view.hasFocus()
        assert panel.head.dismiss.accessibleName() == "Dismiss Mira…"
        panel.head.dismiss.click()
        await until(lambda: page.dismiss.isEnabled())
        assert page.reason.text() == "" and "Nothing of it is under way." in told(page)

    perform(folder, scene)
    assert in_use(folder).number == 1


def test_with_the_last_one_gone_one_is_chosen_and_what_was_typed_of_it_is_given_up(tmp_path: Path) -> None:
    folder = make(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = stage.show(AgentsPanel)
        await until(lambda: panel.shown is not None)
        panel.turn("playbook")
        panel.playbook.turn("file")
        panel.playbook.ways.editor.setPlainText(FILE.replace("Answers.", "Answers them."))
        await until(lambda: "Mira" in panel.unsaved)
        panel.dismiss()
        page = panel.sides.dismissal
        await until(lambda: GIVEN_UP in told(page))
        page.dismiss.click()
        await until(lambda: "No agents yet" in told(panel))
        assert panel.unsaved == "" and not panel.is_used
        assert not panel.context.commands.run("agents.dismiss"), "there is nobody to dismiss"

    perform(folder, scene)
    with opened(folder) as session:
        gone = dismissed(session.kernel.reader, "mira")
        assert gone is not None and gone.reason == ""


def test_one_that_was_changed_meanwhile_is_kept_and_it_says_why(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", FILE, NORA)

    async def scene(stage: Stage) -> None:
        panel, page = await asked(stage)
        with opened(folder) as session:
            use(session, FILE.replace("Answers.", "Answers them."))
        page.dismiss.click()
        await until(lambda: "version 2 of mira came into use meanwhile" in told(page))
        assert page.dismiss.isEnabled() and panel.sides.currentWidget() is page

    perform(folder, scene)
    assert in_use(folder).number == 2


def test_undo_comes_too_late_where_it_was_hired_again_and_is_not_offered_where_its_file_names_what_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path / "w", FILE, NORA)

    async def scene(stage: Stage) -> None:
        notices = Notices(stage)
        panel, page = await asked(stage)
        page.dismiss.click()
        await until(lambda: "Mira is dismissed." in notices.last)
        with opened(folder) as session:
            use(session, FILE)
        notices.undo()
        await until(lambda: "in use again already" in notices.last)
        await until(lambda: panel.sides.is_here and panel.shown is not None and panel.shown.row.id == "nora")

        def gone(*_: object) -> bool:
            return False

        monkeypatch.setattr(dismissal, "can_return", gone)
        panel.dismiss()
        await until(lambda: page.dismiss.isEnabled() and "Dismiss Nora?" in told(page))
        page.dismiss.click()
        await until(lambda: "Nora is dismissed." in notices.last)
        assert notices.said[-1][1] == "" and "names what is gone" in notices.last

    perform(folder, scene)
    assert in_use(folder).number == 2
