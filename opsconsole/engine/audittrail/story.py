"""The whole story of a run, as plain data: what the command line prints and the window shows."""

from typing import Any

from opsconsole.domain.errors import NotFoundError
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.runstate.loaded import Loaded, load, shown
from opsconsole.store.queries import approvals, events, limits, runs, undos
from opsconsole.store.queries.ladder import is_undecided
from opsconsole.store.queries.rollout import canary
from opsconsole.store.queries.views import feed
from opsconsole.store.queries.views.eventlist import is_tried
from opsconsole.store.queries.views.names import agent_names
from opsconsole.store.queries.views.outcomes import is_left, place_of
from opsconsole.store.queries.views.stands import stands
from opsconsole.store.rows import ActionRow, Reader

_UNTOLD: dict[str, Any] = {
    "place": "",
    "is_left": False,
    "category": None,
    "confidence": None,
    "outcome": "",
    "error": "",
    "cost_micros": 0,
    "turns": [],
    "actions": [],
    "audit": [],
}
"""What tells of the agent's decision is not told."""


def event_story(conn: Reader, event_id: int) -> dict[str, Any]:
    """Tell of an event alone.

    Raises:
        NotFoundError: there is none.
    """
    event = events.event(conn, event_id)
    if event is None:
        raise NotFoundError(f"There is no event {event_id}.", hint="`opsconsole feed` shows their numbers.")
    return {
        "id": event.id,
        "kind": event.kind,
        "connection": event.connection,
        "from": event.sender,
        "from_name": event.sender_name,
        "is_verified": event.is_verified,
        "is_untrusted": event.is_untrusted,
        "title": event.title,
        "text": event.text,
        "subject": event.subject,
        "subject_id": event.subject_id,
        "at": event.occurred_at,
        "problems": list(event.problems),
        "is_tried": is_tried(conn, event_id),
    }


def run_story(kernel: Kernel, run: int) -> dict[str, Any]:
    """Tell the story of a run: event, triage, actions with rulings and reasons, effects, decisions, audit.

    Of one that a person is to decide first, only its event is told, until they decided it or it is marked as seen.

    Raises:
        NotFoundError: there is none.
    """
    conn = kernel.reader
    if runs.run(conn, run) is None:
        raise NotFoundError(f"There is no run {run}.", hint="`opsconsole feed` shows their numbers.")
    loaded = load(kernel, conn, run)
    row = loaded.run
    story: dict[str, Any] = {
        "run": row.id,
        "agent": row.agent_id,
        "agent_name": loaded.version.spec.name,
        "version": loaded.version.number,
        "is_canary": canary.is_tried(conn, loaded.version.id),
        "state": row.state.value,
        "place": place_of(conn, row.id, now=kernel.clock.now()),
        "is_left": is_left(conn, row.id),
        "category": row.category,
        "categories": {category.id: category.name for category in loaded.version.spec.playbook.categories},
        "confidence": row.confidence,
        "outcome": row.outcome,
        "error": row.error,
        "queued_at": row.queued_at,
        "finished_at": row.finished_at,
        "cost_micros": row.cost_micros,
        "currency": limits.setting(conn, "currency") or "EUR",
        "event": event_story(conn, row.event_id),
        "turns": [
            {"rationale": turn.rationale, "evidence": list(turn.quotes), "final": turn.final} for turn in loaded.turns
        ],
        "actions": [_action_story(kernel, loaded, action) for action in loaded.actions],
        "audit": feed.audit_of_run(conn, run),
        "names": agent_names(conn),
        "is_undecided": is_undecided(conn, run),
    }
    return {**story, **_UNTOLD} if story["is_undecided"] else story


def _action_story(kernel: Kernel, loaded: Loaded, action: ActionRow) -> dict[str, Any]:
    conn = kernel.reader
    effect, approval = runs.effect_of(conn, action.id), approvals.approval_of(conn, action.id)
    proposal = loaded.turns[action.turn].proposals[action.position]
    story: dict[str, Any] = {
        "id": action.id,
        "tool": action.tool,
        "args": dict(action.args),
        "is_write": action.is_write,
        "state": action.state.value,
        "stands": stands(conn, action.id, now=kernel.clock.now()),
        "because": proposal.because,
        "step": proposal.step,
        "result": shown(action.result) if action.result is not None else None,
        "rulings": [
            {
                "phase": ruling.phase,
                "verdict": ruling.verdict.name,
                "hold_until": ruling.hold_until,
                "if_live": ruling.if_live,
                "reasons": list(ruling.reasons),
                "at": ruling.at,
            }
            for ruling in runs.rulings(conn, action.id)
        ],
        "effect": None,
        "approval": None,
        "decisions": feed.decisions_of(conn, action.id),
    }
    if effect is not None:
        names: dict[str, Any] = {
            "id": effect.id,
            "state": effect.state.value,
            "attempts": effect.attempts,
            "error": effect.error,
        }
        if (undo := undos.undo_of_effect(conn, effect.id)) is not None:
            names["undo"] = {"state": undo.state.value, "attempts": undo.attempts}
        story["effect"] = names
    if approval is not None:
        story["approval"] = {"id": approval.id, "state": approval.state.value, "kind": approval.kind.value}
    return story


def binding(ruling: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the reasons that made a ruling's verdict (or its hold), and the others."""
    made: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    held = None if ruling["hold_until"] is None else ruling["hold_until"].isoformat()
    for reason in ruling["reasons"]:
        is_binding = reason["verdict"] == ruling["verdict"] != "ACT" or (held and reason.get("hold_until") == held)
        (made if is_binding else others).append(reason)
    return made, others
