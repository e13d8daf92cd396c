"""Widgets are tested without a screen."""

import os

from tests.support.desktop.screen import OFFSCREEN

os.environ.setdefault("QT_QPA_PLATFORM", OFFSCREEN)

import asyncio
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.approvals.asked import Person, fill, person_at
from tests.ui.sample import make_empty, make_worked


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A workspace without anything in it."""
    return make_empty(tmp_path / "w")


@pytest.fixture
def worked(tmp_path: Path) -> Path:
    """A workspace with five events, four of them worked."""
    return make_worked(tmp_path / "w")


@pytest.fixture
def person(tmp_path: Path, qapp: QApplication) -> Person:
    """Somebody before the approvals of a workspace with five requests."""
    folder = tmp_path / "workspace"
    asyncio.run(fill(folder))
    return person_at(folder, qapp)
