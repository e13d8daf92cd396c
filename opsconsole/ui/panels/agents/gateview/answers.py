"""What the gate says of a call: the verdict, and every rule's answer under it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from opsconsole.engine.past.simulate import Simulated
from opsconsole.policy.explained import RuleAnswer
from opsconsole.ui.widgets.basics import Tone, label, pill, row
from opsconsole.ui.widgets.columns import keep_to_width, scrolled
from opsconsole.ui.widgets.texts import clear, pairs, para, plain_value
from opsconsole.ui.widgets.words import VERDICTS, exact, spoken, tool_words


class Answers(QWidget):
    """Shows one call; `show_call` is total."""

    def __init__(self) -> None:
        super().__init__()
        inside = QWidget()
        keep_to_width(inside)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(24, 8, 24, 20)
        self._column.setSpacing(10)
        self.area: QScrollArea = scrolled(inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)

    def show_call(self, found: Simulated) -> None:
        """Show a call and the answers."""
        clear(self._column)
        words, tone = VERDICTS[found.ruling.verdict.name]
        self._column.addLayout(row(label(tool_words(found.tool), "h2"), pill(words, tone), None))
        self._column.addWidget(para(_said(found)))
        self._column.addWidget(para(_when(found), "muted"))
        given = [(spoken(name), plain_value(value)) for name, value in found.args.items()]
        if given and found.stored is not None:  # what was typed stands in its fields
            self._column.addLayout(pairs(given))
        self._column.addWidget(label("What every rule says", "h3"))
        self._column.addLayout(_table(found))
        self._column.addStretch(1)
        self.area.verticalScrollBar().setValue(0)
        self.area.setAccessibleName(f"{tool_words(found.tool)}: {words}. {_said(found)}")


def _said(found: Simulated) -> str:
    text = found.ruling.explain()
    return f"{text[:1].upper()}{text[1:]}."


def _when(found: Simulated) -> str:
    about = f"{spoken(found.category)}, " if found.category else ""
    if not found.is_then:
        return f"{about}with pauses, caps and what was done before as they are now."
    stored = found.stored
    told = f"{about}as things were on {exact(found.at)}"
    if stored is None or stored.verdict is found.ruling.verdict:
        return f"{told}."
    return f"{told}. The gate said then: {VERDICTS[stored.verdict.name][0].lower()}."


def _table(found: Simulated) -> QGridLayout:
    """Lay the rules that spoke over those that are silent."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(8)
    grid.setColumnStretch(2, 1)
    spoke = [answer for answer in found.answers if answer.reason is not None]
    silent = [answer for answer in found.answers if answer.reason is None]
    top = Qt.AlignmentFlag.AlignTop
    for at, answer in enumerate([*spoke, *silent]):
        is_silent = answer.reason is None
        grid.addWidget(label(answer.title, "muted" if is_silent else ""), at, 0, top)
        grid.addWidget(pill(*_word(answer)) if not is_silent else label("silent", "small"), at, 1, top)
        grid.addWidget(para(answer.text, "muted" if is_silent else ""), at, 2)
    return grid


def _word(answer: RuleAnswer) -> tuple[str, Tone]:
    reason = answer.reason
    if reason is not None and reason.hold_until is not None:
        return "Waits", "warn"
    words, tone = VERDICTS["ACT" if reason is None else reason.verdict.name]
    return ("Allows", "ok") if words == "Acts alone" else (words, tone)
