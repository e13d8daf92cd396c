"""A page on which an agent's file is changed: what the playbook, the levels and the guardrails have in common."""

from typing import Generic, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.data import Shown

D = TypeVar("D")
"""What is kept of an agent that is not shown."""


class EditPage(QWidget, Generic[D]):
    """Keeps what is typed of every agent apart, until it is saved or discarded.

    Signals:
        save_wanted: (file text, reason, number of the version it was made from).
        trial_wanted: the same, for a share of the threads at first.
        discarded: what was typed is forgotten.
    """

    save_wanted = Signal(str, str, int)
    trial_wanted = Signal(str, str, int)
    discarded = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._base: Shown | None = None
        """What is typed was made from it."""
        self._drafts: dict[str, D] = {}
        """What is typed and not saved of agents that are not shown."""
        self.is_busy = self._is_trial = False

    @property
    def is_changed(self) -> bool:
        """Something is typed that is not saved."""
        raise NotImplementedError

    @property
    def unsaved(self) -> set[str]:
        """Agents of which something is typed that is not saved."""
        base = self._base
        return {*self._drafts, *({base.row.id} if base is not None and self.is_changed else ())}

    def forget(self, agent: str) -> None:
        """Forget what is typed of an agent that is not in use any more."""
        self._drafts.pop(agent, None)
        if agent in self.unsaved:
            self.discard()

    def discard(self) -> None:
        """Forget what is typed of the agent that is shown."""
        raise NotImplementedError

    def save(self) -> None:
        """Save what is typed as a version."""
        raise NotImplementedError

    def try_first(self) -> None:
        """Try what is typed as a version on a share of the threads, and leave in use what is in use."""
        self._is_trial = True
        try:
            self.save()
        finally:
            self._is_trial = False

    def _send(self, text: str, reason: str, seen: int) -> None:
        (self.trial_wanted if self._is_trial else self.save_wanted).emit(text, reason, seen)

    def saved(self) -> None:
        """What was sent is a version now; what was typed since stays, and so does what is typed of other agents."""
        raise NotImplementedError

    def set_busy(self, is_busy: bool) -> None:
        """It is being saved, or not any more."""
        self.is_busy = is_busy
        self._render()

    def _render(self) -> None:
        """Show the state there is; total."""
        raise NotImplementedError
