"""Installed as a user does it: a wheel, `uv tool install`, one command; without this checkout anywhere near."""

import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from opsconsole.store import lease

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 120


def _uv() -> str:
    found = shutil.which("uv") or next((str(path) for path in sorted((ROOT / ".tools").glob("uv-*/**/bin/uv"))), None)
    if found is None:
        pytest.skip("needs uv, which `python3 packaging/dev.py setup` brings")
    return found


@dataclass(frozen=True)
class Installed:
    """The program in the empty home of somebody who has only the wheel."""

    home: Path
    wheel: Path
    env: dict[str, str]

    @property
    def program(self) -> str:
        return str(self.home / "bin" / "opsconsole")

    @property
    def python(self) -> str:
        return str(self.home / "tools" / "opsconsole" / "bin" / "python")

    def run(self, *command: str) -> str:
        done = subprocess.run(command, env=self.env, cwd=self.home, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    uv, home = _uv(), tmp_path_factory.mktemp("home")
    unwanted = ("PYTHONPATH", "DISPLAY", "WAYLAND_DISPLAY", "VIRTUAL_ENV", "OPSCONSOLE_WORKSPACE", "XDG_DATA_HOME")
    env = {name: value for name, value in os.environ.items() if name not in unwanted}
    env |= {
        "HOME": str(home),
        "UV_TOOL_DIR": str(home / "tools"),
        "UV_TOOL_BIN_DIR": str(home / "bin"),
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(ROOT / ".tools" / "cache")),
        "QT_QPA_PLATFORM": "offscreen",
    }
    made = Installed(home, home, env)
    made.run(uv, "build", "--wheel", "--out-dir", str(home / "dist"), str(ROOT))
    (wheel,) = (home / "dist").glob("*.whl")
    made.run(uv, "tool", "install", "--python", sys.executable, str(wheel))
    return Installed(home, wheel, env)


@pytest.mark.slow
@pytest.mark.xdist_group("install")
def test_the_wheel_holds_what_people_need_and_nothing_of_the_tests(installed: Installed) -> None:
    names = zipfile.ZipFile(installed.wheel).namelist()
    licences = next(name for name in names if name.endswith("/METADATA")).replace("METADATA", "licenses/")
    assert {f"{licences}LICENSE", f"{licences}packaging/THIRD-PARTY-NOTICES.md"} <= set(names)
    texts = {name.rpartition("/")[2] for name in names if name.startswith(f"{licences}packaging/licenses/")}
    assert {"LGPL-3.0.txt", "GPL-3.0.txt"} <= texts
    assert {"opsconsole/resources/fonts/Inter-Regular.otf", "opsconsole/resources/fonts/Inter-LICENSE.txt"} <= set(
        names
    )
    assert not [name for name in names if "doubles" in name or name.startswith(("tests/", "packaging/"))]


@pytest.mark.slow
@pytest.mark.xdist_group("install")
def test_the_installed_command_helps_and_works_the_sample(installed: Installed) -> None:
    assert "Run AI agents on your own machine" in installed.run(installed.program, "--help")
    assert "The record" in installed.run(installed.program, "demo", "--headless")
    assert (installed.home / ".local/share/opsconsole/demo/workspace.db").exists()
    look = "import opsconsole, opsconsole.app.place as place; print(opsconsole.__file__, place.resources())"
    assert str(ROOT) not in installed.run(installed.python, "-c", look)


@pytest.mark.slow
@pytest.mark.xdist_group("install")
def test_the_installed_window_opens_with_its_engine_and_closes(installed: Installed) -> None:
    folder = installed.home / "mine"
    command = [installed.program, "window", "-w", str(folder)]
    with subprocess.Popen(command, env=installed.env, cwd=installed.home, stderr=subprocess.PIPE, text=True) as window:
        try:
            _wait(lambda: lease.holder(folder), window)
            window.send_signal(signal.SIGTERM)
            _, said = window.communicate(timeout=PATIENCE_S)
        finally:
            window.kill()
    assert (window.returncode, said) == (0, "")
    assert lease.holder(folder) is None
    assert (installed.home / ".local/share/opsconsole/window.ini").exists()


def _wait(is_so: Callable[[], object], window: subprocess.Popen[str]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert window.poll() is None and time.monotonic() < end, "the window did not come"
        with pytest.raises(subprocess.TimeoutExpired):
            window.wait(0.05)
