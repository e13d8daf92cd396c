"""What the money of an action rests on: the mail, a field that was looked up, the agent's file, a person, or nothing.

It reads what is stored of the run and compares numbers, however they are written there; it believes no agent's word.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import AgentSpec, Step
from opsconsole.domain.canonical import jsonable
from opsconsole.domain.naming import ASK, spoken, tool_words
from opsconsole.engine.gate.arguments import ArgumentError, validate
from opsconsole.engine.ports.brain import Proposal
from opsconsole.engine.runstate.loaded import Loaded, shown
from opsconsole.store.rows import ActionRow

MADE_UP = "found nowhere: the agent made it up"
_CODES = "EUR|USD|GBP|CHF"
_NUMBER = re.compile(
    rf"(?:(?<![\w.,#])(?<!\w[-:/])|(?<={_CODES}))\d(?:[\d.,'’\u00a0\u202f]*\d)?(?={_CODES}|[^\w%]|$)(?![-:/]\d)"
)
"""A number that is not a part of a name, a date, a time or a share."""
_CURRENCY = re.compile(rf"[€$£]|{_CODES}")
_NAME = re.compile(r"\b([a-z_]\w*)\.(\w+)")
_AROUND, _NEAR, _MOST = 32, 5, 2
"""Characters of a quote on either side of the number; of a currency's distance from it; places that are told."""


@dataclass(frozen=True, slots=True)
class MoneyOrigin:
    """Where an argument that is money comes from."""

    argument: str
    value: str
    """As the action has it."""
    words: str
    """To follow the amount: `quoted from the mail: “…”`."""
    is_found: bool
    """False: it stands in nothing that the agent read, nor in its file, and no person wrote it."""


def money_origins(kind: ActionType | None, loaded: Loaded, action: ActionRow) -> tuple[MoneyOrigin, ...]:
    """Return the origin of each argument of an action that is money; none where it has no such argument."""
    proposal = loaded.turns[action.turn].proposals[action.position]
    found: list[MoneyOrigin] = []
    for name in _money_arguments(kind, action.args):
        told, value = str(action.args[name]), _decimal(action.args[name])
        if _decimal(_as_meant(kind, proposal.args).get(name)) != value:
            found.append(MoneyOrigin(name, told, "written by a person, in place of the agent's", is_found=True))
            continue
        words = [*_by_file(loaded, action, proposal, name), *_places(loaded, action, value)]
        found.append(MoneyOrigin(name, told, "; ".join(words[:_MOST]) or MADE_UP, is_found=bool(words)))
    return tuple(found)


def _as_meant(kind: ActionType | None, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what an agent wanted as the action's schema reads it: `"9e2"` is 900, and nobody wrote 900 instead."""
    if kind is None:
        return wanted
    try:
        return validate(kind, dict(jsonable(wanted)))
    except ArgumentError:
        return wanted


def _money_arguments(kind: ActionType | None, args: Mapping[str, Any]) -> list[str]:
    if _decimal(args.get("amount")) is not None:
        return ["amount"]
    if kind is None or not kind.is_money:
        return []
    return [name for name, value in args.items() if isinstance(value, int | float) and _decimal(value) is not None]


def _by_file(loaded: Loaded, action: ActionRow, proposal: Proposal, argument: str) -> Iterator[str]:
    """Yield how the agent's file makes the amount, where a step of it does: it stands there, or is worked out."""
    step = _step(loaded.version.spec, proposal.step)
    if step is None or argument not in step.args:
        return
    template = str(step.args[argument])
    if "{" not in template:
        yield "written in the agent's file"
        return
    value, used = _decimal(action.args[argument]), list[str]()
    for earlier in loaded.actions:
        before = _step(loaded.version.spec, loaded.turns[earlier.turn].proposals[earlier.position].step)
        if before is None or before.as_ is None or earlier.turn >= action.turn:
            continue
        for name, field in dict.fromkeys(_NAME.findall(template)):
            result = shown(earlier.result)
            if name == before.as_ and _decimal(result.get(field)) not in (None, value):
                used.append(f"the {spoken(field).lower()} {result[field]} that “{tool_words(earlier.tool)}” found")
    if used:
        yield f"worked out by the agent's file from {' and '.join(used)}"


def _places(loaded: Loaded, action: ActionRow, value: Decimal | None) -> Iterator[str]:
    """Yield where the very number stands in what the agent had read."""
    event = loaded.event
    source = "mail" if event.kind.startswith("mail") else "event"
    for quote in [*_quotes(event.text, value), *_quotes(event.title, value)][:1]:
        yield f"quoted from the {source}: “{quote}”"
    for path, _ in _fields(event.fields, value):
        yield f"from the event's field {path}"
    for earlier in loaded.actions:
        if earlier.turn >= action.turn or not earlier.result:
            continue
        for path, quote in _fields(shown(earlier.result), value):
            if earlier.tool == ASK:
                yield f"your answer: “{quote}”"
            else:
                yield f"from the field {path} that “{tool_words(earlier.tool)}” found"


def _fields(found: Any, value: Decimal | None, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (path in words, the text around it) of the fields of a record in which the number stands."""
    if isinstance(found, Mapping):
        for name, item in cast(Mapping[str, Any], found).items():
            yield from _fields(item, value, f"{path} {spoken(str(name)).lower()}".strip())
    elif isinstance(found, list | tuple):
        for item in cast(list[Any], found):
            yield from _fields(item, value, path)
    elif isinstance(found, str):
        for quote in _quotes(found, value):
            yield path, quote
            break
    elif _decimal(found) == value:
        yield path, str(found)


def _quotes(text: str, value: Decimal | None) -> Iterator[str]:
    """Yield the text around each place where a number stands, those beside a currency first."""
    places = [match for match in _NUMBER.finditer(text) if value in _readings(match[0])]
    for match in sorted(places, key=lambda match: not _is_by_currency(text, match)):
        begin, end = max(0, match.start() - _AROUND), min(len(text), match.end() + _AROUND)
        before, after = text[begin : match.start()], text[match.end() : end]
        before = before.partition(" ")[2] if begin and " " in before else before
        after = after.rpartition(" ")[0] if end < len(text) and " " in after else after
        yield " ".join(f"{before}{match[0]}{after}".split())


def _is_by_currency(text: str, match: re.Match[str]) -> bool:
    return _CURRENCY.search(text[max(0, match.start() - _NEAR) : match.end() + _NEAR]) is not None


def _readings(written: str) -> set[Decimal]:
    """Return the numbers a text may mean: `1.234,50` and `1,234.50`, and of `1.234` both."""
    bare = re.sub(r"['’\u00a0\u202f]", "", written)
    whole, mark, part = bare.replace(",", ".").rpartition(".")
    found = {Decimal(f"{whole.replace('.', '')}{mark}{part}")}
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", bare):
        found.add(Decimal(re.sub(r"[.,]", "", bare)))
    return found


def _decimal(value: Any) -> Decimal | None:
    """Return a number, or a text that is one, as it is; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value).strip()
    return Decimal(text).normalize() if re.fullmatch(r"-?\d+(?:\.\d+)?", text) else None


def _step(spec: AgentSpec, name: str | None) -> Step | None:
    """Return the step of a file that a proposal names: `billing#2`, `billing#1:on_fail.0`."""
    category = spec.category((name or "").partition("#")[0])
    if category is None or name is None:
        return None
    steps = category.steps
    *path, last = name.partition("#")[2].split(".")
    try:
        for part in path:
            place, _, branch = part.partition(":")
            steps = steps[int(place)].on_fail if branch == "on_fail" else steps[int(place)].on_reject
        return steps[int(last)]
    except (ValueError, IndexError):
        return None
