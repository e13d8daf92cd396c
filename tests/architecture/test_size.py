"""Files stay small enough to be read at one sitting, functions small enough to be seen at once."""

import ast
from pathlib import Path

from tests.architecture.tree import python_files, shown

MOST_LINES_A_FILE = 300
MOST_LINES_A_FUNCTION = 60  # The aim is 40.

# path: (lines allowed, the reason). Keep it short; take out what is no longer needed.
LARGER_FILES: dict[str, tuple[int, str]] = {}

# "path:function": (lines allowed, the reason).
LARGER_FUNCTIONS: dict[str, tuple[int, str]] = {}


def test_no_file_is_too_long() -> None:
    found = {shown(path): _count_lines(path) for path in python_files("opsconsole", "tests", "packaging")}
    too_long = [
        f"{path}: {lines} lines, at most {allowed}; split it by noun"
        for path, lines in found.items()
        if lines > (allowed := LARGER_FILES.get(path, (MOST_LINES_A_FILE, ""))[0])
    ]
    assert not too_long, "\n".join(too_long)


def test_no_function_is_too_long() -> None:
    too_long = [
        f"{name}: {lines} lines, at most {allowed}"
        for path in python_files("opsconsole", "tests", "packaging")
        for name, lines in _functions(path)
        if lines > (allowed := LARGER_FUNCTIONS.get(name, (MOST_LINES_A_FUNCTION, ""))[0])
    ]
    assert not too_long, "\n".join(too_long)


def test_allowances_are_still_needed() -> None:
    files = {shown(path): _count_lines(path) for path in python_files("opsconsole", "tests", "packaging")}
    functions = dict(pair for path in python_files("opsconsole", "tests", "packaging") for pair in _functions(path))
    idle = [path for path in LARGER_FILES if files.get(path, 0) <= MOST_LINES_A_FILE]
    idle += [name for name in LARGER_FUNCTIONS if functions.get(name, 0) <= MOST_LINES_A_FUNCTION]
    assert not idle, f"no longer larger than usual; take them out of the list: {idle}"


def _count_lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _functions(path: Path) -> list[tuple[str, int]]:
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    return [
        (f"{shown(path)}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
