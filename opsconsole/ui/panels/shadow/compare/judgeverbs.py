"""What is said of a pair, written; and the way back."""

from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from opsconsole.domain.enums import Adjudication
from opsconsole.domain.errors import OpsError
from opsconsole.engine.evidence import reshow, words
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder import verdicts
from opsconsole.engine.pairs.judging import JudgingResult
from opsconsole.store.queries import pairs as read
from opsconsole.store.transaction import Transaction
from opsconsole.ui.panel import Context


class JudgeVerbs(QObject):
    """Judges pairs one after the other.

    Signals:
        judged: (pair, the pair to show once more or None).
        returned: (pair, was it shown again) it waits for a word again.
        told: (text, can it be undone).
        busy_changed: a word is being written, or was.
    """

    judged = Signal(int, object)
    returned = Signal(int, bool)
    told = Signal(str, bool)
    busy_changed = Signal()

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._done: list[tuple[int, bool]] = []
        """What was said in this window, in order: (pair, was it shown again)."""
        self.is_busy = False

    def judge(self, pair: int, verdict: Adjudication, *, is_repeat: bool, category: str | None = None) -> None:
        """Say who was right."""
        self._start(self._judge(pair, verdict, is_repeat=is_repeat, category=category))

    def undo(self) -> None:
        """Take the last word of this window back."""
        if not self._done:
            self.told.emit("There is nothing of yours to take back here.", False)
        elif not self.is_busy:
            self._start(self._undo())

    def _start(self, coro: Coroutine[Any, Any, None]) -> None:
        self.is_busy = True
        self.busy_changed.emit()
        self._context.tasks.start(coro, name="your word on the pair", owner=self, key="say")

    async def _judge(self, pair: int, verdict: Adjudication, *, is_repeat: bool, category: str | None) -> None:
        def job(kernel: Kernel, tx: Transaction, actor: str) -> tuple[JudgingResult, int | None, bool | None]:
            said = read.said_of(tx.conn, pair)
            before = [judgement[1] for judgement in said if not judgement[2]]
            result = verdicts.judge(kernel, tx, pair, verdict, actor=actor, category=category, is_repeat=is_repeat)
            is_same = before[-1] is verdict if is_repeat and before else None
            return result, reshow.due(tx.conn), is_same

        try:
            result, again, is_same = await self._context.backend.write(job, name="pair.judge")
        except OpsError as error:
            self.told.emit(f"{error}", False)
            return
        finally:
            self.is_busy = False
            self.busy_changed.emit()
        self._done.append((pair, is_repeat))
        self.judged.emit(pair, again)
        if is_same is None:
            self.told.emit(words.judged(result), True)
        else:
            self.told.emit(f"You judged this one before. You said {'the same' if is_same else 'otherwise'} then.", True)

    async def _undo(self) -> None:
        pair, is_repeat = self._done[-1]
        try:
            result = await self._context.backend.write(
                lambda kernel, tx, actor: verdicts.take_back(kernel, tx, pair, actor=actor, is_repeat=is_repeat),
                name="pair.undo",
            )
        except OpsError as error:  # it stands, and is still the last: undo never takes one before it
            self.told.emit(f"{error}", False)
            return
        finally:
            self.is_busy = False
            self.busy_changed.emit()
        self._done.pop()
        self.returned.emit(pair, is_repeat)
        self.told.emit(words.taken_back(result), False)
