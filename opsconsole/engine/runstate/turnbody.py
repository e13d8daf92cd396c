"""A turn: what of it counts, and its stored form."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from opsconsole.domain.action import Proposal
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.canonical import canonical, jsonable
from opsconsole.engine.ports.brain import Turn


def turn_body(turn: Turn) -> dict[str, Any]:
    """Return the stored form of a turn."""
    return {
        "category": turn.category,
        "confidence": turn.confidence,
        "is_abstained": turn.is_abstained,
        "rationale": turn.rationale,
        "proposals": [
            {
                "tool": proposal.tool,
                "args": jsonable(proposal.args),
                "step": proposal.step,
                "slots": jsonable(proposal.slots),
                "because": proposal.because,
                **({"problem": proposal.problem} if proposal.problem else {}),
            }
            for proposal in distinct(turn.proposals)
        ],
        "final": turn.final,
        "is_handled": turn.is_handled,
        "memo": jsonable(turn.memo),
        "evidence": jsonable(turn.quotes),
        "cost_micros": turn.cost_micros,
        "tokens": turn.tokens,
        "is_by_playbook": turn.is_by_playbook,
        **({"goes_on": True} if turn.goes_on else {}),
        **({"model": turn.model} if turn.model else {}),
        **({"is_disputed": True} if turn.is_disputed else {}),
    }


def turn_from(body: Mapping[str, Any]) -> Turn:
    """Read a stored turn."""
    facts = dict(body)
    facts["proposals"] = tuple(
        Proposal(
            tool=proposal["tool"],
            args=proposal["args"],
            step=proposal["step"],
            slots={name: tuple(some) for name, some in proposal["slots"].items()},
            because=proposal["because"],
            problem=proposal.get("problem", ""),
        )
        for proposal in facts.get("proposals", ())
    )
    facts["quotes"] = tuple(facts.pop("evidence", ()))  # the stored name is older than the word
    return Turn(**facts)


def ratified(turn: Turn, spec: AgentSpec) -> Turn:
    """Return a turn with only the claims that count.

    A category that is not the playbook's is none: the agent has abstained. Steps and slots are taken from a brain that
    follows the playbook by code, never from what a model says of its own proposals.
    """
    if turn.category is not None and spec.category(turn.category) is None:
        turn = replace(turn, category=None, is_abstained=True)
    if not turn.is_by_playbook:
        turn = replace(turn, proposals=tuple(replace(proposal, step=None, slots={}) for proposal in turn.proposals))
    return turn


def distinct(proposals: tuple[Proposal, ...]) -> list[Proposal]:
    """Identical calls of one turn are one action."""
    if len(proposals) < 2:
        return list(proposals)
    seen: set[bytes] = set()
    kept: list[Proposal] = []
    for proposal in proposals:
        mark = canonical([proposal.tool, jsonable(proposal.args)])
        if mark not in seen:
            seen.add(mark)
            kept.append(proposal)
    return kept


def gives_up(turn: Turn, *, has_acted: bool) -> bool:
    """Return whether a turn leaves the event to people because it cannot go on; who acted may leave it on purpose.

    A playbook leaves nothing on purpose but by `stop`, which is an end as any other.
    """
    return turn.final is not None and not turn.is_handled and (turn.is_by_playbook or not has_acted)
