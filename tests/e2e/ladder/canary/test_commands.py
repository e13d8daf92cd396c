"""In the terminal: a version is tried, shown, widened, stopped and put in use, each answer a sentence or JSON."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.support.shell import AGENT, Run, write_mail

WHY = "the team is watching"
NEW = AGENT.replace("Answers.", "Answers gently.")


def applied(run: Run, folder: Path, text: str, *words: str) -> str:
    """Apply a file; return what was said, whichever way it went."""
    path = folder / "mira.yaml"
    path.write_text(text)
    said = run("agents", "apply", path, *words)
    return said.out + said.err


def test_from_5_percent_into_use(working: Run, tmp_path: Path) -> None:
    out = applied(working, tmp_path, NEW, "--canary", "--reason", "gentler")
    assert "mira: version 2 is tried on 5 % of the new threads and asks before everything; version 1 stays" in out
    assert "playbook · purpose: Answers. → Answers gently." in out
    assert working("agents", "show", "mira").out.startswith("Mira (mira), version 1,")
    shown = working("canary", "show", "mira").out
    assert "Version 2 of mira is tried on 5 % of the new threads since" in shown
    assert "No decision counts so far." in shown
    assert "Next: 25 %. Still needed: 20 clean decisions more; 2 working days more." in shown
    refused = working("canary", "widen", "mira")
    assert refused.code == 2 and "Version 2 of mira is not ready for 25 %: 20 clean decisions more" in refused.err
    assert "--without-evidence" in refused.err
    for share in (25, 100):
        said = working("canary", "widen", "mira", "--without-evidence", WHY).out
        assert f"Version 2 of mira works {share} % of the new threads from now on" in said
        assert "This is not earned." in said
    (facts,) = working("canary", "show", "mira", "--json").json
    assert (facts["version"], facts["beside"], facts["share"], facts["next"]) == (2, 1, 100, None)
    assert "version 3 is in use" in working("canary", "use", "mira", "--without-evidence", WHY).out
    versions = working("agents", "versions", "mira").out
    assert "in use" in versions and "tried" in versions and "version 2, which was tried as a canary" in versions
    assert "came into use" in working("canary", "show", "mira").out
    assert "playbook · purpose: Answers. → Answers gently." in working("agents", "diff", "mira").out
    assert working("audit", "verify").code == 0


def test_stopped_and_tried_again(working: Run, tmp_path: Path) -> None:
    applied(working, tmp_path, NEW, "--canary")
    assert "canary 5 %" in working("agents", "versions", "mira").out
    assert "is tried already, on 5 % of its threads" in applied(working, tmp_path, NEW, "--canary")
    third = AGENT.replace("Answers.", "Answers loudly.")
    told = applied(working, tmp_path, third, "--without-evidence", WHY)
    assert "version 2 of mira is tried on 5 % of its threads beside version 1" in told and "canary stop mira" in told
    assert "is tried no more" in working("canary", "stop", "mira", "--reason", "worse").out
    assert "No version of mira is tried" in working("canary", "widen", "mira").err
    assert "was stopped" in working("canary", "show", "mira").out
    assert "version 3 is tried on 5 %" in working("agents", "restore", "mira", "2", "--canary").out
    assert working("audit", "verify").code == 0


def test_what_is_typed_wrongly_is_told(working: Run, tmp_path: Path) -> None:
    path = tmp_path / "mira.yaml"
    cases: list[tuple[Callable[[], str], str]] = [
        (lambda: working("agents", "apply", path, path, "--canary").err, "--canary is about one file"),
        (lambda: working("agents", "apply", path, "--canary", "--without-evidence", WHY).err, "leave it out"),
        (lambda: working("agents", "restore", "mira", "1", "--canary", "--without-evidence", WHY).err, "leave it out"),
        (lambda: working("agents", "apply", path, "--canary").err, "it decides as version 1 of mira does"),
        (lambda: working("canary", "show", "mira").err, "No version of mira is tried"),
        (lambda: working("canary", "stop", "nova").err, "No agent nova is in use"),
    ]
    for asked, told in cases:
        assert told in asked()


def test_the_past_is_worked_by_the_version_in_use(working: Run, tmp_path: Path, folder: Path) -> None:
    applied(working, tmp_path, NEW, "--canary")
    for _ in range(2):
        working("canary", "widen", "mira", "--without-evidence", WHY)
    past = tmp_path / "past"
    past.mkdir()
    for number in range(10, 14):
        mail = write_mail(past, number)
        mail.write_bytes(b"Date: Mon, 02 Mar 2026 09:00:00 +0000\r\n" + mail.read_bytes())
    assert working("shadow", "run", "mira", past).code == 0
    with closing(sqlite3.connect(folder / "workspace.db")) as conn:
        assert conn.execute("SELECT version_id, count(*) FROM pair GROUP BY 1").fetchall() == [(1, 4)]
