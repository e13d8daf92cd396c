"""The ladder's numbers hold: gates for agents of known accuracy, the alarm's delay, what is drawn, what is a wall."""

import random
from datetime import date

import pytest
from pydantic import BaseModel

from opsconsole.domain.action import ActionType
from opsconsole.domain.enums import ClassCeiling, Effect, Reversibility, Stage
from opsconsole.policy import ladder
from opsconsole.policy.ladder import share_drawn, threshold_alone, wall, watch
from opsconsole.policy.trials import TO_LIMITED
from opsconsole.policy.windows import business_days
from tests.support.storms import IS_FULL
from tests.unit.policy.laddersim import SPOILS, Spoil, false_openings, median, until_alarm, until_open

ROUNDS = 1000 if IS_FULL else 150


@pytest.mark.parametrize("spoil", SPOILS)
def test_at_the_boundary_a_gate_opens_falsely_in_at_most_one_of_twenty(spoil: Spoil) -> None:
    found = false_openings(spoil, TO_LIMITED, rounds=ROUNDS, length=90)
    print(f"{spoil}: {found.opened} of {found.cohorts} opened falsely, {found.interval}")
    assert found.interval.low <= 0.05
    assert found.share <= 0.05 or not IS_FULL


def test_acting_alone_outside_asks_more_and_opens_as_rarely() -> None:
    found = false_openings("selective", ladder.ALONE_INSIDE, rounds=ROUNDS // 3, length=200)
    assert found.interval.low <= 0.05


@pytest.mark.parametrize(("accuracy", "shown_at"), [(1.0, 10), (0.97, 40), (0.95, 50)])
def test_who_is_better_gets_through_in_about_the_promised_number(accuracy: float, shown_at: int) -> None:
    chance = random.Random(3)
    found = [until_open(chance, TO_LIMITED, accuracy=accuracy, shown_at=shown_at) for _ in range(ROUNDS)]
    promised, took = (median(list(some)) for some in zip(*found, strict=True))
    assert abs(took - promised) <= max(2, 0.2 * promised), (promised, took)


def test_the_alarm_rings_after_the_delay_that_the_screen_promises() -> None:
    chance = random.Random(4)
    bad = [until_alarm(chance, wrong=ladder.RATE_BAD) for _ in range(ROUNDS * 2)]
    mean = sum(bad) / len(bad)
    assert abs(mean - ladder.ALARM_AFTER) <= 0.15 * ladder.ALARM_AFTER, mean
    assert abs(median(bad) - 75) <= 12
    fine = [until_alarm(chance, wrong=ladder.RATE_FINE) for _ in range(ROUNDS // 3)]
    assert sum(fine) / len(fine) > 900


def test_the_alarm_counts_from_the_first_and_never_below_nothing() -> None:
    assert watch([False] * 50).value == 0 and watch([]).rang_after is None
    assert watch([False] * 50 + [True] * 3).rang_after == 53
    assert watch([True, True]).rang_after is None
    assert watch([True] * 3 + [False] * 9).rang_after == 3, "once it rang it rang"


@pytest.mark.parametrize(
    ("ever", "week", "decided", "share"),
    [
        (0, 0, 500, 1.0),
        (49, 49, 500, 1.0),
        (50, 19, 500, 1.0),
        (50, 20, 500, 0.06),
        (80, 25, 20, 1.0),
        (80, 25, 60, 0.5),
    ],
)
def test_what_acts_alone_is_drawn_first_all_and_then_enough(ever: int, week: int, decided: int, share: float) -> None:
    assert share_drawn(alone=True, asked=0.2, drawn_ever=ever, drawn_week=week, decided_week=decided) == share


def test_of_what_a_person_is_asked_about_a_fifth_is_drawn() -> None:
    for asked in (0.0, 0.2, 1.0):
        assert share_drawn(alone=False, asked=asked, drawn_ever=0, drawn_week=0, decided_week=0) == asked


def kind(effect: Effect = Effect.INTERNAL, **facts: object) -> ActionType:
    return ActionType(name="out.do", title="do", effect=effect, arguments=BaseModel, **facts)  # pyright: ignore[reportArgumentType]


def test_money_and_what_cannot_be_undone_never_act_alone_on_evidence() -> None:
    final = kind(reversibility=Reversibility.IRREVERSIBLE)
    assert wall(kind(), ()) == ""
    assert "money" in wall(kind(is_money=True), ()) and "undone" in wall(final, ())
    assert wall(final, [ClassCeiling.IRREVERSIBLE]) == "" and wall(kind(is_money=True), [ClassCeiling.MONEY]) == ""
    assert wall(kind(is_money=True), [ClassCeiling.IRREVERSIBLE]) != ""


def test_each_step_asks_more_than_the_one_before() -> None:
    steps = [ladder.TO_STAGE[stage] for stage in (Stage.LIMITED, Stage.EXPANDED, Stage.FULL)]
    assert [step.accuracy for step in steps] == [0.85, 0.90, 0.90]
    assert [step.business_days for step in steps] == [10, 10, 40]
    inside, outside = threshold_alone(kind()), threshold_alone(kind(Effect.EXTERNAL))
    assert (inside.accuracy, inside.not_severe) == (0.95, 0.98)
    assert (outside.accuracy, outside.not_severe) == (0.98, 0.99)


def test_business_days_are_monday_to_friday() -> None:
    monday = date(2026, 11, 2)
    days = [business_days(monday, date(2026, 11, day)) for day in (1, 2, 3, 6, 7, 8, 9, 16)]
    assert days == [0, 0, 1, 4, 4, 4, 5, 10]
    assert business_days(date(2026, 11, 7), date(2026, 11, 9)) == 1
