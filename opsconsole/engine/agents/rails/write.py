"""Writes what holds an agent back into its file; everything else stays as it is written, comments too."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from opsconsole.domain.agent import AgentSpec, Budgets
from opsconsole.engine.agents.yamltext.change import ODD, change_texts, proved, read_plain
from opsconsole.engine.agents.yamltext.edit import Plain, flowed, put
from opsconsole.engine.agents.yamltext.lists import add_item, drop, with_top

Body = Mapping[str, Plain | Sequence[str]]
RAIL = ("name", "when", "then", "because", "actions")
"""Keys of a rule, in the order in which a new one is written."""
QUIET = ("from", "to", "zone", "fallback", "days", "actions")


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule or quiet hours, with the place in the file where it stood."""

    body: Body
    """Its keys as the file names them, lists as lists; defaults may be left out of a new one."""
    origin: int | None = None
    """Its number in the file, from 0; None: it is new."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """All that the forms hold."""

    rails: tuple[Placed, ...] = ()
    quiet: tuple[Placed, ...] = ()
    caps: Mapping[str, float | None] = field(default_factory=dict[str, float | None])
    """Every field of `Budgets`; None is no cap."""
    failures: int | None = None
    addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


def bounds_of(spec: AgentSpec) -> Bounds:
    """Return what an agent's file says."""
    body = spec.model_dump(mode="json", by_alias=True)
    return Bounds(
        rails=tuple(Placed(rail, at) for at, rail in enumerate(body["guardrails"])),
        quiet=tuple(Placed(hours, at) for at, hours in enumerate(body["quiet_hours"])),
        caps=body["budgets"],
        failures=spec.limits.failures_in_a_row,
        addresses=spec.trust.addresses,
        domains=spec.trust.domains,
    )


def write(text: str, spec: AgentSpec, wanted: Bounds) -> str:
    """Return the file with what is wanted in it.

    Args:
        text: the file.
        spec: what it says.
        wanted: what stays keeps its order; what is new comes last.

    Raises:
        LookupError: it is written in a way that cannot be changed without touching more; nothing was changed.
    """
    was, expected = bounds_of(spec), read_plain(text)
    try:
        for name, before, after, keys in (
            ("guardrails", was.rails, wanted.rails, RAIL),
            ("quiet_hours", was.quiet, wanted.quiet, QUIET),
        ):
            text = _items(text, name, before, after, keys)
            _expect_items(expected, name, before, after)
        changes = [*_changed_caps(was, wanted)]
        if was.failures != wanted.failures:
            changes.append((("limits", "failures_in_a_row"), wanted.failures, False))
        for loc, value, is_lifted in changes:
            text = drop(text, loc) if is_lifted else _scalar(text, loc, value)
            _expect(expected, loc, value, is_lifted=is_lifted)
        for name, before, after in (
            ("addresses", was.addresses, wanted.addresses),
            ("domains", was.domains, wanted.domains),
        ):
            text = change_texts(text, ("trust", name), before, after)
            if before != after:
                _expect(expected, ("trust", name), list(after))
        return proved(text, expected)
    except (LookupError, ValueError, yaml.YAMLError) as error:
        raise LookupError(ODD) from error


def _changed_caps(was: Bounds, wanted: Bounds) -> Iterator[tuple[tuple[str, str], float | None, bool]]:
    for name in Budgets.model_fields:
        before, after = was.caps.get(name), wanted.caps.get(name)
        if before != after:
            yield ("budgets", name), after, after is None


def _scalar(text: str, loc: tuple[str, str], value: Plain) -> str:
    if loc[0] in read_plain(text):
        return put(text, loc, value)
    return with_top(text, loc[0], f"{{{loc[1]}: {flowed(value)}}}")


def _items(text: str, name: str, before: Sequence[Placed], after: Sequence[Placed], keys: Sequence[str]) -> str:
    kept = {placed.origin: placed.body for placed in after if placed.origin is not None}
    for at, body in kept.items():
        for key in keys:
            if key in body and body[key] != before[at].body[key]:
                text = _value(text, (name, at, key), before[at].body[key], body[key])
    for at in reversed(range(len(before))):
        if at not in kept:
            text = drop(text, (name, at))
    for placed in after:
        if placed.origin is None:
            text = add_item(text, (name,), {key: placed.body[key] for key in keys if key in placed.body})
    return text


def _value(text: str, loc: Sequence[str | int], before: Any, after: Plain | Sequence[str]) -> str:
    if isinstance(after, str) or not isinstance(after, Sequence):
        return put(text, loc, after)
    return change_texts(text, loc, cast("Sequence[str]", before), after)


def _expect(body: dict[str, Any], loc: tuple[str, str], value: Any, *, is_lifted: bool = False) -> None:
    if not isinstance(body.get(loc[0]), dict):
        body[loc[0]] = {}
    if is_lifted:
        body[loc[0]].pop(loc[1], None)
    else:
        body[loc[0]][loc[1]] = value


def _expect_items(body: dict[str, Any], name: str, before: Sequence[Placed], after: Sequence[Placed]) -> None:
    items = list[dict[str, Any]]()
    for placed in after:
        if placed.origin is None:
            items.append({**placed.body})
            continue
        said = before[placed.origin].body
        changed = {key: value for key, value in placed.body.items() if value != said.get(key)}
        items.append({**body[name][placed.origin], **changed})
    if before or after:
        body[name] = items
