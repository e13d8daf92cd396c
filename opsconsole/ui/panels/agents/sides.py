"""What lies over the agents: the gallery, the questions of a new one, a dismissal, a review, a call gone through.

And which rules look at which tools.
"""

from functools import cached_property
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.blank.page import BlankPage
from opsconsole.ui.panels.agents.data import Shown
from opsconsole.ui.panels.agents.dismissal.page import DismissPage
from opsconsole.ui.panels.agents.gallery import GalleryPage
from opsconsole.ui.panels.agents.gateview.coverage import CoveragePage
from opsconsole.ui.panels.agents.gateview.simulate import SimulatePage
from opsconsole.ui.panels.agents.review.page import ReviewPage

_Side = TypeVar("_Side", GalleryPage, SimulatePage, CoveragePage, DismissPage, ReviewPage)


class Sides(QStackedWidget):
    """Shows the agents, or one of these; each is made when it is first wanted.

    Signals:
        left: back to the agents.
        used: the name of an agent that came into use.
        dismissal_wanted: (the agent as it was shown, why) it is to be dismissed.
        reviewed: (the agent, the tab that follows) its review was signed.
    """

    left = Signal()
    used = Signal(str)
    dismissal_wanted = Signal(object, str)
    reviewed = Signal(str, str)

    def __init__(self, context: Context, agents: QWidget) -> None:
        super().__init__()
        self._context, self._agents = context, agents
        self.addWidget(agents)

    @property
    def is_here(self) -> bool:
        """The agents are looked at: nothing lies over them."""
        return self.currentWidget() is self._agents

    @property
    def is_begun(self) -> bool:
        """Somebody answers the questions of a new agent."""
        return "blank" in vars(self) and self.blank.is_changed

    @cached_property
    def gallery(self) -> GalleryPage:
        """Templates."""
        made = GalleryPage(self._context)
        made.used.connect(self.used.emit)
        made.blank_wanted.connect(self.begin_blank)
        return self._over(made)

    @cached_property
    def blank(self) -> BlankPage:
        """The questions of an agent from blank."""
        made = BlankPage(self._context)
        made.used.connect(self.used.emit)
        made.left.connect(lambda: self.add())
        self.addWidget(made)
        return made

    @cached_property
    def simulate(self) -> SimulatePage:
        """A call gone through rule by rule."""
        return self._over(SimulatePage(self._context))

    @cached_property
    def coverage(self) -> CoveragePage:
        """Every tool with the rules that look at it."""
        return self._over(CoveragePage(self._context))

    @cached_property
    def dismissal(self) -> DismissPage:
        """Whether an agent is to be dismissed."""
        made = DismissPage(self._context)
        made.wanted.connect(self.dismissal_wanted.emit)
        return self._over(made)

    @cached_property
    def review(self) -> ReviewPage:
        """The review of an agent, to be signed."""
        made = ReviewPage(self._context)
        made.signed.connect(self.reviewed.emit)
        return self._over(made)

    def _over(self, side: _Side) -> _Side:
        side.left.connect(self.left.emit)
        self.addWidget(side)
        return side

    def show_agents(self) -> None:
        """Go back to the agents."""
        self.setCurrentWidget(self._agents)

    def add(self, connection: str = "") -> None:
        """Show the gallery, with what works a connection first; empty: any."""
        self.setCurrentWidget(self.gallery)
        self.gallery.look_for(connection)
        self.gallery.back.setFocus()

    def begin_blank(self) -> None:
        """Show the questions of an agent from blank."""
        self.setCurrentWidget(self.blank)

    def ask_dismissal(self, shown: Shown, *, is_typed: bool) -> None:
        """Ask whether an agent is to be dismissed; `is_typed`: something of it is not saved."""
        self.setCurrentWidget(self.dismissal)
        self.dismissal.ask(shown, is_typed=is_typed)

    def show_review(self, shown: Shown) -> None:
        """Show the review of an agent's last whole month."""
        self.setCurrentWidget(self.review)
        self.review.ask(shown.row.id, shown.row.name)

    def keep(self, why: str) -> None:
        """Say why an agent could not be dismissed."""
        self.dismissal.say(why)

    def show_coverage(self) -> None:
        """Show every tool with the rules that look at it."""
        self.setCurrentWidget(self.coverage)
        self.coverage.refresh()
        self.coverage.back.setFocus()

    def restyle(self) -> None:
        """The theme is another one."""
        if "simulate" in vars(self):
            self.simulate.restyle()
