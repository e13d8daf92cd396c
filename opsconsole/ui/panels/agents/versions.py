"""The versions of an agent: who made each, when and why, what it changed, and the way back as a new version."""

import difflib
from collections.abc import Sequence
from functools import lru_cache, partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from opsconsole.engine.agents.difference import FieldChange, differences
from opsconsole.engine.agents.file import load_spec, source_of
from opsconsole.store.rows import VersionRow
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.data import MOST_VERSIONS, Shown
from opsconsole.ui.panels.agents.goback import GoBack
from opsconsole.ui.panels.agents.rollout.card import CanaryCard
from opsconsole.ui.panels.agents.rollout.words import version_mark
from opsconsole.ui.widgets.basics import button, card, label, pill, row
from opsconsole.ui.widgets.columns import card_column
from opsconsole.ui.widgets.diff.lines import LineTable
from opsconsole.ui.widgets.diff.words import file_lines
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.texts import clear, para, verbatim
from opsconsole.ui.widgets.words import ago, exact, plural

LINES = 8
"""Changed fields of a version that are shown."""
_NEXT = "What you change in Playbook, Autonomy or Guardrails stands here as the next one, with the way back."


class VersionsPage(QWidget):
    """A timeline, the newest first.

    Signals:
        restore_wanted: (number of a version, why).
        asked: (number of a version) it is perhaps to be restored; `tell_unproven` says what that makes live.
    """

    restore_wanted = Signal(int, str)
    asked = Signal(int)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._theme = context.theme
        self._shown: tuple[object, ...] | None = None
        self._asked: GoBack | None = None
        self._number = 0
        """Of the version that is asked about."""
        area, whole = card_column()
        area.setAccessibleName("Versions")
        self.canary, self._column = CanaryCard(context), QVBoxLayout()
        self._column.setSpacing(whole.spacing())
        whole.addWidget(self.canary)
        whole.addLayout(self._column)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def show_agent(self, shown: Shown) -> None:
        """Show an agent's; total, and made anew only where there is another version."""
        self.canary.show_canary(shown.canary, now=shown.now)
        key = shown.row.id, shown.row.number, shown.versions[0].number, tuple(shown.tried.values())
        if key == self._shown:
            return
        self._shown, self._asked = key, None
        with kept_in(self):
            clear(self._column)
        every = shown.versions
        for version in every[:MOST_VERSIONS]:
            self._column.addWidget(self._card(shown, version, _before(shown, version)))
        if len(every) > MOST_VERSIONS:  # their numbers go up by one
            older = plural(every[MOST_VERSIONS].number, "older version")
            text = f"{older}: `opsconsole agents versions {shown.row.id}`"
            self._column.addWidget(label(text, "small"))

    def _card(self, shown: Shown, version: VersionRow, before: VersionRow | None) -> QFrame:
        frame, column = card()
        is_in_use = version.number == shown.row.number
        when = label(ago(version.created_at, shown.now), "small")
        when.setToolTip(exact(version.created_at))
        parts: list[QWidget | int | None] = [label(f"Version {version.number}", "h3"), when]
        parts += [pill("in use", "ok")] if is_in_use else []
        tried = shown.tried.get(version.id)
        parts += [] if (marked := version_mark(tried)) is None else [pill(*marked)]
        parts.append(None)
        if not is_in_use and (tried is None or not tried.is_running):
            restore = button("Restore…", partial(self._ask, shown, version, column))
            restore.setAccessibleName(f"Restore version {version.number} as a new version")
            parts.append(restore)
        column.addLayout(row(*parts))
        who = version.applied_by.partition(":")[2] or version.applied_by
        column.addWidget(para(f"by {who}" + (f": {version.reason}" if version.reason else ""), "muted"))
        if tried is not None and tried.why:
            column.addWidget(para(f"It was stopped by itself: {tried.why}.", "error"))
        if before is None:
            column.addWidget(para("The first one." if version.number == 1 else "What was in use before is older."))
            if len(shown.versions) == 1:
                column.addWidget(para(_NEXT, "muted"))
            return frame
        changes = _changes(before.spec, version.spec)
        for change in changes[:LINES]:
            column.addWidget(para(change.line()))
        if len(changes) > LINES:
            column.addWidget(label(f"and {len(changes) - LINES} more", "small"))
        if not changes:
            column.addWidget(para("It says the same; comments or tools around it changed.", "muted"))
        self._add_file(column, before, version)
        return frame

    def _ask(self, shown: Shown, version: VersionRow, into: QVBoxLayout) -> None:
        """Ask in the version's card, below its head."""
        self._leave()
        go = partial(self.restore_wanted.emit, version.number)
        makes = shown.versions[0].number + 1
        self._asked = GoBack(shown.spec, load_spec(version.spec), makes=makes, go=go, leave=self._leave)
        into.insertWidget(1, self._asked)
        self._asked.show()
        self._asked.reason.setFocus()
        self._number = version.number
        self.asked.emit(version.number)

    def tell_unproven(self, number: int, titles: Sequence[str]) -> None:
        """Say what a version would make live without evidence, where it is still asked about."""
        if self._asked is not None and self._number == number:
            self._asked.tell_unproven(titles)

    def _leave(self) -> None:
        if self._asked is not None:
            with kept_in(self):
                self._asked.hide()
            self._asked.deleteLater()
            self._asked = None

    def _add_file(self, column: QVBoxLayout, before: VersionRow, version: VersionRow) -> None:
        was, now = source_of(before).splitlines(), source_of(version).splitlines()
        lines = difflib.unified_diff(was, now, "a", "b", lineterm="", n=2)
        diff = "\n".join(lines)
        if not diff:
            return
        table = LineTable(self._theme)
        table.setAccessibleName(f"What version {version.number} changed in the file")
        verbatim(table)
        table.hide()

        def turn() -> None:
            if table.isHidden():
                table.show_lines(file_lines(diff))
            table.setVisible(table.isHidden())
            opens.setText("Hide its file" if table.isVisible() else "Show the change in its file")

        opens = button("Show the change in its file", turn, kind="link")
        opens.setAccessibleName(f"Show the change in the file of version {version.number}")
        column.addLayout(row(opens, None))
        column.addWidget(table)


def _before(shown: Shown, version: VersionRow) -> VersionRow | None:
    """Return what was in use before a version; of one that is only tried, or was, what it was tried beside."""
    if (tried := shown.tried.get(version.id)) is not None:
        return next((each for each in shown.versions if each.id == tried.beside), None)
    earlier = (each for each in shown.versions if each.number < version.number and each.id not in shown.tried)
    return next(earlier, None)


@lru_cache(maxsize=256)
def _changes(was: str, now: str) -> Sequence[FieldChange]:
    return differences(load_spec(was), load_spec(now))
