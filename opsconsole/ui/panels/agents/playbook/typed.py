"""The form of a playbook as it is being typed, and what is wrong with it by place; typed text stays. No Qt here."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from opsconsole.domain.agent import AgentSpec
from opsconsole.engine.agents.yamltext.file import Loc
from opsconsole.engine.playbook.told import CategoryText, PlaybookText, playbook_text

Faults = dict[str, str]
"""What is wrong, in words, by place: `purpose`, `threshold`, `KEY.name`, `KEY.threshold`, `KEY.criteria`, `all`."""
MOST_NAME = 60
_PERCENT = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,3})?)\s*%?")
_NO_PERCENT = "Write how sure it must be, from 0 to 100 %."


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedCategory:
    """One category."""

    key: int
    """Tells it from the others of its page."""
    origin: int | None = None
    name: str = ""
    criteria: str = ""
    threshold: str = ""
    """In percent; empty: the playbook's."""
    examples: tuple[str, ...] = ()
    texts: Mapping[Loc, str] = field(default_factory=dict[Loc, str])
    deed: str = ""
    is_removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedBook:
    """What is typed."""

    purpose: str = ""
    tone: str = ""
    escalation: str = ""
    threshold: str = ""
    models: tuple[str, ...] | None = None
    """None: it thinks offline."""
    categories: tuple[TypedCategory, ...] = ()


def typed_book(spec: AgentSpec) -> TypedBook:
    """Return what the file says, as the form shows it."""
    book = playbook_text(spec)
    return TypedBook(
        purpose=book.purpose,
        tone=book.tone,
        escalation=book.escalation,
        threshold=percent(book.threshold),
        models=book.models,
        categories=tuple(
            TypedCategory(
                key=at,
                origin=at,
                name=each.name,
                criteria=each.criteria,
                threshold="" if each.threshold is None else percent(each.threshold),
                examples=each.examples,
                texts=each.texts,
            )
            for at, each in enumerate(book.categories)
        ),
    )


def book_of(typed: TypedBook, spec: AgentSpec) -> tuple[PlaybookText, Faults]:
    """Return what the file would say, and what is wrong; with faults the first is not to be written."""
    was, faults = playbook_text(spec), Faults()
    if not typed.purpose.strip():
        faults["purpose"] = "Say what this agent is for."
    kept = [each for each in typed.categories if not each.is_removed]
    if not kept:
        faults["all"] = "An agent needs at least one category. Put one back, or add one."
    faults.update(_faults_of_names(kept))
    categories = list[CategoryText]()
    for each in kept:
        before = None if each.origin is None else was.categories[each.origin].threshold
        threshold = None
        if each.threshold.strip():
            threshold = _share(each.threshold, before)
            if threshold is None:
                faults[f"{each.key}.threshold"] = _NO_PERCENT
        if each.origin is None and not each.criteria.strip() and not each.examples:
            faults[f"{each.key}.criteria"] = "Say what belongs here, or give an example."
        categories.append(
            CategoryText(
                name=_kept(each.name, was, each.origin),
                criteria=each.criteria if each.criteria.strip() else "",
                threshold=threshold,
                examples=each.examples,
                texts=each.texts,
                origin=each.origin,
                deed=each.deed,
            )
        )
    sure = _share(typed.threshold, was.threshold)
    if sure is None:
        faults["threshold"] = _NO_PERCENT
    book = PlaybookText(
        purpose=typed.purpose,
        tone=typed.tone if typed.tone.strip() else "",
        escalation=typed.escalation if typed.escalation.strip() else "",
        threshold=was.threshold if sure is None else sure,
        models=typed.models,
        categories=tuple(categories),
    )
    return book, faults


def percent(share: float) -> str:
    """Return a share as it is shown: 0.425 → `42.5`."""
    return f"{share * 100:.3f}".rstrip("0").rstrip(".")


def _share(text: str, before: float | None) -> float | None:
    """Read percent; None where it is none. What says the same as before is as exact as before."""
    if before is not None and text.strip() == percent(before):
        return before
    found = _PERCENT.fullmatch(text.strip())
    value = float(found[1].replace(",", ".")) if found else 101.0
    return round(value / 100, 5) if value <= 100 else None


def _kept(name: str, was: PlaybookText, origin: int | None) -> str:
    """Spaces around a name are no change of it."""
    before = "" if origin is None else was.categories[origin].name
    return before if name.strip() == before.strip() and before else " ".join(name.split())


def _faults_of_names(kept: list[TypedCategory]) -> Iterator[tuple[str, str]]:
    seen = set[str]()
    for each in kept:
        name = " ".join(each.name.split())
        if not name:
            yield f"{each.key}.name", "Give the category a name; cards and lists call it by that."
        elif each.origin is None and len(name) > MOST_NAME:
            yield f"{each.key}.name", f"The name is longer than {MOST_NAME} characters."
        elif name.casefold() in seen and each.origin is None:
            yield f"{each.key}.name", f"Another category is called “{name}” already."
        seen.add(name.casefold())
