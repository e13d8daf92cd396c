"""Where what is drawn would hide the requests that a test is about, nothing is."""

import pytest

from opsconsole.engine.ladder import draws


def _never(_workspace: str, _run: int) -> float:
    return 1.0


@pytest.fixture
def none_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The coin draws nothing."""
    monkeypatch.setattr(draws, "coin", _never)
