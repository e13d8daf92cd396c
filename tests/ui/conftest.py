"""Windows of the tests are painted in memory."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from pathlib import Path

import pytest

from tests.ui.sample import make_empty, make_worked


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A workspace without anything in it."""
    return make_empty(tmp_path / "w")


@pytest.fixture
def worked(tmp_path: Path) -> Path:
    """A workspace with five events, four of them worked."""
    return make_worked(tmp_path / "w")
