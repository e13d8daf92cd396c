"""`dev.py mutate`: what its table names is there, the longest path counts, and what is broken and what is not."""

import importlib
import sys
from typing import Any

import pytest

from tests.architecture.tree import ROOT

SENT = """
async def send(self, tx):
    await self.writes.write(job, name="effect.begin")
    await self.persist(job, "effect.finish")
    tx.audit("effect.sending", key="k")
    return "now"
"""


@pytest.fixture
def mutation(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "path", [str(ROOT / "packaging"), *sys.path])
    return importlib.import_module("_dev.mutation")


@pytest.fixture
def breaks(mutation: Any) -> Any:
    pytest.importorskip("mutmut", reason="it forks, which Windows cannot, and is not installed there")
    return importlib.import_module("_dev.breaks")


def test_every_path_of_the_table_is_there(mutation: Any) -> None:
    for room, tests in mutation.TESTS.items():
        assert (ROOT / room).exists(), room
        assert [path for path in tests if not (ROOT / path).exists()] == [], room


def test_the_longest_path_says_which_tests_a_file_has(mutation: Any) -> None:
    assert mutation.tests_for("opsconsole/store/audit.py") == mutation.TESTS["opsconsole/store/audit.py"]
    assert mutation.tests_for("opsconsole/store/cases.py") == mutation.TESTS["opsconsole/store"]
    assert mutation.tests_for("opsconsole/policyx/rules.py") == mutation.tests_for("README.md") == ()


def test_the_names_of_transactions_are_left_alone_and_other_words_of_the_code_are_not(breaks: Any) -> None:
    cst, ignored = importlib.import_module("libcst"), importlib.import_module("mutmut.mutation.pragma_handling")
    visitor = breaks.Breaking(breaks.operators(), ignored.IgnoredCode(set(), set(), set()))
    module = cst.MetadataWrapper(cst.parse_module(SENT)).visit(visitor)
    broken = [module.deep_replace(found.original_node, found.mutated_node).code for found in visitor.mutations]
    words = {
        word
        for code in broken
        for word in ("effect.begin", "effect.finish", "effect.sending", "k", "now")
        if f'"XX{word}XX"' in code
    }
    assert words == {"effect.sending", "k", "now"}
    assert any("self.writes" not in code for code in broken), "the call itself may be left out"
    assert not any("writes.write(job" in code and "effect.begin" not in code for code in broken)
