"""The five answers that an agent is made of, and what is still missing in them."""

from collections.abc import Iterator
from dataclasses import dataclass

from opsconsole.engine.blank.places import slug

COMES, SHALL, NEVER, ASKED, SEEN = range(5)
"""Places of the questions: what comes in, what shall happen, what must never happen, who is asked, how it is seen."""
LONGEST = 300
"""Characters of an answer in one's own words."""
MOST_NAME = 60
MOST_CATEGORIES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryAnswer:
    """One kind of what comes in, and what shall happen with it."""

    name: str
    deed: str
    """One of `deeds.offered`."""
    id: str = ""
    """As it was proposed; empty for one that a person typed."""
    field: str = ""
    """`folder`, `queue` or `tag` where the past proposes it."""
    place: str = ""
    """Its name there."""
    criteria: str = ""
    """What belongs here, in a person's words."""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a person said; texts are as they were typed."""

    name: str
    field: str = "other"
    """Of work, as an agent's file has it."""
    connection: str = ""
    kind: str = ""
    """Of events."""
    categories: tuple[CategoryAnswer, ...] = ()
    never: frozenset[str] = frozenset()
    """Of `never.CHOICES`."""
    never_else: str = ""
    asked_when: str = ""
    """When a person is asked besides."""
    expires_h: int = 48
    """A request waits so long, in hours."""
    comes_again: bool = True
    """After that it comes up again; else it lapses."""
    signs: frozenset[str] = frozenset()
    """Of `signs.CHOICES`."""
    sign_else: str = ""
    reviewed: str = "week"
    """`week` or `month`."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What is wrong with an answer, and what to do."""

    question: int
    text: str
    category: int | None = None
    """The place of the category that it is about."""


def missing(answers: Answers) -> tuple[Missing, ...]:
    """Return what is missing, in the order of the questions; empty where a file can be made."""
    return (*_comes(answers), *_shall(answers), *_others(answers))


def _comes(answers: Answers) -> Iterator[Missing]:
    name = clean(answers.name)
    if not name:
        yield Missing(COMES, "Give the agent a name; cards and lists call it by that.")
    elif len(name) > MOST_NAME:
        yield Missing(COMES, f"The name is longer than {MOST_NAME} characters.")
    if not answers.connection or not answers.kind:
        yield Missing(COMES, "Choose what comes in.")


def _shall(answers: Answers) -> Iterator[Missing]:
    if not answers.categories:
        yield Missing(SHALL, "Keep at least one category, or add one of your own.")
    if len(answers.categories) > MOST_CATEGORIES:
        yield Missing(SHALL, f"These are more than {MOST_CATEGORIES} categories; nobody tells so many apart.")
    seen: set[str] = set()
    for at, category in enumerate(answers.categories):
        name = clean(category.name)
        if not name:
            yield Missing(SHALL, "A category has no name.", at)
        elif len(name) > MOST_NAME:
            yield Missing(SHALL, f"The name “{name[:20]}…” is longer than {MOST_NAME} characters.", at)
        elif name.casefold() in seen:
            yield Missing(SHALL, f"Two categories are called “{name}”.", at)
        elif not clean(category.criteria) and not any(map(clean, category.examples)):
            yield Missing(SHALL, f"Say what belongs to “{name}”, or keep one of its examples.", at)
        seen.add(name.casefold())


def _others(answers: Answers) -> Iterator[Missing]:
    for question, text in (
        (NEVER, answers.never_else),
        (ASKED, answers.asked_when),
        (SEEN, answers.sign_else),
    ):
        if len(text) > LONGEST:
            yield Missing(question, f"This is longer than {LONGEST} characters; say it shorter.")
    if not answers.signs and not clean(answers.sign_else):
        yield Missing(SEEN, "Choose or type at least one sign that it works: without one nobody knows when it does.")


def clean(text: str) -> str:
    """Return a typed text on one line, without signs that no file shows."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def agent_id(answers: Answers) -> str:
    """Return the id that an agent gets by its name."""
    return slug(clean(answers.name), otherwise="agent")
