"""What repeated corrections say about a playbook: a proposed change of its text, taken only by a person.

Two kinds: events that people again and again called another category (their texts become its examples), and a value
that a step writes and people again and again wrote otherwise.
"""

import difflib
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from opsconsole.domain.agent import AgentSpec, Category, Step
from opsconsole.domain.enums import Adjudication
from opsconsole.domain.errors import FileFormatError, NotFoundError, UserError
from opsconsole.domain.naming import spoken, tool_words
from opsconsole.engine.agents.file import AgentFile, all_steps, read_agent_text
from opsconsole.engine.agents.yamltext.change import add_texts, set_text
from opsconsole.engine.blank.deeds import as_it_is
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.pairs.pair import example_of
from opsconsole.policy.cel.words import condition_words
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries import past, versions
from opsconsole.store.queries.pairs import PairRow
from opsconsole.store.rows import Reader

REPEATED = 3
"""So many corrections of one kind make a proposal."""
EXAMPLES = 5
"""Texts that are taken into a category at once, at most."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A proposed change of an agent's file."""

    id: str
    """Of what it changes: the same proposal has the same name."""
    agent: str
    text: str
    """Why, in a sentence."""
    where: str
    """Where in the playbook, in words."""
    now: str
    """What it writes there; empty where something is only added."""
    after: tuple[str, ...]
    """What it would write there, or what is added."""
    pairs: tuple[int, ...]
    """The pairs it was learnt from."""
    source: str
    """The file as it would be."""
    diff: str
    """Against the version in use."""
    fault: str = ""
    """Why it cannot be taken, in words; empty where it can."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "id": self.id,
            "agent": self.agent,
            "why": self.text,
            "where": self.where,
            "pairs": list(self.pairs),
            "diff": self.diff,
            "fault": self.fault or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A lesson in words; see `Lesson`."""

    why: str
    where: str
    now: str = ""
    after: tuple[str, ...]


def lessons(kernel: Kernel, agent: str, *, conn: Reader | None = None) -> list[Lesson]:
    """Return what the version in use could learn, what rests on most pairs first.

    Args:
        kernel: where agents and pairs are.
        agent: whose.
        conn: where to read instead: within a transaction.

    Raises:
        NotFoundError: no such agent is in use.
    """
    conn = conn or kernel.reader
    number = versions.current_version_of(conn, agent)
    if number is None:
        raise NotFoundError(f"No agent {agent} is in use.", hint="`opsconsole agents list` shows those that are.")
    row = versions.version(conn, number)
    if row is None or not row.source.strip():
        return []
    spec = kernel.roster.version(conn, number).spec
    every = read.pairs(conn, agent=agent, is_judged=True, newest_first=False, limit=100_000)
    judged = list({pair.event_id: pair for pair in every}.values())  # several versions on one event are one correction
    made = [*_categories(conn, spec, row.source, judged), *_values(conn, spec, row.source, judged)]
    found = [_looked_over(kernel, lesson) for lesson in made]
    return sorted(found, key=lambda lesson: (-len(lesson.pairs), lesson.id))


def file_of(kernel: Kernel, lesson: Lesson) -> AgentFile:
    """Return the agent's file as the lesson would have it, checked like any other.

    Raises:
        UserError: its file cannot be changed so.
        FileFormatError: it would not be sound any more.
    """
    if lesson.fault:
        raise UserError(f"This lesson cannot be taken: {lesson.fault}")
    return read_agent_text(lesson.source, f"{lesson.agent}.yaml", kernel.registry)


def _looked_over(kernel: Kernel, lesson: Lesson) -> Lesson:
    """Return a lesson with what is wrong with the file that it makes: others can be taken all the same."""
    try:
        if not lesson.fault:
            file_of(kernel, lesson)
    except FileFormatError as error:
        return replace(lesson, fault=f"its file would not be sound any more: {error}")
    return lesson


def _categories(conn: Reader, spec: AgentSpec, source: str, judged: Sequence[PairRow]) -> Iterator[Lesson]:
    """Propose examples for categories that people corrected to."""
    groups: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for pair in judged:
        if right := _corrected(conn, pair):
            event = past.event(conn, pair.event_id)
            groups[right].append((pair.id, example_of(event)))
    for right, some in groups.items():
        place = next((at for at, category in enumerate(spec.playbook.categories) if category.id == right), None)
        if place is None:
            continue
        category = spec.playbook.categories[place]
        texts = [text for text in dict.fromkeys(text for _, text in some) if text not in category.examples]
        if len(some) < REPEATED or not texts:
            continue
        change = partial(add_texts, source, ("playbook", "categories", place), "examples", texts[:EXAMPLES])
        told = Told(
            why=f"{len(some)} times a person said that the event was “{category.name}”",
            where=f"Examples by which it tells “{category.name}”",
            after=tuple(texts[:EXAMPLES]),
        )
        yield _lesson(spec.agent, told, [number for number, _ in some], source, change)


def _corrected(conn: Reader, pair: PairRow) -> str:
    """Return the category that a person gave instead; empty where it was the agent's, or nobody said."""
    right = str(read.words_of(conn, pair.id).get("category") or "")
    return "" if right == pair.category else right


def _values(conn: Reader, spec: AgentSpec, source: str, judged: Sequence[PairRow]) -> Iterator[Lesson]:
    """Propose other values for what steps write as it stands in the playbook."""
    groups: dict[tuple[str, str, str, str, str], list[int]] = defaultdict(list)
    for pair in judged:
        # Where it was of another kind, what people did says nothing of this kind's steps.
        if pair.said is Adjudication.HUMAN and not _corrected(conn, pair):
            for tool, field, mine, theirs in _differences(read.body(conn, pair.id)):
                groups[pair.category, tool, field, mine, theirs].append(pair.id)
    for (category, tool, field, mine, theirs), pairs in groups.items():
        for step, loc in all_steps(spec):
            here = spec.playbook.categories[int(loc[2])].id
            if step.do == tool and step.args.get(field) == mine and here == category and len(pairs) >= REPEATED:
                change = partial(set_text, source, (*loc, "with", field), as_it_is(theirs))
                name = spoken(field).lower()
                told = Told(
                    why=f"{len(pairs)} times people had {name} “{theirs}” where the agent writes “{mine}”",
                    where=_where(spec.playbook.categories[int(loc[2])], step),
                    now=f"{spoken(field)}: {mine}",
                    after=(f"{spoken(field)}: {theirs}",),
                )
                yield _lesson(spec.agent, told, pairs, source, change)


def _where(category: Category, step: Step) -> str:
    """Name a step as people would: what is done, for which events, and when."""
    text = f"{tool_words(step.do or '')}, for “{category.name}”"
    return f"{text}, where {condition_words(step.when)}" if step.when else text


def _differences(body: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for match in body.get("matches") or ():
        if match["agent"] is None or match["human"] is None:
            continue
        tool = str(body["agent"][match["agent"]]["tool"])
        for field in match["fields"]:
            if not field["same"] and field["how"] != "text" and isinstance(field["human"], str) and field["human"]:
                yield tool, str(field["field"]), str(field["agent"]), field["human"]


def _lesson(agent: str, told: Told, pairs: Sequence[int], source: str, change: Callable[[], str]) -> Lesson:
    changed, fault = source, ""
    try:
        changed = change()
    except LookupError:
        fault = "its file is written in a way in which this cannot be put into it by itself; put it in by hand."
    # Without line ends of their own: the last line of a file may have none, and would run into the next.
    lines = difflib.unified_diff(source.splitlines(), changed.splitlines(), "in use", "proposed", lineterm="", n=2)
    diff = "".join(f"{line}\n" for line in lines)
    name = hashlib.sha256(f"{agent}\n{diff or told}".encode()).hexdigest()[:8]
    return Lesson(name, agent, told.why, told.where, told.now, told.after, tuple(pairs), changed, diff, fault)
