"""What is done to an agent: a new version, an old one again, paused and resumed, dismissed and hired again."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from opsconsole.domain.errors import OpsError
from opsconsole.engine.agents.file import read_agent_text
from opsconsole.engine.agents.versions import NewVersion
from opsconsole.engine.commands import dismissal
from opsconsole.engine.commands.dismissal import Ending
from opsconsole.engine.commands.switches import category_scope
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder import signed
from opsconsole.engine.ladder.canary.begin import Begun, begin
from opsconsole.engine.ladder.signed import NoEvidenceError
from opsconsole.store.transaction import Transaction
from opsconsole.ui import pausing
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.data import Shown
from opsconsole.ui.panels.agents.dismissal.words import dismissed, returned
from opsconsole.ui.widgets.words import listed, tool_words

TAKEN_BACK = "the change before it is taken back"
_BUSY = "The change before is still being saved. Try again in a moment."


class Changes(QObject):
    """Does it, says what came of it, and offers the way back.

    Signals:
        done: something changed, or could not be.
        busy: a version is being made (True), or not any more.
        dismissed: the name of an agent that is not in use any more.
        hired_again: the name of one that is in use again.
        not_dismissed: why an agent could not be dismissed.
    """

    done = Signal()
    busy = Signal(bool)
    dismissed = Signal(str)
    hired_again = Signal(str)
    not_dismissed = Signal(str)

    def __init__(self, context: Context, owner: QWidget) -> None:
        super().__init__(owner)
        self._context, self._owner = context, owner
        self._is_busy = False

    def switch(self, shown: Shown) -> None:
        """Pause an agent, or resume it."""
        self._switch(f"agent:{shown.row.id}", shown.row.name, is_on=shown.row.paused is None)

    def switch_category(self, shown: Shown, category: str, *, is_on: bool) -> None:
        """Pause one of its categories, or resume it."""
        if (found := shown.spec.category(category)) is not None:
            self._switch(category_scope(shown.row.id, category), f"“{found.name}”", is_on=is_on)

    def _switch(self, scope: str, name: str, *, is_on: bool) -> None:
        pausing.switch(self._context, self._owner, scope, name, is_on=is_on, done=self.done.emit)

    def save(self, shown: Shown, text: str, reason: str, *, seen: int, saved: Callable[[], None]) -> None:
        """Make a file's text the version in use, unless another one than `seen` came into use since."""
        self._apply(shown, text, reason, seen=seen, saved=saved)

    def try_first(self, shown: Shown, text: str, reason: str, *, seen: int, forget: Callable[[str], None]) -> None:
        """Try a file's text beside the version in use, unless another one than `seen` came into use since."""
        agent = shown.row.id

        def job(kernel: Kernel, tx: Transaction, actor: str) -> Begun:
            file = read_agent_text(text, f"{agent}.yaml", kernel.registry)
            return begin(kernel, tx, file, actor=actor, reason=reason, seen=seen)

        self._begin(job, "canary.begin", shown.row.name, partial(forget, agent))

    def accept(self, shown: Shown) -> None:
        """Accept its tools as they are now, in a version that says the same."""
        names = listed([tool_words(tool) for tool in shown.changed])
        self._apply(shown, shown.source, f"{names} accepted as it is now", seen=shown.row.number, accepts=True)

    def _apply(
        self,
        shown: Shown,
        text: str,
        reason: str,
        *,
        seen: int,
        accepts: bool = False,
        saved: Callable[[], None] | None = None,
    ) -> None:
        agent = shown.row.id

        def job(kernel: Kernel, tx: Transaction, actor: str) -> NewVersion:
            file = read_agent_text(text, f"{agent}.yaml", kernel.registry)
            now, why = kernel.clock.now(), reason
            return signed.apply(
                kernel, tx, file, actor=actor, now=now, seen=seen, accepts=accepts, reason=why, without_evidence=why
            )

        self._begin(job, "agent.apply", shown.row.name, saved)

    def restore(self, agent: str, name: str, number: int, *, seen: int, reason: str = "") -> None:
        """Put a version in use again, unless another one than `seen` came into use since."""

        def job(kernel: Kernel, tx: Transaction, actor: str) -> NewVersion:
            now, why = kernel.clock.now(), reason or TAKEN_BACK
            return signed.restore(
                kernel, tx, agent, number, actor=actor, now=now, seen=seen, reason=reason, without_evidence=why
            )

        self._begin(job, "agent.restore", name)

    def look_back(self, agent: str, number: int, told: Callable[[Sequence[str]], None]) -> None:
        """Look what a version would make live without evidence, were it restored, and tell it."""
        looked = self._looked_back(agent, number, told)
        self._context.tasks.start(looked, name="what a version would be", owner=self._owner, key="look-back")

    async def _looked_back(self, agent: str, number: int, told: Callable[[Sequence[str]], None]) -> None:
        def query(kernel: Kernel) -> tuple[str, ...]:
            return signed.would_be_restored(kernel.reader, kernel, agent, number, now=kernel.clock.now())

        with suppress(OpsError):  # restoring it says what stands in the way
            told(await self._context.backend.read(query, lane="long"))

    def dismiss(self, shown: Shown, reason: str) -> None:
        """Dismiss an agent, unless another version than the one that was shown came into use since."""
        ended = self._ended(shown.row.id, reason, seen=shown.row.number)
        self._context.tasks.start(ended, name="dismissing an agent", owner=self._owner, key="dismissal")

    async def _ended(self, agent: str, reason: str, *, seen: int) -> None:
        def job(kernel: Kernel, tx: Transaction, actor: str) -> tuple[Ending, bool]:
            ending = dismissal.dismiss(kernel, tx, agent, actor=actor, reason=reason, seen=seen)
            return ending, dismissal.can_return(kernel, tx.conn, agent, ending.number)

        try:
            ending, can_return = await self._context.backend.write(job, name="agent.dismiss")
        except OpsError as error:
            self.not_dismissed.emit(f"{error}")
            return
        back = partial(self._hire_again, ending) if can_return else None
        self._context.navigator.say(dismissed(ending, can_return=can_return), "Undo" if back else "", back)
        self.dismissed.emit(agent)

    def _hire_again(self, ending: Ending) -> None:
        came_back = self._came_back(ending)
        self._context.tasks.start(came_back, name="hiring an agent again", owner=self._owner, key="dismissal")

    async def _came_back(self, ending: Ending) -> None:
        def job(kernel: Kernel, tx: Transaction, actor: str) -> NewVersion:
            return dismissal.hire_again(kernel, tx, ending.agent, ending.number, actor=actor)

        try:
            made: NewVersion | Begun = await self._context.backend.write(job, name="agent.restore")
        except OpsError as error:
            self._context.navigator.say(f"{error}")
            return
        self._context.navigator.say(returned(ending, made.number))
        self.hired_again.emit(ending.agent)

    def _begin(self, job: Any, name: str, who: str, saved: Callable[[], None] | None = None) -> None:
        if self._is_busy:
            self._context.navigator.say(_BUSY)
            return
        self._set_busy(is_busy=True)
        made = self._made(job, name, who, saved)
        self._context.tasks.start(made, name="the new version", owner=self._owner, key="version")

    async def _made(self, job: Any, name: str, who: str, saved: Callable[[], None] | None) -> None:
        try:
            made: NewVersion = await self._context.backend.write(job, name=name)
        except NoEvidenceError as error:  # what was earned a moment ago is not any more
            self._context.navigator.say(f"{error} Say why, then save it again.")
        except OpsError as error:
            self._context.navigator.say(f"{error}")
        else:
            self._tell(made, who)
            if saved is not None:
                saved()
        finally:
            self._set_busy(is_busy=False)
            self.done.emit()

    def _set_busy(self, *, is_busy: bool) -> None:
        self._is_busy = is_busy
        self.busy.emit(is_busy)

    def _tell(self, made: NewVersion | Begun, who: str) -> None:
        if isinstance(made, Begun):
            told = f"Version {made.number} of {who} works {made.share} % of the new threads and asks before everything"
            self._context.navigator.say(f"{told}; version {made.beside} stays in use.")
            return
        if not made.is_new:
            self._context.navigator.say(f"Nothing differs; version {made.number} of {who} stays in use.")
            return
        back = None
        if made.before is not None:
            back = partial(self.restore, made.agent, who, made.before, seen=made.number)
        self._context.navigator.say(f"{who} works with version {made.number} now.", "Undo" if back else "", back)
