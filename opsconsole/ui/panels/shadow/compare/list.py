"""The list of pairs: what its cards say, and the filter."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from opsconsole.domain.enums import Agreement, Severity
from opsconsole.engine.evidence.words import SAID, VERDICTS
from opsconsole.store.queries.pairs import PairRow
from opsconsole.store.queries.views.names import CategoryNames
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import Tone, label, row
from opsconsole.ui.widgets.listpane.face import Card, Measures, Pill, RowFace
from opsconsole.ui.widgets.listpane.filterfield import FilterField
from opsconsole.ui.widgets.listpane.pane import ListPane
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import tip
from opsconsole.ui.widgets.words import exact, short_span, spoken

TONES: dict[Agreement, Tone] = {
    Agreement.SAME: "ok",
    Agreement.BOTH_NONE: "plain",
    Agreement.DIFFERS: "warn",
    Agreement.MISSING: "warn",
    Agreement.EXTRA: "warn",
}
_SEVERE = Pill("Severe", "danger")


@dataclass(frozen=True, slots=True)
class PairFace(RowFace[PairRow]):
    """What is said of a pair at a moment; before the first query there is none."""

    names: Mapping[str, str] = field(default_factory=dict[str, str])
    """Agent → its name."""
    now: datetime | None = None
    called: CategoryNames = field(default_factory=CategoryNames)

    def card(self, row: PairRow) -> Card:
        verdict = Pill(VERDICTS[row.agreement], TONES[row.agreement])
        return Card(
            title=row.title or "(no title)",
            age="" if self.now is None else short_span(self.now - row.occurred_at),
            text=self._whose(row),
            pills=(verdict, _SEVERE) if row.severity is Severity.SEVERE else (verdict,),
            right="" if row.said is None else f"✓ {SAID[row.said]}",
        )

    def text(self, row: PairRow) -> str:
        severe = ", severe" if row.severity is Severity.SEVERE else ""
        said = f", judged: {SAID[row.said]}" if row.said else ", not judged"
        return f"{one_line(row.title) or 'No title'}, {self._whose(row)}, {VERDICTS[row.agreement]}{severe}{said}"

    def description(self, row: PairRow) -> str:
        return one_line(row.sender)

    def tip(self, row: PairRow) -> str:
        return tip(f"{one_line(row.title)}\n{one_line(row.sender)}\n{exact(row.occurred_at)}")

    def _whose(self, row: PairRow) -> str:
        """Return agent and category as words."""
        category = self.called.of(row.agent, row.category) or "no category"
        return f"{self.names.get(row.agent, spoken(row.agent))} · {category}"


class PairList(ListPane[PairRow]):
    """The left pane."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, PairFace(), measures=Measures(age=40), name="Pairs")
        self.count = label("", "small", is_wrapped=True)
        self.filter = FilterField(theme, hint="Filter by words, agent or sender  ( / )", name="Filter the pairs")
        self.put_above(row(self.filter), margins=(16, 12, 16, 4))
        self.put_above(row(self.count), margins=(20, 0, 16, 6))
