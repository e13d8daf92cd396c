"""A removal in the window's words."""

from opsconsole.app.removal import Removal
from opsconsole.app.words import count
from opsconsole.ui.tools import RemovalPlan


def plan(found: Removal) -> RemovalPlan:
    """Return what would become of all that hangs on a connection."""
    lines = ["What came through it, and everything done with it, stays on record."]
    if found.requests:
        waits = "request waits" if found.requests == 1 else "requests wait"
        lines.append(f"{found.requests} {waits} for it: you can reject them, and approve none until it is back.")
    if found.effects:
        lines.append(f"{count(found.effects, 'approved action')} still to be done through it will fail.")
    if found.agents:
        lines.append(f"{', '.join(found.agents)} will get nothing from it until it is connected again.")
    if found.secrets:
        lines.append("Its password or key is removed from this computer.")
    return RemovalPlan(found.name, tuple(lines))


def done(found: Removal, trouble: str) -> str:
    """Return what became of it."""
    said = f"{found.name} is removed."
    if found.requests:
        said += f" {count(found.requests, 'request')} cannot be approved until it is connected again."
    return f"{said} Its key could not be removed: {trouble}" if trouble else said
