"""A brain that follows a script: what a model might say, said on purpose."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from opsconsole.domain.action import Proposal
from opsconsole.engine.ports.brain import CaseExample, RunView, Turn

Script = Callable[[RunView], Turn]


class FakeBrain:
    """Answers each turn by calling the script; keeps what it was taught and asked."""

    def __init__(self, script: Script, *, is_playbook: bool = True) -> None:
        self._script = script
        self._is_playbook = is_playbook
        self.lessons: list[CaseExample] = []
        self.views: list[RunView] = []

    async def turn(self, view: RunView) -> Turn:
        """Follow the script."""
        self.views.append(view)
        return replace(self._script(view), is_by_playbook=self._is_playbook)

    def learn(self, lesson: CaseExample) -> None:
        """Keep a lesson."""
        self.lessons.append(lesson)

    def forget(self, cases: Iterable[int]) -> None:
        """Let go of lessons."""
        gone = set(cases)
        self.lessons = [lesson for lesson in self.lessons if lesson.case_id not in gone]

    async def close(self) -> None:
        """Nothing is open."""


def one_by_one(category: str, calls: Sequence[Proposal], *, confidence: float = 1.0) -> Script:
    """Make a script that wants these calls one after another, whatever comes of them, and then is done."""

    def script(view: RunView) -> Turn:
        done = len(view.past)
        if done < len(calls):
            return Turn(category=category, confidence=confidence, proposals=(calls[done],))
        return Turn(category=category, confidence=confidence, final="done")

    return script
