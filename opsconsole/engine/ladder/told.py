"""The ladder in sentences: what a step asks for still, what a person signs, what took a step back."""

from collections.abc import Iterator
from datetime import date

from opsconsole.domain.enums import Level, Stage
from opsconsole.domain.naming import tool_words
from opsconsole.engine.ladder.gates import Gate
from opsconsole.engine.ladder.rungs import Rung
from opsconsole.policy.ladder import ALARM_AFTER, FIRST_ALL, PER_WEEK

WITHOUT_EVIDENCE = "live without evidence"
LEVELS = {"1": "recommends", "2": "asks before it acts", "3": "acts alone"}
TRIGGERS = {
    "severe": "a severe error",
    "breach": "a guardrail was broken by what acted alone",
    "alarm": "too many wrong among the audited decisions",
    "unaudited": "nobody checked it for too long",
    "tool": "its tool changed",
    "account": "its account changed",
    "model": "its model changed",
    "person": "by hand",
}
NEVER = "it will not get there as it is"
_STAGES = {
    Stage.LIMITED: "handles “{}” for real, with a few categories at first",
    Stage.EXPANDED: "handles “{}” for real, as one of several categories",
    Stage.FULL: "handles “{}” for real as part of its whole scope, reviewed every month",
}


def holds_words(rung: Rung) -> str:
    """Return what a cell may do now: `asks before it acts`."""
    if not rung.is_live and rung.tool:
        return f"in shadow; then {LEVELS[rung.now]}"
    return LEVELS[rung.now] if rung.tool else rung.stage.value


def missing(rung: Rung) -> str:
    """Return what the next step, or at the top what it may do already, still asks for; empty where nothing does."""
    if not rung.next:
        return "" if rung.owed is None or rung.owed.is_open else f"to be earned: {'; '.join(_missing(rung.owed))}"
    if rung.wall and rung.tool:
        return f"stays with approval: {rung.wall}"
    if rung.wall:
        return "; ".join([*([] if rung.gate is None or rung.gate.is_open else _missing(rung.gate)), rung.wall])
    if rung.gate is None or rung.gate.is_open:
        return ""
    return still_missing(rung.gate)


def still_missing(gate: Gate) -> str:
    """Return what a gate still asks for; empty where it is open."""
    return "; ".join(_missing(gate))


def _missing(gate: Gate) -> Iterator[str]:
    needed, expected = gate.standing.needed, gate.standing.expected
    if needed and expected is None:
        yield NEVER
        return
    if needed:
        more = f"{needed} clean {'decision' if needed == 1 else 'decisions'} more"
        if expected is not None and expected > needed:
            more = f"about {expected} decisions more, as good as so far"
        if gate.forecast_days is not None and gate.forecast_days > 0:
            more += f", about {_days(gate.forecast_days)} at your volume"
        yield more
    if gate.days_missing > (gate.forecast_days or 0.0 if needed else 0.0):  # else they go by while it decides
        yield f"{_days(gate.days_missing)} more"


def _days(number: float) -> str:
    days = max(1, round(number))
    return f"{days} working {'day' if days == 1 else 'days'}"


def sheet(name: str, rung: Rung, *, is_proven: bool) -> tuple[str, ...]:
    """Return what a person signs who takes a cell up, in sentences.

    Args:
        name: the agent's.
        rung: the cell as it stands before the step.
        is_proven: the step stands on evidence.
    """
    lines = [f"From today {name} {_from_today(rung)}."]
    if rung.gate is not None:
        lines.append(record(rung.gate))
        if is_proven:
            lines.append(chance(rung.gate))
    if not is_proven:
        lines.append(f"This is not earned: the agent is {WITHOUT_EVIDENCE} here until it is.")
    if rung.next == "3":
        lines.append(
            f"The first {FIRST_ALL} and then at least {PER_WEEK} a week are yours to decide before you see its answer."
            f" At 6 % wrong the alarm rings after about {ALARM_AFTER} of them."
        )
        lines.append("It falls back by itself: a severe error, an alarm, a broken guardrail, another model or tool.")
    return tuple(lines)


def _from_today(rung: Rung) -> str:
    if not rung.tool:
        return _STAGES[Stage(rung.next)].format(rung.name)
    deed = tool_words(rung.tool).lower()
    return f"does “{deed}” for {rung.name} " + ("alone" if rung.next == "3" else "once you approve it")


def record(gate: Gate) -> str:
    """Return what a gate's evidence is: `140 decisions since 3 November, 1 wrong, none severe.`"""
    at = gate.standing
    if not at.total:
        return "No decision counts so far."
    wrong, since = at.total - at.right, "" if gate.since is None else f" since {day(gate.since)}"
    judged = f"; {gate.judged} of them judged by a person" if gate.judged else ""
    number = f"{at.total} {'decision' if at.total == 1 else 'decisions'}"
    return f"{number}{since}, {wrong or 'none'} wrong, {at.severe or 'none'} severe{judged}."


def chance(gate: Gate) -> str:
    """Return what an open gate says of an agent that were worse than it asks."""
    often = round(1 / (1 - gate.threshold.accuracy))
    return f"Were it wrong more often than 1 in {often}, so good a record would come up in fewer than 1 of 20 cases."


def day(at: date) -> str:
    """Return a day as people say it."""
    return f"{at.day} {at:%B %Y}"


def step_words(was: str, rung: str, tool: str) -> str:
    """Return a step in words: `from shadow to limited`, `from asks before it acts to acts alone`."""
    if tool:
        return f"level {was} to {rung}: {LEVELS[rung]}"
    return f"{was} to {rung}"


def is_alone(rung: Rung) -> bool:
    """Return whether a cell acts without a person now."""
    return bool(rung.tool) and rung.is_live and rung.holds is Level.AUTONOMOUS and not rung.wall
