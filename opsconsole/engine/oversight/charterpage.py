"""The charter of an agent as a page."""

from collections import Counter
from collections.abc import Iterator, Sequence

from opsconsole.domain.enums import Level
from opsconsole.domain.naming import listed, plural, tool_words
from opsconsole.engine.ladder.reviewdue import NONE_OWED
from opsconsole.engine.ladder.told import WITHOUT_EVIDENCE
from opsconsole.engine.oversight.charter import Charter, HandledCategory, LevelLine, SetBy, ToolsOf
from opsconsole.engine.oversight.charterwords import (
    asked_about,
    conditions,
    deployed,
    never,
    overseen,
    reads,
    today,
)
from opsconsole.engine.oversight.levelwords import GROUPS, LEVELS
from opsconsole.engine.oversight.page import Column, Fact, Facts, Line, Lines, Page, Section, Table, Tone
from opsconsole.engine.oversight.words import day, moment, person, share, short_day, span

NOT_NAMED = "Not named yet. `opsconsole report accountable {} NAME` names one."
A_PERSON = "a person"
NONE_YET = "None yet"
_REACHES = {
    Level.APPROVAL: "What it writes to people outside is read by a person first, and goes out as that person's word.",
    Level.OBSERVE: "It writes to nobody outside: it only recommends, and a person writes.",
}


def charter_page(told: Charter) -> Page:
    """Return a charter as a page."""
    spec, used = told.spec, told.in_use
    times = Counter(each.set_by for each in told.categories)
    common = tuple(set_by for set_by, count in times.items() if count > 1)
    paused = "" if told.paused is None else f"It is paused{f': {told.paused}' if told.paused else ''}. "
    return Page(
        kind="Charter",
        title=told.name,
        about=f"Version {used.number}, in use since {moment(used.at)}, put so by {person(used.by)}",
        lead=f"{paused}{spec.summary or spec.playbook.purpose}",
        sections=(
            Section("Who answers for it", (Facts(tuple(_who(told))),)),
            Section("What it handles", (_categories(told, common), *_why(common))),
            *_team(told),
            Section("What it never does", (Lines(tuple(never(spec))),)),
            Section("What it reads and where it writes", tuple(_places(told))),
            Section("What it may do", (Lines((today(spec),), is_muted=True), _levels(told.levels, common))),
            Section("How it is overseen", (Lines(tuple(overseen(spec, who=A_PERSON))),)),
            Section("How to stop it", (Lines(_stop(told)),)),
            Section("Does it tell people that it is an AI?", (Lines((_discloses(told),)),)),
        ),
        foot=f"Charter of {told.name}, version {used.number}",
        at=used.at,
        name=f"charter-{told.agent}",
    )


def _who(told: Charter) -> Iterator[Fact]:
    yield Fact("Accountable person", told.accountable or NOT_NAMED.format(told.agent))
    asked = told.asked
    if asked.answers:
        names = listed([f"{person(who)} ({count:,})" for who, count in asked.people])
        yield Fact("Who is asked", f"Who works the approvals of this workspace. {names} gave the last answers.")
        yield Fact("Time to an answer", f"{span(asked.median_s)}, the median of {plural(asked.answers, 'answer')}")
    else:
        yield Fact("Who is asked", "Who works the approvals of this workspace; nobody has answered yet.")
        yield Fact("Time to an answer", "Not known yet")
    last, on = told.review.last, told.review.on
    yield Fact(
        "Last review", NONE_YET if last is None else f"{day(last.at)}, by {person(last.actor)}: {last.decision.value}"
    )
    yield Fact("Next review", NONE_OWED if on is None else f"Due on {on.day} {on:%B %Y}")


def _categories(told: Charter, common: Sequence[SetBy]) -> Table:
    columns = (
        Column("Kind of event", 28), Column("Stage", 11), Column("Since", 12), Column("Set by, and on what", 24),
        Column("Evidence", 25),
    )  # fmt: skip
    return Table(columns, tuple(_category(category, common) for category in told.categories))


def _category(category: HandledCategory, common: Sequence[SetBy]) -> Line:
    stands = category.stands
    tone: Tone = "warn" if category.is_paused else "ok" if stands.is_live else "shadow"
    since, by = short_day(category.set_by.at), _by(category.set_by, common)
    return Line((category.name, _stage(category), since, by, _evidence(category)), tone)


def _stage(category: HandledCategory) -> str:
    if category.is_paused:
        return "Paused"
    if not category.stands.is_in_scope:
        return "Out of scope"
    stage = category.stands.stage.value.capitalize()
    return f"{stage}, not live" if category.stands.shut else stage


def _evidence(category: HandledCategory) -> str:
    parts = [WITHOUT_EVIDENCE] if category.is_without_evidence else []
    if category.total:
        bounds = f"{share(category.low)} to {share(category.high)}"
        parts.append(f"{category.right} of {category.total} right ({bounds})")
    told = "; ".join(parts)
    return f"{told[:1].upper()}{told[1:]}" or "–"


def _by(set_by: SetBy, common: Sequence[SetBy]) -> str:
    """Say who set it, and why unless that is said once for many."""
    version = f", version {set_by.number}" if set_by.number else ""
    why = f": {set_by.reason}" if set_by.reason and set_by not in common else ""
    return f"{person(set_by.by)}{version}{why}"


def _why(every: Sequence[SetBy]) -> Iterator[Lines]:
    """Say once on what many were set, not in every row."""
    told = tuple(f"{_by(set_by, every)}, {short_day(set_by.at)}: {set_by.reason}" for set_by in every if set_by.reason)
    if told:
        yield Lines(told, is_muted=True)


def _team(told: Charter) -> Iterator[Section]:
    """Say what is left to people."""
    spec = told.spec
    lines: list[str] = []
    shadow = [each.name for each in told.categories if not each.stands.is_live]
    if shadow:
        lines.append(f"All of {listed(shadow)}: there it only writes down what it would do.")
    lines.append("What it cannot place in one of its kinds of event, or is not sure of.")
    lines += asked_about(spec)
    if spec.playbook.escalation:
        lines.append(spec.playbook.escalation)
    yield Section("What the team handles", (Lines(tuple(lines)),))


def _places(told: Charter) -> Iterator[Facts]:
    facts = [Fact("Events", reads(told.spec))]
    facts += [
        Fact("", line)
        for line in (*conditions(told.spec), *(deployed(told.spec, each) for each in told.spec.deployments))
    ]
    facts += [Fact("Looks up" if at == 0 else "", _tools(some)) for at, some in enumerate(told.reads)]
    facts += [Fact("Writes" if at == 0 else "", _tools(some)) for at, some in enumerate(told.writes)]
    yield Facts(tuple(facts))


def _tools(some: ToolsOf) -> str:
    account = f" ({some.account})" if some.account else ""
    return f"{some.connection or 'Nothing connected'}{account}: {listed([tool.lower() for tool in some.tools])}."


def _levels(levels: Sequence[LevelLine], common: Sequence[SetBy]) -> Table:
    columns = (
        Column("Action", 30), Column("For", 19), Column("Level", 16), Column("Since", 12),
        Column("Set by, and on what", 23),
    )  # fmt: skip
    lines: list[Line] = []
    for group in GROUPS:
        own = [level for level in levels if level.group == group]
        if own:
            lines += [Line((group,)), *_alike(own, common)]
    return Table(columns, tuple(lines))


def _alike(levels: Sequence[LevelLine], common: Sequence[SetBy]) -> Iterator[Line]:
    """Yield a row for all actions that hold at one level since one version, and one for each that is an exception."""
    rows: dict[tuple[str, str, SetBy], list[LevelLine]] = {}
    for level in levels:
        words = f"{LEVELS[level.level]}, but asks: {level.wall}" if level.wall else LEVELS[level.level]
        words += ", without evidence" if level.is_without_evidence else ""
        rows.setdefault((level.tool if level.category else "", words, level.set_by), []).append(level)
    for (tool, words, set_by), some in rows.items():
        actions = tool_words(tool) if tool else listed([tool_words(level.tool) for level in some])
        where = listed([level.category for level in some]) if tool else "all it handles"
        yield Line((actions, where, words, short_day(set_by.at), _by(set_by, common)))


def _stop(told: Charter) -> tuple[str, ...]:
    return (
        "In the window: Agents, Pause, or key P; Ctrl+Shift+P stops all agents. A kind of event alone: its Pause.",
        f"In a terminal: `opsconsole pause agent:{told.agent}`. What has begun is held, nothing is lost.",
    )


def _discloses(told: Charter) -> str:
    if told.reaches_people is None:
        return "It writes to nobody outside."
    if told.reaches_people is not Level.AUTONOMOUS:
        return _REACHES[told.reaches_people]
    if not told.line:
        return "No: its file wants no line that says so under what it sends to people outside alone."
    return f"Yes. What it sends to people outside alone ends with: “{told.line}”"
