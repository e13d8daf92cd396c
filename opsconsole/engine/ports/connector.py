"""Connections to other systems, by what each can do: give events, be read, be acted in, tell what people do.

A connector implements those that fit it and no other; `Registry` checks that its tools have what they need.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from opsconsole.domain.action import ActionType, Call, Result
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.humanact import HumanAct
from opsconsole.store.rows import Reader
from opsconsole.store.transaction import Transaction


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
Notice = Callable[[HumanAct], Awaitable[bool]]
"""Hand over what a person did: returns once it is committed; True where it was new."""


class Connector(Protocol):
    """One configured account of one kind of system."""

    @property
    def id(self) -> str:
        """Name of the connection; the first part of its tools."""
        ...

    def action_types(self) -> Sequence[ActionType]:
        """Return what can be read and done here; empty where it only gives events."""
        ...

    async def close(self) -> None:
        """Let go of what is open to the outside; called once, at the engine's end and by commands."""
        ...


@dataclass(frozen=True, slots=True)
class AccountIdentity:
    """Which account of its kind of system a connection is signed in to."""

    name: str
    """As a person tells it from others: an address and its server, a base address; never a secret."""
    is_whole: bool = True
    """False where a key says too whose it is: who connects it anew may have come to another one of the same name."""


SIGNED_IN = " (signed in "
"""Stands between what an account is called and when its key was given, where only the key says whose it is."""


def with_key_time(name: str, at: datetime | None) -> str:
    """Return the name of an account that another key may make another's; `at`: when its key was given, if known."""
    return name if at is None else f"{name}{SIGNED_IN}{at:%Y-%m-%d %H:%M:%S} UTC)"


@runtime_checkable
class HasAccount(Protocol):
    """A connector that is signed in somewhere; what was decided for one account is never done through another."""

    @property
    def account(self) -> AccountIdentity:
        """Return the account."""
        ...


@runtime_checkable
class EventSource(Protocol):
    """A connector with events of its own."""

    def event_kinds(self) -> Sequence[str]:
        """Return which kinds; a `*` stands for what only an incoming event tells."""
        ...

    async def watch(self, take: Take) -> None:
        """Hand over events as they happen; what it raises is logged, and it is called again after a while."""
        ...


@runtime_checkable
class Called(Protocol):
    """A connector that others call. While it is in use and not watched for a moment, they are asked to come again."""

    def expect(self) -> None:
        """It is in use from now on; may be said twice."""
        ...

    def expect_no_more(self) -> None:
        """It is not in use any more."""
        ...


@runtime_checkable
class EventKeeper(Protocol):
    """A connector that keeps what comes in through it."""

    def arrive(self, tx: Transaction, incoming: IncomingEvent, *, now: datetime) -> IncomingEvent:
        """In the intake's transaction, for a new event: keep it, and return it with fields of its own."""
        ...


@runtime_checkable
class RecordReader(Protocol):
    """A connector in whose system things can be looked up: tools with the effect `read`."""

    async def read(self, call: Call, overlay: Overlay, as_of: datetime | None) -> Result:
        """Look something up, as the system is (or was at `as_of`), with this run's simulated writes laid over."""
        ...


@runtime_checkable
class Actor(Protocol):
    """A connector in whose system things can be done.

    Errors: `TransientError` (certainly not done, try again), `PermanentError` (certainly not done), `AmbiguousError`
    (perhaps done). Anything else raised from `execute` counts as ambiguous.
    """

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
        """Return now against after, for the card."""
        ...

    async def undo(self, call: Call, result: Mapping[str, Any]) -> Result:
        """Take a done action back, where its type says that can be."""
        ...


@runtime_checkable
class PastSimulator(Protocol):
    """A connector whose simulated writes can stand on its system as it was."""

    async def simulate_past(self, call: Call, overlay: Overlay, as_of: datetime) -> Simulated:
        """Say what doing it would have returned then, changing nothing."""
        ...


@runtime_checkable
class Directory(Protocol):
    """A connector that knows where people live."""

    def zone_of(self, conn: Reader, address: str) -> str:
        """Return the IANA zone of a recipient, empty where it is not known; runs in the gate's transaction."""
        ...


@runtime_checkable
class HasPlaces(Protocol):
    """A connector in whose system people make and take away the folders that arguments and rules name.

    Its tools compare such an argument as `Comparison.FOLDER`.
    """

    def lost_places(self, conn: Reader) -> Callable[[str], bool] | None:
        """Return what tells whether a name is that of a folder which was there once and is not; None: none was lost.

        Runs in the gate's transaction. A name that never was one is not lost: it may be made one day.
        """
        ...


@runtime_checkable
class Observer(Protocol):
    """A connector that can tell what people do in its system."""

    def sees_inaction(self, subject: str) -> bool:
        """People work there, and all that they do on a subject is seen: only then is doing nothing a decision."""
        ...

    async def observe(self, notice: Notice) -> None:
        """Hand over human acts as they happen, never the agents' own; called like `EventSource.watch`."""
        ...

    def seen_until(self, subject: str) -> datetime | None:
        """Return the time until which everything done on a subject has been handed over; None: nothing was looked at.

        A pair waits for it: after the machine slept, what people did meanwhile is not known at once.
        """
        ...
