"""Widgets are tested without a screen."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from pathlib import Path  # noqa: E402 - after the platform is chosen

import pytest  # noqa: E402

from tests.ui.sample import make_empty, make_worked  # noqa: E402


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A workspace without anything in it."""
    return make_empty(tmp_path / "w")


@pytest.fixture
def worked(tmp_path: Path) -> Path:
    """A workspace with five events, four of them worked."""
    return make_worked(tmp_path / "w")
