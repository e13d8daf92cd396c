"""Everything the gate may look at, gathered beforehand: rules are pure and see nothing else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import Guardrail, QuietHours
from opsconsole.domain.enums import ClassCeiling, Effect, Level, Reversibility, Stage

_ADDRESS = re.compile(r"[^\s@<>\"',;:]+@[^\s@<>\"',;:]+")


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used of a cap. Same unit in both: actions, runs or money."""

    name: str
    used: float
    cap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the choice of tool and the arguments come from."""

    is_tainted: bool = False
    """Text that a stranger can have written reached the brain before this action was proposed."""
    is_ratified_step: bool = False
    """A step of the ratified playbook chose the tool."""
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Per argument that a ratified template wrote (or left constant): the values in its slots."""
    verified_sender: str = ""
    """Address of the event's sender where the receiving system vouches for it, else empty."""
    trusted_addresses: frozenset[str] = frozenset()
    trusted_domains: frozenset[str] = frozenset()
    trusted_egress: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateContext:
    """One action and its circumstances."""

    now: datetime
    tool: str
    args: Mapping[str, Any]
    type: ActionType | None
    """None: a tool nobody declared."""
    is_type_changed: bool = False
    """The tool's schema or class is not the one the agent's version was ratified with."""
    category: str | None = None
    stage: Stage = Stage.FULL
    held_on: str = ""
    """The connection whose events the agent only watches; empty: its stage is the category's."""
    is_in_scope: bool = True
    shut: str = ""
    """Why its stage, though no shadow, opens nothing for this event, in words; empty where it does."""
    level: Level = Level.AUTONOMOUS
    has_grant: bool = False
    demoted: str = ""
    """Why the cell was taken down a rung, whatever its file says; empty: it was not."""
    canary: str = ""
    """Which version it is that is only tried, in words; empty: it is in use, or was."""
    is_dismissed: bool = False
    """The agent was taken out of use since it took this up."""
    disclosure: str = ""
    """The line that says that an AI wrote it, which a message must carry that goes out alone; empty: none is asked."""
    switches: tuple[str, ...] = ()
    """Kill switches that are on and reach this action, in words."""
    broken: tuple[str, ...] = ()
    """Rules of the agent that name what is gone, in words."""
    raised: frozenset[ClassCeiling] = frozenset()
    is_first_contact: bool = False
    guardrails: tuple[Guardrail, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What guardrail conditions see beside args and tool: event, subject, category."""
    provenance: Provenance = Provenance()
    has_category_changed: bool = False
    """The category is another one than at this run's first write."""
    does_offline_disagree: bool = False
    is_machine_written: bool = False
    """A machine or a mailing list wrote the event."""
    is_repeated_in_run: bool = False
    """The same tool with the same arguments was done, or is coming, in this very run."""
    done_ago_s: float | None = None
    """Since the same action type was done on this subject, in seconds."""
    event_age_s: float = 0.0
    usages: tuple[Usage, ...] = ()
    quiet_hours: tuple[QuietHours, ...] = ()
    recipient_zones: tuple[str, ...] = ()
    """IANA zones of those it goes to; empty for one whose zone is not known, to whom the fallback applies."""
    confidence: float | None = None
    threshold: float = 0.0
    is_abstained: bool = False
    effect: Effect = field(init=False, compare=False, repr=False)
    """Reach of this very call. What is not known reaches outside."""
    is_write: bool = field(init=False, compare=False, repr=False)
    """It changes something somewhere."""

    def __post_init__(self) -> None:
        # Once a context and not at each asking: the rules of a single ruling ask for them fifteen times.
        effect = self._effect()
        object.__setattr__(self, "effect", effect)
        object.__setattr__(self, "is_write", effect is not Effect.READ)

    def _effect(self) -> Effect:
        if self.type is None or self.is_type_changed:
            return Effect.EXTERNAL
        if self.type.effect is Effect.INTERNAL and any(self.args.get(name) for name in self.type.external_if_given):
            return Effect.EXTERNAL
        return self.type.effect

    @property
    def is_live(self) -> bool:
        """What the levels allow is done, and not only recorded."""
        return self.stage is not Stage.SHADOW and self.is_in_scope and not self.shut

    def as_if_live(self) -> "GateContext":
        """Return the same with everything live."""
        return replace(self, stage=Stage.FULL, is_in_scope=True, shut="")

    @property
    def reversibility(self) -> Reversibility:
        """What is not known cannot be undone."""
        if self.type is None or self.is_type_changed:
            return Reversibility.IRREVERSIBLE
        return self.type.reversibility

    def destinations(self) -> tuple[str, ...]:
        """Return the addresses this call goes to, in lower case."""
        if self.type is None:
            return ()
        return tuple(folded(address) for name in self.type.destinations for address in texts_in(self.args.get(name)))


def folded(address: str) -> str:
    """Return an address in lower case; one with other than ASCII letters as it is, since some fold onto ASCII."""
    return address.lower() if address.isascii() else address


def people_in(destination: str) -> tuple[str, ...]:
    """Return the addresses a destination names, which may be several in one text; else the destination as it is."""
    return tuple(_ADDRESS.findall(destination)) or (destination,)


def texts_in(value: Any) -> tuple[str, ...]:
    """Return every text in a JSON value, in order; empty ones left out."""
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Mapping):
        return tuple(text for item in value.values() for text in texts_in(item))  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list | tuple):
        return tuple(text for item in value for text in texts_in(item))  # pyright: ignore[reportUnknownVariableType]
    return (str(value),)
