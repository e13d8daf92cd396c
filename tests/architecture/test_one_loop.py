"""A coroutine never turns Qt's loop itself: a step of another task that comes up meanwhile would be thrown away."""

import ast

import pytest

from tests.architecture.tree import ROOT

TURNS = {"qWait", "qWaitFor", "exec", "exec_", "processEvents", "waitUntil", "waitSignal", "waitExposed"}
FILES = sorted([*(ROOT / "opsconsole").rglob("*.py"), *(ROOT / "tests").rglob("*.py")])


def turns_of_loop(source: str) -> list[int]:
    """Return the lines at which a coroutine would turn the loop that it runs in."""
    found: set[int] = set()
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TURNS:
                    found.add(node.lineno)
    return sorted(found)


@pytest.mark.parametrize("call", ["QTest.qWait(450)", "box.exec()", "app.processEvents()"])
def test_a_turn_of_the_loop_is_seen(call: str) -> None:
    assert turns_of_loop(f"async def scene():\n    {call}\n") == [2]
    assert turns_of_loop(f"def scene():\n    {call}\n") == []


def test_no_coroutine_turns_the_loop_it_runs_in() -> None:
    told = [f"{path.relative_to(ROOT)}:{line}" for path in FILES for line in turns_of_loop(path.read_text("utf-8"))]
    assert told == []
