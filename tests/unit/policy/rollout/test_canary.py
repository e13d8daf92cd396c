"""A share of the threads, by digest: as many as it says, always the same ones, and more of them as it grows."""

import math

import pytest

from opsconsole.policy.canary import falls_to_canary, next_share, share_drawn_of_canary, threshold_to
from opsconsole.policy.evidence import still_needed

THREADS = [f"thread:<{number}@x.example>" for number in range(10_000)]


def among(share: int, *, version: int = 2, workspace: str = "w") -> set[str]:
    return {thread for thread in THREADS if falls_to_canary(workspace, "mira", version, thread, share)}


def below(successes: int, trials: int, chance: float) -> float:
    """Return how likely so few successes, or fewer, are."""
    logs = (
        math.lgamma(trials + 1)
        - math.lgamma(each + 1)
        - math.lgamma(trials - each + 1)
        + each * math.log(chance)
        + (trials - each) * math.log1p(-chance)
        for each in range(successes + 1)
    )
    return sum(math.exp(log) for log in logs)


@pytest.mark.parametrize("workspace", ["w", "another"])
@pytest.mark.parametrize("share", [5, 25])
def test_the_share_lies_within_its_exact_bounds(share: int, workspace: str) -> None:
    found = len(among(share, workspace=workspace))
    assert 1e-4 < below(found, len(THREADS), share / 100) < 1 - 1e-4, found


def test_a_thread_keeps_its_version_as_the_share_grows() -> None:
    assert among(5) < among(25) < among(100) == set(THREADS)


def test_the_same_thread_always_falls_the_same_way_and_another_versions_are_others() -> None:
    assert among(25) == among(25)
    both = len(among(25) & among(25, version=3))
    assert 1e-4 < below(both, len(among(25)), 0.25) < 1 - 1e-4, "not those that the last one had"


def test_names_that_run_into_each_other_are_told_apart() -> None:
    first = [falls_to_canary("w", "mira1", 2, thread, 25) for thread in THREADS[:200]]
    second = [falls_to_canary("w", "mira", 12, thread, 25) for thread in THREADS[:200]]
    assert first != second


@pytest.mark.parametrize(
    ("share", "wrong", "needed"), [(25, 0, 20), (25, 1, 31), (25, 2, 41), (100, 0, 43), (100, 1, 66), (100, 2, 85)]
)
def test_a_step_asks_for_what_its_page_says(share: int, wrong: int, needed: int) -> None:
    bar = threshold_to(share)
    assert still_needed(0, wrong, bar.accuracy) + wrong == needed
    assert bar.not_severe == bar.accuracy, "the first severe error stops it, so nothing more is asked"


def test_5_25_100_and_no_further() -> None:
    assert [next_share(share) for share in (5, 25, 100)] == [25, 100, None]


@pytest.mark.parametrize(("ever", "week", "share"), [(0, 0, 1.0), (49, 49, 1.0), (50, 19, 1.0), (50, 20, 0.2)])
def test_what_it_decides_is_drawn_all_at_first_and_then_enough_a_week(ever: int, week: int, share: float) -> None:
    assert share_drawn_of_canary(asked=0.2, drawn_ever=ever, drawn_week=week) == share
