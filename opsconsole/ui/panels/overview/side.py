"""The cards beside the agents: money and time, what shadow would have done, what was refused, when all slept."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from opsconsole.store.queries.views.overview import Overview
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.overview import words
from opsconsole.ui.panels.overview.parts import fact, side_card
from opsconsole.ui.widgets.basics import button, label
from opsconsole.ui.widgets.charts.plain import HorizontalBars, Share
from opsconsole.ui.widgets.words import plural, spoken


class SideCards:
    """Makes them once; `render` shows what holds."""

    def __init__(self, context: Context, open_: Callable[..., None]) -> None:
        """Make them; `open_(panel, **where)` opens what was counted, of the time it was counted in."""
        self._context, self._open = context, open_
        self._always = (self._money(), self._shadow())
        self.cards: tuple[QWidget, ...] = (*self._always, self._refused(), self._sleeps())
        """Those that are shown now; at first, all."""

    def _money(self) -> QWidget:
        frame, column = side_card("Money and time")
        go = self._context.navigator.go
        self._cost = button("", lambda: go("settings"), kind="link")
        self._median = label("")
        self._median.setToolTip("Half of what was finished took less, half took more")
        for name, made in (("Models cost", self._cost), ("Usually done in", self._median)):
            column.addLayout(fact(name, made))
        column.addStretch(1)
        return frame

    def _shadow(self) -> QWidget:
        frame, column = side_card("Would have done", is_shadow=True)
        self._shadow_bars = HorizontalBars(self._context.theme, "What agents in shadow would have done")
        self._shadow_link = button("", lambda: self._open("shadow", tab="would"), kind="link")
        self._advice = button("", lambda: self._context.navigator.go("shadow", tab="recommendations"), kind="link")
        column.addWidget(self._shadow_bars)
        column.addWidget(self._shadow_link)
        column.addWidget(self._advice)
        column.addStretch(1)
        return frame

    def _refused(self) -> QWidget:
        self._refused_card, column = side_card("Refused, and why")
        self._refused_text = label("", "small", is_wrapped=True)
        column.addWidget(self._refused_text)
        self._refused_link = button("", lambda: self._open("feed", verdict="REFUSE"), kind="link")
        column.addWidget(self._refused_link)
        column.addStretch(1)
        return self._refused_card

    def _sleeps(self) -> QWidget:
        self._sleep_card, column = side_card("When nothing was worked")
        self._sleep_text = label("", "small", is_wrapped=True)
        column.addWidget(self._sleep_text)
        column.addStretch(1)
        return self._sleep_card

    def render(self, state: Overview, since: str) -> None:
        """Show what holds now; `since` names the window in words."""
        self._cost.setText(words.money(state.cost, state.currency))
        self._median.setText(words.span(state.median_s))
        counts: dict[str, int] = {}
        for _, tool, count in state.shadow:
            name = spoken(tool.rpartition(".")[2]) if not tool.startswith("person.") else "Ask you"
            counts[name] = counts.get(name, 0) + count
        top = sorted(counts.items(), key=lambda item: -item[1])[:5]
        self._shadow_bars.show_shares([Share(name, count, "shadow", is_dashed=True) for name, count in top])
        self._shadow_bars.setVisible(bool(top))
        total = sum(counts.values())
        self._shadow_link.setText(
            f"See {plural(total, 'action')} {since}" if total else "Nothing in shadow; open the page"
        )
        self._advice.setText(f"{plural(state.recommended, 'recommendation')} for you")
        self._advice.setVisible(state.recommended > 0)
        self._refused_card.setVisible(bool(state.refused))
        self._refused_text.setText(
            "\n".join(f"{count} × {spoken(tool.rpartition('.')[2])}: {why}" for tool, why, count in state.refused)
        )
        self._refused_link.setText(f"Open {plural(state.refused_events, 'event')}")
        self._sleep_card.setVisible(bool(state.sleeps))
        self._sleep_text.setText("\n".join(words.sleep(sleep) for sleep in state.sleeps[:4]))
        told = ((self._refused_card, state.refused), (self._sleep_card, state.sleeps))
        self.cards = (*self._always, *(shown for shown, facts in told if facts))
