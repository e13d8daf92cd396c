"""The views of a panel, each with how one gets there: what pictures are taken of, and what tests walk through."""

from collections.abc import Callable

from opsconsole.ui.panel import Panel
from opsconsole.ui.panels.agents.panel import AgentsPanel
from opsconsole.ui.panels.shadow.panel import ShadowPanel
from tests.shots.agents import agents_views

View = tuple[str, Callable[[], object]]


def views(panel: Panel | None) -> list[View]:
    """The other views of a panel, each with how one gets there; the last leads back to the first."""
    if isinstance(panel, AgentsPanel):
        return agents_views(panel)
    if not isinstance(panel, ShadowPanel):
        return []
    numbers = panel.numbers

    def details(is_open: bool) -> None:
        panel.turn("numbers")
        if numbers.toggle.isChecked() is not is_open:
            numbers.toggle.click()
        if is_open:
            numbers.detail_of(1)

    return [
        ("would", lambda: panel.turn("would")),
        ("recommendations", lambda: panel.turn("recommendations")),
        ("numbers", lambda: details(False)),
        ("details", lambda: details(True)),
        ("details-below", lambda: numbers.scroll_to(numbers.details)),
        ("lessons", lambda: panel.turn("lessons")),
        ("lessons-tried", panel.lessons.try_it),
        ("compare", lambda: panel.turn("compare")),
    ]
