"""All that the forms hold of one agent, as it is being typed, and what the file would say. No Qt here."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import available_timezones

from opsconsole.domain.agent import AgentSpec, Guardrail
from opsconsole.domain.filewords import CLOCK
from opsconsole.domain.naming import number_words
from opsconsole.engine.agents.rails.fields import Offer
from opsconsole.engine.agents.rails.write import Bounds, Placed
from opsconsole.engine.agents.yamltext.items import in_file_order
from opsconsole.engine.commands.budgets import cap_of
from opsconsole.ui.panels.agents.rails.typedrail import LEAST, TypedRail, condition, slug, typed_rail

Faults = dict[str, str]
"""What is wrong, in words, by place: `rail.KEY.because`, `quiet.KEY.from`, `caps.NAME`, `trust.domains` …"""
MOST_FAILURES = 1000


@dataclass(frozen=True, slots=True)
class TypedHours:
    """Quiet hours."""

    key: int
    origin: int | None = None
    begin: str = "20:00"
    end: str = "07:00"
    zone: str = "UTC"
    is_theirs: bool = False
    """The zone of whoever it goes to, where that is known."""
    days: tuple[str, ...] = ()
    actions: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is typed."""

    rails: tuple[TypedRail, ...] = ()
    hours: tuple[TypedHours, ...] = ()
    caps: Mapping[str, str] = field(default_factory=dict[str, str])
    failures: str = ""
    addresses: str = ""
    """One a line."""
    domains: str = ""


def draft_of(spec: AgentSpec, offer: Offer) -> Draft:
    """Return what the file says, as it is shown in the forms."""
    failures = spec.limits.failures_in_a_row
    return Draft(
        rails=tuple(
            typed_rail(rail, at, at, offer.fields(rail.actions)) for at, rail in enumerate(spec.guardrails)
        ),
        hours=tuple(
            TypedHours(
                at,
                at,
                hours.from_,
                hours.to,
                hours.fallback if hours.zone == "recipient" else hours.zone,
                hours.zone == "recipient",
                tuple(hours.days),
                tuple(hours.actions),
            )
            for at, hours in enumerate(spec.quiet_hours)
        ),
        caps={name: _shown(cap) for name, cap in spec.budgets.model_dump().items()},
        failures=_shown(failures),
        addresses="\n".join(spec.trust.addresses),
        domains="\n".join(spec.trust.domains),
    )  # fmt: skip


def sound_rails(draft: Draft, offer: Offer) -> dict[int, Guardrail]:
    """Return the rules that can be tried, by key, each under a name of its own."""
    found = dict[int, Guardrail]()
    for rail in draft.rails:
        when, faults = condition(rail, offer.fields(rail.actions))
        if not faults and not rail.is_removed:
            because = rail.because.strip() if len(rail.because.strip()) >= LEAST else "a new rule"
            then = "refuse" if rail.then == "refuse" else "ask"
            found[rail.key] = Guardrail(
                name=f"r{rail.key}", when=when, then=then, because=because, actions=rail.actions
            )
    return found  # fmt: skip


def bounds_of(draft: Draft, spec: AgentSpec, offer: Offer) -> tuple[Bounds, Faults]:
    """Return what the file would say, and what is wrong; with faults the first is not to be written.

    What nobody touched is as the file has it, and not wrong: more may stand in a file than can be typed here.
    """
    faults: Faults = {}
    caps, was = dict[str, float | None](), spec.budgets.model_dump()
    for name, text in draft.caps.items():
        caps[name], wrong = (was[name], "") if text == _shown(was[name]) else cap_of(name, text)
        if wrong:
            faults[f"caps.{name}"] = wrong
    failures, wrong = spec.limits.failures_in_a_row, ""
    if draft.failures != _shown(failures):
        failures, wrong = _failures(draft.failures)
    if wrong:
        faults["caps.failures"] = wrong
    addresses, domains = _lines(draft.addresses, spec.trust.addresses), _lines(draft.domains, spec.trust.domains)
    if odd := next((line for line in addresses if " " in line and line not in spec.trust.addresses), None):
        faults["trust.addresses"] = f"“{odd}” is no address: write one a line, like ann@example.com."
    new = [line for line in domains if line not in spec.trust.domains]
    if odd := next((line for line in new if " " in line or "@" in line or "." not in line), None):
        faults["trust.domains"] = f"“{odd}” is no domain: write what stands behind the @, like example.com."
    bounds = Bounds(
        rails=_rails(draft, spec, offer, faults),
        quiet=tuple(_hours(hours, spec, faults) for hours in draft.hours),
        caps=caps,
        failures=failures,
        addresses=addresses,
        domains=domains,
    )
    return bounds, faults


def _rails(draft: Draft, spec: AgentSpec, offer: Offer, faults: Faults) -> tuple[Placed, ...]:
    placed, taken = list[Placed](), [rail.name for rail in draft.rails if rail.name]
    for rail in draft.rails:
        if rail.is_removed:
            continue
        when, wrong = condition(rail, offer.fields(rail.actions))
        faults |= {f"rail.{rail.key}.{place}": fault for place, fault in wrong.items()}
        was = None if rail.origin is None else spec.guardrails[rail.origin]
        if len(rail.because.strip()) < LEAST and (was is None or rail.because != was.because):
            faults[f"rail.{rail.key}.because"] = "Say why, in a few words: it stands on the card."
        name = rail.name or slug(rail.because, taken)
        taken.append(name)
        actions = [*in_file_order(() if was is None else was.actions, rail.actions)]
        body = {"name": name, "when": when, "then": rail.then, "because": rail.because, "actions": actions}
        if was is None and not rail.actions:
            del body["actions"]
        placed.append(Placed(body, rail.origin))
    return tuple(placed)


def _hours(hours: TypedHours, spec: AgentSpec, faults: Faults) -> Placed:
    here = f"quiet.{hours.key}"
    for name, text in (("begin", hours.begin), ("end", hours.end)):
        if not re.fullmatch(CLOCK, text.strip()):
            faults[f"{here}.{name}"] = "Write a time like 20:00."
    zone = hours.zone.strip()
    if zone not in _zones():
        faults[f"{here}.zone"] = "There is no such zone; write it like Europe/Berlin."
    was = None if hours.origin is None else spec.quiet_hours[hours.origin]
    fallback = zone if hours.is_theirs or was is None else was.fallback
    body = {
        "from": hours.begin.strip(),
        "to": hours.end.strip(),
        "zone": "recipient" if hours.is_theirs else zone,
        "fallback": fallback,
        "days": [*in_file_order(() if was is None else was.days, hours.days)],
        "actions": [*in_file_order(() if was is None else was.actions, hours.actions)],
    }
    if was is None:
        plain = {"fallback": "UTC" if hours.is_theirs else zone, "days": [], "actions": ["*"]}
        body = {name: value for name, value in body.items() if value != plain.get(name)}
    return Placed(body, hours.origin)


@lru_cache(maxsize=1)  # read from the disk each time
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() | {"UTC"})


def _failures(text: str) -> tuple[int | None, str]:
    typed = text.strip()
    if not typed:
        return None, ""
    if re.fullmatch(r"[0-9]{1,4}", typed) and 1 <= int(typed) <= MOST_FAILURES:
        return int(typed), ""
    return None, f"Write a whole number from 1 to {MOST_FAILURES}, or nothing: then it is never paused for that."


def _shown(number: float | None) -> str:
    return "" if number is None else number_words(number)


def _lines(text: str, was: Sequence[str]) -> tuple[str, ...]:
    """Return a list of which one stands in each line; those of the file as they stand there, and in its order."""
    if text == "\n".join(was):
        return tuple(was)
    left, found = Counter(was), list[str]()
    for line in text.split("\n"):
        entry = line if left[line] > 0 else line.strip().strip(",").strip()
        if left[entry] > 0 or (entry and entry not in found):
            found.append(entry)
            left[entry] -= 1
    return in_file_order(was, found)


def next_key(keys: Sequence[int]) -> int:
    """Return a key that none of them is."""
    return max(keys, default=-1) + 1
