"""What is drawn for a person to decide first is what these tests are about."""

import pytest


@pytest.fixture(autouse=True)
def coin() -> None:
    """The coin falls as it does at work: what acts alone is drawn at first, of what is asked each fifth."""
