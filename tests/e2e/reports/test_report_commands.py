"""`opsconsole report` as it is typed: text, files, JSON; and what is said where it cannot be."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.support.shell import AGENT, STEERING, Run

_ALONE = """
import contextlib, sys
from opsconsole.app.entry import main
with contextlib.suppress(SystemExit):
    main()
sys.stdout.write("Qt" if any(name.startswith("PySide6") for name in sys.modules) else "no Qt")
"""
NAMED = AGENT.replace("name: Mira", 'name: "<b>&</b>"').replace("purpose: Answers.", 'purpose: "<script>x</script>"')


@pytest.fixture
def workspace(run: Run, tmp_path: Path) -> Run:
    """A workspace with an agent of a strange name."""
    (tmp_path / "mira.yaml").write_text(NAMED)
    assert run("init").code == 0
    applied = run("agents", "apply", tmp_path / "mira.yaml", "--without-evidence", "for a test")
    assert "version 1 is in use" in applied.out
    return run


def test_a_charter_as_text_says_what_one_asks_first(workspace: Run) -> None:
    told = workspace("report", "charter", "mira").out
    wanted = (
        "Charter: <b>&</b>", "Accountable person", "Not named yet", "A mail", "WHAT IT NEVER DOES", "3 acts alone",
        "pause agent:mira", "Yes. What it sends to people outside alone ends with", "Last review", "None yet",
        "desk: create ticket and reply",
    )  # fmt: skip
    for words in wanted:
        assert words in told, words


def test_an_empty_week_and_month_are_told_too(workspace: Run) -> None:
    assert "Nothing came in, and nothing was finished." in workspace("report", "digest", "--week", "2020-W01").out
    told = workspace("report", "digest").out
    assert "Nobody was asked anything." in told and "Declared, not measured" in told and "No agent was changed" in told
    month = f"{json.loads(workspace('report', 'digest', '--json').out)['until'][:4]}-12"
    told = workspace("report", "review", "mira", "--month", month.replace(month[:4], "2100")).out
    assert "the sample proves nothing yet" in told and "[ ] Keep" in told and "not over" in told


def alone(folder: Path, *words: object) -> list[str]:
    """What is said, line by line, in a process of its own that has no screen; last, whether it loaded Qt."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    command = [sys.executable, "-c", _ALONE, *map(str, words), "-w", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert not done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("kind", [("charter", "mira"), ("digest",), ("review", "mira", "--month", "2100-01")])
@pytest.mark.parametrize("end", ["html", "HTM"])
def test_a_page_is_written_whole_and_nothing_is_left_beside_it(
    workspace: Run, tmp_path: Path, kind: tuple[str, ...], end: str
) -> None:
    path = tmp_path / "out" / f"page.{end}"
    path.parent.mkdir()
    for _ in range(2):  # another time in its own place
        done = workspace("report", *kind, "--out", path)
        assert (done.code, done.err) == (0, "") and f"is in {path}" in done.out
    data = path.read_bytes()
    assert data.startswith(b"<!doctype html>") and b"<script>" not in data and b"<b>&</b>" not in data
    assert [found.name for found in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("kind", [("charter", "mira"), ("digest",), ("review", "mira", "--month", "2100-01")])
def test_json_says_the_facts(workspace: Run, kind: tuple[str, ...]) -> None:
    (told,) = workspace("report", *kind, "--json").json
    assert {"charter": "levels", "digest": "effort", "review": "sample"}[kind[0]] in told
    if kind[0] != "charter":
        assert told["since"] < told["until"] and told["zone"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("charter", "nobody"), "No agent nobody is in use"),
        (("review", "nobody", "--month", "2026-01"), "No agent nobody is in use"),
        (("review", "mira", "--month", "2020-01"), "there was nothing to review before"),
        (("review", "mira", "--month", "2026-13"), "'2026-13' is no month"),
        (("digest", "--week", "2026-W60"), "'2026-W60' is no week"),
        (("digest", "--since", "2026-03-02", "--until", "2026-03-01"), "ends before it begins"),
        (("digest", "--since", "2026-03-02"), "Days need both ends"),
        (("digest", "--week", "2026-W10", "--since", "2026-03-02"), "either a week or days"),
        (("digest", "--since", "yesterday", "--until", "2026-03-01"), "is no date"),
        (("digest", "--out", "page.docx"), "ends in none of .pdf, .html, .htm"),
        (("accountable", "nobody", "Vera"), "No agent nobody is in use"),
        (("accountable", "mira", "V" * 121), "at most 120 characters"),
    ],
)
def test_what_cannot_be_is_said(workspace: Run, words: tuple[str, ...], told: str) -> None:
    done = workspace("report", *words)
    assert done.code == 2 and told in done.err and "Traceback" not in done.err


def test_a_file_that_cannot_be_written_is_said_and_what_is_there_stays(
    workspace: Run, tmp_path: Path, folder: Path
) -> None:
    (tmp_path / "folder.html").mkdir()
    copied = tmp_path / "copy.html"
    copied.write_bytes((folder / "workspace.db").read_bytes())
    for place in (tmp_path / "missing" / "x.html", tmp_path / "folder.html", copied):
        before = sorted(tmp_path.iterdir())
        done = workspace("report", "charter", "mira", "--out", place)
        assert done.code == 3 and "Choose another" in done.err and sorted(tmp_path.iterdir()) == before
    assert copied.read_bytes().startswith(b"SQLite format 3")


def test_who_is_accountable_is_named_and_on_record(workspace: Run) -> None:
    assert "Nobody is named" in workspace("report", "accountable", "mira").out
    assert workspace("report", "accountable", "mira", "  Vera   Stijnen ").out == "Vera Stijnen answers for mira.\n"
    assert "Vera Stijnen" in workspace("report", "charter", "mira").out
    assert workspace("report", "accountable", "mira", "--json").json == [
        {"agent": "mira", "accountable": "Vera Stijnen"}
    ]
    (entry,) = [line for line in workspace("audit", "tail", "--json").json if line["kind"] == "agent.accountable"]
    assert entry["name"] == "Vera Stijnen" and entry["agent"] == "mira"
    assert "Nobody is named" in workspace("report", "accountable", "mira", "").out
    assert workspace("audit", "verify").code == 0


def test_nothing_that_others_wrote_steers_a_terminal(workspace: Run) -> None:
    assert workspace("report", "accountable", "mira", STEERING).code == 0
    told = workspace("report", "charter", "mira").out
    assert "\x1b" not in told and "\u202e" not in told and "red" in told


@pytest.mark.parametrize("kind", [("charter", "mira"), ("digest",), ("review", "mira", "--month", "2100-01")])
def test_text_and_html_are_made_without_qt_and_pdf_without_a_screen(
    workspace: Run, folder: Path, tmp_path: Path, kind: tuple[str, ...]
) -> None:
    html, paper = tmp_path / "x.html", tmp_path / "x.pdf"
    assert alone(folder, "report", *kind)[-1] == "no Qt"
    assert alone(folder, "report", *kind, "--out", html)[-1] == "no Qt"
    said = alone(folder, "report", *kind, "--out", paper)
    assert said[-1] == "Qt" and f"is in {paper}" in said[0]
    once = paper.read_bytes()
    assert once.startswith(b"%PDF-")
    alone(folder, "report", *kind, "--out", paper)
    assert paper.read_bytes() == once and html.read_bytes().startswith(b"<!doctype")
