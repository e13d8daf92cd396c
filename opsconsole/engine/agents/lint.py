"""What in an agent's file is sound and yet probably not meant: categories, examples, look-ups, levels, loose texts."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from opsconsole.domain.agent import AgentSpec, Category, Step
from opsconsole.domain.enums import Effect
from opsconsole.domain.naming import one_line, tool_words
from opsconsole.engine.agents.file import steps_of
from opsconsole.engine.agents.names import texts_in
from opsconsole.engine.agents.warnings import notes_on
from opsconsole.engine.agents.yamltext.file import Loc
from opsconsole.engine.registry import Registry
from opsconsole.store.rows import Reader

_WORD = re.compile(r"\w+")
_LOOSE = re.compile(r"\{\{[^}]*\bevent\.(text|title)\b[^}]*\}\}")
"""A slot that a stranger's own words fill."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at."""

    text: str
    place: Loc = ()
    """Where in the file; empty: nowhere in particular."""
    kind: Literal["note", "warn"] = "warn"


def lint(registry: Registry, conn: Reader, spec: AgentSpec) -> tuple[Finding, ...]:
    """Return what should be looked at in a sound file, in its order."""
    found = [
        *_shared_examples(spec),
        *_empty_categories(spec),
        *_unused_look_ups(spec),
        *_unlevelled(registry, spec),
        *_loose_texts(registry, spec),
        *(Finding(note, kind="note") for note in notes_on(registry, conn, spec)),
    ]
    return tuple(replace(each, text=one_line(each.text)) for each in found)


def _categories(spec: AgentSpec) -> Iterator[tuple[Category, Loc]]:
    for at, category in enumerate(spec.playbook.categories):
        yield category, ("playbook", "categories", at)


def _shared_examples(spec: AgentSpec) -> Iterator[Finding]:
    by_words: dict[tuple[str, ...], list[tuple[Category, Loc, str]]] = defaultdict(list)
    for category, place in _categories(spec):
        for at, example in enumerate(category.examples):
            words = tuple(word.lower() for word in _WORD.findall(example))
            if words:
                by_words[words].append((category, (*place, "examples", at), example))
    for same in by_words.values():
        names = list(dict.fromkeys(category.name for category, _, _ in same))
        if len(same) > 1:
            _, place, example = same[-1]
            where = f"{' and '.join(names)} share" if len(names) > 1 else f"{names[0]} has twice"
            yield Finding(f"{where} the same example: “{example[:60]}”.", place)


def _empty_categories(spec: AgentSpec) -> Iterator[Finding]:
    ruled = {rule.category for rule in spec.playbook.rules}
    for category, place in _categories(spec):
        is_told = category.examples or category.criteria or category.id in ruled or spec.playbook.triage == "kind"
        if not is_told and len(spec.playbook.categories) > 1:
            text = f"nothing tells what belongs to {category.name} (criteria, examples, a rule); it is never chosen."
            yield Finding(text, place)
        if not category.steps and spec.brain == "playbook":
            yield Finding(f"{category.name} has no steps: its events are told apart and nothing more is done.", place)


def _unused_look_ups(spec: AgentSpec) -> Iterator[Finding]:
    for category, place in _categories(spec):
        every = list(steps_of(category.steps, (*place, "steps")))
        for at, (step, loc) in enumerate(every):
            if step.look_up is None:
                continue
            rest = [text for later, _ in every[at + 1 :] for text in _texts(later)]
            is_used = step.as_ is not None and any(re.search(rf"\b{step.as_}\b", text) for text in rest)
            if not is_used and (spec.brain == "playbook" or step.as_ is not None):
                yield Finding(f"{category.name}: nobody uses what “{tool_words(step.look_up)}” finds.", loc, "note")


def _texts(step: Step) -> Iterator[str]:
    yield from (text for text in (step.when, step.ask, step.stop, step.because) if text)
    for value in step.args.values():
        yield from texts_in(value)


def _unlevelled(registry: Registry, spec: AgentSpec) -> Iterator[Finding]:
    """Where some actions have levels of their own, one without is probably forgotten."""
    seen: set[str] = set()
    if not spec.autonomy.actions:
        return
    for category, place in _categories(spec):
        for step, loc in steps_of(category.steps, (*place, "steps")):
            kind = registry.type(step.do) if step.do else None
            if kind is None or kind.effect is Effect.READ or kind.name in seen:
                continue
            special = spec.autonomy.categories.get(category.id, {})
            if kind.name not in spec.autonomy.actions and kind.name not in special:
                seen.add(kind.name)
                level = int(spec.autonomy.default)
                yield Finding(
                    f"“{tool_words(kind.name)}” has no level of its own; the default holds: {level}.", loc, "note"
                )


def _loose_texts(registry: Registry, spec: AgentSpec) -> Iterator[Finding]:
    for category, place in _categories(spec):
        for step, loc in steps_of(category.steps, (*place, "steps")):
            kind = registry.type(step.do) if step.do else None
            if kind is None or kind.effect is not Effect.EXTERNAL:
                continue
            for name, value in step.args.items():
                if any(_LOOSE.search(text) for text in texts_in(value)):
                    what = f"{category.name}: the {name} of “{tool_words(kind.name)}” is filled with a stranger's words"
                    yield Finding(f"{what}; a person is asked then.", (*loc, "with", name))
