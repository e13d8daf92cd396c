"""The category in which a playbook would do what people did."""

from collections.abc import Mapping, Sequence
from typing import Any

from opsconsole.domain.agent import AgentSpec


def category_of(spec: AgentSpec, acts: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the category in which the playbook would do what people did; None where it is not one only.

    A folder or queue that is called like a category says it; else the one category whose steps lead to that place.

    Args:
        spec: the agent.
        acts: the arguments of each act.
    """
    places = {_name(str(args[name])) for args in acts for name in ("folder", "queue") if args.get(name)}
    named = {
        category.id for category in spec.playbook.categories if {_name(category.id), _name(category.name)} & places
    }
    if len(named) == 1:
        return named.pop()
    led = {
        category.id
        for category in spec.playbook.categories
        for step in category.steps
        for name in ("folder", "queue")
        if step.do is not None and _name(str(step.args.get(name, ""))) in places
    }
    return led.pop() if len(led) == 1 else None


def _name(text: str) -> str:
    return " ".join(text.replace("_", " ").replace("-", " ").replace("/", " ").casefold().split())
