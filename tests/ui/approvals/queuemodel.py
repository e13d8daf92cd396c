"""What a person means by the keys they press in Approvals, and what must come of it: a model beside the real panel."""

from dataclasses import dataclass, field
from typing import cast

from opsconsole.doubles.clock import FakeClock
from opsconsole.engine.kernel import Kernel
from opsconsole.store.times import to_micros
from opsconsole.ui.keyguard import TYPING_S
from opsconsole.ui.panels.approvals.rows import Waiting
from tests.ui.approvals.asked import Sitting

KEYS = {" ": "Space", "/": "Slash"}
_WAITING = (
    "SELECT action_id FROM approval WHERE state = 'waiting' AND coalesce(snoozed_until, 0) <= ? ORDER BY created_at,"
    " (SELECT min(id) FROM approval AS first WHERE first.action_id = approval.action_id)"
)
_DECISIONS = "SELECT p.action_id, d.verb FROM decision d JOIN approval p ON p.id = d.approval_id ORDER BY d.id"
_DEADLINES = "SELECT action_id, created_at, expires_at FROM approval WHERE state = 'waiting'"
_GOES_ON = (
    "DELETE FROM timer WHERE kind = 'run_goes_on' AND ref = (SELECT run_id FROM action WHERE id = ?)",
    "UPDATE run SET state = 'running' WHERE id = (SELECT run_id FROM action WHERE id = ?)",
    "UPDATE effect SET state = 'sending' WHERE action_id = ? AND state = 'prepared'",
)


@dataclass
class Entry:
    """A decision as the person remembers it."""

    verb: str
    actions: list[str]


@dataclass
class Model:
    """The queue as it must be, by the ids of the actions that are asked for."""

    every: list[str]
    rows: dict[str, Waiting]
    questions: set[str]
    deadlines: dict[str, tuple[int, int]]
    waits: list[str] = field(default_factory=list[str])
    said: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    history: list[Entry] = field(default_factory=list[Entry])
    gone_on: set[str] = field(default_factory=set[str])
    """Of these the engine has gone on: what was decided stands."""
    words: str = ""

    @property
    def listed(self) -> list[str]:
        """What the filter lets through."""
        return [action for action in self.waits if self.rows[action].matches(self.words)]

    def decide(self, verb: str, actions: list[str], *, is_on_record: bool = True) -> None:
        """The person decided these."""
        self.waits = [action for action in self.waits if action not in actions]
        self.history.append(Entry(verb, actions))
        if is_on_record:
            self.said += [(action, verb) for action in actions]

    def undo(self) -> str:
        """Take the last decision back; return how what the window says must begin."""
        if not self.history:
            return "Nothing was decided here"
        last = self.history[-1]
        back = [action for action in last.actions if action not in self.gone_on]
        last.actions = [action for action in last.actions if action in self.gone_on]
        self.waits = [action for action in self.every if action in self.waits or action in back]
        if not last.actions:
            self.history.pop()
        return "Undone: " if not last.actions else "Cannot be undone: " if not back else "Of the "


class Hand:
    """Presses real keys on the panel and keeps the model beside it."""

    def __init__(self, seat: Sitting, model: Model) -> None:
        self.seat, self.model = seat, model

    @property
    def shown(self) -> str | None:
        """The action whose card is on the screen."""
        shown = self.seat.panel.shown
        return None if shown is None else self.action(shown.view.id)

    def action(self, request: int) -> str:
        """The action that a request asks for."""
        return next(row.action for row in self.seat.panel.queue.all if row.id == request)

    def type(self, text: str) -> None:
        """Type into whatever has the keys."""
        for letter in text:
            self.seat.clock.at += 0.05
            self.seat.tap(KEYS.get(letter, letter.upper()))

    def rest(self) -> None:
        """Wait until keys are commands again, and the card was seen."""
        self.seat.clock.at += TYPING_S + 0.4

    async def pass_time(self) -> None:
        """A minute later, by the file's clock too."""
        self.rest()
        await self.seat.read(lambda kernel: cast(FakeClock, kernel.clock).move(minutes=1))

    async def agrees(self) -> None:
        """The panel, the file and the model say the same."""
        seat, model = self.seat, self.model

        def listed() -> list[str]:
            return [row.action for row in seat.panel.queue.rows]

        await seat.until(lambda: not seat.panel.verbs.is_busy)
        if not seat.panel.queue.is_put_off:
            try:
                await seat.until(lambda: listed() == model.listed)
            except AssertionError:
                assert listed() == model.listed
            await seat.until(lambda: bool(model.listed) == (self.shown is not None))
        waits, said, deadlines = await seat.read(_facts)
        assert waits == model.waits
        assert said == model.said
        assert all(deadlines[action] == model.deadlines[action] for action in deadlines)

    async def go_on(self) -> None:
        """The engine goes on with what was decided last."""
        if not self.model.history or self.model.history[-1].verb == "snooze":
            return
        actions = self.model.history[-1].actions

        def job(kernel: Kernel, tx: object, actor: str) -> None:
            for action in actions:
                for sql in _GOES_ON:
                    tx.conn.execute(sql, (action,))  # type: ignore[attr-defined]

        await self.seat.backend.write(job, name="the engine goes on")
        self.model.gone_on |= set(actions)


def _facts(kernel: Kernel) -> tuple[list[str], list[tuple[str, str]], dict[str, tuple[int, int]]]:
    conn = kernel.reader
    waits = [row[0] for row in conn.execute(_WAITING, (to_micros(kernel.clock.now()),))]
    said = [(row[0], row[1]) for row in conn.execute(_DECISIONS)]
    return waits, said, {row[0]: (row[1], row[2]) for row in conn.execute(_DEADLINES)}


async def begin(seat: Sitting) -> Hand:
    """Sit down before the queue as it is."""
    rows = seat.panel.queue.rows
    waits, _, deadlines = await seat.read(_facts)
    model = Model(
        every=waits,
        rows={row.action: row for row in rows},
        questions={row.action for row in rows if row.risk == "ask"},
        deadlines=deadlines,
        waits=list(waits),
    )
    return Hand(seat, model)
