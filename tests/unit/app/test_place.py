"""Where our data lies: by each system's custom, and where it lay before for people who have some there."""

import os
import sys
import tempfile
from pathlib import Path

import platformdirs
import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix
from platformdirs.windows import Windows

from opsconsole.app.place import VARIABLE, data_folder, workspace_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the homes of Unix")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, on Linux, with nothing else said."""
    on_linux(monkeypatch)
    made = tmp_path / "home"
    made.mkdir()
    monkeypatch.setenv("HOME", str(made))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    for name in ("XDG_DATA_HOME", VARIABLE):
        monkeypatch.delenv(name, raising=False)
    return made


def on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "PlatformDirs", Unix)
    monkeypatch.setattr(sys, "platform", "linux")


def on_a_mac(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "PlatformDirs", MacOS)
    monkeypatch.setattr(sys, "platform", "darwin")


def temporary() -> Path:
    return Path(tempfile.gettempdir()) / f"opsconsole-{os.getuid()}"


def test_on_linux_the_workspace_stays_where_it_was(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert workspace_folder(None) == home / ".local/share/opsconsole/workspace"
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    assert workspace_folder(None) == home / "data/opsconsole/workspace"


def test_what_lies_under_a_relative_data_home_stays_there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    monkeypatch.setenv("XDG_DATA_HOME", "rel")
    assert data_folder() == home / ".local/share/opsconsole", "somebody new has it where the standard says"
    (home / "rel/opsconsole").mkdir(parents=True)
    assert data_folder().resolve() == home / "rel/opsconsole"


def test_on_a_mac_the_workspace_stays_where_it_was(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_mac(monkeypatch)
    before = home / "Library/Application Support/opsconsole"
    assert workspace_folder(None) == before / "workspace"
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    assert data_folder() == home / "data/opsconsole", "somebody new has it where they asked for it"
    before.mkdir(parents=True)
    assert workspace_folder(None) == before / "workspace"


def test_on_windows_the_workspace_stays_where_it_was(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "PlatformDirs", Windows)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("WIN_PD_OVERRIDE_LOCAL_APPDATA", r"C:\Users\ann\AppData\Local")
    assert data_folder() == Path(r"C:\Users\ann\AppData\Local") / "opsconsole"


def test_without_a_home_what_is_in_the_temporary_folder_stays_there(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOME")
    temporary().mkdir(parents=True)
    assert workspace_folder(None) == temporary() / "workspace"
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    assert data_folder() == home / "data/opsconsole"


def test_somebody_with_a_home_gets_nothing_out_of_the_temporary_folder(home: Path) -> None:
    temporary().mkdir(parents=True)
    assert data_folder() == home / ".local/share/opsconsole"


@pytest.mark.skipif(hasattr(os, "getuid") and os.getuid() == 0, reason="root may write everywhere")
def test_where_the_home_may_not_be_written_there_is_a_folder_all_the_same(home: Path) -> None:
    home.chmod(0o500)
    assert data_folder() == temporary()


def test_what_is_named_goes_before_what_is_custom(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "~/mine")
    assert workspace_folder(None) == home / "mine"
    assert workspace_folder(home / "given") == home / "given"
