"""What the engine needs from the outside, as Protocols: connectors, brains, a clock."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from opsconsole.domain.action import ActionType, Call, Proposal, Result
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.event import Event, IncomingEvent
from opsconsole.domain.humanact import HumanAct
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
Take = Callable[[IncomingEvent], Awaitable[bool]]
"""Hand an event over: returns once it is committed; True where it was new. May be called many times at once."""


class Secrets(Protocol):
    """Passwords and tokens by name. Blocking: from the loop call it through `asyncio.to_thread`."""

    def get(self, name: str) -> str:
        """Give a secret.

        Raises:
            SecretMissingError: it is kept nowhere.
            KeyringError: the keyring does not answer.
        """
        ...

    def put(self, name: str, value: str) -> None:
        """Keep a secret.

        Raises:
            KeyringError: there is no place to keep it.
        """
        ...

    def delete(self, name: str) -> bool:
        """Forget a secret; False where there was none."""
        ...


class Memory(Protocol):
    """What one connection remembers across restarts: small JSON values, never a secret."""

    def get(self, key: str) -> Any:
        """Give a value; None where nothing is kept."""
        ...

    async def put(self, key: str, value: Any) -> None:
        """Keep a value; returns once it is on disk."""
        ...


class Health(Protocol):
    """How a connection is, for people."""

    async def note(self, state: Literal["ok", "trouble", "needs_you"], text: str) -> None:
        """Say how it is; the same again costs nothing."""
        ...


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

    async def watch(self, take: Take) -> None:
        """Hand over events as they happen; returns at once where the connector has none of its own.

        What it raises is logged, and it is called again after a while.
        """
        ...

    async def close(self) -> None:
        """Let go of what is open to the outside; called once, at the engine's end and by commands."""
        ...


@runtime_checkable
class PastSimulator(Protocol):
    """A connector whose simulated writes can stand on its system as it was."""

    async def simulate_past(self, call: Call, overlay: Overlay, as_of: datetime) -> Simulated:
        """Say what doing it would have returned then, changing nothing."""
        ...


@runtime_checkable
class EventSource(Protocol):
    """A connector that can say which kinds of events it makes."""

    def event_kinds(self) -> Sequence[str]:
        """Give them; a `*` stands for what only an incoming event tells."""
        ...


Notice = Callable[[HumanAct], Awaitable[bool]]
"""Hand over what a person did: returns once it is committed; True where it was new."""


@runtime_checkable
class Observer(Protocol):
    """A connector that can tell what people do in its system."""

    def sees_inaction(self, subject: str) -> bool:
        """People work there, and all that they do on a subject is seen: only then is doing nothing a decision."""
        ...

    async def observe(self, notice: Notice) -> None:
        """Hand over human acts as they happen, never the agents' own; called like `Connector.watch`."""
        ...

    def seen_until(self, subject: str) -> datetime | None:
        """Give the time until which everything done on a subject has been handed over; None: nothing was looked at yet.

        A pair waits for it: after the machine slept, what people did meanwhile is not known at once.
        """
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
    """Precedents (`case`, `category`, `quote`) and quotes (`quote`, `source`, `state`: found or not found)."""
    cost_micros: int = 0
    tokens: int = 0
    goes_on: bool = False
    """Nothing to do and no end: the brain is asked again at once (its answer could not be used, or was only triage)."""
    is_by_playbook: bool = False
    """Code that follows the playbook made it: only then do `Proposal.step` and `slots` count."""
    model: str = ""
    """The model that answered; empty for code."""
    is_disputed: bool = False
    """The offline triage is sure of another category than the model."""


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
    tools: Mapping[str, ActionType] = field(default_factory=dict[str, ActionType])
    """Every tool there is, by name."""
    attempt: int = 0
    """How often this turn was put off already because nothing answered."""
    history: tuple[str, ...] = ()
    """What happened on the same subject before, oldest first, in words."""
    queueing: Callable[[], AbstractContextManager[None]] = nullcontext
    """Around waiting for others' turn with a model: the run's own time stands still."""
    is_over_budget: str = ""
    """Why no more may be spent on models now, in words; empty where it may."""

    @property
    def named(self) -> Turn | None:
        """The newest turn that named a category; None where none did."""
        return next((past.turn for past in reversed(self.past) if past.turn.category is not None), None)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A case as a brain learns it: a text with its right category, from a person or from adjudicated history."""

    case_id: int
    agent: str
    category: str
    text: str


class Brain(Protocol):
    """What thinks. It proposes; it never acts."""

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

    async def close(self) -> None:
        """Let go of what is open to the outside."""
        ...
