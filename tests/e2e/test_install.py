"""Installed as a user does it: a wheel, `uv tool install`, one command; without this checkout anywhere near."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _uv() -> str:
    found = shutil.which("uv") or next((str(one) for one in sorted((ROOT / ".tools").glob("uv-*/**/bin/uv"))), None)
    if found is None:
        pytest.skip("needs uv, which `python3 packaging/dev.py setup` brings")
    return found


@pytest.mark.slow
def test_the_wheel_gives_the_command_with_all_it_shows(tmp_path: Path) -> None:
    uv = _uv()
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "DISPLAY", "VIRTUAL_ENV")}
    env |= {
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "UV_TOOL_DIR": str(tmp_path / "tools"),
        "UV_TOOL_BIN_DIR": str(tmp_path / "bin"),
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(ROOT / ".tools" / "cache")),
        "QT_QPA_PLATFORM": "offscreen",
    }

    def run(*command: str) -> str:
        done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(uv, "build", "--wheel", "--out-dir", str(tmp_path / "dist"), str(ROOT))
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    run(uv, "tool", "install", "--python", sys.executable, str(wheel))
    program = str(tmp_path / "bin" / "opsconsole")
    assert "The record" in run(program, "demo", "--headless")
    python = str(tmp_path / "tools" / "opsconsole" / "bin" / "python")
    look = (
        "from opsconsole.app.place import resources; print(*sorted(p.name for p in (resources() / 'fonts').iterdir()))"
    )
    assert "Inter-Regular.otf" in run(python, "-c", look)
    assert "opsconsole" in run(
        python, "-c", "import opsconsole.ui.shell.window, opsconsole; print(opsconsole.__file__)"
    )
