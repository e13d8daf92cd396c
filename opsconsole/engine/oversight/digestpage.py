"""The digest of a week as a page."""

from collections.abc import Iterator, Mapping

from opsconsole.domain.naming import listed, plural, tool_words
from opsconsole.engine.evidence.words import needs
from opsconsole.engine.oversight.changes import VersionChanged
from opsconsole.engine.oversight.digest import AgentWeek, Digest
from opsconsole.engine.oversight.page import (
    Column,
    Fact,
    Facts,
    Figure,
    Figures,
    Line,
    Lines,
    Page,
    Part,
    Section,
    Table,
)
from opsconsole.engine.oversight.words import day, moment, money, person, places, short_day, span
from opsconsole.policy.insights.counts import DecisionCounts
from opsconsole.policy.insights.words import price
from opsconsole.store.queries.views.outcomes import Outcomes

NOT_OVER = "This time was not over when the page was made: its numbers still change. "
SAVED = "Declared, not measured. Nobody declared any for this time."
NOTHING = "Nothing came in, and nothing was finished."
NO_STEP = "No stage and no level was raised or lowered"
CHANGES = 3
"""So many differences of a version are told."""
BECAME = {
    "approve": "approved",
    "edit": "approved with changes",
    "reject": "rejected",
    "respond": "answered",
    "ignore": "left to people",
    "lapsed": "lapsed",
    "void": "not needed any more",
    "waiting": "waiting at the end",
    "decided": "decided",
}
"""What became of a request → words."""


def digest_page(told: Digest) -> Page:
    """Return a digest as a page."""
    outcomes = told.outcomes
    at_work = sum(1 for week in told.agents if week.outcomes.all)
    lead = f"{plural(at_work, 'agent')} worked {plural(outcomes.all, 'event')}." if outcomes.all else NOTHING
    more = f" No agent worked {plural(told.without_agent, 'more event')}." if told.without_agent else ""
    return Page(
        kind="Digest",
        title=told.span.name or told.span.days,
        about=f"{f'{told.span.days}, ' if told.span.name else ''}midnight to midnight, {told.span.zone}",
        lead=f"{'' if told.is_over else NOT_OVER}{lead}{more}",
        sections=(
            Section("What became of the events", tuple(_handled(told))),
            Section("What people were asked", tuple(_asked(told))),
            Section("What was refused", (_refused(told),)),
            Section("What was wrong, and what was changed", tuple(_wrong(told))),
            Section("Money and time", (Facts(tuple(_costs(told))),)),
            Section("Promoted, demoted, and next in sight", (*_steps(told), _ahead(told), *_reviews(told))),
        ),
        foot=f"Digest, {told.span.days}",
        at=told.span.until,
        name=f"digest-{told.span.first.isoformat()}",
    )


def _handled(told: Digest) -> Iterator[Part]:
    outcomes = told.outcomes
    yield Figures(
        (
            Figure("Handled alone", f"{outcomes.alone:,}", "nobody was asked", "ok"),
            Figure("Handled with people", f"{outcomes.with_you:,}", "after a person's word"),
            Figure("Waiting", f"{outcomes.waiting:,}", "at the end", "warn" if outcomes.waiting else ""),
            Figure("Failed", f"{outcomes.failed:,}", "to be looked at", "danger" if outcomes.failed else ""),
        )
    )
    if not outcomes.all and not told.asked:
        return
    titles = ("Alone", "People", "Shadow", "Waiting", "Under way", "Not done", "Failed", "Stopped", "Asked")
    columns = (Column("Agent", 22), *(Column(title, 9, is_number=True) for title in titles))
    lines = [
        Line((week.name, *_numbers(week.outcomes, week.requests_made)))
        for week in told.agents
        if week.outcomes.all or week.requests_made
    ]
    total = Line(("All", *_numbers(outcomes, sum(told.asked.values()))), is_total=True)
    yield Table(columns, (*lines, total) if len(lines) > 1 else tuple(lines))


def _numbers(outcomes: Outcomes, asked: int) -> tuple[str, ...]:
    return tuple(f"{count:,}" if count else "–" for count in (*(count for count, _ in places(outcomes)), asked))


def _asked(told: Digest) -> Iterator[Part]:
    made = sum(told.asked.values())
    lines = [f"{plural(made, 'request')}: {_became(told.asked)}." if made else "Nobody was asked anything."]
    if told.waiting_since is not None:
        waiting = sum(week.requests for week in told.agents)
        lines.append(f"At the end {_wait(waiting)} for a person, the oldest since {moment(told.waiting_since)}.")
    yield Lines(tuple(lines))


def _wait(number: int) -> str:
    return f"{plural(number, 'request')} {'waits' if number == 1 else 'wait'}" if number else "requests are put off"


def _became(asked: Mapping[str, int]) -> str:
    found: dict[str, int] = {}
    for became, words in BECAME.items():
        if asked.get(became):
            found[words] = found.get(words, 0) + asked[became]
    return listed([f"{count:,} {words}" for words, count in found.items()])


def _refused(told: Digest) -> Part:
    if not told.refused:
        return Lines(("Nothing was refused.",))
    columns = (Column("Action", 24), Column("Why", 66), Column("Times", 10, is_number=True))
    lines = tuple(Line((tool_words(tool), why, f"{count:,}")) for tool, why, count in told.refused)
    return Table(columns, lines)


def _wrong(told: Digest) -> Iterator[Part]:
    lines = [line for week in told.agents for line in _wrong_of(week)] or ["Nobody found anything wrong in this time."]
    if not told.changed:
        lines.append(f"No agent was changed{'' if told.steps else f'; {NO_STEP[:1].lower()}{NO_STEP[1:]}'}.")
    yield Lines(tuple(lines))
    if told.changed:
        columns = (Column("Changed", 26), Column("When", 13), Column("By", 18), Column("Why, and what", 43))
        yield Table(columns, tuple(map(_changed, told.changed)))
    gone = [
        f"{each.name} was dismissed on {day(each.at)} by {person(each.by)}{f': {each.reason}' if each.reason else ''}."
        for each in told.dismissed
    ]
    if gone:
        yield Lines(tuple(gone))


def _wrong_of(week: AgentWeek) -> Iterator[str]:
    parts: list[str] = []
    if week.wrong:
        severe = f", {week.severe:,} of them severe" if week.severe else ""
        parts.append(f"{plural(week.wrong, 'decision')} in shadow judged wrong{severe}")
    if rejected := week.asked.get("reject", 0):
        parts.append(f"{plural(rejected, 'request')} rejected")
    if edited := week.asked.get("edit", 0):
        parts.append(f"{plural(edited, 'request')} put right before it was done")
    if week.undone:
        parts.append(f"{plural(week.undone, 'action')} undone")
    if week.outcomes.failed:
        parts.append(f"{plural(week.outcomes.failed, 'event')} failed")
    if parts:
        yield f"{week.name}: {listed(parts)}."


def _changed(changed: VersionChanged) -> Line:
    if changed.is_first:
        told = "Put in use for the first time"
    else:
        some = [change.line() for change in changed.changes[:CHANGES]]
        left = len(changed.changes) - len(some)
        told = "; ".join([*some, *([f"and {left:,} more"] if left else [])]) or "What its tools are now was accepted"
    why = f"{changed.reason}. " if changed.reason else ""
    return Line(
        (f"{changed.name}, version {changed.number}", short_day(changed.at), person(changed.by), f"{why}{told}")
    )


def _costs(told: Digest) -> Iterator[Fact]:
    yield Fact("Models cost", money(told.cost, told.currency))
    spent = [f"{week.name} {money(week.cost, told.currency)}" for week in told.agents if week.cost]
    if len(spent) > 1:
        yield Fact("", f"{listed(spent)}.")
    yield Fact("Usually done in", span(told.median_s) if told.median_s is not None else "nothing was finished")
    yield Fact("Price of oversight", _price(told))
    yield Fact("Time at the cards", _effort(told))
    yield Fact("Time saved", SAVED)


def _price(told: Digest) -> str:
    """Say how long work waited for people, as Overview says it."""
    no_time_before = DecisionCounts()
    text = price(told.decisions, no_time_before, days=0, hour_price=told.hour_price, currency=told.currency)
    words = text.partition(": ")[2]
    return f"{words[:1].upper()}{words[1:]}"


def _effort(told: Digest) -> str:
    effort = told.effort
    cards = plural(effort.cards, "card")
    if not effort.cards:
        return "Nothing was answered or judged."
    if effort.median_s is None:
        return f"{cards} answered or judged; too few in a row to tell how long one takes."
    each = span(effort.median_s)
    how = f"median of {effort.measured:,} times from one answer to the next in a sitting"
    return f"About {span(effort.total_s)}: {cards}, {each} each ({how})."


def _steps(told: Digest) -> Iterator[Part]:
    if not told.steps:
        if told.changed:
            yield Lines((f"{NO_STEP}.",))
        return
    columns = (
        Column("", 12), Column("Agent", 16), Column("Where", 24), Column("Step", 22), Column("By, and on what", 26),
    )  # fmt: skip
    lines = [
        Line(
            (
                "Promoted" if step.is_up else "Demoted",
                step.name,
                step.place,
                f"{step.was} → {step.now}",
                f"{person(step.by)}: {step.on}",
            )
        )
        for step in told.steps
    ]
    yield Table(columns, tuple(lines))


def _ahead(told: Digest) -> Part:
    if not told.ahead:
        return Lines(("Nothing in shadow has been compared with what people do yet.",))
    columns = (
        Column("Agent", 13), Column("Kind of event", 25), Column("Right so far", 11), Column("Still needed", 51),
    )  # fmt: skip
    lines: list[Line] = []
    for each in told.ahead:
        at = each.progress.standing
        right = f"{at.right} of {at.total}" if at.total else "nothing counts"
        needed = needs(each.progress)
        lines.append(Line((each.name, each.category, right, f"{needed[:1].upper()}{needed[1:]}")))
    return Table(columns, tuple(lines))


def _reviews(told: Digest) -> Iterator[Part]:
    """Say which reviews were signed, and which are near or overdue."""
    lines = [
        f"{person(each.review.actor)} signed the review of {each.name}, {each.span.name or each.span.days}:"
        f" {each.review.decision.value}."
        for each in told.reviewed
    ]
    lines += [f"{each.name}: {each.due.sentence[:1].lower()}{each.due.sentence[1:]}" for each in told.reviews]
    if lines:
        yield Lines(tuple(lines))
