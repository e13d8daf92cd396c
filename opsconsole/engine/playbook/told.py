"""What a playbook tells in words: its purpose, its categories with their examples, and the texts of their steps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from opsconsole.domain.agent import AgentSpec, Category, Step
from opsconsole.engine.agents.yamltext.file import Loc

INNER = ("on_fail", "on_reject")
MAIN = "main"
"""The model of an agent that names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryText:
    """One category."""

    name: str
    criteria: str = ""
    threshold: float | None = None
    """Sureness from 0 to 1 below which a person is asked; None: the playbook's."""
    examples: tuple[str, ...] = ()
    texts: Mapping[Loc, str] = field(default_factory=dict[Loc, str])
    """What its steps write, ask and say, by place from `steps` on: ("steps", 0, "with", "text")."""
    origin: int | None = None
    """Its number in the file, from 0; None: it is new."""
    deed: str = ""
    """What shall happen with a new one: one of `blank.deeds.offered`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookText:
    """All that the form holds."""

    purpose: str
    tone: str = ""
    escalation: str = ""
    threshold: float = 0.5
    models: tuple[str, ...] | None = None
    """Names of the connected models it thinks with, tried in this order; None: offline, by its examples and rules."""
    categories: tuple[CategoryText, ...] = ()


def playbook_text(spec: AgentSpec) -> PlaybookText:
    """Return what an agent's playbook tells."""
    book = spec.playbook
    return PlaybookText(
        purpose=book.purpose,
        tone=book.tone,
        escalation=book.escalation,
        threshold=book.threshold,
        models=(spec.models or (MAIN,)) if spec.brain == "model" else None,
        categories=tuple(_category(each, at) for at, each in enumerate(book.categories)),
    )


def _category(category: Category, at: int) -> CategoryText:
    return CategoryText(
        name=category.name,
        criteria=category.criteria,
        threshold=category.threshold,
        examples=category.examples,
        texts=dict(_texts(category.steps, ("steps",))),
        origin=at,
    )


def _texts(steps: Sequence[Step], place: Loc) -> Iterator[tuple[Loc, str]]:
    for at, step in enumerate(steps):
        here = (*place, at)
        yield from ((place, text) for place, text in step_texts(step, here))
        for inner in INNER:
            yield from _texts(cast("Sequence[Step]", getattr(step, inner)), (*here, inner))


def step_texts(step: Step, place: Loc) -> Iterator[tuple[Loc, str]]:
    """Yield what one step writes, asks or says, by place; what it looks up with is no text for people."""
    for kind in ("ask", "stop"):
        if (said := getattr(step, kind)) is not None:
            yield (*place, kind), said
    if step.do is not None:
        args: Mapping[str, Any] = step.args
        yield from (((*place, "with", name), value) for name, value in args.items() if isinstance(value, str))
        if step.because:
            yield (*place, "because"), step.because
