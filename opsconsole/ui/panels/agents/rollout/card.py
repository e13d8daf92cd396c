"""The card of a canary, above the versions: its share, what it decided, what the next step lacks, and the steps."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout

from opsconsole.domain.errors import NotFoundError, OpsError
from opsconsole.engine.agents.versions import NewVersion
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.canary import ending, steps
from opsconsole.engine.ladder.canary.ending import Stopped
from opsconsole.engine.ladder.canary.standing import CanaryStanding
from opsconsole.engine.ladder.canary.steps import Widened
from opsconsole.engine.ladder.climb import LEAST_REASON
from opsconsole.store.transaction import Transaction
from opsconsole.ui.command import Command
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.ladder.sheet import NEEDED, WHY_ANYWAY
from opsconsole.ui.panels.agents.parts import mark
from opsconsole.ui.panels.agents.rollout.words import needs_words, record_words, step_words
from opsconsole.ui.panels.agents.savebar import REASON
from opsconsole.ui.widgets.basics import button, label, pill, row, set_pill
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.keybutton import KeyButton
from opsconsole.ui.widgets.texts import para, tip
from opsconsole.ui.widgets.words import ago, exact, plural

STEP, STOP = "W", "X"


class CanaryCard(QFrame):
    """Shows the canary of one agent; `show_canary` is total and keeps what is typed of the same one.

    Signals:
        stepped: a step was taken, or could not be: what holds is asked for anew.
    """

    stepped = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.found: CanaryStanding | None = None
        self._is_asked = self._is_busy = False
        """The reason for a step without evidence is asked for; a step is being taken."""
        self.setObjectName("card")
        self.setProperty("chosen", True)
        self.title, self.state, self.when = label("", "h3"), pill("canary", "accent"), label("", "small")
        self.about, self.record, self.needs = para("", "muted"), para(""), para("")
        self.first = button("", self._decide, kind="link")
        self.reason = QLineEdit()
        self.reason.setMaxLength(REASON)
        self.reason.setPlaceholderText(WHY_ANYWAY)
        self.reason.setAccessibleName("Why this step is taken")
        self.reason.returnPressed.connect(self.step)
        self.reason.textEdited.connect(partial(self._say, ""))
        self.said = label("", "error", is_wrapped=True)
        self.up = KeyButton(context.theme, "Widen", key=STEP, act=self.step, kind="accent")
        self.anyway = KeyButton(context.theme, "Widen", key=STEP, act=self.step)
        self.end = KeyButton(context.theme, "Stop", key=STOP, act=self.stop, kind="danger")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addLayout(row(self.title, self.state, self.when, None))
        for part in (self.about, self.record, self.needs):
            column.addWidget(part)
        column.addLayout(row(self.first, None))
        column.addWidget(self.reason)
        column.addWidget(self.said)
        column.addLayout(row(self.up, self.anyway, None, self.end))
        self.hide()

    def commands(self, is_here: Callable[[], bool]) -> Sequence[Command]:
        """Return the keys of the steps; they hold while a canary is shown."""

        def is_shown() -> bool:
            return is_here() and self.found is not None

        made = partial(Command, group="Agents", is_enabled=is_shown)
        return [
            made(id="agents.canary", title="Canary: widen it, or put it in use", run=self.step, keys=(STEP,)),
            made(id="agents.canary_stop", title="Canary: stop it", run=self.stop, keys=(STOP,)),
        ]

    @property
    def is_used(self) -> bool:
        """A reason is typed that is not signed."""
        return bool(self.reason.text())

    def show_canary(self, found: CanaryStanding | None, *, now: Any) -> None:
        """Show one; None: nothing is tried."""
        before, self.found = self.found, found
        is_same = before is not None and found is not None and before.canary == found.canary
        if not is_same:
            self._is_asked = False
            self.reason.clear()
            self._say("")
        if found is None:
            with kept_in(self):
                self.hide()
            return
        tried = found.canary
        self.title.setText(f"Version {tried.number} works {tried.share} % of the new threads")
        set_pill(self.state, "canary", "accent")
        self.when.setText(f"since {ago(tried.since, now)}" if (now - tried.since).days else "since today")
        self.when.setToolTip(exact(tried.since))
        self.about.setText(
            f"It asks before everything. The version in use keeps what it earned and the rest of the threads; it was"
            f" version {tried.beside_number} when this one began."
        )
        self.record.setText(record_words(found))
        at = found.gate.standing
        bounds = at.interval
        asks = f"asked for: right in more than {found.gate.threshold.accuracy:.0%}"
        numbers = f"truly between {bounds.low:.1%} and {bounds.high:.1%} (95 % interval); " if at.total else ""
        self.record.setToolTip(tip(f"{numbers}{asks}"))
        self.needs.setText(needs_words(found))
        self._render()
        self.show()

    def _render(self) -> None:
        found = self.found
        if found is None:
            return
        words, is_open = step_words(found), found.is_open
        if is_open:
            self._is_asked = False
        with kept_in(self):
            self.first.setVisible(bool(found.to_decide))
            self.first.setText(f"Decide first: {plural(found.to_decide, 'waits', 'wait')}")
            self.up.setVisible(is_open)
            self.anyway.setVisible(not is_open)
            self.reason.setVisible(self._is_asked)
            self.said.setVisible(bool(self.said.text()))
        self.up.name_it(words)
        self.anyway.name_it(f"{words} without evidence" + ("" if self._is_asked else "…"))
        for made in (self.up, self.anyway, self.end):
            made.setEnabled(not self._is_busy)
        number = found.canary.number
        self.up.setAccessibleName(f"{words}: version {number}")
        self.anyway.setAccessibleName(f"{words} without evidence: version {number}")
        self.end.setAccessibleName(f"Stop trying version {number}")

    def _say(self, error: str, *_: str) -> None:
        """Say in place what went wrong; empty: nothing did. What is typed stays."""
        mark(self.reason, self.said, error)

    # -- done --------------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """Take the next step; one without evidence asks for its reason first."""
        found = self.found
        if found is None or self._is_busy:
            return
        why = " ".join(self.reason.text().split())
        if not found.is_open and not self._is_asked:
            self._is_asked = True
            self._render()
            self.reason.setFocus()
            return
        if not found.is_open and len(why) < LEAST_REASON:
            self._say(NEEDED)
            self.reason.setFocus()
            return
        without = "" if found.is_open else why
        self._start(self._used(found, without) if found.next is None else self._widened(found, without))

    def stop(self) -> None:
        """Try it no more: at once, without a question."""
        if self.found is not None and not self._is_busy:
            self._start(self._stopped(self.found))

    def _decide(self) -> None:
        if self.found is not None:
            self._context.navigator.go("approvals", agent=self.found.canary.agent)

    def _start(self, work: Any) -> None:
        self._is_busy = True
        self._say("")
        self._render()
        self._context.tasks.start(work, name="the canary", owner=self, key="canary")

    async def _widened(self, found: CanaryStanding, why: str) -> None:
        def job(kernel: Kernel, tx: Transaction, actor: str) -> Widened:
            agent, share = found.canary.agent, found.canary.share
            return steps.widen(kernel, tx, agent, actor=actor, reason=why, without_evidence=bool(why), seen=share)

        made = await self._written(job, "canary.widen")
        if made is not None:
            told = f"Version {found.canary.number} works {made.share} % of the new threads from now on."
            self._context.navigator.say(told)

    async def _used(self, found: CanaryStanding, why: str) -> None:
        def job(kernel: Kernel, tx: Transaction, actor: str) -> NewVersion:
            agent, share = found.canary.agent, found.canary.share
            return steps.use(kernel, tx, agent, actor=actor, reason=why, without_evidence=why, seen=share)

        made = await self._written(job, "canary.use")
        if made is not None:
            told = f"Version {made.number} is in use, with the file of the canary, version {found.canary.number}."
            self._context.navigator.say(told)

    async def _stopped(self, found: CanaryStanding) -> None:
        def job(kernel: Kernel, tx: Transaction, actor: str) -> Stopped:
            return ending.stop(kernel, tx, found.canary.agent, actor=actor)

        made = await self._written(job, "canary.stop")
        if made is not None:
            told = f"Version {found.canary.number} is tried no more. What it asks you about still waits."
            self._context.navigator.say(told)

    async def _written(self, job: Callable[[Kernel, Transaction, str], Any], name: str) -> Any:
        """Do it; None where something stood in the way, which is said in place, and what is typed stays."""
        try:
            made = await self._context.backend.write(job, name=name)
        except NotFoundError as error:  # it is over, and its card goes with it
            self._context.navigator.say(f"{error}")
            return None
        except OpsError as error:
            self._say(f"{error}")
            return None
        else:
            self.reason.clear()
            return made
        finally:
            self._is_busy = False
            self._render()
            self.stepped.emit()
