"""The person of a crash test: decides what waits, over a connection of their own, in whatever process."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from opsconsole.domain.enums import ApprovalKind
from opsconsole.domain.errors import DecisionError, WorkspaceBusyError
from opsconsole.engine.commands import approvals as commands
from opsconsole.engine.commands import takeback
from opsconsole.engine.doorbell import ring
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.registry import Registry
from opsconsole.store import workspace as workspaces
from opsconsole.store.database import Database
from opsconsole.store.queries import approvals, runs
from opsconsole.store.rows import ApprovalRow
from opsconsole.store.transaction import Transaction
from tests.crash.jobs import PERSON, Job

_T = TypeVar("_T")
Look = Callable[[], Counter[str]]
"""Counts what was done outside, by mark."""


class Direct:
    """Writes on the calling thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, job: Callable[[Transaction], _T], *, name: str) -> _T:
        return self._database.write(job, name=name)


class Person:
    """Use as a context. With `look`, they also settle what is unknown, by looking at the outside system."""

    def __init__(self, folder: Path, job: Job, *, look: Look | None = None) -> None:
        self._workspace = workspaces.open_(folder)
        self._job = job
        self._look = look
        self.reader = self._workspace.database.reader()
        registry = Registry(job.connectors(self.reader, Direct(self._workspace.database)))
        self._kernel = Kernel(self._workspace.id, registry, job.clock, self.reader)
        self.settled = 0

    def __enter__(self) -> "Person":
        return self

    def __exit__(self, *_: object) -> None:
        self.reader.close()
        self._workspace.close()

    def round(self) -> None:
        """Decide everything that waits now."""
        for asked in approvals.waiting_approvals(self.reader):
            if not self._job.leaves(asked):
                self._decide(asked)
        for approval in self._job.afterthoughts(self.reader):
            self._write(lambda tx, a=approval: takeback.undo(self._kernel, tx, a, actor=PERSON))

    def _decide(self, asked: ApprovalRow) -> None:
        action = runs.action(self.reader, asked.action_id)
        assert action is not None
        if asked.kind is not ApprovalKind.UNKNOWN:
            self._write(lambda tx: self._job.decide(self._kernel, tx, asked, action))
        elif self._look is not None:
            mark = self._job.mark(action.tool, action.id, action.args)
            if mark is not None and self._look()[mark]:
                self._write(lambda tx: commands.approve(self._kernel, tx, asked.id, actor=PERSON))
            else:
                self._write(lambda tx: commands.reject(self._kernel, tx, asked.id, actor=PERSON, reason="not there"))
            self.settled += 1

    def _write(self, job: Callable[[Transaction], Any]) -> None:
        """A decision that came too late, or at a locked moment, is made again in the next round where it still fits."""
        try:
            self._workspace.database.write(job, name="decision")
            ring(self._workspace.folder)
        except (DecisionError, WorkspaceBusyError):
            return
