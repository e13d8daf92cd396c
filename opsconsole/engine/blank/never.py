"""What must never happen, as plain choices; each becomes a guardrail over the tools that there really are."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from opsconsole.domain.action import ActionType
from opsconsole.domain.enums import Effect
from opsconsole.engine.blank.places import BIN
from opsconsole.engine.registry import Registry
from opsconsole.policy.cel.conditions import ConditionError, compile_condition

OUTSIDE, MONEY, DELETE = "outside", "money", "delete"
CHOICES: Mapping[str, tuple[str, str]] = {
    OUTSIDE: ("Never write to people outside", "Drafts stay in your Drafts until somebody sends them."),
    MONEY: ("Never promise or move money", "No refunds, credits or discounts, also not in a draft."),
    DELETE: ("Never delete anything", "Nothing is deleted, removed or put into the bin."),
}
"""Choice → what it is called, and what it means."""
_MONEY = (
    "(?i)refund|reimburs|compensat|discount|credit note|money back|erstatt|gutschrift|rabatt|rembours|remise|reembols"
    "|descuento|korting|rimborso|sconto"
)
_DELETES = re.compile(r"delete|remove|purge|erase|destroy|trash")


@dataclass(frozen=True, slots=True)
class Rail:
    """A guardrail as the file has it."""

    name: str
    actions: tuple[str, ...]
    when: str
    because: str


def rails(registry: Registry, connections: Collection[str], chosen: Collection[str]) -> tuple[Rail, ...]:
    """Return the guardrails of the choices over the tools of some connections; one that concerns none is left out."""
    tools = [
        kind
        for name, kind in sorted(registry.types.items())
        if name.partition(".")[0] in connections and kind.effect is not Effect.READ
    ]
    makers = {OUTSIDE: _outside, MONEY: _money, DELETE: _delete}
    return tuple(rail for name, make in makers.items() if name in chosen for rail in make(tools) if rail.actions)


def _outside(tools: list[ActionType]) -> Iterator[Rail]:
    because, by_condition = "it never writes to people outside", defaultdict[str, list[str]](list)
    for kind in tools:
        if kind.effect is Effect.EXTERNAL or kind.external_if_given:
            by_condition[_when_outside(kind)].append(kind.name)
    yield Rail("never-outside", tuple(by_condition.pop("true", ())), "true", because)
    for number, (condition, names) in enumerate(sorted(by_condition.items()), start=1):
        name = "never-outside-by-argument" + (f"-{number}" if number > 1 else "")
        yield Rail(name, tuple(names), condition, because)


def _when_outside(kind: ActionType) -> str:
    """When a call of a tool reaches people outside; always, where no condition can say the argument's name (`in`)."""
    if kind.effect is Effect.EXTERNAL:
        return "true"
    condition = " || ".join(f"has(args.{name})" for name in sorted(kind.external_if_given))
    try:
        compile_condition(condition)
    except ConditionError:
        return "true"
    return condition if all(map(str.isidentifier, kind.external_if_given)) else "true"


def _money(tools: list[ActionType]) -> Iterator[Rail]:
    yield Rail("never-money", tuple(kind.name for kind in tools if kind.is_money), "true", "it never moves money")
    writing = tuple(kind.name for kind in tools if _writes(kind))
    yield Rail("never-promises", writing, f"args.text.matches('{_MONEY}')", "it never promises money")


def _writes(kind: ActionType) -> bool:
    """It writes a text that may reach somebody outside, if only as a draft."""
    arguments = kind.arguments.model_fields
    text = arguments.get("text")
    return text is not None and text.is_required() and "to" in arguments


def _delete(tools: list[ActionType]) -> Iterator[Rail]:
    named = tuple(kind.name for kind in tools if _DELETES.search(kind.name.partition(".")[2]))
    yield Rail("never-delete", named, "true", "it never deletes anything")
    moving = tuple(kind.name for kind in tools if "folder" in kind.arguments.model_fields)
    yield Rail("never-into-the-bin", moving, f"args.folder.matches('{BIN}')", "it never puts anything into the bin")
