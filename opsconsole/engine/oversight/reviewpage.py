"""The monthly review of an agent as a page to sign."""

from collections.abc import Iterator

from opsconsole.domain.enums import ReviewDecision
from opsconsole.domain.naming import listed, plural, tool_words
from opsconsole.engine.oversight.digestpage import NOT_OVER
from opsconsole.engine.oversight.page import (
    Choice,
    Column,
    Figure,
    Figures,
    Line,
    Lines,
    Page,
    Part,
    Section,
    Signature,
    Table,
)
from opsconsole.engine.oversight.review import Drift, Review, Sample
from opsconsole.engine.oversight.words import day, money, person, places, short_day
from opsconsole.store.queries.views.oversight import GrantUse

_DECISIONS = (
    (ReviewDecision.KEEP, "Keep", "Scope and levels stay as they are."),
    (ReviewDecision.WIDEN, "Widen", "More kinds of event live, or higher levels; each step by its own gate."),
    (ReviewDecision.NARROW, "Narrow", "Fewer kinds of event live, or lower levels."),
)
NO_GRANTS = "It has no standing grants."
_LONGEST_PIN = 60
DIGEST_SHOWN = 16
"""So many characters of a digest are shown."""


def review_page(told: Review) -> Page:
    """Return a review as a page."""
    return Page(
        kind="Review",
        title=told.name,
        about=f"{told.span.name or told.span.days}, version {told.number} at its end; days in {told.span.zone}",
        lead=f"{'' if told.is_over else NOT_OVER}{_lead(told)}",
        sections=(
            Section("Blind sample", tuple(_sample(told))),
            Section("What became of its events", (Lines((_events(told),)),)),
            Section("Mix of kinds, beside the month before", (_drift(told),)),
            Section("The reviewer's own consistency", (Lines((_consistency(told),)),)),
            Section("Grants still needed?", tuple(_grants(told))),
            Section("Decision", (_decision(told), Lines(tuple(_digests(told)), is_muted=True))),
        ),
        foot=f"Review of {told.name}, {told.span.name}",
        at=told.span.until,
        name=f"review-{told.agent}-{told.span.first:%Y-%m}",
    )


def _lead(told: Review) -> str:
    every = told.every
    if not every.total:
        return "No decision of this month was compared blind with what people did: the sample proves nothing yet."
    bounds = every.error
    return (
        f"Of {plural(every.total, 'decision')} compared blind {every.wrong:,} "
        f"{'was' if every.wrong == 1 else 'were'} wrong. The true share of wrong ones lies between"
        f" {bounds.low:.1%} and {bounds.high:.1%}, at 95 %."
    )


def figures(told: Review) -> Figures:
    """Return the numbers that stand first."""
    every = told.every
    bounds = every.error
    return Figures(
        (
            Figure("Decided blind", f"{every.total:,}", "a customer or thread counts once a day"),
            Figure("Wrong", f"{every.wrong:,}", "of these", "danger" if every.wrong else "ok"),
            Figure("Severe", f"{every.severe:,}", "of the wrong ones", "danger" if every.severe else "ok"),
            Figure("Error at most", f"{bounds.high:.1%}" if every.total else "–", "upper bound, 95 %"),
        )
    )


def sentences(told: Review) -> tuple[str, ...]:
    """Return a review in sentences, for whoever reads it on a screen; the page has the tables."""
    return (_lead(told), *_notes(told), _events(told), _moved(told), _consistency(told), _still_needed(told))


def _moved(told: Review) -> str:
    """Say which kind of event came more or less often than in the month before."""
    if not any(drift.before for drift in told.drift):
        return "There is no month before to lay the mix of kinds beside."
    most = max(told.drift, key=lambda drift: abs(drift.share_now - drift.share_before))
    name = most.category or "No kind was found"
    if f"{most.share_now:.0%}" == f"{most.share_before:.0%}":
        return "The mix of kinds is that of the month before."
    return f"The mix of kinds moved most in {name}: {most.share_before:.0%} before, {most.share_now:.0%} now."


def _still_needed(told: Review) -> str:
    if not told.grants:
        return NO_GRANTS
    unused = [f"{grant.id}" for grant in told.grants if not grant.uses]
    idle = f"not used this month: {listed(unused)}" if unused else "each was used this month"
    return f"It has {plural(len(told.grants), 'standing grant')}; {idle}."


def _sample(told: Review) -> Iterator[Part]:
    yield figures(told)
    if told.samples:
        titles = ("Blind", "Wrong", "Severe", "Judged", "Seen first")
        columns = (
            Column("Kind of event", 30),
            *(Column(title, 10, is_number=True) for title in titles),
            Column("Wrong, 95 % bounds", 20, is_number=True),
        )
        yield Table(columns, tuple(_line(sample) for sample in told.samples))
    yield Lines(tuple(_notes(told)), is_muted=True)


def _notes(told: Review) -> Iterator[str]:
    yield "Right means: judged right, or the same as what a person did without having seen it."
    if told.every.seen:
        yield f"{plural(told.every.seen, 'decision')} that people had seen first are counted apart."
    if told.earlier:
        yield f"{plural(told.earlier, 'pair')} of an earlier version speak of another agent, and are left out."


def _line(sample: Sample) -> Line:
    bounds = sample.error
    numbers = (sample.total, sample.wrong, sample.severe, sample.judged, sample.seen)
    between = f"{bounds.low:.1%} to {bounds.high:.1%}" if sample.total else "nothing counts"
    return Line((sample.category or "No kind", *(f"{number:,}" if number else "–" for number in numbers), between))


def _events(told: Review) -> str:
    parts = [f"{count:,} {words.replace('you', 'people')}" for count, words in places(told.outcomes) if count]
    cost = f" Models cost {money(told.cost, told.currency)}." if told.cost else ""
    return f"{plural(told.outcomes.all, 'event')}: {listed(parts)}.{cost}" if parts else f"No events.{cost}"


def _drift(told: Review) -> Part:
    if not told.drift:
        return Lines(("It took no event this month or the month before.",))
    columns = (
        Column("Kind of event", 40),
        Column("Month before", 15, is_number=True),
        Column("This month", 15, is_number=True),
        Column("Share before", 15, is_number=True),
        Column("Share now", 15, is_number=True),
        Column("Change", 15, is_number=True),
    )
    earlier = sum(drift.before for drift in told.drift)
    return Table(columns, tuple(_drifted(drift, has_earlier=bool(earlier)) for drift in told.drift))


def _drifted(drift: Drift, *, has_earlier: bool) -> Line:
    points = (drift.share_now - drift.share_before) * 100
    change = f"{points:+.0f} points".replace("-", "−") if has_earlier else "–"
    return Line(
        (
            drift.category or "No kind was found",
            f"{drift.before:,}" if drift.before else "–",
            f"{drift.now:,}" if drift.now else "–",
            f"{drift.share_before:.0%}" if has_earlier else "–",
            f"{drift.share_now:.0%}",
            change,
        )
    )


def _consistency(told: Review) -> str:
    at = told.consistency
    lately = "No judged pair was shown again this month."
    if at.shown:
        lately = f"Shown again this month, the reviewer said the same in {at.same:,} of {at.shown:,}."
    ever = f" Until now in {at.ever_same:,} of {at.ever_shown:,}." if at.ever_shown > at.shown else ""
    return f"{lately}{ever} That is over all agents: it is the person who is looked at here."


def _grants(told: Review) -> Iterator[Part]:
    if not told.grants:
        yield Lines((NO_GRANTS,))
        return
    columns = (
        Column("What it may do without being asked", 44),
        Column("Given by", 18),
        Column("Ends", 18),
        Column("Used this month", 12, is_number=True),
        Column("Used last", 18),
    )
    yield Table(columns, tuple(map(_grant, told.grants)))
    unused = [f"{grant.id}" for grant in told.grants if not grant.uses]
    if unused:
        numbers = listed(unused)
        yield Lines(
            (
                f"Not used this month: grant {numbers}. `opsconsole grants revoke NUMBER` takes one back."
                if len(unused) == 1
                else f"Not used this month: grants {numbers}. `opsconsole grants revoke NUMBER` takes one back.",
            )
        )


def _grant(grant: GrantUse) -> Line:
    pins = listed([f"{name.replace('_', ' ')} {str(value)[:_LONGEST_PIN]}" for name, value in grant.pinned.items()])
    what = f"{grant.id}: {tool_words(grant.tool).lower()}" + (f", only with {pins}" if pins else "")
    used = "never" if grant.used_at is None else short_day(grant.used_at)
    by = f"{person(grant.actor)}, {short_day(grant.created_at)}"
    return Line((what, by, short_day(grant.expires_at), f"{grant.uses:,}" if grant.uses else "–", used))


def _decision(told: Review) -> Signature:
    signed = told.signed
    choices = tuple(
        Choice(name, note, is_ticked=signed is not None and signed.decision is decision)
        for decision, name, note in _DECISIONS
    )
    lines = (
        ("Why", "" if signed is None else signed.reason),
        ("Name", told.accountable if signed is None else person(signed.actor)),
        ("Date", "" if signed is None else day(signed.at)),
        ("Signature", "" if signed is None else "signed in opsconsole, on record"),
    )
    return Signature(choices, lines)


def _digests(told: Review) -> Iterator[str]:
    """Say by what the same report is known again, and whether it is the one that was signed."""
    yield f"Digest of the numbers: {told.digest[:DIGEST_SHOWN]}. A report with the same one says the same."
    if told.signed is not None and told.signed.digest != told.digest:
        was = told.signed.digest[:DIGEST_SHOWN]
        yield f"These are not the numbers that were signed: theirs have the digest {was}."
