"""A review is signed on the numbers that were seen: once, whole or not at all, on record, and made again alike."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from opsconsole.app.session import Session, opened
from opsconsole.domain.enums import Adjudication, Level, ReviewDecision, Severity, Stage
from opsconsole.domain.errors import DecisionError, NotFoundError, OpsError, StaleCardError
from opsconsole.engine.agents.versions import in_use
from opsconsole.engine.audittrail.check import check
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.climb import rung_of
from opsconsole.engine.oversight.review import Review, review
from opsconsole.engine.oversight.signing import Signing, lowerable, sign, step_down
from opsconsole.engine.oversight.span import Span, month_before, month_of
from opsconsole.store.queries import ladder as ladders
from opsconsole.store.queries.reviews import signed
from opsconsole.store.queries.views import feed
from tests.architecture.tree import ROOT
from tests.support.shell import AGENT, Run
from tests.support.teampages.past import Past, at, hired

OCTOBER = month_of("2026-10")
KEEP, WIDEN, NARROW = ReviewDecision
STAGE, LEVEL = ("mail_received", ""), ("mail_received", "desk.reply")
WHY = "refunds went wrong twice"


def past(session: Session, happen: Callable[[Past], object]) -> None:
    session.write(lambda tx: happen(Past(tx)), name="past")


def october(past: Past) -> None:
    for day in range(2, 32):
        past.pair(at(10, day), is_same=day != 9, severity=Severity.SEVERE if day == 9 else Severity.NONE)


def sat_down(folder: Path) -> AbstractContextManager[Session]:
    """A workspace in which October is over."""
    return hired(folder, AGENT, AGENT, AGENT)


def put(
    session: Session, decision: ReviewDecision, *, reason: str = "", lowered: Sequence[tuple[str, str]] = (),
    seen: str = "", span: Span = OCTOBER, actor: str = "person:Vera",
) -> Signing:  # fmt: skip
    kernel = session.kernel
    digest = seen or review(kernel, "mira", span).digest
    return session.write(
        lambda tx: sign(kernel, tx, "mira", span, decision, actor=actor, reason=reason, seen=digest, lowered=lowered),
        name="review.sign",
    )


def entries(session: Session, kind: str) -> list[dict[str, object]]:
    return [entry for entry in feed.audit_tail(session.kernel.reader, limit=999) if entry["kind"] == kind]


def told(kernel: Kernel) -> Review:
    return review(kernel, "mira", OCTOBER)


def test_a_signature_keeps_the_numbers_and_they_can_be_made_again(tmp_path: Path) -> None:
    with sat_down(tmp_path / "w") as session:
        past(session, october)
        seen = told(session.kernel)
        made = put(session, KEEP)
        conn = session.kernel.reader
        (row,) = signed.of_agent(conn, "mira")
        numbers = signed.snapshot(conn, row.id)
        assert numbers["sample"]["total"] == seen.every.total == 30 and numbers["sample"]["wrong"] == 1
        assert (row.since, row.until, row.decision, row.actor) == (OCTOBER.since, OCTOBER.until, KEEP, "person:Vera")
        assert row.digest == seen.digest == told(session.kernel).digest == made.review.digest
        (entry,) = entries(session, "review.signed")
        assert (entry["actor"], entry["agent"], entry["decision"]) == ("person:Vera", "mira", "keep")
        assert entry["digest"] == seen.digest and "words" not in entry and entry["sample"] == seen.every.to_json()
        assert made.sentences == (
            "Signed: the review of Mira, October 2026.",
            "Keep: its scope and levels stay as they are.",
            "The next one is due on 30 December 2026.",
        )
        assert not [finding for finding in check(conn, tmp_path / "w").findings if "review" in finding.what]


def test_numbers_that_changed_since_they_were_shown_are_not_signed(tmp_path: Path) -> None:
    with sat_down(tmp_path / "w") as session:
        past(session, october)
        seen = told(session.kernel)
        past(session, lambda past: Past(past.tx, 1000).pair(at(10, 20), Adjudication.HUMAN))
        for digest in (seen.digest, seen.digest[:16], "0" * 64):
            with pytest.raises(StaleCardError, match="are not those that you saw"):
                put(session, KEEP, seen=digest)
        with pytest.raises(DecisionError, match="at least 8 of its characters"):
            put(session, KEEP, seen=told(session.kernel).digest[:7])
        assert signed.of_agent(session.kernel.reader, "mira") == [] and entries(session, "review.signed") == []
        put(session, KEEP, seen=told(session.kernel).digest[:16])


def test_one_review_counts_for_a_month_and_whoever_comes_second_is_told(tmp_path: Path) -> None:
    with sat_down(tmp_path / "w") as session:
        put(session, KEEP)
        who = "Vera signed the review of Mira, October 2026, on 30 November 2026: keep"
        with pytest.raises(StaleCardError, match=who):
            put(session, NARROW, reason=WHY, lowered=[STAGE], actor="person:Otto")
        assert in_use(session.kernel.reader, "mira").number == 1, "and nothing is lowered either"
        put(session, KEEP, span=month_of("2026-09"))
        assert len(signed.of_agent(session.kernel.reader, "mira")) == 2


@pytest.mark.parametrize("decision", [WIDEN, NARROW])
def test_what_is_to_change_needs_a_reason(tmp_path: Path, decision: ReviewDecision) -> None:
    with sat_down(tmp_path / "w") as session:
        with pytest.raises(DecisionError, match="say why in at least 8 characters"):
            put(session, decision, reason="  so   it ", lowered=[STAGE])
        assert signed.of_agent(session.kernel.reader, "mira") == []


def test_narrow_takes_down_what_is_named_with_the_signature(tmp_path: Path) -> None:
    with sat_down(tmp_path / "w") as session:
        kernel, conn = session.kernel, session.kernel.reader
        offered = {(rung.category, rung.tool): step_down(rung) for rung in lowerable(kernel, conn, "mira")}
        assert offered[STAGE] == "A mail: full to expanded"
        assert offered[LEVEL] == "A mail · Reply: level 3 to 2: asks before it acts"
        made = put(session, NARROW, reason=WHY, lowered=[STAGE, LEVEL, STAGE])
        assert rung_of(kernel, conn, "mira", "mail_received")[1].stage is Stage.EXPANDED
        assert rung_of(kernel, conn, "mira", *LEVEL)[1].holds is Level.APPROVAL
        assert made.steps == (offered[STAGE], offered[LEVEL]) and made.review.lowered == (STAGE, LEVEL)
        assert made.sentences[1] == f"Narrow, from now on: {offered[STAGE]}; {offered[LEVEL]}."
        assert made.sentences[2] == "No other review is owed: nothing of it is at full."
        (fall,) = ladders.in_force(conn, "mira")
        assert (fall.trigger, fall.why, fall.actor) == ("person", f"review of October 2026: {WHY}", "person:Vera")
        assert len(entries(session, "ladder.demoted")) == 2
        (entry,) = entries(session, "review.signed")
        assert entry["lowered"] == [{"category": STAGE[0]}, {"category": LEVEL[0], "tool": LEVEL[1]}] and entry["words"]
        assert WHY not in json.dumps(entry), "the record holds a digest of what was typed"
        assert check(conn, tmp_path / "w").is_ok


def test_a_step_down_that_cannot_be_taken_leaves_nothing_behind(tmp_path: Path) -> None:
    with sat_down(tmp_path / "w") as session:
        conn = session.kernel.reader
        wrong: list[tuple[tuple[str, str], type[OpsError]]] = [
            (("refund", ""), NotFoundError), (("mail_received", "desk.nothing"), NotFoundError),
        ]  # fmt: skip
        for cell, error in wrong:
            with pytest.raises(error, match="Nothing was signed"):
                put(session, NARROW, reason=WHY, lowered=[STAGE, cell])
        with pytest.raises(DecisionError, match="say what is taken a step back"):
            put(session, NARROW, reason=WHY)
        for decision in (KEEP, WIDEN):
            with pytest.raises(DecisionError, match="only narrow takes a step back"):
                put(session, decision, reason=WHY, lowered=[STAGE])
        assert signed.of_agent(conn, "mira") == [] and in_use(conn, "mira").number == 1
        assert ladders.demotions(conn, "mira") == [] and entries(session, "ladder.demoted") == []


def test_widen_promotes_nothing_by_itself(tmp_path: Path) -> None:
    with sat_down(tmp_path / "w") as session:
        made = put(session, WIDEN, reason="it does well with mail")
        conn = session.kernel.reader
        assert ladders.promotions(conn, "mira") == [] and in_use(conn, "mira").number == 1
        assert "nothing is raised yet; each step up is signed on the ladder" in made.sentences[1]


def test_a_month_that_is_not_over_is_not_signed(tmp_path: Path) -> None:
    with sat_down(tmp_path / "w") as session, pytest.raises(DecisionError, match="November 2026 is not over"):
        put(session, KEEP, span=month_of("2026-11"))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE review SET decision = 'widen'", "review 1 is not what entry"),
        ("UPDATE review SET snapshot = '{}'", "review 1 is not what entry"),
        ("UPDATE review SET actor = 'person:Otto', reason_id = NULL", "review 1 is not what entry"),
        ("DELETE FROM review", "review 1 is not what entry"),
        (
            "INSERT INTO review (agent_id, since, until, decision, snapshot, actor, at)"
            " VALUES ('mira', 1, 2, 'keep', '{}', 'person:Otto', 3)",
            "the record knows nothing of review 2",
        ),
    ],
)
def test_a_review_that_was_changed_past_the_record_is_found(tmp_path: Path, change: str, found: str) -> None:
    with sat_down(tmp_path / "w") as session:
        put(session, KEEP, reason="it was a quiet month")
        session.write(lambda tx: tx.conn.execute(change), name="forged")
        findings = check(session.kernel.reader, tmp_path / "w").findings
    assert [finding.what for finding in findings if found in finding.what], findings


# -- as it is typed ---------------------------------------------------------------------------------------------------


def overdue_by(folder: Path, days: int) -> Span:
    """A workspace whose agent has been at full for 30 days and so many more; the month to sign."""
    now = datetime.now(UTC)
    with hired(folder, AGENT) as session:
        began = int((now - timedelta(days=30 + days)).timestamp() * 1e6)
        session.write(lambda tx: tx.conn.execute("UPDATE agent_version SET created_at = ?", (began,)), name="past")
    return month_before(now)


def test_signing_as_it_is_typed(run: Run, folder: Path, tmp_path: Path) -> None:
    month = overdue_by(folder, 40)
    (owed,) = run("report", "due", "--json").json
    assert (owed["agent"], owed["owed"], owed["overdue"], owed["last"]) == ("mira", True, True, None)
    assert "overdue by" in run("report", "due").out
    shown = run("report", "review", "mira").out
    line = next(line for line in shown.splitlines() if line.startswith("To sign what you see"))
    digest = line.partition("--digest ")[2].partition(" ")[0]
    assert f"--month {month.first:%Y-%m} --digest {digest} --sign keep" in line and f"numbers: {digest}" in shown
    refused = run("report", "review", "mira", "--sign", "keep", "--digest", "0123456789abcdef")
    assert refused.code == 2 and "are not those that you saw" in refused.err
    typed = ("report", "review", "mira", "--month", f"{month.first:%Y-%m}", "--digest", digest, "--sign", "keep")
    done = run(*typed, "--reason", "a quiet month")
    assert done.code == 0 and done.out.startswith("Signed: the review of Mira") and "The next one is due on" in done.out
    (owed,) = run("report", "due", "--json").json
    assert not owed["overdue"] and owed["last"]["decision"] == "keep"
    again = run(*typed)
    assert again.code == 2 and "One review counts for a month" in again.err
    text, page = run("report", "review", "mira").out, tmp_path / "signed.html"
    assert "[x] Keep" in text and "a quiet month" in text and "To sign what you see" not in text
    assert run("report", "review", "mira", "--out", page).code == 0 and "a quiet month" in page.read_text()
    assert ": keep, by " in run("ladder", "history", "mira").out
    (step,) = run("ladder", "history", "mira", "--json").json
    assert step["step"] == "review" and step["digest"].startswith(digest) and step["snapshot"]["sample"]["total"] == 0
    assert "keep" in run("report", "charter", "mira").out and run("audit", "verify").code == 0


def test_a_stage_that_is_lowered_stands_in_the_history(run: Run, folder: Path) -> None:
    overdue_by(folder, 40)
    assert (
        "down from full to expanded" in run("ladder", "demote", "mira", "mail_received", "--reason", "a new queue").out
    )
    assert "down  mail_received: full to expanded, by " in run("ladder", "history", "mira").out
    (step,) = run("ladder", "history", "mira", "--json").json
    assert (step["step"], step["was"], step["rung"], step["why"]) == ("down", "full", "expanded", "a new queue")


def test_without_a_digest_what_is_signed_stands_above_it(run: Run, folder: Path) -> None:
    overdue_by(folder, 40)
    done = run("report", "review", "mira", "--sign", "widen", "--reason", "it does well with mail")
    assert done.out.index("Review: Mira") < done.out.index("Signed: the review of Mira")
    assert "ladder show mira" in done.out
    (entry,) = [line for line in run("audit", "tail", "--json").json if line["kind"] == "review.signed"]
    assert entry["digest"] == run("report", "review", "mira", "--json").json[0]["digest"]


def test_narrow_as_it_is_typed(run: Run, folder: Path) -> None:
    overdue_by(folder, 40)
    words = ("report", "review", "mira", "--sign", "narrow", "--reason", WHY, "--json")
    assert run(*words).code == 2
    (made,) = run(*words, "--lower", "mail_received", "--lower", "mail_received/desk.reply").json
    assert made["steps"] == ["A mail: full to expanded", "A mail · Reply: level 3 to 2: asks before it acts"]
    assert made["next"]["owed"] is False and "none owed" not in run("report", "due").out
    assert "No review owed" in run("report", "due").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--reason", "because"), "Say what the review comes to with --sign"),
        (("--sign", "fine"), "keep"),
        (("--sign", "narrow", "--lower", "mail_received/"), "names nothing to lower"),
        (("--sign", "keep", "--month", "2100-01"), "is not over"),
    ],
)
def test_what_cannot_be_signed_is_said(run: Run, folder: Path, words: tuple[str, ...], said: str) -> None:
    overdue_by(folder, 40)
    done = run("report", "review", "mira", *words)
    assert done.code == 2 and said in done.err and "Traceback" not in done.err


def test_of_two_who_sign_at_once_one_counts_and_the_other_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    overdue_by(folder, 40)
    env = {**os.environ, "OPSCONSOLE_WORKSPACE": str(folder)}
    command = [sys.executable, "-m", "opsconsole", "report", "review", "mira", "--json", "--sign"]
    both = [
        Popen([*command, *words], cwd=ROOT, env=env, stdout=PIPE, stderr=PIPE, text=True)
        for words in (["keep"], ["narrow", "--reason", WHY, "--lower", "mail_received"])
    ]
    said = [each.communicate(timeout=60) for each in both]
    assert sorted(each.returncode for each in both) == [0, 2], said
    (told_other,) = [err for each, (_, err) in zip(both, said, strict=True) if each.returncode]
    assert "One review counts for a month" in told_other and "Traceback" not in told_other
    with opened(folder) as session:
        (row,) = signed.of_agent(session.kernel.reader, "mira")
        is_narrowed = in_use(session.kernel.reader, "mira").number == 2
        assert is_narrowed is (row.decision is NARROW), "what the other wanted is not done either"
        assert check(session.kernel.reader, folder).is_ok
