"""A file beside what would become of it: its lines, what is marked in them, and nothing that flashes up."""

from pathlib import Path

from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from opsconsole.app.session import opened
from opsconsole.engine.evidence.lessons import lessons
from opsconsole.ui.widgets.basics import label
from opsconsole.ui.widgets.diff.lines import LINE, PLACE, LineTable
from opsconsole.ui.widgets.diff.words import BEFORE, LONG, FileLine, file_lines
from opsconsole.ui.widgets.texts import clear
from tests.ui.sample import make_empty
from tests.ui.scenes import perform
from tests.ui.shadow.lessonsample import agent_text, apply, make_corrected
from tests.ui.stage import Stage, until

HEAD = "--- in use\n+++ proposed\n"


def test_lines_are_told_by_their_sign_and_marked_where_one_stands_for_one() -> None:
    diff = f"{HEAD}@@ -16,4 +16,4 @@\n same\n--- dashes\n+-- dots\n@@ -1,200 +1,201 @@\n+one\n+two\n-gone\n"
    assert file_lines(diff) == [
        FileLine("place", "Line 16"),
        FileLine("same", "same"),
        FileLine("removed", "-- dashes", ((3, 6),)),
        FileLine("added", "-- dots", ((3, 4),)),
        FileLine("place", "Line 1"),
        FileLine("removed", "gone"),
        FileLine("added", "one"),
        FileLine("added", "two"),
    ]


def test_of_a_line_too_long_to_read_the_part_that_differs_is_shown() -> None:
    start, end = "a " * 5_000, " z" * 5_000
    before, after = file_lines(f"{HEAD}-{start}here{end}\n+{start}there{end}\n")
    assert "here z" in before.text[: BEFORE + 20] and "there z" in after.text[: BEFORE + 20]
    assert len(before.text) <= LONG + 4 and before.text.startswith("… ") and before.text.endswith(" …")


def test_a_file_without_an_end_to_its_last_line_keeps_its_lines_apart(tmp_path: Path) -> None:
    folder = make_corrected(tmp_path / "w")
    head, card, transfer = (part for part in agent_text().replace("    - id:", "\0    - id:").split("\0"))
    apply(folder, (head + transfer + card).rstrip())
    with opened(folder) as session:
        (lesson,) = lessons(session.kernel, "sorter")
    assert [(line.kind, line.text.strip()) for line in file_lines(lesson.diff)][-2:] == [
        ("removed", "folder: Cards"),
        ("added", 'folder: "Bank cards"'),
    ]


def test_the_table_is_as_high_as_its_lines_and_long_ones_take_more(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        table = LineTable(stage.theme)
        table.resize(400, 100)
        table.show()
        table.show_lines([FileLine("place", "Line 1"), FileLine("same", "a: b"), FileLine("added", "word " * 30)])
        rows = [table.rowHeight(place) for place in range(3)]
        assert rows[:2] == [PLACE, LINE] and rows[2] > 2 * LINE and table.height() == sum(rows)
        narrow = rows[2]
        table.resize(900, table.height())
        await until(lambda: table.rowHeight(2) < narrow)
        assert table.height() == sum(table.rowHeight(place) for place in range(3))
        assert not table.grab().isNull()

    perform(make_empty(tmp_path / "w"), scene)


def test_what_is_taken_out_at_once_never_becomes_a_window(qapp: QApplication) -> None:
    page = QWidget()
    column = QVBoxLayout(page)
    page.show()
    before = {id(widget) for widget in qapp.topLevelWidgets() if widget.isVisible()}
    column.addWidget(label("a moment"))  # shown with the next round of the loop
    clear(column)
    qapp.processEvents()
    assert {id(widget) for widget in qapp.topLevelWidgets() if widget.isVisible()} <= before
    page.close()
