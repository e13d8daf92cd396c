"""What in an agent's file is sound and yet probably not meant: what is empty, unused, unknown or loose."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from opsconsole.domain.agent import AgentSpec, Category, Step
from opsconsole.domain.enums import Effect
from opsconsole.domain.naming import one_line, tool_words
from opsconsole.engine.agents.file import steps_of
from opsconsole.engine.agents.lostplaces import lost_places
from opsconsole.engine.agents.names import texts_in
from opsconsole.engine.agents.warnings import notes_on
from opsconsole.engine.agents.yamltext.file import Loc
from opsconsole.engine.registry import Registry
from opsconsole.policy.cel.conditions import named_in
from opsconsole.policy.rules import looks_at_tool
from opsconsole.store.rows import Reader

SHOWN = 8
"""So many arguments are named where one is not there."""

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
        *_idle(spec),
        *_blank_texts(spec),
        *_same_guardrails(spec),
        *_unknown_arguments(registry, spec),
        *_shared_examples(spec),
        *_empty_categories(spec),
        *_unused_look_ups(spec),
        *_unlevelled(registry, spec),
        *_loose_texts(registry, spec),
        *(Finding(f"{told}. Until that is mended, a person looks.") for told in lost_places(registry, conn, spec)),
        *(Finding(note, kind="note") for note in notes_on(registry, conn, spec)),
    ]
    return tuple(replace(each, text=one_line(each.text)) for each in found)


def _idle(spec: AgentSpec) -> Iterator[Finding]:
    """What is there and does nothing, or all: lists without an entry, hours without a beginning and an end."""
    if not spec.subscribes:
        yield Finding("subscribes is empty: no event ever reaches this agent.", ("subscribes",))
    for at, subscription in enumerate(spec.subscribes):
        if not subscription.kinds:
            text = f"a subscription on {subscription.connection} names no kinds of events, so none of it comes."
            yield Finding(text, ("subscribes", at, "kinds"))
    if spec.scope == ():
        text = "scope is empty: no category ever goes live, whatever its stage. Leave it out to mean all of them."
        yield Finding(text, ("scope",))
    for at, hours in enumerate(spec.quiet_hours):
        if not hours.actions:
            text = f"quiet hours from {hours.from_} name no actions, so nothing waits. Leave actions out to mean all."
            yield Finding(text, ("quiet_hours", at, "actions"))
        if hours.from_ == hours.to:
            text = f"quiet hours begin and end at {hours.to}: they last all day, and nothing of theirs is ever done."
            yield Finding(text, ("quiet_hours", at, "to"))


def _blank_texts(spec: AgentSpec) -> Iterator[Finding]:
    """Texts that people will look for, of blanks alone."""
    texts: list[tuple[str, str, Loc]] = [
        ("its name", spec.name, ("name",)),
        ("its purpose", spec.playbook.purpose, ("playbook", "purpose")),
        *((f"the name of {each.id}", each.name, (*place, "name")) for each, place in _categories(spec)),
    ]
    for at, rail in enumerate(spec.guardrails):
        texts.append((f"the because of guardrail {rail.name}", rail.because, ("guardrails", at, "because")))
    for at, each in enumerate(spec.raised):
        what = f"the reason why “{tool_words(each.action)}” is raised past its ceiling"
        texts.append((what, each.reason, ("raised", at, "reason")))
    yield from (Finding(f"{what} is blank; say it in words.", place) for what, text, place in texts if not text.strip())


def _same_guardrails(spec: AgentSpec) -> Iterator[Finding]:
    names = [rail.name for rail in spec.guardrails]
    for at, name in enumerate(names):
        if name in names[:at]:
            text = f"two guardrails are called {name}: nobody can tell which of them held an action. Rename one."
            yield Finding(text, ("guardrails", at, "name"))


def _unknown_arguments(registry: Registry, spec: AgentSpec) -> Iterator[Finding]:
    """Arguments in guardrails that none of the tools they look at takes: each action is asked about, or none is."""
    for at, rail in enumerate(spec.guardrails):
        kinds = [
            kind
            for name, kind in registry.types.items()
            if looks_at_tool(rail, name, is_write=kind.effect is not Effect.READ)
        ]
        if not kinds or any(kind.arguments.model_config.get("extra") == "allow" for kind in kinds):
            continue
        known = sorted({name for kind in kinds for name in kind.arguments.model_fields})
        for _, name in sorted(member for member in named_in(rail.when).members if member[0] == "args"):
            if name not in known:
                close = difflib.get_close_matches(name, known, n=1)
                meant = f"did you mean args.{close[0]}?" if close else f"there is {', '.join(known[:SHOWN]) or 'none'}."
                text = f"guardrail {rail.name} looks at args.{name}, which none of its tools takes; {meant}"
                yield Finding(text, ("guardrails", at, "when"))


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
