"""One result, two faces: each says it in its own words, and only the terminal is told what to type."""

from datetime import UTC, datetime, timedelta

import pytest

from opsconsole.app.commands import decisionwords as terminal
from opsconsole.domain.enums import Hold
from opsconsole.engine.commands.results import (
    DecisionOutcome,
    DecisionResult,
    GivenGrant,
    RecommendationOutcome,
    RecommendationResult,
)
from opsconsole.ui.widgets import decisionwords as window

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
SOON, LATE = NOW + timedelta(seconds=10), NOW + timedelta(hours=9)
GRANT = GivenGrant(3, "mira", "desk.reply", ("to",), False, NOW + timedelta(days=7))


def result(outcome: DecisionOutcome, **facts: object) -> DecisionResult:
    return DecisionResult(outcome=outcome, request=5, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", list(DecisionOutcome))
def test_every_outcome_has_words_on_both_faces_and_commands_only_in_the_terminal(outcome: DecisionOutcome) -> None:
    made = result(outcome, at=SOON, why="in shadow", changes=("mail received",), again=6, undone_by="moves it back")
    assert terminal.decided(made).endswith(".") and window.decided(made, NOW).endswith(".")
    assert "`" not in window.decided(made, NOW)


def test_the_window_counts_the_seconds_and_the_terminal_names_the_way_back() -> None:
    made = result(DecisionOutcome.APPROVED, at=SOON)
    assert window.decided(made, NOW) == "Approved, done in 10 s."
    assert window.decided(result(DecisionOutcome.APPROVED, at=NOW), NOW) == "Approved, done at once."
    at = f"{SOON.astimezone():%H:%M:%S}"
    assert terminal.decided(made) == f"Approved; done at {at}. Until then `opsconsole approvals undo 5` takes it back."


def test_what_holds_an_approved_action_is_said() -> None:
    quiet = result(DecisionOutcome.APPROVED, at=LATE, held_by=("quiet hours 20:00 to 07:00",))
    when = f"{LATE.astimezone():%A at %H:%M}"
    assert window.decided(quiet, NOW) == f"Approved, done on {when} (quiet hours 20:00 to 07:00)."
    assert terminal.decided(quiet).startswith(f"Approved; done on {when} (quiet hours 20:00 to 07:00). ")
    paused = result(DecisionOutcome.APPROVED, hold=Hold.SWITCH, held_by=("paused: everything",))
    assert window.decided(paused, NOW) == "Approved, held until you resume (paused: everything)."
    assert "undo" not in terminal.decided(paused)
    idle = result(DecisionOutcome.APPROVED, hold=Hold.ENGINE)
    assert window.decided(idle, NOW) == "Approved, done when an engine runs."
    assert terminal.decided(idle).startswith("Approved; done when an engine runs. Until then")


def test_a_grant_says_what_stays_the_same_and_until_when() -> None:
    made = result(DecisionOutcome.APPROVED, at=SOON, grant=GRANT)
    for text in (window.decided(made, NOW), terminal.decided(made)):
        assert "Grant 3: mira may desk.reply with the same to until " in text


def test_what_is_put_off_says_the_day_where_it_is_another_one() -> None:
    there = (NOW + timedelta(days=2)).astimezone()
    said = window.decided(result(DecisionOutcome.PUT_OFF, at=there), NOW)
    assert said == f"Put off until {there:%A %H:%M}."
    here = NOW.astimezone()
    assert window.decided(result(DecisionOutcome.PUT_OFF, at=here), NOW) == f"Put off until {here:%H:%M}."


def test_a_recommendation_that_may_not_be_done_says_the_rule() -> None:
    made = RecommendationResult(outcome=RecommendationOutcome.NOT_ALLOWED, why="in shadow")
    assert not made.is_done
    assert window.recommended(made, NOW) == "Not done: your word does not lift this rule: in shadow."
    asked = RecommendationResult(
        outcome=RecommendationOutcome.ASKED, decision=result(DecisionOutcome.APPROVED, at=SOON)
    )
    assert asked.is_done and window.recommended(asked, NOW) == "Approved, done in 10 s."
