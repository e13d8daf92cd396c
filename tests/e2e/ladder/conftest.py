"""What is drawn for a person to decide first is what these tests are about."""

import pytest

from opsconsole.engine.ladder import draws

FAIR = draws.coin


@pytest.fixture(autouse=True)
def fair(monkeypatch: pytest.MonkeyPatch) -> None:
    """The coin falls as it does at work: what acts alone is drawn at first, of what is asked each fifth.

    It falls as in one workspace, so that a test draws the same each time.
    """

    def fair_coin(_workspace: str, run: int) -> float:
        return FAIR("one workspace", run)

    monkeypatch.setattr(draws, "coin", fair_coin)
