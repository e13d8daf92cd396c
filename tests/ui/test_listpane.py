"""The list of cards: nothing moves by itself, a person's choice is told, a card is painted as its face says."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import row
from opsconsole.ui.widgets.listpane.face import Card, Measures, Pill, RowFace
from opsconsole.ui.widgets.listpane.filterfield import FilterField
from opsconsole.ui.widgets.listpane.pane import ListPane
from tests.support.desktop.console import application

ROWS = tuple(f"row {number}" for number in range(40))


@dataclass(frozen=True, slots=True)
class _Face(RowFace[str]):
    age: str = "1 d"
    words: str = "text"

    def card(self, row: str) -> Card:
        return Card(title=row, age=self.age, text=self.words, pills=(Pill("High", "danger"),))

    def text(self, row: str) -> str:
        return f"called {row}"

    def description(self, row: str) -> str:
        return f"more of {row}"

    def tip(self, row: str) -> str:
        return f"tip of {row}"


def _made(measures: Measures) -> ListPane[str]:
    pane = ListPane[str](Theme(application(), "light"), _Face(), measures=measures, name="Rows")
    pane.resize(348, 400)
    pane.show()
    pane.render_rows(ROWS, _Face(), current=0)
    return pane


@pytest.fixture
def pane() -> Iterator[ListPane[str]]:
    made = _made(Measures())
    yield made
    made.close()


def _picture(pane: ListPane[str]) -> QImage:
    QApplication.processEvents()
    return pane.view.viewport().grab().toImage()


def _has(picture: QImage, color: QColor) -> bool:
    return any(picture.pixelColor(x, y) == color for x in range(0, picture.width(), 2) for y in range(picture.height()))


def _resets(model: QAbstractItemModel) -> list[str]:
    told: list[str] = []
    model.modelReset.connect(lambda: told.append("reset"))
    return told


def test_only_what_a_person_picks_is_told(pane: ListPane[str]) -> None:
    picked: list[str] = []
    pane.picked.connect(picked.append)
    pane.render_rows(ROWS[5:], _Face(), current=3)
    pane.render_rows((), _Face(), current=-1)
    pane.render_rows(ROWS, _Face(), current=3)
    assert not picked and pane.view.currentIndex().row() == 3
    pane.view.setCurrentIndex(pane.model.index(7))
    assert picked == ["row 7"]


def test_the_same_rows_again_move_nothing_and_show_their_age_anew(pane: ListPane[str]) -> None:
    bar, told = pane.view.verticalScrollBar(), _resets(pane.model)
    renewed: list[tuple[int, int]] = []

    def on_data_changed(first: QModelIndex, last: QModelIndex) -> None:
        renewed.append((first.row(), last.row()))

    pane.model.dataChanged.connect(on_data_changed)
    bar.setValue(900)
    before = _picture(pane)
    pane.render_rows(list(ROWS), _Face(), current=0)
    assert not renewed
    pane.render_rows(list(ROWS), _Face(age="2 d"), current=0)
    assert bar.value() == 900 and not told and renewed == [(0, 39)]
    assert pane.model.age(ROWS[0]) == "2 d" and _picture(pane) != before


def test_other_rows_leave_the_place_scrolled_to(pane: ListPane[str]) -> None:
    bar = pane.view.verticalScrollBar()
    bar.setValue(900)
    pane.render_rows(ROWS[:-1], _Face(), current=12)
    assert bar.value() == 900


def test_the_picked_row_comes_into_sight_also_where_the_list_was_hidden(pane: ListPane[str]) -> None:
    pane.states.empty("", "Nothing here.")
    pane.render_rows(ROWS, _Face(), current=30)
    QApplication.processEvents()
    assert pane.view.viewport().rect().contains(pane.view.visualRect(pane.model.index(30)))


def test_a_list_shows_itself_once_there_are_rows(pane: ListPane[str]) -> None:
    pane.states.empty("", "Nothing here.")
    pane.render_rows((), _Face(), current=-1)
    assert not pane.view.isVisible()
    pane.render_rows(ROWS, _Face(), current=0)
    assert pane.view.isVisible()


def test_a_screen_reader_and_the_hover_are_told_what_the_face_says(pane: ListPane[str]) -> None:
    index, roles = pane.model.index(1), Qt.ItemDataRole
    assert pane.view.accessibleName() == "Rows"
    assert pane.model.data(index, roles.AccessibleTextRole) == pane.model.data(index) == "called row 1"
    assert pane.model.data(index, roles.AccessibleDescriptionRole) == "more of row 1"
    assert pane.model.data(index, roles.ToolTipRole) == "tip of row 1"


def test_another_theme_paints_cards_with_its_tokens() -> None:
    theme = Theme(application(), "light")
    pane = ListPane[str](theme, _Face(), measures=Measures(), name="Rows")
    field = FilterField(theme, hint="Filter", name="Filter the rows")
    pane.put_above(row(field), margins=(0, 0, 0, 0))
    pane.resize(348, 400)
    pane.show()
    pane.render_rows(ROWS, _Face(), current=0)
    glass = field.actions()[0].icon().cacheKey()
    assert _has(_picture(pane), theme.color("dangerSoft"))
    theme.choose("dark")
    pane.restyle()
    assert _has(_picture(pane), theme.color("dangerSoft")) and field.actions()[0].icon().cacheKey() != glass
    theme.choose("light")
    pane.close()


@pytest.mark.parametrize("lines", [1, 2])
def test_a_text_takes_the_lines_there_are(lines: int) -> None:
    pane = _made(Measures(row=100, lines=lines, foot=67))
    short = _picture(pane)
    pane.render_rows(ROWS, _Face(words="many words " * 30), current=0)
    long = _picture(pane)
    second = range(50, 62)
    same = all(short.pixel(x, y) == long.pixel(x, y) for x in range(22, 320) for y in second)
    assert same is (lines == 1)
    pane.close()
