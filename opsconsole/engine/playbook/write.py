"""Writes what the form says into an agent's file; everything else stays as it is written, comments too."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Stage
from opsconsole.engine.agents.yamltext.blocks import put_text
from opsconsole.engine.agents.yamltext.change import ODD, change_texts, proved, read_plain
from opsconsole.engine.agents.yamltext.edit import flowed, insert_lines, put
from opsconsole.engine.agents.yamltext.file import Loc
from opsconsole.engine.agents.yamltext.lists import drop
from opsconsole.engine.agents.yamltext.nodes import key_column, leaf_end, node_at, pair_end
from opsconsole.engine.blank.answers import CategoryAnswer
from opsconsole.engine.blank.deeds import scalar, steps
from opsconsole.engine.blank.file import category_id, category_lines
from opsconsole.engine.playbook.told import CategoryText, PlaybookText, playbook_text
from opsconsole.engine.registry import Registry

BOOK = "playbook"
LISTED: Loc = (BOOK, "categories")
BEHIND = {
    "tone": ("purpose",),
    "escalation": ("tone", "purpose"),
    "threshold": ("escalation", "tone", "purpose", "criteria", "name"),
    "criteria": ("name",),
    "examples": ("criteria", "name"),
}
"""Where a key is written that a file has not yet."""
Change = tuple[Loc, str | float | list[str] | None]
"""A place, and what shall stand there; None: nothing."""


def write(text: str, spec: AgentSpec, wanted: PlaybookText, registry: Registry) -> str:
    """Return the file with what is wanted in it.

    Args:
        text: the file.
        spec: what it says.
        wanted: categories that stay keep their order; new ones come last.
        registry: what can be done with a new category.

    Raises:
        LookupError: it is written in a way that cannot be changed without touching more; nothing was changed.
        UserError: what was chosen for a new category cannot be done.
    """
    was, expected = playbook_text(spec), read_plain(text)
    try:
        for place, value in _changes(was, wanted):
            text = _changed(text, place, value)
            _expect(expected, place, value)
        for before, after, at in _both(was, wanted):
            text = _examples(text, (*LISTED, at, "examples"), before.examples, after.examples)
            if before.examples != after.examples:
                expected[BOOK]["categories"][at]["examples"] = list(after.examples)
        text = _without(text, expected, spec, wanted)
        text = _with_new(text, expected, spec, wanted, registry)
        return proved(text, expected)
    except (LookupError, ValueError, TypeError, yaml.YAMLError) as error:
        raise LookupError(ODD) from error


def _both(was: PlaybookText, wanted: PlaybookText) -> Iterator[tuple[CategoryText, CategoryText, int]]:
    """Yield (before, after, number) of the categories that stay."""
    for after in wanted.categories:
        if after.origin is not None:
            yield was.categories[after.origin], after, after.origin


def _changes(was: PlaybookText, wanted: PlaybookText) -> Iterator[Change]:
    for name in ("purpose", "tone", "escalation", "threshold"):
        if (value := getattr(wanted, name)) != getattr(was, name):
            yield (BOOK, name), None if value == "" and name != "purpose" else value
    if wanted.models != was.models:
        yield ("brain",), "playbook" if wanted.models is None else "model"
        if wanted.models is not None:
            yield ("models",), list(wanted.models)
    for before, after, at in _both(was, wanted):
        here = (*LISTED, at)
        if after.name != before.name:
            yield (*here, "name"), after.name
        if after.criteria != before.criteria:
            yield (*here, "criteria"), after.criteria or None
        if after.threshold != before.threshold:
            yield (*here, "threshold"), after.threshold
        for place, value in after.texts.items():
            if value != before.texts[place]:
                yield (*here, *place), value


def _changed(text: str, place: Loc, value: str | float | list[str] | None) -> str:
    if value is None:
        return drop(text, place)
    if node_at(text, place) is None:
        made = scalar(value) if isinstance(value, str) else flowed(value)
        return _added(text, place, [f"{place[-1]}: {made}"]) or put(text, place, value)
    return put_text(text, place, value) if isinstance(value, str) else put(text, place, value)


def _examples(text: str, place: Loc, before: Sequence[str], after: Sequence[str]) -> str:
    if after and node_at(text, place) is None:
        lines = ["examples:", *(f"  - {scalar(each)}" for each in after)]
        return _added(text, place, lines) or put(text, place, after)
    return change_texts(text, place, before, after)


def _added(text: str, place: Loc, lines: Sequence[str]) -> str:
    """Put a new key behind the first of those that it is read after; empty where there is no line for it."""
    around = node_at(text, place[:-1])
    if not isinstance(around, yaml.MappingNode) or around.flow_style:
        return ""
    values = {name.value: (name, value) for name, value in around.value}
    before = next((name for name in BEHIND.get(str(place[-1]), ()) if name in values), None)
    if before is None:
        return ""
    key, value = values[before]
    indent = " " * key_column(text, key)
    return insert_lines(text, pair_end(text, key, value), [f"{indent}{line}" for line in lines])


def _expect(body: Any, place: Loc, value: str | float | list[str] | None) -> None:
    *outer, name = place
    for part in outer:
        body = body[part]
    if value is None:
        del body[name]
    else:
        body[name] = value


def _without(text: str, expected: Any, spec: AgentSpec, wanted: PlaybookText) -> str:
    """Take categories out, and what is said of them elsewhere."""
    kept = {each.origin for each in wanted.categories}
    gone = [at for at in range(len(spec.playbook.categories)) if at not in kept]
    for at in reversed(gone):
        name = spec.playbook.categories[at].id
        text = drop(text, (*LISTED, at))
        del expected[BOOK]["categories"][at]
        for place in _told_of(expected, name):
            text = drop(text, place)
            around = _at(expected, place[:-1])
            del around[place[-1]]
        text = _undeployed(text, expected, name)
    return text


def _told_of(body: Mapping[str, Any], name: str) -> Iterator[Loc]:
    for key in ("stage", "autonomy"):
        if name in (_at(body, (key, "categories")) or {}):
            yield key, "categories", name
    scope: Sequence[str] = body.get("scope") or []
    if name in scope:
        yield "scope", list(scope).index(name)


def _undeployed(text: str, expected: Any, name: str) -> str:
    """Take a category out of what deployments name; one that named nothing else is in shadow: it never meant all."""
    for at, deployment in enumerate(expected.get("deployments") or ()):
        named: list[str] = deployment.get("categories") or []
        if named and set(named) == {name}:
            text = put(text, ("deployments", at, "stage"), Stage.SHADOW.value)
            text = drop(text, ("deployments", at, "categories"))
            deployment["stage"] = Stage.SHADOW.value
            del deployment["categories"]
            continue
        for index in reversed([index for index, each in enumerate(named) if each == name]):
            text = drop(text, ("deployments", at, "categories", index))
            del named[index]
    return text


def _at(body: Any, place: Loc) -> Any:
    """Return what stands at names one below the other; None where there is nothing."""
    for part in place:
        body = None if body is None else body.get(part)
    return body


def _with_new(text: str, expected: Any, spec: AgentSpec, wanted: PlaybookText, registry: Registry) -> str:
    taken = [each.id for each in spec.playbook.categories]
    told = {example.casefold() for each in wanted.categories for example in each.examples if each.origin is not None}
    for each in wanted.categories:
        if each.origin is None:
            answer = CategoryAnswer(name=each.name, deed=each.deed, criteria=each.criteria, examples=each.examples)
            connection, kind = comes_from(spec)
            taken.append(category_id(answer, taken))
            lines = list(category_lines(answer, taken[-1], steps(registry, connection, kind, answer), "", told))
            text = _with_item(text, lines)
            item = read_plain("\n".join(lines))[0]
            if each.threshold is not None:
                place = (*LISTED, len(expected[BOOK]["categories"]), "threshold")
                text, item["threshold"] = put(text, place, each.threshold), each.threshold
            expected[BOOK]["categories"].append(item)
            if spec.stage_of(taken[-1]) is not Stage.SHADOW:  # what is new begins there, also where the rest is live
                text = put(text, ("stage", "categories", taken[-1]), Stage.SHADOW.value)
                expected["stage"]["categories"] = {
                    **(_at(expected, ("stage", "categories")) or {}),
                    taken[-1]: Stage.SHADOW.value,
                }
    return text


def _with_item(text: str, lines: Sequence[str]) -> str:
    """Put an item that is written in lines behind the last one of the categories."""
    node = node_at(text, LISTED)
    if not isinstance(node, yaml.SequenceNode) or node.flow_style or not node.value:
        raise LookupError("the categories stand in brackets")
    indent = " " * node.start_mark.column
    return insert_lines(text, leaf_end(text, node), [f"{indent}{line}".rstrip() for line in lines])


def comes_from(spec: AgentSpec) -> tuple[str, str]:
    """Return (connection, kind of event) of what an agent reads first."""
    first = spec.subscribes[0]
    return first.connection, first.kinds[0]
