"""The list of agents: what its cards say."""

from collections.abc import Callable
from dataclasses import dataclass

from opsconsole.engine.ladder.marks import ready_words
from opsconsole.engine.ladder.told import WITHOUT_EVIDENCE
from opsconsole.ui.panels.agents.data import MOST_TOLD, AgentRow
from opsconsole.ui.panels.agents.rollout.words import canary_pill, canary_told
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import label, row
from opsconsole.ui.widgets.keybutton import KeyButton
from opsconsole.ui.widgets.listpane.face import Card, Measures, Pill, RowFace
from opsconsole.ui.widgets.listpane.pane import ListPane
from opsconsole.ui.widgets.texts import tip
from opsconsole.ui.widgets.words import plural

_MEASURES = Measures(row=84, lines=1, foot=53)


@dataclass(frozen=True, slots=True)
class AgentFace(RowFace[AgentRow]):
    """What is said of an agent."""

    def card(self, row: AgentRow) -> Card:
        return Card(title=row.name, text=_line(row), pills=_pills(row), beside=row.field)

    def text(self, row: AgentRow) -> str:
        pills = ", ".join(pill.words for pill in _pills(row))
        return f"{row.name}, {pills}: {_line(row)}"

    def description(self, row: AgentRow) -> str:
        return f"{row.field}, version {row.number}"

    def tip(self, row: AgentRow) -> str:
        told = [f"Last 24 hours: {_day(row)}", *([f"Paused: {row.paused}"] if row.paused else [])]
        told += [row.marks.review.sentence] if row.marks.review is not None else []
        told += [canary_told(row.tried)] if row.tried is not None else []
        told += [f"Ready to sign: {title}" for title in list(row.marks.ready.values())[:MOST_TOLD]]
        told += [f"Taken back: it {fallen}" for fallen in row.fallen[:MOST_TOLD]]
        told += [f"{WITHOUT_EVIDENCE.capitalize()}:\n{row.unproven}"] if row.unproven else []
        return tip("\n".join(told))


def _pills(row: AgentRow) -> tuple[Pill, ...]:
    first = Pill(row.stage, row.tone)
    if row.fallen:
        first = Pill("Demoted", "danger")
    if row.paused is not None or row.is_all_paused:
        first = Pill("Paused", "warn")
    if row.unproven:  # both stand in the list of a small window, where how much is in shadow would not
        return Pill(first.words.partition(",")[0], first.tone), Pill(WITHOUT_EVIDENCE, "warn")
    if row.tried is not None:
        return Pill(first.words.partition(",")[0], first.tone), Pill(*canary_pill(row.tried))
    return (first,)


def _line(row: AgentRow) -> str:
    """Return what was taken back, else what it did and when its review is due; what is near comes first.

    A line may be cut. A canary stands here where it finds no room among the pills.
    """
    due, told = row.marks.review, list[str]()
    if row.tried is not None and row.unproven:
        told.append(canary_pill(row.tried)[0])
    if row.fallen:
        return " · ".join([*told, _fallen(row)])
    told += [words] if (words := ready_words(row.marks)) else []
    brief = [due.brief] if due is not None and due.brief else []
    is_near = due is not None and due.is_near
    return " · ".join([*told, *(brief if is_near else []), _day(row), *([] if is_near else brief)])


def _fallen(row: AgentRow) -> str:
    """Return what was taken back; empty for nothing."""
    more = f", and {len(row.fallen) - 1} more" if len(row.fallen) > 1 else ""
    return "".join(row.fallen[:1]) + more


def _day(row: AgentRow) -> str:
    """Return what it did in the last 24 hours, in one unit: events."""
    stood = row.glance.outcomes
    handled = stood.alone + stood.with_you
    parts = [f"{handled} handled"] if handled else []
    parts += [f"{stood.shadow} in shadow"] if stood.shadow else []
    parts += [f"{stood.waiting} for you"] if stood.waiting else []
    parts += [f"{stood.failed} failed"] if stood.failed else []
    parts += [f"{row.currency} {row.glance.cost:.2f}"] if row.glance.cost else []
    return " · ".join(parts) or "nothing today"


class AgentList(ListPane[AgentRow]):
    """The left pane."""

    def __init__(self, theme: Theme, add: Callable[[], None]) -> None:
        super().__init__(theme, AgentFace(), measures=_MEASURES, name="Agents")
        self.title, self.count = label("Agents", "h1"), label("", "small")
        self.add = KeyButton(theme, "New", key="N", act=add)
        self.add.setAccessibleName("A new agent")
        self.put_above(row(self.title, None, self.add), margins=(20, 22, 16, 0))
        self.put_above(row(self.count, None), margins=(20, 2, 16, 8))

    def say_count(self, rows: list[AgentRow]) -> None:
        """Say how many there are."""
        paused = sum(row.paused is not None for row in rows)
        self.count.setText(", ".join([plural(len(rows), "agent"), *([f"{paused} paused"] if paused else [])]))
