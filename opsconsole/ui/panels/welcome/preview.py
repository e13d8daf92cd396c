"""What an import understood of a file, before it is brought in: how it is read, its first rows, what may be wrong."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFileDialog, QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from opsconsole.ui.drafts import ImportDraft
from opsconsole.ui.panels.welcome.columns import ColumnChoices
from opsconsole.ui.reports import ImportPreview
from opsconsole.ui.widgets.basics import ClampedLabel, button, card, label, row
from opsconsole.ui.widgets.words import plural

NO_ANSWERS = (
    "No folder of sent mail was found, so what your people answered is not known. Name your own addresses, and choose"
    " it again."
)
NO_SENT = (
    "No mail here was sent from your addresses, so what your people answered is not known, and agents that answer"
    " cannot be compared with them. Export the folder of sent mail too, and bring both in."
)
MOST_ASKED = 6
_LONG = frozenset(("TITLE", "SUBJECT", "NAME"))
"""Heads of columns that need more room."""
_IN_COLUMNS = frozenset(("Columns", "Kept beside"))
"""Facts that stand beside each column too."""
_MAPPINGS = "Corrections (*.yaml *.yml);;All files (*)"


class PreviewCard(QFrame):
    """A card; `bring` is called with the draft once a person agreed."""

    def __init__(self, look: Callable[[ImportDraft], None], bring: Callable[[ImportDraft], None]) -> None:
        super().__init__()
        self._look, self._bring = look, bring
        self.draft: ImportDraft | None = None
        self.asked: list[tuple[QCheckBox, str]] = []
        self._kind = ""
        self._dialog: QFileDialog | None = None
        self.go = button("Bring it in", self.bring, kind="accent")
        self.correct = button("A mapping file…", self.ask_mapping)
        self.correct.setToolTip("A small file that says which column is which, how dates are written, their zone…")
        self.leave = button("Not this one", self.dismiss)
        frame, self._column = card()
        self.columns: ColumnChoices | None = None
        self._chose: str | None = None
        """The column that a person just said something of, to whose choice the keys go back; empty: all rows."""
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setAccessibleName("How it is read")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self._column.setContentsMargins(22, 18, 22, 18)
        self._title, self._sub = label("", "h2"), label("This is how it is read. Nothing is written yet.", "muted")
        for part in (self._title, self._sub, self._scroll):
            self._column.addWidget(part)
        self._column.setStretch(2, 1)
        self._column.addLayout(row(self.go, self.correct, None, self.leave))
        self.dismissed: Callable[[], None] = lambda: None
        self.hide()

    def show_found(self, draft: ImportDraft, found: ImportPreview) -> None:
        """Show what was understood."""
        self.draft = draft
        seen = self._scroll.verticalScrollBar().value() if self._chose is not None else 0
        self._kind = found.kind
        self._title.setText(f"{found.name}: {found.what}")
        self.asked = []
        inside = QWidget()
        inside.setObjectName("page")  # as the card is, not as the page
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 4, 8, 4)
        column.setSpacing(14)
        column.addLayout(_facts(found))
        column.addLayout(_rows(found))
        self._warn(found, column)
        for folder, number in found.own_elsewhere[:MOST_ASKED]:
            if not folder:
                column.addWidget(
                    label(f"{plural(number, 'mail')} from you in no folder: not taken as answers", "muted")
                )
                continue
            check = QCheckBox(f"{plural(number, 'mail')} from you in {folder}: sent? Yes, they are my answers")
            self.asked.append((check, folder))
            column.addWidget(check)
        self.columns = ColumnChoices(found, self._on_kind, self._on_column) if found.columns else None
        if self.columns is not None:
            column.addWidget(self.columns)
        column.addStretch(1)
        self._scroll.setWidget(inside)
        self.correct.setVisible(draft.path.is_file())
        self.go.setEnabled(not found.columns or bool(found.kind))
        self.show()
        self._give_focus(seen)

    def look_again(self) -> None:
        """A look is under way at what is shown; what is shown is not brought in meanwhile."""
        self.go.setEnabled(False)

    def _warn(self, found: ImportPreview, column: QVBoxLayout) -> None:
        lacks = NO_SENT if self.draft is not None and self.draft.own else NO_ANSWERS
        for note in (*(() if found.has_answers else (lacks,)), *found.notes):
            line = label(f"! {note}", is_wrapped=True)
            line.setProperty("tone", "warn")
            column.addWidget(line)

    def _give_focus(self, seen: int) -> None:
        """Hand the keys on: to what a person was at, else to what brings it in."""
        chose, self._chose = self._chose, None
        if chose is None or self.columns is None:
            (self.go if self.go.isEnabled() or self.columns is None else self.columns.kind).setFocus()
            return
        at = self.columns.boxes.get(chose, self.columns.kind)
        at.setFocus()
        self._scroll.verticalScrollBar().setValue(seen)
        self._scroll.ensureWidgetVisible(at)

    def _on_kind(self, kind: str) -> None:
        if self.draft is not None and kind:
            self._again("", self.draft.with_kind(kind))

    def _on_column(self, name: str, field: str) -> None:
        if self.draft is not None:
            self._again(name, self.draft.with_column(name, field, self._kind))

    def _again(self, chose: str, draft: ImportDraft) -> None:
        self.draft, self._chose = draft, chose
        self._look(draft)

    def bring(self) -> None:
        """Bring it in as it is shown, with the folders that were ticked."""
        if self.draft is not None:
            sent = tuple(folder for check, folder in self.asked if check.isChecked())
            draft = self.draft.with_sent(sent)
            self.hide()
            self._bring(draft)

    def dismiss(self) -> None:
        """Leave it."""
        self.draft = self._chose = None
        self.hide()
        self.dismissed()

    def corrected_by(self, file: Path) -> None:
        """Look again with a mapping file."""
        if self.draft is not None:
            self._look(self.draft.with_mapping(file))

    def ask_mapping(self) -> None:
        """Have a mapping file chosen, and look again."""
        dialog = QFileDialog(self, "A mapping file", str(Path.home()), _MAPPINGS)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.corrected_by(Path(name)))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
        self._dialog = dialog
        dialog.open()


def _facts(found: ImportPreview) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    told = [fact for fact in found.facts if not found.columns or fact[0] not in _IN_COLUMNS]
    for place, (of, text) in enumerate(told):
        name = label(of, "muted")
        grid.addWidget(name, place, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(text, is_wrapped=True), place, 1)
    return grid


def _rows(found: ImportPreview) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    for place, head in enumerate(found.heads):
        grid.addWidget(label(head, "cap"), 0, place)
        grid.setColumnStretch(place, 2 if head in _LONG else 1)
    for line, cells in enumerate(found.rows, start=1):
        for place, cell in enumerate(cells):
            shown = ClampedLabel(1)
            shown.setText(cell)
            grid.addWidget(shown, line, place)
    return grid
