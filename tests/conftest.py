"""What holds for all tests: one leaves no secret for the next, and no property's example fails for being slow."""

from collections.abc import Generator

import pytest
from hypothesis import settings

from opsconsole.domain import redaction
from opsconsole.engine.ladder import draws

settings.register_profile("unhurried", settings(deadline=None))  # a busy machine is no bug
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def _no_secret_of_another_test() -> None:  # pyright: ignore[reportUnusedFunction] - pytest uses it
    """Else a word that was one test's secret is taken out of what the next one reads."""
    redaction.forget_all()


@pytest.fixture(autouse=True, scope="session")
def coin() -> Generator[None]:
    """Nothing is drawn for a person to decide first, else each fifth request would be hidden, in other runs others.

    For the whole session: what a module prepares once is made before what a test asks for.
    """

    def never(_workspace: str, _run: int) -> float:
        return 1.0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(draws, "coin", never)
        yield
