"""Every module opens with its job."""

import ast
from pathlib import Path

from tests.architecture.tree import python_files, shown


def test_every_module_has_a_docstring() -> None:
    silent = [shown(path) for path in python_files("opsconsole", "tests", "packaging") if not _speaks(path)]
    assert not silent, "say in the first line what the module is for:\n" + "\n".join(silent)


def _speaks(path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    is_bare_package_of_tests = path.name == "__init__.py" and shown(path).startswith("tests/") and not text.strip()
    return is_bare_package_of_tests or bool(ast.get_docstring(ast.parse(text, filename=str(path))))
