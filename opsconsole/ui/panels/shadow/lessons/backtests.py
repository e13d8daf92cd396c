"""Trials of lessons on the past: one each, in the background, any number side by side. No widgets here."""

from collections.abc import Collection, Coroutine
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from opsconsole.domain.errors import OpsError
from opsconsole.engine.evidence.lessons import Lesson
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.shadow.lessons.backtesttext import STOPPED, LessonBacktest


class LessonBacktests(QObject):
    """Knows how each stands.

    Signals:
        changed: one of them stands otherwise.
    """

    changed = Signal()

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._found: dict[Lesson, LessonBacktest] = {}
        self._runs = 0

    def of(self, lesson: Lesson | None) -> LessonBacktest:
        """Return how a lesson's trial stands."""
        return LessonBacktest() if lesson is None else self._found.get(lesson, LessonBacktest())

    def begin(self, lesson: Lesson, cap: float | None) -> None:
        """Try a lesson; `cap` is what models may cost at most."""
        self._runs += 1
        self._found[lesson] = LessonBacktest(run=self._runs, is_running=True)
        self._start(lesson, self._try(lesson, cap, self._runs))
        self.changed.emit()

    def cancel(self, lesson: Lesson) -> None:
        """End a trial; nothing of it is kept."""
        if self.of(lesson).is_running:
            self._found[lesson] = LessonBacktest(text=STOPPED)
            self._end(lesson)
            self.changed.emit()

    def keep(self, lessons: Collection[Lesson]) -> None:
        """Forget all others."""
        for lesson in [lesson for lesson in self._found if lesson not in lessons]:
            if self._found.pop(lesson).is_running:
                self._end(lesson)

    async def _try(self, lesson: Lesson, cap: float | None, run: int) -> None:
        def put(**changes: Any) -> None:
            trial = self.of(lesson)
            if trial.run == run and trial.is_running:  # else it was stopped, and only what was begun came to its end
                self._found[lesson] = replace(trial, **changes)
                self.changed.emit()

        def far(done: int, of: int) -> None:
            put(done=done, of=of)

        try:
            report = await self._context.tools.try_lesson(lesson, far, cap=cap)
        except Exception as error:
            put(is_running=False, text=f"{error}", is_wrong=True)
            if not isinstance(error, OpsError):
                raise
        else:
            put(is_running=False, report=report)

    def _end(self, lesson: Lesson) -> None:
        async def nothing() -> None:
            return

        self._start(lesson, nothing())  # the newest task of a key ends the one before

    def _start(self, lesson: Lesson, job: Coroutine[Any, Any, None]) -> None:
        key = f"{lesson.agent} {lesson.id}"
        self._context.tasks.start(job, name="the trial on the past", owner=self, key=key)
