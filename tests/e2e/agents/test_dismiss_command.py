"""agents dismiss: what ended is said, what did not is told plainly, and the way back works as it says."""

import re
from pathlib import Path

from opsconsole.app.session import opened
from opsconsole.app.summary import summary
from tests.support.shell import AGENT, Run, write_mail

ASKS = AGENT.replace("autonomy: {default: 3}", "autonomy: {default: 2}")


def hire(run: Run, folder: Path, text: str = ASKS) -> None:
    (folder / "mira.yaml").write_text(text, encoding="utf-8")
    assert run("agents", "apply", "--without-evidence=a test", folder / "mira.yaml").code == 0


def test_an_agent_is_dismissed_and_hired_again_as_it_was(run: Run, tmp_path: Path) -> None:
    run("init")
    hire(run, tmp_path)
    run("import", "--work", write_mail(tmp_path))
    assert run("engine", "--once").code == 0
    assert len(run("approvals", "list", "--json").json) == 1
    said = run("agents", "dismiss", "mira", "--reason", "the wrong one")
    assert said.code == 0 and said.err == ""
    assert said.out.startswith("Mira (mira) is dismissed.") and "1 request lapsed." in said.out
    assert run("approvals", "list", "--json").json == [] and run("agents", "list", "--json").json == []
    listed = run("agents", "versions", "mira")
    assert "Dismissed " in listed.out and "the wrong one" in listed.out and "in use again" in listed.out
    assert [row["is_in_use"] for row in run("agents", "versions", "mira", "--json").json] == [False]
    shown = run("agents", "show", "mira")
    assert shown.code == 2 and "mira was dismissed " in shown.err and "agents restore mira 1" in shown.err
    way_back = re.search(r"opsconsole (agents restore mira 1)", said.out)
    assert way_back is not None
    assert "version 2 is in use" in run(*way_back[1].split()).out
    assert [row["agent"] for row in run("agents", "list", "--json").json] == ["mira"]
    assert run("audit", "verify").code == 0


def test_it_says_as_json_what_ended(run: Run, tmp_path: Path) -> None:
    run("init")
    hire(run, tmp_path)
    run("import", "--work", write_mail(tmp_path))
    run("engine", "--once")
    (told,) = run("agents", "dismiss", "mira", "--json").json
    assert told == {
        "agent": "mira",
        "name": "Mira",
        "number": 1,
        "requests": 1,
        "effects": 0,
        "runs": 1,
        "grants": 0,
        "doubts": 0,
    }


def test_who_is_not_there_or_was_dismissed_is_said_plainly(run: Run, tmp_path: Path) -> None:
    run("init")
    unknown = run("agents", "dismiss", "nora")
    assert unknown.code == 2 and "No agent nora is in use." in unknown.err and "agents list" in unknown.err
    hire(run, tmp_path)
    assert run("agents", "dismiss", "mira").code == 0
    twice = run("agents", "dismiss", "mira")
    assert twice.code != 0 and "mira was dismissed already, " in twice.err and twice.out == ""
    hire(run, tmp_path)
    assert run("agents", "versions", "mira", "--json").json[0]["version"] == 2, "the same file again is a new version"


def test_a_summary_of_the_workspace_still_tells_of_who_was_dismissed(run: Run, folder: Path, tmp_path: Path) -> None:
    run("init")
    hire(run, tmp_path)
    run("import", "--work", write_mail(tmp_path))
    run("engine", "--once")
    assert run("agents", "dismiss", "mira").code == 0
    with opened(folder) as session:
        (told,) = summary(session.kernel.reader, folder, seconds=1.0)["agents"]
    assert (told["name"], told["events"]) == ("Mira", 1)
