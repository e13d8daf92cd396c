"""What is dear to import is imported late: nobody waits for it who asks no model and sends nothing."""

import json
import os
import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT

LATE = ("openai", "httpx2")

_HELP = """
import contextlib, sys
from opsconsole.app.entry import main

sys.argv = ["opsconsole", "--help"]
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(sys.stderr):
    main()
"""
# The open window, with all its panels and with what its forms try connections out with.
_WINDOW = """
import importlib, tempfile
from pathlib import Path
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from opsconsole.app.gui.mainwindow import Joined
from opsconsole.app.gui.start import frame
from opsconsole.ui.loop import qt_loop
from opsconsole.ui.shell.catalog import PANELS

async def play(joined):
    await joined.begin(with_engine=False)
    for entry in PANELS:
        entry.load()
    importlib.import_module("opsconsole.app.gui.tools")
    await joined.end()

app = QApplication([])
with tempfile.TemporaryDirectory() as folder, qt_loop(app) as loop:
    window, theme = frame(app, QSettings(f"{folder}/window.ini", QSettings.Format.IniFormat))
    window.show()
    loop.run_until_complete(play(Joined(window, Path(folder) / "w", theme=theme)))
"""


def _loaded(work: str) -> set[str]:
    told = "\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", work + told]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    ("work", "reached"),
    [
        ("import opsconsole.ui.shell.window", "opsconsole.ui.shell.window"),
        (_WINDOW, "opsconsole.brains.model.endpoint"),
        (_HELP, "opsconsole.app.commands.connect.model"),
    ],
    ids=["frame", "window", "help"],
)
def test_neither_the_window_nor_help_waits_for_what_only_models_need(work: str, reached: str) -> None:
    loaded = _loaded(work)
    assert reached in loaded and not loaded.intersection(LATE)


def test_asking_a_model_brings_them() -> None:
    assert _loaded("import opsconsole.brains.model.sdk").issuperset(LATE)
