"""What agents' commands show is there for programs too."""

from pathlib import Path

from tests.support.mail.mailboxes import OWN, mailbox, write_mailbox
from tests.support.shell import AGENT, Run


def test_every_way_of_showing_a_file_takes_json(run: Run, tmp_path: Path) -> None:
    run("init")
    file = tmp_path / "mira.yaml"
    for text in (AGENT, AGENT.replace("Answers.", "Answers all.")):
        file.write_text(text, encoding="utf-8")
        run("agents", "apply", "--without-evidence=a test", file)
    (row,) = run("agents", "diff", "mira", "1", "2", "--file", "--json").json
    assert (row["agent"], row["was"], row["now"]) == ("mira", 1, 2) and "+  purpose: Answers all." in row["lines"]
    (same,) = run("agents", "diff", "mira", "1", "1", "--file", "--json").json
    assert same["lines"] == []
    (shown,) = run("agents", "show", "mira", "--source", "--json").json
    assert shown["source"] == file.read_text(encoding="utf-8") and shown["version"] == 2
    (back,) = run("agents", "restore", "mira", "1", "--json").json
    assert (back["version"], back["before"], back["is_new"]) == (3, 2, True)


def test_a_template_and_a_blank_one_take_json(run: Run, tmp_path: Path) -> None:
    run("init")
    run("import", write_mailbox(tmp_path / "box", mailbox(12)), "--own", OWN)
    (blank,) = run("agents", "new", "--blank", "--name", "Card desk", "--print", "--json").json
    assert blank["agent"] == "card-desk" and not blank["is_in_use"] and "agent: card-desk" in blank["source"]
    name = next(row["template"] for row in run("agents", "new", "--json").json if not row["lacks"])
    (printed,) = run("agents", "new", name, "--print", "--json").json
    assert printed["template"] == name and f"agent: {printed['agent']}" in printed["source"]
    assert run("agents", "list", "--json").json == [], "nothing was put in use so far"
    (made,) = run("agents", "new", name, "--json").json
    assert (made["agent"], made["version"], made["is_new"]) == (printed["agent"], 1, True)
