"""A command line to type into, and a workspace in which a mail was worked."""

import sys
from pathlib import Path

import pytest

from opsconsole.app import cli
from tests.support.shell import AGENT, Run, Said, write_mail


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a command to `main`, as the shell would."""
    monkeypatch.setenv("OPSCONSOLE_WORKSPACE", str(folder))

    def command(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["opsconsole", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return command


@pytest.fixture
def working(run: Run, tmp_path: Path) -> Run:
    """A workspace with an agent and one mail that was worked."""
    (tmp_path / "mira.yaml").write_text(AGENT)
    assert run("init").code == 0
    assert "version 1 is in use" in run("agents", "apply", "--without-evidence=a test", tmp_path / "mira.yaml").out
    assert "1 new" in run("import", "--work", write_mail(tmp_path)).out
    assert run("engine", "--once").code == 0
    return run
