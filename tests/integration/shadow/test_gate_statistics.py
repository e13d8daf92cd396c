"""From pairs to gate by the product's own code: it opens for an agent at the boundary in at most 1 of 20 cohorts."""

import pytest

from opsconsole.policy.trials import EvidenceThreshold
from tests.support.gatesim import coverage, simulated

ACCURACY = EvidenceThreshold(0.85, 0.5)
SEVERE = EvidenceThreshold(0.5, 0.95)


def test_an_agent_at_the_boundary_of_accuracy_seldom_opens_it() -> None:
    found = simulated(400, ACCURACY, accuracy=ACCURACY.accuracy)
    assert found.cohorts > 400, "new versions start new cohorts"
    assert found.accuracy > 0 and found.share("accuracy")[0] <= 0.05


def test_an_agent_at_the_boundary_of_severe_errors_seldom_opens_it() -> None:
    found = simulated(200, SEVERE, accuracy=SEVERE.not_severe, severe=1.0, length=120)
    assert found.share("not_severe")[0] <= 0.05


def test_a_good_agent_opens_it() -> None:
    found = simulated(40, ACCURACY, accuracy=0.99, length=120)
    assert found.accuracy >= 30


@pytest.mark.parametrize("total", [5, 28, 90])
@pytest.mark.parametrize("share", [0.5, 0.85, 0.95, 0.99])
def test_the_stated_interval_covers_at_least_as_often_as_it_says(share: float, total: int) -> None:
    assert coverage(share, total) >= 0.95
