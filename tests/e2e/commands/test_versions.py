"""agents versions, diff, restore, lint: every change has a number, a reason and a way back."""

import re
from pathlib import Path

from tests.support.shell import AGENT, Run


def write(folder: Path, text: str) -> Path:
    path = folder / "mira.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_versions_are_listed_compared_and_restored_as_new_ones(run: Run, tmp_path: Path) -> None:
    run("init")
    assert run("agents", "apply", "--without-evidence=a test", write(tmp_path, f"# ours\n{AGENT}")).code == 0
    careful = AGENT.replace("autonomy: {default: 3}", "autonomy: {default: 3, actions: {desk.reply: 2}}")
    said = run(
        "agents",
        "apply",
        "--without-evidence=a test",
        write(tmp_path, careful),
        "--reason",
        "she wants to see\nreplies first",
    )
    assert said.code == 0 and "version 2 is in use" in said.out
    listed = run("agents", "versions", "mira", "--json").json
    assert [(row["version"], row["reason"], row["is_in_use"]) for row in listed] == [
        (2, "she wants to see replies first", True),
        (1, "a test", False),
    ]
    compared = run("agents", "diff", "mira").out
    assert "2 with approval (new)" in compared and "version 1 → version 2" in compared
    assert "+autonomy: {default: 3, actions: {desk.reply: 2}}" in run("agents", "diff", "mira", "1", "2", "--file").out
    (row,) = run("agents", "diff", "mira", "2", "1", "--json").json
    assert (row["was"], row["now"]) == ("2 with approval", "")
    back = run("agents", "restore", "mira", "1", "--reason", "it took too long")
    assert back.code == 0 and "version 3 is in use" in back.out
    assert run("agents", "show", "mira", "--source").out.startswith("# ours\n"), "comments stay"
    assert run("agents", "versions", "mira", "--json").json[0]["reason"] == "version 1 again: it took too long"
    assert "unchanged" in run("agents", "restore", "mira", "1").out
    assert run("agents", "restore", "mira", "9").code == 2
    assert run("agents", "diff", "mira", "1", "9").code == 2
    assert run("audit", "verify").code == 0


def test_a_file_is_looked_over_without_putting_it_in_use(run: Run, tmp_path: Path) -> None:
    run("init")
    said = run("agents", "lint", write(tmp_path, AGENT))
    assert said.code == 0 and "nothing to say" in said.out
    twice = """name: A mail
      examples: [where is my invoice]
    - id: other
      name: Other
      examples: ["Where is my invoice?"]
"""
    said = run("agents", "lint", write(tmp_path, AGENT.replace("name: A mail\n", twice)), "--json")
    assert said.code == 0
    assert any("same example" in row["text"] for row in said.json)
    broken = run("agents", "lint", write(tmp_path, AGENT.replace("desk.reply", "desk.rply")))
    assert broken.code == 2 and "did you mean desk.reply" in broken.err
    assert run("agents", "list", "--json").json == []


def test_a_version_is_listed_with_its_minute_and_an_agent_by_its_whole_name(run: Run, tmp_path: Path) -> None:
    run("init")
    name, file = "northern-harbour-customer-mail-" + "x" * 17, tmp_path / "long.yaml"
    file.write_text(AGENT.replace("agent: mira", f"agent: {name}"), encoding="utf-8")
    run("agents", "apply", "--without-evidence=a test", file)
    assert re.search(r" \d{4}-\d\d-\d\d \d\d:\d\d UTC  person:", run("agents", "versions", name).out)
    assert f"{name}  1 " in run("agents", "list").out
