"""The ladder as the tab shows it: one query, in the words of a busy person. No Qt here."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from opsconsole.domain.enums import Stage
from opsconsole.domain.naming import tool_words
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder import told
from opsconsole.engine.ladder.gates import Gate
from opsconsole.engine.ladder.held import Held, held_since
from opsconsole.engine.ladder.lowered import StageLowered, stages_lowered
from opsconsole.engine.ladder.rungs import STAGES, Rung, ladder_of
from opsconsole.store.queries import ladder as read
from opsconsole.store.queries.ladder import Demotion, Promotion
from opsconsole.store.queries.past import past_there
from opsconsole.ui.widgets.basics import Tone

OPEN = "nothing: the gate is open"
TOP = "nothing: this is the top"
TOP_ONCE_LIVE = "nothing, once it is live"
YOURS = "only your word"
MOST_STEPS = 20
"""Steps that are listed; the command line lists all."""
_NAMED = 3


@dataclass(frozen=True, slots=True)
class CellRow:
    """A line of the list: a category's stage, or an action type in it."""

    rung: Rung
    held: Held | None
    still: str
    """What the next step still asks for."""
    tone: Tone

    @property
    def key(self) -> tuple[str, str]:
        """(category, tool)."""
        return self.rung.category, self.rung.tool

    @property
    def title(self) -> str:
        """The step that the line is about: `Bug · Create ticket alone`."""
        rung = self.rung
        if not rung.tool:
            return f"{rung.name} · {_going(rung)}"
        return f"{rung.title}{' alone' if rung.next in ('3', '') else ''}"

    @property
    def right(self) -> str:
        """How many were right of how many; empty where nothing is counted."""
        at = None if self.rung.shown is None else self.rung.shown.standing
        return "" if at is None or not at.total else f"{at.right:,} of {at.total:,}"

    @property
    def severe(self) -> str:
        """How many errors were severe."""
        at = None if self.rung.shown is None else self.rung.shown.standing
        if at is None or not at.total:
            return ""
        return f"{at.severe} severe" if at.severe else "none"

    @property
    def place(self) -> int:
        """Where it stands in the list: what was taken back, what is ready, what is on its way or bare, the others."""
        rung = self.rung
        if rung.demotion is not None:
            return 0
        if rung.gate is not None and rung.can_climb:
            return 1
        return 2 if rung.is_without_evidence or (rung.gate is not None and not rung.wall) else 3

    def parts(self) -> list[str]:
        """Return what the line says, part by part."""
        parts = [self.title, f"now {told.holds_words(self.rung)}"]
        parts += [f"{self.right} right"] if self.right else ["nothing counted yet"] * (self.rung.shown is not None)
        parts += [f"severe: {self.severe}"] if self.severe else []
        parts.append(f"still needed: {self.still}")
        return [*parts, *([told.WITHOUT_EVIDENCE] if self.rung.is_without_evidence else [])]

    def spoken(self) -> str:
        """Return the line in words."""
        return ", ".join(self.parts())


@dataclass(frozen=True, slots=True)
class Stair:
    """One of the four stages."""

    stage: Stage
    names: tuple[str, ...]
    """Categories that stand there."""
    since: datetime | None
    """When the last of them came there."""
    is_behind: bool
    """All stand on a later one."""
    next: str
    """Who is ready for it; empty where nobody stands just below."""

    @property
    def who(self) -> str:
        """Who stands there."""
        more = len(self.names) - _NAMED
        return ", ".join(self.names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A step of the past."""

    at: datetime
    who: str
    what: str
    why: str
    numbers: str
    is_up: bool
    is_proven: bool
    is_over: bool
    """A step down that holds no more."""


@dataclass(frozen=True, slots=True)
class LadderView:
    """Everything that the tab shows of an agent."""

    agent: str
    name: str
    number: int
    """Of the version in use."""
    rows: tuple[CellRow, ...]
    stairs: tuple[Stair, ...]
    steps: tuple[StepTaken, ...]
    more_steps: int
    draws: Mapping[str, int]
    """Decisions of a category that wait for a person to make them first."""
    has_past: bool
    now: datetime


def ladder_view(kernel: Kernel, agent: str) -> LadderView | None:
    """Query an agent's ladder; None where no such agent is in use."""
    conn, now = kernel.reader, kernel.clock.now()
    version = kernel.roster.in_use(conn, agent)
    if version is None:
        return None
    held = held_since(conn, kernel.roster, version)
    ladder = ladder_of(conn, kernel.registry, version, now=now)
    rows = [_row(rung, held.get((rung.category, rung.tool))) for rung in ladder.rungs()]
    ordered = sorted(rows, key=lambda row: row.place)
    names = {category.id: category.name for category in version.spec.playbook.categories}
    lowered = stages_lowered(conn, kernel.roster, agent)
    every: list[Promotion | Demotion | StageLowered] = [
        *read.promotions(conn, agent), *read.demotions(conn, agent), *lowered,
    ]  # fmt: skip
    steps = sorted(every, key=lambda step: step.at, reverse=True)
    return LadderView(
        agent,
        version.spec.name,
        version.number,
        tuple(ordered),
        tuple(_stairs([row for row in rows if not row.rung.tool])),
        tuple(_step(step, names) for step in steps[:MOST_STEPS]),
        max(0, len(steps) - MOST_STEPS),
        Counter(draw.category for draw in read.open_draws(conn, agent)),
        past_there(conn).is_past,
        now,
    )


def _row(rung: Rung, held: Held | None) -> CellRow:
    if (fall := rung.demotion) is not None:
        return CellRow(rung, held, f"taken back on {told.day(fall.at.date())}: {fall.why}", "danger")
    if missing := told.missing(rung):
        return CellRow(rung, held, missing, "warn" if told.NEVER in missing else "plain")
    if not rung.next:
        is_shut = rung.tool and not rung.is_live
        return CellRow(rung, held, TOP_ONCE_LIVE if is_shut else TOP, "plain")
    return CellRow(rung, held, YOURS if rung.gate is None else OPEN, "plain" if rung.gate is None else "ok")


def _going(rung: Rung) -> str:
    return {"": "full, all of it", "limited": "live, a few categories", "expanded": "live, several categories"}.get(
        rung.next, "live, its whole scope"
    )


def _stairs(rows: Sequence[CellRow]) -> Iterator[Stair]:
    places = [STAGES.index(row.rung.stage) for row in rows]
    for place, stage in enumerate(STAGES):
        here = [row for row in rows if row.rung.stage is stage]
        below = [row for row in rows if place and row.rung.stage is STAGES[place - 1]]
        since = max((row.held.at for row in here if row.held is not None), default=None)
        names = tuple(row.rung.name + ("" if row.rung.is_live or not place else " (not live)") for row in here)
        yield Stair(stage, names, since, bool(places) and min(places) > place, _ready(below))


def _ready(below: Sequence[CellRow]) -> str:
    """Return how many of those who stand just below are ready."""
    if not below:
        return ""
    ready = sum(row.rung.can_climb for row in below)
    if ready == len(below):
        return "ready" if ready == 1 else f"all {ready} are ready"
    if ready:
        return f"{ready} {'is' if ready == 1 else 'are'} ready, {len(below) - ready} not yet"
    gates = [row.rung.gate for row in below if row.rung.gate is not None]
    days = min((_days_left(gate) for gate in gates if told.NEVER not in told.still_missing(gate)), default=0)
    return f"in {days}+ working days" if days else "none is ready yet"


def _days_left(gate: Gate) -> int:
    """Return the working days that a gate takes at least, as far as they are known."""
    forecast = 0 if gate.standing.is_open else round(gate.forecast_days or 0)
    return max(gate.days_missing, forecast)


def _step(step: Promotion | Demotion | StageLowered, names: Mapping[str, str]) -> StepTaken:
    name = names.get(step.category, step.category)
    if isinstance(step, StageLowered):
        by = step.actor.partition(":")[2] or step.actor
        what = f"{name}: {_from_to(step.was.value, step.stage.value, '')}"
        return StepTaken(step.at, f"by {by}", what, step.why, "", False, True, False)
    where = f"{name} · {tool_words(step.tool)}" if step.tool else name
    who = step.actor.partition(":")[2] or step.actor
    if isinstance(step, Demotion):
        what = f"{where}: {_from_to(f'{int(step.was)}', f'{int(step.ceiling)}', step.tool)}"
        by = "by itself" if step.actor == "engine" else f"by {who}"
        return StepTaken(step.at, by, what, step.why, "", False, True, step.lifted_at is not None)
    what = f"{where}: {_from_to(step.was, step.rung, step.tool)}"
    return StepTaken(step.at, f"by {who}", what, step.reason, _numbers(step), True, step.is_proven, False)


def _from_to(was: str, now: str, tool: str) -> str:
    if not tool:
        return f"{was} → {now}"
    return f"{told.LEVELS[was]} → {told.LEVELS[now]}"


def _numbers(step: Promotion) -> str:
    gate = step.snapshot.get("gate")
    if not gate or not gate.get("decisions"):
        return ""
    return f"{gate['decisions']} decisions, {gate['wrong'] or 'none'} wrong, {gate['severe'] or 'none'} severe"


def details(rung: Rung) -> list[tuple[str, str]]:
    """Return the numbers behind a gate, by name; empty where nothing is asked for."""
    if (gate := rung.shown) is None:
        return []
    at, bounds = gate.standing, gate.standing.interval
    first = "none yet" if gate.since is None else told.day(gate.since)
    return [
        ("Right", f"{at.right} of {at.total}, of which {at.severe or 'none'} severe"),
        ("Truly between", f"{bounds.low:.1%} and {bounds.high:.1%} (95 % interval)" if at.total else "not known yet"),
        (
            "Asked for",
            f"right in more than {gate.threshold.accuracy:.0%}, not severe in {gate.threshold.not_severe:.0%}",
        ),
        ("Evidence", f"{_strength(at.evidence)} and {_strength(at.evidence_not_severe)} of 20 (e-values)"),
        ("First one", first),
        ("Working days", f"{gate.days} of {gate.threshold.business_days}"),
        ("Judged by a person", f"{gate.judged}"),
        ("Left out", f"{gate.excluded}, which prove nothing"),
    ]


def _strength(number: float) -> str:
    return f"{min(number, 1e6):,.1f}" if number < 1_000 else "over 1,000"
