"""What thinks: it sees a run, and answers with a turn. It proposes; it never acts."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from opsconsole.domain.action import ActionType, Proposal
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.event import Event
from opsconsole.domain.ids import RunId

ASK_PERSON = "person.ask"
"""The tool every brain has: a question to the person, whose answer continues the run."""


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
    quotes: tuple[Mapping[str, Any], ...] = ()
    """Precedents (`case`, `category`, `quote`) and quotes (`quote`, `source`, `state`: found or not found)."""
    cost_micros: int = 0
    tokens: int = 0
    goes_on: bool = False
    """Nothing to do and no end: the brain is asked again at once (its answer could not be used, or was only triage)."""
    is_by_playbook: bool = False
    """Code that follows the playbook made it: only then do `Proposal.step` and `slots` count."""
    model: str = ""
    """The model that answered, as `connection:name`; empty for code."""
    answered_as: str = ""
    """What its endpoint calls the model that answered; empty where it does not say."""
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

    @property
    def category(self) -> str | None:
        """The category that was named last; None where none was."""
        return None if self.named is None else self.named.category


@dataclass(frozen=True, slots=True)
class CaseExample:
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

    def learn(self, lesson: CaseExample) -> None:
        """Take a case in at once."""
        ...

    def forget(self, cases: Iterable[int]) -> None:
        """Let go of cases that are used no more, by number; of one that it never learnt nothing happens."""
        ...

    async def close(self) -> None:
        """Let go of what is open to the outside."""
        ...
