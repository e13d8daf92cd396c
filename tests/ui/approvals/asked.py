"""A person before the approvals of a small workspace: four tickets to approve and a question."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from opsconsole.domain.enums import ApprovalState, EffectState
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.store.queries import approvals, runs
from opsconsole.store.rows import ActionRow, present
from opsconsole.ui.panels.approvals.panel import ApprovalsPanel
from tests.support.desktop.window import HandClock, Seat, sit
from tests.support.rig import agent, call, mail, rig

Sitting = Seat[ApprovalsPanel]
Job = Callable[[Sitting], Awaitable[None]]
Person = Callable[[Job], None]


def _wanted(view: RunView) -> Turn:
    """A ticket for every mail; the third mail asks what to do."""
    title = view.event.title
    if view.past:
        return Turn(category="case", confidence=1.0, final="done")
    if title == "Question 3":
        wanted = call("person.ask", question="Who takes it?", options=["Sales", "Support"])
    else:
        wanted = call("desk.create_ticket", title=f"Look at {title}", priority="normal", queue="support")
    return Turn(category="case", confidence=1.0, proposals=(wanted,))


async def fill(folder: Path) -> None:
    async with rig(folder, _wanted) as r:
        await r.hire(agent(level=2))
        await r.take(*(mail(number, is_verified=number != 2) for number in range(1, 6)))
        assert len(r.waiting()) == 5


def person_at(folder: Path, app: QApplication, *, is_first: bool = False) -> Person:
    """Return a way to have a person do something before the panel of a workspace.

    Args:
        folder: the workspace.
        app: the application.
        is_first: what is shown there at first is to be decided before it is seen.
    """

    def run(job: Job) -> None:
        async def ready(seat: Sitting) -> None:
            await seat.until(lambda: (seat.panel.queue.first if is_first else seat.panel.shown) is not None)
            await job(seat)

        def make(context: Any, clock: HandClock) -> ApprovalsPanel:
            return ApprovalsPanel(context, clock=clock)

        sit(app, folder, make, ready)

    return run


def ids(seat: Sitting) -> list[int]:
    return [row.id for row in seat.panel.queue.rows]


def state_of(which: int) -> Callable[[Kernel], ApprovalState]:
    return lambda kernel: present(approvals.approval(kernel.reader, which), "approval").state


def action_of(which: int) -> Callable[[Kernel], ActionRow]:
    def job(kernel: Kernel) -> ActionRow:
        return present(runs.action(kernel.reader, present(approvals.approval(kernel.reader, which), "").action_id), "")

    return job


def effect_of(which: int) -> Callable[[Kernel], EffectState | None]:
    def job(kernel: Kernel) -> EffectState | None:
        asked = present(approvals.approval(kernel.reader, which), "")
        effect = runs.effect_of(kernel.reader, asked.action_id)
        return None if effect is None else effect.state

    return job
