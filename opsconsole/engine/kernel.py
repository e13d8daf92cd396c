"""What every part of the engine needs, joined once: database, registry, roster, gatekeeper, clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from opsconsole.engine.agents.roster import Roster
from opsconsole.engine.gate.gatekeeper import Gatekeeper
from opsconsole.engine.ports.machine import Clock
from opsconsole.engine.registry import Registry
from opsconsole.store.rows import Reader
from opsconsole.store.transaction import Transaction

_T = TypeVar("_T")


class Writes(Protocol):
    """Runs a job in a write transaction: the engine's writer thread."""

    async def write(self, job: Callable[[Transaction], _T], *, name: str) -> _T:
        """Run it; return once it is on disk."""
        ...


@dataclass(slots=True)
class Kernel:
    """Shared by the parts of one engine, or of one command."""

    workspace: str
    registry: Registry
    clock: Clock
    reader: Reader
    is_engine_running: bool = True
    """False in a command while no engine works the workspace: what is approved then waits for one to start."""
    roster: Roster = field(default_factory=Roster)
    gatekeeper: Gatekeeper = field(init=False)

    def __post_init__(self) -> None:
        self.gatekeeper = Gatekeeper(self.registry, self.workspace, self.roster)
