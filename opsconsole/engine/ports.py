"""What the engine needs from the outside, as Protocols: connectors, brains, a clock."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from opsconsole.domain.action import ActionType, Call, Proposal, Result
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.event import Event, IncomingEvent
from opsconsole.domain.ids import RunId
from opsconsole.store.rows import Reader
from opsconsole.store.transaction import Transaction

ASK_PERSON = "person.ask"
"""The tool every brain has: a question to the person, whose answer continues the run."""


class Clock(Protocol):
    """The time, so that tests can move it."""

    def now(self) -> datetime:
        """Give the present, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """One field now and after, for a card."""

    field: str
    now: str
    after: str


@dataclass(frozen=True, slots=True)
class Simulated:
    """A write that was only recorded: what it would have returned, and what later reads of the run should see."""

    result: Result
    records: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    """`kind:id` → fields, laid over what the system really holds."""


Overlay = Mapping[str, Mapping[str, Any]]


class Connector(Protocol):
    """One configured account of one kind of system.

    Errors: `TransientError` (certainly not done, try again), `PermanentError` (certainly not done), `AmbiguousError`
    (perhaps done). Anything else raised from `execute` counts as ambiguous.
    """

    @property
    def id(self) -> str:
        """Name of the connection; the first part of its tools."""
        ...

    def action_types(self) -> Sequence[ActionType]:
        """Give what can be read and done here."""
        ...

    async def read(self, call: Call, overlay: Overlay, as_of: datetime | None) -> Result:
        """Look something up, as the system is (or was at `as_of`), with this run's simulated writes laid over."""
        ...

    async def execute(self, call: Call) -> Result:
        """Do it, once per `call.key`."""
        ...

    async def find(self, call: Call) -> Result | None:
        """Look for the result of an earlier try with `call.key`; None: certainly not there."""
        ...

    async def simulate(self, call: Call, overlay: Overlay) -> Simulated:
        """Say what doing it would return, changing nothing. New records are called `sim:<action id>`."""
        ...

    async def preview(self, call: Call) -> Sequence[Change]:
        """Give now against after, for the card."""
        ...

    async def undo(self, call: Call, result: Mapping[str, Any]) -> Result:
        """Take a done action back, where its type says that can be."""
        ...

    def arrive(self, tx: Transaction, incoming: IncomingEvent, *, now: datetime) -> IncomingEvent:
        """In the intake's transaction, for a new event: keep what the connector keeps, add fields of its own."""
        ...

    def zone_of(self, conn: Reader, address: str) -> str:
        """Give the IANA zone of a recipient, empty where it is not known; runs in the gate's transaction."""
        ...

    def watch(self) -> AsyncIterator[IncomingEvent]:
        """Yield events as they happen; ends at once where the connector has none of its own."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One answer of a brain: actions to take, or the end."""

    category: str | None
    confidence: float | None = None
    is_abstained: bool = False
    rationale: str = ""
    proposals: tuple[Proposal, ...] = ()
    final: str | None = None
    """Set: the run is over, with this outcome in a sentence."""
    is_handled: bool = True
    """With `final`: the event is dealt with; False where it was left to people."""
    memo: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the brain needs back at its next turn; JSON."""
    evidence: tuple[Mapping[str, Any], ...] = ()
    cost_micros: int = 0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """An action of an earlier turn with what came of it."""

    proposal: Proposal
    state: str
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PastTurn:
    """A stored turn with the outcomes of its actions."""

    turn: Turn
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class RunView:
    """All that a brain sees of a run."""

    run_id: RunId
    agent: AgentSpec
    event: Event
    past: tuple[PastTurn, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Lesson:
    """A case as a brain learns it: a text with its right category, from a person or from adjudicated history."""

    case_id: int
    agent: str
    category: str
    text: str


class Brain(Protocol):
    """What thinks. It proposes; it never acts."""

    is_playbook: bool
    """It follows the playbook's steps by code: only then do `Proposal.step` and `slots` count. What a model writes
    about its own proposals ratifies nothing."""

    async def turn(self, view: RunView) -> Turn:
        """Think once. Deterministic brains must give the same answer for the same view.

        Raises:
            TransientError: worth another try later (a busy endpoint).
            PermanentError: this run cannot be thought through.
        """
        ...

    def learn(self, lesson: Lesson) -> None:
        """Take a case in at once."""
        ...
