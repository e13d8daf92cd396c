"""`ui.tools.Tools`: the functions behind the commands, for the window. What blocks runs in threads of its own."""

import asyncio
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from opsconsole.app import gallery
from opsconsole.app.gui.connectiontools import CLOSED, ConnectionTools, here, until
from opsconsole.app.past import ready, triagepreview
from opsconsole.app.past import work as pastwork
from opsconsole.app.past.importing import import_path
from opsconsole.app.past.modelpreview import preview_with_model
from opsconsole.app.past.preview import preview_or_ask, wish_of
from opsconsole.app.secretstore.typed import TypedPassphrase
from opsconsole.app.session import Session, opened
from opsconsole.domain.errors import NotFoundError, SealedError, UserError
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.evidence.lessons import Lesson, file_of
from opsconsole.engine.past import history
from opsconsole.engine.past.backtestresult import Result
from opsconsole.store import backup as backups
from opsconsole.store.workspace import DATABASE
from opsconsole.ui.drafts import ImportDraft
from opsconsole.ui.reports import (
    ImportPreview,
    ImportReport,
    LessonReport,
    LessonSide,
    PastPlan,
    PastReport,
    PlaybookPreview,
    ReadyAgent,
    TemplateCard,
)

_T = TypeVar("_T")
EARLY_S = 2.0
"""A window that does not open ends sooner than this, in seconds."""


class _StoppedError(Exception):
    """The person ended it."""


class WindowTools(ConnectionTools):
    """Tools over one workspace folder."""

    def __init__(self, folder: Path, typed: TypedPassphrase | None = None) -> None:
        super().__init__(folder, typed)
        self._previewer = triagepreview.Previewer()

    async def preview_history(self, draft: ImportDraft, progress: Callable[[int], None]) -> ImportPreview:
        """Look over what a person exported; nothing is written."""
        tell, stop = here(progress), threading.Event()

        def count(number: int) -> None:
            tell(number)
            if stop.is_set():
                raise _StoppedError

        def run() -> ImportPreview:
            return preview_or_ask(wish_of(draft), count)

        return await until(run, stop.set)

    async def import_history(self, draft: ImportDraft, progress: Callable[[int], None]) -> ImportReport:
        """Bring in what a person exported; cancelling ends it after the present piece."""
        tell, stop = here(progress), threading.Event()
        seen = 0

        def count(number: int) -> None:
            nonlocal seen
            seen = number
            tell(number)
            if stop.is_set():
                raise _StoppedError

        def run() -> ImportReport:
            with opened(self._folder, typed=self._typed) as session:
                try:
                    done = import_path(
                        session,
                        draft.path,
                        is_history=True,
                        own_addresses=draft.own,
                        progress=count,
                        sent=draft.sent,
                        mapping=wish_of(draft).table_mapping(),
                    )
                except _StoppedError:
                    return ImportReport(seen, seen, 0, 0, is_whole=False)
                return ImportReport(done.seen, done.new, done.known, done.broken, is_whole=True, kinds=done.kinds)

        return await until(run, stop.set)

    async def plan_past(self, brought: Mapping[str, int]) -> Sequence[PastPlan]:
        """Say for every agent in use what of the past it would work, who fits what was brought in best first."""

        def run() -> list[PastPlan]:
            with opened(self._folder, typed=self._typed) as session:
                roster, reader = session.kernel.roster, session.kernel.reader
                plans = [_planned(session, version, brought) for version in roster.current(reader)]
                return sorted(plans, key=lambda plan: -plan.fits)

        return await asyncio.to_thread(run)

    async def ready_agents(self, brought: Mapping[str, int]) -> Sequence[ReadyAgent]:
        """Return the agents that come with the program, are not in use, and would work what was brought in."""

        def run() -> list[ReadyAgent]:
            with opened(self._folder, typed=self._typed) as session:
                return ready.fitting(session, brought)

        return await asyncio.to_thread(run)

    async def use_ready(self, file: str) -> None:
        """Put one of them in use; it starts in shadow."""
        await asyncio.to_thread(ready.use_in, lambda: opened(self._folder, typed=self._typed), file)

    async def gallery(self) -> Sequence[TemplateCard]:
        """Return the templates of agents with what there is for each."""

        def run() -> list[TemplateCard]:
            with opened(self._folder, typed=self._typed) as session:
                return gallery.cards(session)

        return await asyncio.to_thread(run)

    async def use_template(self, name: str, chosen: Mapping[str, str]) -> str:
        """Put a template in use; it begins in shadow."""

        def run() -> str:
            with opened(self._folder, typed=self._typed) as session:
                return gallery.use(session, name, chosen).agent

        return await asyncio.to_thread(run)

    async def preview_playbook(self, agent: str, text: str) -> PlaybookPreview:
        """Say how the last events would be told apart by a changed file."""

        def run() -> PlaybookPreview:
            with opened(self._folder, typed=self._typed) as session:
                return self._previewer.preview(session, agent, text)

        return await asyncio.to_thread(run)

    async def ask_model(
        self, agent: str, text: str, cap: float, progress: Callable[[int, int], None]
    ) -> PlaybookPreview:
        """Ask the model of a changed file about the last events; cancelling ends it after the present one."""
        tell, stop = _heard(progress), threading.Event()

        def run() -> PlaybookPreview:
            with opened(self._folder, typed=self._typed) as session:
                asked = partial(preview_with_model, session, agent, text, cap=cap, typed=self._typed)
                return asked(tell=tell, is_stopped=stop.is_set)

        return await _with_secrets(until(run, stop.set))

    async def work_past(self, agent: str, progress: Callable[[int, int], None]) -> PastReport:
        """Work the past with an agent; cancelling ends it after the present event."""
        tell, stop = _heard(progress), threading.Event()

        def run() -> PastReport:
            with opened(self._folder, typed=self._typed) as session:
                version = session.kernel.roster.in_use(session.kernel.reader, agent)
                if version is None:
                    raise NotFoundError(f"There is no agent {agent} any more.")
                done = pastwork.work(
                    session, version, tell=lambda far: tell(far.done, far.total), is_stopped=stop.is_set
                )
                return PastReport(
                    done.done, done.pairs, done.agreed, done.counted, done.failed, is_whole=not done.stopped
                )

        return await until(run, stop.set)

    async def try_lesson(
        self, lesson: Lesson, progress: Callable[[int, int], None], *, cap: float | None = None
    ) -> LessonReport:
        """Try an agent's file as a lesson would have it; cancelling ends it after the present event."""
        tell, stop = _heard(progress), threading.Event()

        def run() -> LessonReport:
            with opened(self._folder, typed=self._typed) as session:
                done = pastwork.tried(
                    session,
                    file_of(session.kernel, lesson),
                    cap=cap,
                    besides=lesson.pairs,
                    tell=tell,
                    is_stopped=stop.is_set,
                    typed=self._typed,
                )
                return _reported(done)

        return await _with_secrets(until(run, stop.set))

    async def open_sample(self) -> None:
        """Open the sample in a window of its own, by a process of its own that outlives this one."""

        def begin() -> None:
            command = [sys.executable, "-m", "opsconsole", "demo"]
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
            try:
                code = process.wait(EARLY_S)
            except subprocess.TimeoutExpired:
                return
            if code != 0:
                raise UserError("The sample did not open. `opsconsole demo` in a terminal says why.")

        await asyncio.to_thread(begin)

    async def backup(self, target: Path, progress: Callable[[int, int], None]) -> Path:
        """Copy the workspace; give the file."""

        def both(pages: tuple[int, int]) -> None:
            progress(*pages)

        tell, stop = here(both), threading.Event()

        def count(done: int, total: int) -> None:
            tell((done, total))
            if stop.is_set():
                raise _StoppedError

        def run() -> Path:
            backups.backup(self._folder / DATABASE, target, progress=count)
            return target

        return await until(run, stop.set)

    def open_folder(self, path: Path) -> bool:
        """Show a folder in the system's own way."""
        return webbrowser.open(path.resolve().as_uri())


def _planned(session: Session, version: Version, brought: Mapping[str, int]) -> PastPlan:
    found, spec = history.plan(session.kernel, version), version.spec
    days = "" if found.first_at is None else f"{found.first_at:%Y-%m-%d} to {found.last_at:%Y-%m-%d}"
    return PastPlan(
        spec.agent,
        spec.name,
        found.events,
        found.known,
        days,
        pastwork.unbounded(version) if spec.brain == "model" else "",
        ready.fit(spec, brought),
    )


def _reported(done: Result) -> LessonReport:
    facts, bounds = done.to_json(), done.interval
    before, after = (
        LessonSide(
            right=facts[f"{side}_right"],
            severe=facts[f"severe_{side}"],
            rules=facts[f"rules_{side}"],
            cost=facts[f"cost_{side}"],
        )
        for side in ("in_use", "changed")
    )
    return LessonReport(
        events=facts["events"],
        left_out=done.left_out,
        before=before,
        after=after,
        better=done.better,
        worse=done.worse,
        points=(bounds.low * 100, bounds.high * 100),
        off_record=facts["off_record"],
        stopped=done.stopped,
    )


async def _with_secrets(work: Awaitable[_T]) -> _T:
    """Wait for what needs secrets; where they are sealed, say how the window opens them."""
    try:
        return await work
    except SealedError as error:
        raise SealedError(CLOSED) from error


def _heard(progress: Callable[[int, int], None]) -> Callable[[int, int], None]:
    """Return a function that may be called on any thread and is heard on this one."""

    def both(far: tuple[int, int]) -> None:
        progress(*far)

    tell = here(both)
    return lambda done, of: tell((done, of))
