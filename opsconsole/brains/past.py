"""The offline brain for the past: it knows the playbook, and what it was told since it was made."""

from collections.abc import Iterator, Sequence

from opsconsole.brains.playbook.brain import PlaybookBrain
from opsconsole.engine.ports import Lesson, RunView, Turn
from opsconsole.store.casememory import CaseMemory
from opsconsole.store.cases import Hit


class PastPlaybookBrain:
    """`engine.shadow.history.PastBrain`: precedents and their statistics hold nothing of what came later."""

    def __init__(self) -> None:
        self._memory = CaseMemory()
        self._brain = PlaybookBrain(self._nearest, self._of)

    def _nearest(self, agent: str, text: str, count: int) -> Sequence[Hit]:
        return self._memory.nearest(agent, text, count)

    def _of(self, agent: str) -> Iterator[Lesson]:
        return (Lesson(number, agent, category, text) for number, category, text in self._memory.every(agent))

    def know(self, agent: str, category: str, text: str) -> None:
        """Take in what people made of a past event."""
        case = self._memory.add(agent, category, text)
        self._brain.learn(Lesson(case, agent, category, text))

    def learn(self, lesson: Lesson) -> None:
        """Nothing: what is learnt today was not known then."""

    async def turn(self, view: RunView) -> Turn:
        """Think once."""
        return await self._brain.turn(view)

    async def close(self) -> None:
        """Let go of the memory."""
        self._memory.close()
        await self._brain.close()
