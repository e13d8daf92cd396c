"""The engine lives without Qt: every module but the window's can be imported without PySide6."""

import json
import subprocess
import sys

from tests.architecture.tree import ROOT, python_files, shown

# The window, and the two files that join it to the rest.
NEEDS_QT = ("opsconsole.ui", "opsconsole.app.gui.start", "opsconsole.app.gui.mainwindow")

_PROGRAM = """
import importlib, json, sys

for name in ("PySide6", "shiboken6", "qasync"):
    sys.modules[name] = None  # From now on an import of it raises ImportError.
failed = {}
for name in json.loads(sys.argv[1]):
    try:
        importlib.import_module(name)
    except Exception as problem:
        failed[name] = f"{type(problem).__name__}: {problem}"
print(json.dumps(failed))
"""


def test_imports_where_qt_is_missing() -> None:
    modules = _modules()
    assert modules, "no module found"
    command = [sys.executable, "-W", "error", "-c", _PROGRAM, json.dumps(modules)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    failed: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    assert not failed, "\n".join(f"{name}: {problem}" for name, problem in failed.items())


def _modules() -> list[str]:
    paths = (shown(path) for path in python_files("opsconsole") if path.name != "__main__.py")
    names = [path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in paths]
    return [name for name in names if not any(name == top or name.startswith(f"{top}.") for top in NEEDS_QT)]
