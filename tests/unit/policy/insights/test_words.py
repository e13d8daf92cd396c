"""The figures in words: comparisons that say with what, — for nothing, never 100 % of nearly all."""

import pytest

from opsconsole.policy.insights.counts import DecisionCounts
from opsconsole.policy.insights.words import figures, length, price, share

NOTHING = DecisionCounts()
WEEK = DecisionCounts(
    asked=42, decided=40, ruled=36, approved=30, edited=6, rejected=4, taken_back=1, undone=1, expired=2, timed=38,
    median_s=180.0,
)  # fmt: skip
BEFORE = DecisionCounts(asked=30, decided=30, ruled=30, approved=20, edited=5, expired=3, timed=30, median_s=240.0)


def told(now: DecisionCounts, before: DecisionCounts, *, days: int = 7) -> dict[str, tuple[str, str, str]]:
    return {each.name: (each.value, each.of, each.change) for each in figures(now, before, days=days)}


def test_each_figure_says_its_part_and_how_it_stands_to_the_time_before() -> None:
    assert told(WEEK, BEFORE) == {
        "asked": ("42", "", "12 more than the 7 days before"),
        "approved": ("83 %", "30 of 36 decided", "16 points more than the 7 days before"),
        "time": ("3 min", "38 requests, 2 put off left out", "1 min shorter than the 7 days before"),
        "edited": ("20 %", "6 of 30 approved", "5 points less than the 7 days before"),
        "expired": ("2", "", "1 fewer than the 7 days before"),
        "overturned": ("2", "of 31 approvals: 1 taken back, 1 undone", "2 more than the 7 days before"),
    }
    assert told(WEEK, WEEK, days=30)["asked"][2] == "as many as in the 30 days before"
    assert told(WEEK, WEEK)["approved"][2] == told(WEEK, WEEK)["time"][2] == "as in the 7 days before"


def test_where_nothing_was_decided_there_is_a_dash_and_no_share() -> None:
    assert told(NOTHING, BEFORE) == {
        "asked": ("0", "", "30 fewer than the 7 days before"),
        "approved": ("—", "nothing decided", "67 % in the 7 days before"),
        "time": ("—", "nothing decided", "4 min in the 7 days before"),
        "edited": ("—", "nothing approved", "25 % in the 7 days before"),
        "expired": ("0", "", "3 fewer than the 7 days before"),
        "overturned": ("—", "nothing approved", "none in the 7 days before either"),
    }
    assert {change for _, _, change in told(WEEK, NOTHING).values()} == {
        "42 more than the 7 days before", "nothing in the 7 days before", "2 more than the 7 days before",
    }  # fmt: skip


def test_the_price_is_hours_and_money_only_where_an_hour_has_one() -> None:
    text = price(WEEK, BEFORE, days=7, hour_price=None, currency="EUR")
    assert text == "Price of oversight: 2.0 h of waiting (40 requests × median 3 min); 2.0 h in the 7 days before."
    text = price(WEEK, NOTHING, days=7, hour_price=45.0, currency="EUR")
    waited = "Price of oversight: 2.0 h of waiting (40 requests × median 3 min)"
    assert text == f"{waited}, EUR 90.00 at the declared EUR 45.00 an hour."
    text = price(NOTHING, BEFORE, days=7, hour_price=45.0, currency="EUR")
    assert text == "Price of oversight: —; no request was timed."


@pytest.mark.parametrize(
    ("part", "words"),
    [(None, "—"), (0.0, "0 %"), (0.001, "under 1 %"), (0.5, "50 %"), (0.996, "over 99 %"), (1.0, "100 %")],
)
def test_a_share_is_never_all_of_nearly_all_or_none_of_some(part: float | None, words: str) -> None:
    assert share(part) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "under 1 s"), (45, "45 s"), (59.7, "1 min"), (180, "3 min"), (3600, "1 h"), (11_400, "3 h 10 min"),
        (3_599, "1 h"), (86_400 + 300, "1 d"), (2 * 86_400 + 4 * 3600 + 60, "2 d 4 h"),
    ],
)  # fmt: skip
def test_a_length_of_time_has_two_units_at_most(seconds: float, words: str) -> None:
    assert length(seconds) == words
