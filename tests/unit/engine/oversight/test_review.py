"""A review as data and as a page: what was counted blind, how sure that is, what drifted, which grants nobody uses."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from opsconsole.app.commands.reports.text import lines_of
from opsconsole.domain.enums import Adjudication, ReviewDecision, Severity
from opsconsole.domain.errors import NotFoundError
from opsconsole.engine.oversight.page import Signature
from opsconsole.engine.oversight.review import Review, review
from opsconsole.engine.oversight.reviewpage import review_page
from opsconsole.engine.oversight.signing import sign
from opsconsole.engine.oversight.span import month_of
from opsconsole.engine.oversight.words import day as day_of
from opsconsole.policy.evidence import exact_interval
from opsconsole.store.writes import people
from tests.support.shell import AGENT
from tests.support.teampages.past import Past, at, hired

RIGHT, WRONG = Adjudication.AGENT, Adjudication.HUMAN
OCTOBER = month_of("2026-10")
TWO = AGENT + "    - {id: refund, name: Refund}\n"
OTHER = AGENT.replace("purpose: Answers.", "purpose: Answers otherwise.")


def reviewed(tmp_path: Path, happen: Callable[[Past], object], *texts: str) -> tuple[Review, str]:
    """The review of October, and its text."""
    with hired(tmp_path / "w", *(texts or (TWO,))) as session:
        session.write(lambda tx: happen(Past(tx)), name="past")
        told = review(session.kernel, "mira", OCTOBER)
        return told, " ".join(" ".join(lines_of(review_page(told))).split())


def test_what_was_decided_blind_in_the_month_is_counted_with_its_exact_bounds(tmp_path: Path) -> None:
    def happen(past: Past) -> None:
        for day in range(2, 32):
            past.pair(at(10, day), is_same=day != 9, severity=Severity.SEVERE if day == 9 else Severity.NONE)
        past.pair(at(9, 30), WRONG)
        past.pair(OCTOBER.until, WRONG)
        past.pair(OCTOBER.until - timedelta(microseconds=1), WRONG)
        past.pair(OCTOBER.since)

    told, text = reviewed(tmp_path, happen)
    assert (told.every.total, told.every.wrong, told.every.severe, told.every.judged) == (32, 2, 1, 1)
    bounds = exact_interval(2, 32)
    assert told.every.error == bounds and bounds.low < 2 / 32 < bounds.high
    assert (
        f"Of 32 decisions compared blind 2 were wrong. The true share of wrong ones lies between {bounds.low:.1%}"
        in text
    )
    assert [sample.category for sample in told.samples] == ["A mail"]


def test_what_people_had_seen_first_is_counted_apart(tmp_path: Path) -> None:
    def happen(past: Past) -> None:
        for day in range(1, 11):
            past.pair(at(10, day))
        past.pair(at(10, 20), is_blind=False)
        past.pair(at(10, 21), WRONG, is_blind=False, is_same=False)

    told, text = reviewed(tmp_path, happen)
    assert (told.every.total, told.every.wrong, told.every.seen) == (10, 0, 2)
    assert told.standing.total == 11, "Shadow counts the difference against it"
    assert "2 decisions that people had seen first are counted apart." in text


def test_what_was_judged_after_the_month_does_not_count_for_it(tmp_path: Path) -> None:
    def happen(past: Past) -> None:
        past.pair(at(10, 5), WRONG, judged_at=at(11, 2))
        past.pair(at(10, 6), RIGHT, is_same=False, judged_at=at(10, 30))
        past.pair(at(10, 7), RIGHT, is_same=False, judged_at=at(11, 2))

    told, _ = reviewed(tmp_path, happen)
    assert (told.every.total, told.every.wrong, told.every.judged) == (3, 1, 1)


def test_what_people_acted_on_in_the_next_month_is_of_that_month_and_of_no_other(tmp_path: Path) -> None:
    with hired(tmp_path / "w", TWO) as session:

        def happen(past: Past) -> None:
            past.pair(at(9, 30), acted_at=at(10, 1))
            past.pair(at(10, 30), acted_at=at(10, 31))
            past.pair(at(10, 31), acted_at=at(11, 2))

        session.write(lambda tx: happen(Past(tx)), name="past")
        months = [review(session.kernel, "mira", month_of(f"2026-{month:02}")) for month in (9, 10, 11)]
    assert [(told.every.total, told.earlier) for told in months] == [(0, 0), (2, 0), (1, 0)]


def test_pairs_of_a_version_that_decided_otherwise_are_left_out_and_said(tmp_path: Path) -> None:
    def happen(past: Past) -> None:
        for day in (1, 2):
            past.pair(at(10, day), WRONG, version=1)
        for day in (3, 4, 5):
            past.pair(at(10, day), version=2)

    told, text = reviewed(tmp_path, happen, TWO, OTHER)
    assert (told.number, told.every.total, told.every.wrong, told.earlier) == (2, 3, 0, 2)
    assert "2 pairs of an earlier version speak of another agent" in text


def test_a_version_that_came_later_is_not_the_one_reviewed(tmp_path: Path) -> None:
    with hired(tmp_path / "w", TWO, OTHER.replace("Mira", "Later")) as session:
        session.write(lambda tx: Past(tx).pair(at(9, 5)), name="past")
        told = review(session.kernel, "mira", month_of("2026-09"))
    assert (told.number, told.name, told.every.total) == (1, "Mira", 1)


def test_the_mix_of_kinds_stands_beside_that_of_the_month_before(tmp_path: Path) -> None:
    def happen(past: Past) -> None:
        for day in range(1, 5):
            past.event(at(9, 10 + day), "mail_received" if day < 4 else "refund")
        for day in range(1, 11):
            past.event(at(10, day), "mail_received" if day < 6 else "refund")
        past.event(at(11, 1), "refund")

    told, text = reviewed(tmp_path, happen)
    found = {drift.category: (drift.before, drift.now, drift.share_before, drift.share_now) for drift in told.drift}
    assert found == {"A mail": (3, 5, 0.75, 0.5), "Refund": (1, 5, 0.25, 0.5)}
    assert "−25 points" in text and "+25 points" in text


def test_the_reviewers_own_consistency_is_that_of_the_month_and_of_all(tmp_path: Path) -> None:
    def happen(past: Past) -> None:
        pairs = [past.pair(at(9, day), RIGHT) for day in range(1, 6)]
        for pair, said, when in zip(
            pairs, (RIGHT, WRONG, RIGHT, WRONG, WRONG),
            (at(9, 20), at(9, 21), at(10, 2), at(10, 3), at(11, 2)), strict=True,
        ):  # fmt: skip
            past.judge(pair, said, when, is_repeat=True)

    told, text = reviewed(tmp_path, happen)
    at_month = told.consistency
    assert (at_month.same, at_month.shown, at_month.ever_same, at_month.ever_shown) == (1, 2, 2, 4)
    assert "the reviewer said the same in 1 of 2." in text and "Until now in 2 of 4." in text


def test_grants_that_nobody_used_are_named(tmp_path: Path) -> None:
    def happen(past: Past) -> None:
        for number, (given, ends, revoked) in enumerate(
            [(at(9, 5), at(12, 1), None), (at(9, 5), at(10, 20), None), (at(9, 5), at(12, 1), at(10, 30)),
             (at(9, 5), at(12, 1), at(11, 2)), (at(11, 1), at(12, 1), None)],
        ):  # fmt: skip
            grant = people.add_grant(
                past.tx, agent="mira", tool="desk.reply", fingerprint="f", pinned={"to": f"a{number}@b.example"},
                actor="person:Vera", expires_at=ends, uses=None, now=given,
            )  # fmt: skip
            if revoked is not None:
                past.tx.conn.execute(
                    "UPDATE standing_grant SET revoked_at = ? WHERE id = ?", (int(revoked.timestamp() * 1e6), grant)
                )

    told, text = reviewed(tmp_path, happen)
    assert [grant.id for grant in told.grants] == [1, 4], "what held at the end of the month"
    assert "Not used this month: grants 1 and 4." in text and "1: reply, only with to a0@b.example" in text


def test_who_signed_it_stands_on_the_page_of_the_same_time_and_on_no_other(tmp_path: Path) -> None:
    with hired(tmp_path / "w", TWO, TWO, TWO) as session:
        kernel, before = session.kernel, review(session.kernel, "mira", OCTOBER)
        session.write(
            lambda tx: sign(
                kernel, tx, "mira", OCTOBER, ReviewDecision.WIDEN, actor="person:Vera Stijnen",
                reason="good so far", seen=before.digest,
            ),
            name="review.sign",
        )  # fmt: skip
        pages = [before, *(review(kernel, "mira", month) for month in (OCTOBER, month_of("2026-09")))]
        now = kernel.clock.now()
    signatures = [
        part for each in pages for part in review_page(each).sections[-1].parts if isinstance(part, Signature)
    ]
    ticked = [[choice.is_ticked for choice in each.choices] for each in signatures]
    assert ticked == [[False] * 3, [False, True, False], [False] * 3]
    assert dict(signatures[0].lines) == {"Why": "", "Name": "", "Date": "", "Signature": ""}
    said = dict(signatures[1].lines)
    assert (said["Name"], said["Why"], said["Date"]) == ("Vera Stijnen", "good so far", day_of(now))
    assert pages[1].digest == before.digest, "a signature is no number"


def test_an_agent_that_was_not_there_is_said(tmp_path: Path) -> None:
    with hired(tmp_path / "w", TWO) as session, pytest.raises(NotFoundError, match="in use since 2026-09-01"):
        review(session.kernel, "mira", month_of("2026-08"))
