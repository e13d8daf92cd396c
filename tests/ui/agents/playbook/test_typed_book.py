"""What the fields of a playbook say, and what they mean."""

from dataclasses import replace

import pytest

from opsconsole.ui.panels.agents.playbook.typed import book_of, typed_book
from tests.support.rig import agent


@pytest.mark.parametrize("share", [0.123456, 1 / 3, 0.5, 0.0, 1.0])
def test_a_limit_that_nobody_touched_stays_as_exact_as_it_is(share: float) -> None:
    book = {"purpose": "x", "threshold": share, "categories": [{"id": "case", "name": "Case", "threshold": share}]}
    spec = agent(playbook=book)
    typed = typed_book(spec)
    read, faults = book_of(replace(typed, tone="Short"), spec)
    assert not faults and read is not None
    assert (read.threshold, read.categories[0].threshold) == (share, share)
    read, _ = book_of(replace(typed, threshold="42.5"), spec)
    assert read is not None and read.threshold == 0.425
