"""The table of `dev.py mutate`: what it names is there, and what the longest path is."""

import importlib
import sys
from typing import Any

import pytest

from tests.architecture.tree import ROOT


@pytest.fixture
def mutation(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "path", [str(ROOT / "packaging"), *sys.path])
    return importlib.import_module("_dev.mutation")


def test_every_path_of_the_table_is_there(mutation: Any) -> None:
    for room, tests in mutation.TESTS.items():
        assert (ROOT / room).exists(), room
        assert [path for path in tests if not (ROOT / path).exists()] == [], room


def test_the_longest_path_says_which_tests_a_file_has(mutation: Any) -> None:
    assert mutation.tests_for("opsconsole/store/audit.py") == mutation.TESTS["opsconsole/store/audit.py"]
    assert mutation.tests_for("opsconsole/store/cases.py") == mutation.TESTS["opsconsole/store"]
    assert mutation.tests_for("opsconsole/policyx/rules.py") == mutation.tests_for("README.md") == ()
