"""No code word stands on a screen: every panel of the sample is walked, with what it shows of its first things."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QLabel, QLineEdit, QWidget

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.app.session import opened
from opsconsole.domain.enums import ActionState, ApprovalState, RunState, Verdict
from opsconsole.engine.audittrail.words import KINDS
from opsconsole.ui.panel import Panel
from opsconsole.ui.panels.approvals.panel import ApprovalsPanel
from opsconsole.ui.panels.audit.panel import AuditPanel
from opsconsole.ui.panels.feed.panel import FeedPanel
from opsconsole.ui.shell.catalog import PANELS, WELCOME
from tests.shots.views import views
from tests.support.desktop.console import in_window, until

MOST = 12
"""Things of a list that are opened."""
_TAGS = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("words") / "ws"
    command = [sys.executable, "-m", "opsconsole", "demo", "--headless", "-w", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


def code_words(folder: Path) -> re.Pattern[str]:
    """Every name that is the program's own: tools, categories, kinds of event, agents by id, states, verdicts."""
    with opened(folder) as session:
        conn, kernel = session.kernel.reader, session.kernel
        names = {*kernel.registry.types, "person.ask", *KINDS}
        for version in kernel.roster.current(conn):
            names |= {version.agent_id, *(category.id for category in version.spec.playbook.categories)}
        names |= {row[0] for row in conn.execute("SELECT DISTINCT kind FROM event")}
    names |= {name.partition(".")[2] for name in kernel.registry.types}
    for states in (ActionState, ApprovalState, RunState):
        names |= {state.value for state in states}
    marked = {name for name in names if re.search(r"[_.-]", name)} | {verdict.name for verdict in Verdict}
    found = "|".join(sorted(map(re.escape, marked), key=len, reverse=True))
    return re.compile(rf"(?<![\w@.-])(?:{found})(?![\w@-]|\.\w)")


def is_verbatim(part: QWidget) -> bool:
    """It stands in what is shown word for word: an agent's file, an entry as it was written."""
    parent: QWidget | None = part
    while parent is not None:
        if parent.property("verbatim"):
            return True
        parent = parent.parentWidget()
    return False


def shown(widget: QWidget) -> Iterator[str]:
    """Every text a person sees or hears in a widget."""
    for part in (widget, *widget.findChildren(QWidget)):
        if not part.isVisible() or is_verbatim(part):
            continue
        texts = [part.accessibleName(), part.toolTip()]
        if isinstance(part, QLabel | QAbstractButton):
            texts.append(part.text())
        elif isinstance(part, QLineEdit):
            texts.append(part.placeholderText())
        elif isinstance(part, QComboBox):
            texts += [part.itemText(place) for place in range(part.count())]
        elif isinstance(part, QAbstractItemView):
            model = part.model()
            roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole)
            for line in range(min(model.rowCount(QModelIndex()), 60)):
                texts += [str(model.data(model.index(line, 0), role) or "") for role in roles]
        yield from (_TAGS.sub(" ", text) for text in texts if text)


def lists(panel: Panel) -> list[tuple[str, Callable[[], object]]]:
    """The first things of a panel's list, each with how it is opened."""
    if not isinstance(panel, ApprovalsPanel | FeedPanel | AuditPanel):
        return []
    views_ = panel.findChildren(QAbstractItemView)
    main = max(views_, key=lambda view: (view.model().rowCount(QModelIndex()) if view.model() else 0, view.height()))

    def open_(line: int) -> None:
        main.setCurrentIndex(main.model().index(line, 0))

    return [(f"{line}", partial(open_, line)) for line in range(min(MOST, main.model().rowCount(QModelIndex())))]


async def at_rest(joined: Joined) -> None:
    """Wait until all that was asked for is read, and once more, for what that asked for."""
    for _ in range(3):
        await asyncio.sleep(0.02)
        await until(lambda: joined.context.tasks.count == 0)


def test_no_code_word_stands_on_a_screen(sample: Path) -> None:
    wanted, found = code_words(sample), dict[str, set[str]]()

    async def scenario(joined: Joined) -> None:
        window = joined.window
        window.resize(1440, 900)
        for entry in (*PANELS, WELCOME):
            window.show_panel(entry.name)
            panel = window.panel(entry.name)
            assert panel is not None
            await at_rest(joined)
            for view, take in (("", lambda: None), *views(panel), *lists(panel)):
                take()
                await at_rest(joined)
                for text in shown(window):
                    for word in wanted.findall(text):
                        found.setdefault(word, set()).add(f"{entry.name} {view}: {text[:140]}")

    in_window(sample, scenario)
    assert not found, "\n".join(f"{word}: {sorted(where)[:3]}" for word, where in sorted(found.items()))
