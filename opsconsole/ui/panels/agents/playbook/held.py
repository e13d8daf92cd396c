"""What is typed in a playbook, kept aside while another agent is shown, and while it is saved."""

from dataclasses import dataclass

from opsconsole.ui.panels.agents.data import Shown
from opsconsole.ui.panels.agents.playbook.ways import Typed


@dataclass(frozen=True, slots=True)
class Held:
    """What is typed and not saved of an agent that is not shown."""

    shown: Shown
    typed: Typed
    reason: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What is being saved, or was last."""

    agent: str
    text: str
    typed: Typed
