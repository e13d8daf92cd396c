"""The list of lessons: what its cards say."""

from dataclasses import dataclass

from opsconsole.ui.panels.shadow.lessons.data import Row
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import label, row
from opsconsole.ui.widgets.listpane.face import Card, Measures, Pill, RowFace
from opsconsole.ui.widgets.listpane.pane import ListPane
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import tip
from opsconsole.ui.widgets.words import plural

_MEASURES = Measures(row=100, lines=2, foot=67)


@dataclass(frozen=True, slots=True)
class LessonFace(RowFace[Row]):
    """What is said of a lesson."""

    def card(self, row: Row) -> Card:
        return Card(title=row.name, text=row.lesson.text, pills=(Pill(_pairs(row), "plain"),))

    def text(self, row: Row) -> str:
        return f"{row.name}: {one_line(row.lesson.text)}, {_pairs(row)}"

    def description(self, row: Row) -> str:
        return f"Makes version {row.makes}"

    def tip(self, row: Row) -> str:
        return tip(row.lesson.text)


def _pairs(row: Row) -> str:
    return plural(len(row.lesson.pairs), "pair")


class LessonList(ListPane[Row]):
    """The left pane; where there is no lesson, the page says so in its place."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, LessonFace(), measures=_MEASURES, name="Lessons")
        self.count = label("", "small")
        self.put_above(row(self.count, None), margins=(20, 12, 16, 6))
        self.states.show_content()
