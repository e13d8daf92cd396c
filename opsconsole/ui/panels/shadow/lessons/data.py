"""What corrections would change in the agents in use, as one query gives it. No Qt here."""

from dataclasses import dataclass

from opsconsole.engine.agents.roster import Version
from opsconsole.engine.evidence.lessons import Lesson, lessons
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import changes, limits, past, versions
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries.pairs import PairRow

MOST = 8
"""Pairs that are named; all of them can be opened."""
_TOPICS = ("agents", "pairs")


@dataclass(frozen=True, slots=True)
class Row:
    """A lesson, with what is shown around it."""

    lesson: Lesson
    name: str
    """The agent's."""
    number: int
    """The version in use, which it changes."""
    makes: int
    """The version that taking it makes."""
    pairs: tuple[PairRow, ...]
    """Some of those it was learnt from."""
    is_costly: bool
    """It thinks with a model: trying it costs money."""
    mean_cost: float
    """What a run of the agent cost on average, in the workspace's money; 0 where none did."""


@dataclass(frozen=True, slots=True)
class Found:
    """Everything the view shows."""

    rows: tuple[Row, ...]
    in_use: dict[str, int]
    """Agent → number of its version in use."""
    currency: str
    changed: tuple[int, ...]
    """How often what lessons are made of had changed."""


def load(kernel: Kernel, known: Found | None = None) -> Found:
    """Query the lessons of all agents in use, what rests on most pairs first; `known` is given back where it holds."""
    conn = kernel.reader
    counts = changes.counts(conn)
    changed = tuple(counts.get(topic, 0) for topic in _TOPICS)
    if known is not None and known.changed == changed:
        return known
    current = kernel.roster.current(conn)
    rows = [_row(kernel, version, lesson) for version in current for lesson in lessons(kernel, version.agent_id)]
    rows.sort(key=lambda row: (-len(row.lesson.pairs), row.name, row.lesson.id))
    in_use = {version.agent_id: version.number for version in current}
    return Found(tuple(rows), {**in_use}, limits.setting(conn, "currency") or "EUR", changed)


def _row(kernel: Kernel, version: Version, lesson: Lesson) -> Row:
    conn = kernel.reader
    is_costly = version.spec.brain == "model"
    found = (read.pair(conn, pair) for pair in lesson.pairs[:MOST])
    return Row(
        lesson=lesson,
        name=version.spec.name,
        number=version.number,
        makes=versions.newest_number(conn, version.agent_id) + 1,
        pairs=tuple(pair for pair in found if pair is not None),
        is_costly=is_costly,
        mean_cost=past.mean_cost(conn, version.agent_id)[0] / 1e6 if is_costly else 0.0,
    )
