"""What agents and people did, as it is compared: typed by its tool, its steps joined."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from opsconsole.domain.action import ActionType
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.registry import Registry
from opsconsole.policy.comparison import ComparedAction
from opsconsole.store.queries.pairs import ActRow
from opsconsole.store.rows import ActionRow

_Done = TypeVar("_Done", ActRow, HumanAct, ComparedAction)


def compared_action(registry: Registry, action: ActionRow, subject: str) -> ComparedAction:
    """Return an action of a run as it is compared."""
    return compared_call(registry.type(action.tool), action.tool, action.args, subject)


def compared_wanted(
    registry: Registry, wanted: Sequence[tuple[str, Mapping[str, Any]]], subject: str
) -> list[ComparedAction]:
    """Return the writes of a worked event, (tool, arguments), as they are compared."""
    return folded(registry, [compared_call(registry.type(tool), tool, args, subject) for tool, args in wanted])


def compared_act(registry: Registry, act: ActRow | HumanAct, subject: str) -> ComparedAction:
    """Return a human act as it is compared: only the fields its system tells."""
    return compared_told(registry, act.tool, act.args, subject, source=act.source)


def compared_told(
    registry: Registry, tool: str, args: Mapping[str, Any], subject: str, *, source: str
) -> ComparedAction:
    """Return what a person did as it is compared: only the fields its system tells, and those it would have told."""
    kind = registry.type(tool)
    deed = compared_call(kind, tool, args, subject, is_partial=True)
    return replace(deed, told=kind.told) if kind is not None and source == "observed" else deed


def folded(registry: Registry, acts: Sequence[_Done]) -> list[_Done]:
    """Join acts that set fields of one record in steps to one with the last values, where the last one stood."""
    found: dict[tuple[Any, ...], _Done] = {}
    for place, act in enumerate(acts):
        kind = registry.type(act.tool)
        name = "" if kind is None else kind.sets_fields_of
        key = (act.tool, str(act.args.get(name))) if name else (place,)
        earlier = found.pop(key, None)
        found[key] = act if earlier is None else replace(act, args={**earlier.args, **act.args})
    return list(found.values())


def compared_call(
    kind: ActionType | None, tool: str, args: Mapping[str, Any], subject: str, *, is_partial: bool = False
) -> ComparedAction:
    """Return a write with what its type says of it; without a type it counts as external and irreversible.

    A switch that was left alone has its default: a human's act, of which only some fields are known, may tell it.
    """
    if kind is None:
        return ComparedAction(tool=tool, args=args, subject=subject, is_partial=is_partial)
    if not is_partial:
        fields = kind.arguments.model_fields.items()
        args = {**{name: field.default for name, field in fields if isinstance(field.default, bool)}, **args}
    return ComparedAction(
        tool=tool,
        args=args,
        subject=subject,
        effect=kind.effect,
        reversibility=kind.reversibility,
        compare=kind.compare,
        is_partial=is_partial,
    )
