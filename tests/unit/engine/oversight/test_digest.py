"""A digest as data and as a page: wrong and changed, promoted and demoted, what oversight cost, in its week alone."""

from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from opsconsole.app.commands.reports.text import lines_of
from opsconsole.domain.enums import Adjudication, ReviewDecision, Severity, Verb
from opsconsole.engine.commands.dismissal import dismiss
from opsconsole.engine.ladder.climb import promote
from opsconsole.engine.ladder.fall import demote
from opsconsole.engine.oversight.digest import Digest, digest
from opsconsole.engine.oversight.digestpage import digest_page
from opsconsole.engine.oversight.effort import SITTING, effort_of
from opsconsole.engine.oversight.review import review
from opsconsole.engine.oversight.signing import sign
from opsconsole.engine.oversight.span import days_of, month_of
from opsconsole.store.queries.views.insights import insights
from opsconsole.store.queries.views.oversight import Answer, Judged
from tests.support.shell import AGENT
from tests.support.teampages.past import Past, at, hired

RIGHT, WRONG, NEITHER = Adjudication.AGENT, Adjudication.HUMAN, Adjudication.NEITHER
WEEK = days_of(date(2026, 9, 28), date(2026, 10, 5))
SHADOW = AGENT.replace("{default: full}", "{default: shadow}")


def text_of(told: Digest) -> str:
    return "\n".join(lines_of(digest_page(told)))


def test_what_was_judged_wrong_in_the_week_is_counted_by_the_last_word(tmp_path: Path) -> None:
    with hired(tmp_path / "w", SHADOW) as session:

        def happen(past: Past) -> None:
            past.pair(at(9, 29), WRONG, severity=Severity.SEVERE, is_same=False)
            past.pair(at(9, 1), NEITHER, judged_at=at(10, 4))
            past.pair(at(9, 29), RIGHT)
            changed = past.pair(at(9, 29), WRONG)
            past.judge(changed, RIGHT, at(10, 2))
            again = past.pair(at(9, 29), RIGHT, judged_at=at(9, 2))
            past.judge(again, WRONG, at(10, 1), is_repeat=True)
            past.pair(at(9, 27), WRONG)
            past.pair(at(10, 4), WRONG, judged_at=WEEK.until)

        session.write(lambda tx: happen(Past(tx)), name="past")
        told = digest(session.kernel, WEEK)
    (mira,) = told.agents
    assert (mira.wrong, mira.severe) == (2, 1)
    assert "Mira: 2 decisions in shadow judged wrong, 1 of them severe." in text_of(told)


def test_versions_are_told_with_why_and_their_steps_up_and_down(tmp_path: Path) -> None:
    lower = AGENT.replace("default: 3", "default: 2")
    with hired(tmp_path / "w", SHADOW, AGENT, lower) as session:
        promoted, demoted = (
            digest(session.kernel, days_of(day, day + timedelta(days=1)))
            for day in (date(2026, 10, 1), date(2026, 10, 31))
        )
        quiet = digest(session.kernel, WEEK)
        first = digest(session.kernel, days_of(date(2026, 9, 1), date(2026, 9, 2)))
    assert [(change.was, change.now) for change in promoted.changed[0].raised] == [("shadow", "full")]
    assert not promoted.changed[0].lowered and not demoted.changed[0].raised
    assert [(change.was, change.now) for change in demoted.changed[0].lowered] == [("3 alone", "2 with approval")]
    assert (
        "Promoted  Mira" in text_of(promoted)
        and "shadow → full" in text_of(promoted)
        and "reason 2" in text_of(promoted)
    )
    assert "Demoted  Mira" in text_of(demoted) and "3 alone → 2" in text_of(demoted)
    assert [change.number for change in quiet.changed] == [2] and "Put in use for the first time" in text_of(first)
    assert "No stage and no level was raised or lowered." in text_of(first)


def test_steps_that_were_signed_or_fell_are_told_once_with_what_they_stand_on(tmp_path: Path) -> None:
    shadow = SHADOW.replace("default: 3", "default: 2")
    with hired(tmp_path / "w", shadow) as session:
        kernel, day = session.kernel, session.kernel.clock.now().date()
        up = partial(
            promote, kernel, agent="mira", category="mail_received", actor="person:Vera", without_evidence=True
        )
        session.write(lambda tx: up(tx=tx, reason="we need it"), name="up")
        session.write(lambda tx: up(tx=tx, tool="desk.create_ticket", reason="it is easy"), name="up")
        cell = "mira", "mail_received", "desk.create_ticket"
        session.write(lambda tx: demote(kernel, tx, *cell, actor="person:Bob", reason="it was not"), name="down")
        told, before = (
            digest(kernel, days_of(first, first + timedelta(days=1))) for first in (day, day - timedelta(days=1))
        )
    assert [(step.is_up, step.place, step.was, step.now, step.by, step.on) for step in told.steps] == [
        (True, "A mail", "shadow", "limited", "person:Vera", "without evidence: we need it"),
        (True, "A mail · Create ticket", "2 asks first", "3 acts alone", "person:Vera", "without evidence: it is easy"),
        (False, "A mail · Create ticket", "3 acts alone", "2 asks first", "person:Bob", "it was not"),
    ]
    assert before.steps == () and "Demoted   Mira" in text_of(told)


def test_the_price_of_oversight_is_the_one_of_overview(tmp_path: Path) -> None:
    with hired(tmp_path / "w", AGENT) as session:
        conn = session.kernel.reader
        told = digest(session.kernel, WEEK)
        assert told.decisions == insights(conn, until=WEEK.until, days=7).now
    assert "no request was timed" in text_of(told)


def test_a_dismissal_is_told_in_its_week_alone_and_the_agent_is_called_as_it_was(tmp_path: Path) -> None:
    with hired(tmp_path / "w", AGENT, AGENT.replace("Mira", "Mira the second")) as session:
        session.write(lambda tx: dismiss(session.kernel, tx, "mira", actor="person:Vera", reason="no more"), name="d")
        gone = session.kernel.clock.now().date()
        told, before = (
            digest(session.kernel, days_of(day, day + timedelta(days=1))) for day in (gone, date(2026, 9, 20))
        )
    assert "Mira the second was dismissed on 31 October 2026 by Vera: no more." in text_of(told)
    assert not before.dismissed and [week.name for week in before.agents] == ["Mira"]


def test_an_agent_that_came_later_is_in_no_earlier_week(tmp_path: Path) -> None:
    with hired(tmp_path / "w", AGENT) as session:
        assert digest(session.kernel, days_of(date(2026, 8, 1), date(2026, 8, 8))).agents == ()


def test_what_is_next_in_sight_is_counted_until_the_end_of_the_week(tmp_path: Path) -> None:
    with hired(tmp_path / "w", SHADOW) as session:

        def happen(past: Past) -> None:
            for day in range(1, 29):
                for hour in range(4):
                    past.pair(at(9, day, hour))
            for day in range(1, 21):
                past.pair(at(10, day), WRONG)

        session.write(lambda tx: happen(Past(tx)), name="past")
        early, on_time, late = (
            digest(session.kernel, days_of(date(2026, 9, 1), end))
            for end in (date(2026, 9, 11), date(2026, 9, 30), date(2026, 10, 31))
        )
    assert [each.ahead[0].progress.standing.total for each in (early, on_time, late)] == [40, 112, 132]
    assert on_time.ahead[0].progress.standing.is_open and not late.ahead[0].progress.standing.is_open
    assert "40 of 40" in text_of(early) and "Enough for a narrow scope" in text_of(on_time)


def _answers(*minutes: float, actor: str = "person:Vera") -> list[Answer]:
    return [Answer("mira", Verb.APPROVE, actor, at(10, 1) + timedelta(minutes=each), 60.0) for each in minutes]


def test_reviews_that_were_signed_or_are_near_are_told_by_what_was_known_at_the_end(tmp_path: Path) -> None:
    with hired(tmp_path / "w", AGENT, AGENT) as session:  # at full since 1 September, so one is due on 1 October

        def told_of(first: date) -> tuple[list[str], list[str]]:
            told = digest(session.kernel, days_of(first, first + timedelta(days=7)))
            lines = [line for line in text_of(told).splitlines() if "eview" in line]
            return [f"{each.name} {each.due.words}" for each in told.reviews], lines

        early, soon, late = date(2026, 9, 7), date(2026, 9, 20), date(2026, 10, 10)
        before = [told_of(day) for day in (early, soon, late)]
        assert [words for words, _ in before] == [
            [], ["Mira Review due in 4 days"], ["Mira Review overdue by 16 days"],
        ]  # fmt: skip
        assert "Mira: review due in 4 days, on 1 October 2026." in before[1][1][0]
        seen = review(session.kernel, "mira", month_of("2026-09"))
        session.write(
            lambda tx: sign(
                session.kernel, tx, "mira", seen.span, ReviewDecision.KEEP, actor="person:Vera", seen=seen.digest
            ),
            name="review.sign",
        )
        assert [told_of(day) for day in (early, soon, late)] == before, "31 October is later than these"
        words, lines = told_of(date(2026, 10, 26))
        assert words == [] and "Vera signed the review of Mira, September 2026: keep." in lines[0]


def test_oversight_costs_the_median_time_from_one_answer_to_the_next_for_each_card() -> None:
    effort = effort_of(_answers(0, 1, 2, 4, 7, 8, 100), [])
    assert (effort.cards, effort.measured, effort.median_s, effort.total_s) == (7, 5, 60.0, 420.0)


def test_time_between_sittings_and_between_people_is_nobodys() -> None:
    apart = SITTING / timedelta(minutes=1) + 0.1
    assert effort_of(_answers(*(place * apart for place in range(9))), []).measured == 0
    mixed = [*_answers(0, 1, 2, 3, 4, 5), *_answers(0.5, 1.5, 2.5, 3.5, 4.5, 5.5, actor="person:Bob")]
    assert effort_of(mixed, []).median_s == 60.0
    judged = [Judged("mira", "a", RIGHT, Severity.NONE, "person:Vera", at(10, 1, 9, minute)) for minute in range(6)]
    assert effort_of([], judged).cards == 6 and effort_of([], judged).median_s == 60.0


@pytest.mark.parametrize("minutes", [(), (0,), (0, 1, 2, 3, 4)])
def test_of_too_few_nothing_is_said(minutes: tuple[float, ...]) -> None:
    assert effort_of(_answers(*minutes), []).total_s is None


def test_time_saved_is_never_measured(tmp_path: Path) -> None:
    with hired(tmp_path / "w", AGENT) as session:
        told = text_of(digest(session.kernel, WEEK))
    assert "Declared, not measured." in told and isinstance(WEEK.until, datetime)
