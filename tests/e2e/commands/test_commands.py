"""The command line as an operator and a script meet it: words, exit codes, and nothing that steers a terminal."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from opsconsole.store import heads
from tests.support.files import attack, raw, verify
from tests.support.shell import AGENT, Run, write_mail


def test_without_a_workspace_it_says_what_to_do(run: Run) -> None:
    for words in (["status"], ["feed"], ["approvals", "list"], ["audit", "verify"], ["engine", "--once"], ["pause"]):
        said = run(*words)
        assert said.code == 2 and "opsconsole init" in said.err and "Traceback" not in said.err


def test_init_twice_is_harmless(run: Run, folder: Path) -> None:
    assert run("init").code == run("init").code == 0
    assert verify(folder / "workspace.db").entries == 1


def test_status_in_words_and_in_json(working: Run, folder: Path) -> None:
    assert "1 to approve" in working("status").out or "to approve 1" in working("status").out
    (facts,) = working("status", "--json").json
    assert facts["workspace"] == str(folder) and facts["engine"] is None
    assert (facts["events"], facts["waiting"], facts["switches"]) == (1, {"action": 1}, [])
    assert facts["effects"] == {"done": 1} and set(facts["agents"]) == {"mira"}


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("nmae: Mira", "", 2, "did you mean name"),
        ("do: desk.reply", "do: desk.replay", 15, "did you mean desk.reply"),
        ("", "", 0, "no such file"),
    ],
)
def test_a_wrong_agent_file_changes_nothing(
    run: Run, tmp_path: Path, folder: Path, old: str, new: str, line: int, says: str
) -> None:
    run("init")
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(AGENT)
    if line == 2:
        bad.write_text(AGENT.replace("name: Mira", old))
    elif line:
        bad.write_text(AGENT.replace(old, new))
    said = run("agents", "apply", "--without-evidence=a test", good, bad)
    assert said.code == 2 and said.out == "" and says in said.err
    assert f"{bad}:{line}" in said.err or (not line and str(bad) in said.err)
    assert "No agents yet" in run("agents", "list").out and verify(folder / "workspace.db").entries == 1


def test_the_same_file_again_is_no_new_version(working: Run, tmp_path: Path) -> None:
    assert "unchanged" in working("agents", "apply", "--without-evidence=a test", tmp_path / "mira.yaml").out
    (listed,) = working("agents", "list", "--json").json
    assert (listed["agent"], listed["version"]) == ("mira", 1)
    assert "Mira (mira), version 1" in working("agents", "show", "mira").out
    assert working("agents", "show", "mira", "--source").out.strip() == AGENT.strip()
    assert working("agents", "show", "nobody").code == 2


def test_look_approve_and_take_back(working: Run, folder: Path) -> None:
    (card,) = working("approvals", "list", "--json").json
    assert (card["tool"], card["risk"], card["kind"]) == ("desk.reply", "high", "action")
    shown = working("approvals", "show", card["id"])
    assert "Reply to ann@harbour.example" in shown.out and "cannot be undone" in shown.out
    stale = working("approvals", "approve", card["id"], "--digest", "0" * 64)
    assert stale.code == 2 and "changed since you saw it" in stale.err
    assert working("approvals", "edit", card["id"], "to=nonsense").code == 2
    assert working("approvals", "respond", card["id"], "yes").code == 2
    assert working("approvals", "approve", card["id"], "--pin", "to").code == 2
    done = working("approvals", "edit", card["id"], "text=Ticket 1, thank you.", "--digest", card["digest"])
    assert done.code == 0 and "Approved" in done.out
    assert working("approvals", "approve", card["id"]).code == 2, "decided is decided"
    assert "Taken back" in working("approvals", "undo", card["id"]).out
    (again,) = working("approvals", "list", "--json").json
    assert working("approvals", "approve", again["id"]).code == 0
    assert working("engine", "--once").code == 0
    with raw(folder / "workspace.db") as conn:
        assert conn.execute("SELECT recipients, text FROM desk_mail WHERE direction = 'out'").fetchall() == [
            ("ann@harbour.example", "Ticket 1, thank you.")
        ]
    assert "Nothing waits for you" in working("approvals", "list").out


def test_reject_and_ignore(working: Run, tmp_path: Path) -> None:
    working("import", "--work", write_mail(tmp_path, 2))
    working("engine", "--once")
    first, second = (approval["id"] for approval in working("approvals", "list", "--json").json)
    assert working("approvals", "reject", first, "too short").code == 0
    assert working("approvals", "ignore", second).code == 0
    working("engine", "--once")
    (facts,) = working("status", "--json").json
    assert facts["runs"] == {"done": 2} and facts["effects"] == {"done": 2} and facts["waiting"] == {}
    assert "too short" in working("runs", "show", 1).out
    assert working("approvals", "reject", 99, "no").code == 2


def test_pause_holds_and_resume_goes_on(working: Run, tmp_path: Path) -> None:
    assert "Paused: all" in working("pause", "--reason", "maintenance").out
    assert "PAUSED     all: maintenance" in working("status").out
    working("import", "--work", write_mail(tmp_path, 2))
    working("engine", "--once")
    (facts,) = working("status", "--json").json
    assert facts["runs"] == {"waiting": 1, "queued": 1} and facts["switches"] == ["all"]
    assert "Resumed" in working("resume").out and "was not paused" in working("resume").out
    working("engine", "--once")
    assert working("status", "--json").json[0]["runs"] == {"waiting": 2}
    for scope in ("agent:nobody", "connection:nobody", "nonsense"):
        said = working("pause", scope)
        assert said.code == 2 and "Traceback" not in said.err, scope


def test_the_story_of_a_run(working: Run) -> None:
    said = working("runs", "show", 1)
    for words in (
        "Run 1 of mira (version 1): waiting",
        "Triage: mail_received, 100% sure",
        "1/0.0  desk.create_ticket: done  [ACT]",
        "1/1.0  desk.reply: waits for you  [ASK]",
        "class_irreversible",
        "effect done",
        "Audit:",
    ):
        assert words in said.out, words
    (story,) = working("runs", "show", 1, "--json").json
    assert [action["tool"] for action in story["actions"]] == ["desk.create_ticket", "desk.reply"]
    assert working("runs", "show", 77).code == 2


def test_tampering_is_found_and_told_by_the_exit_code(working: Run, folder: Path) -> None:
    whole = working("audit", "verify")
    assert whole.code == 0 and "The record is whole" in whole.out
    (facts,) = working("audit", "verify", "--json").json
    assert facts["ok"] and working("audit", "verify", "--head", facts["head"]).code == 0
    assert working("audit", "verify", "--head", "nonsense").code == 2
    attack(
        folder / "workspace.db",
        lambda conn: conn.execute("UPDATE audit SET blob = replace(blob, 'actor', 'agent') WHERE seq = 4"),
    )
    said = working("audit", "verify")
    assert said.code == 1 and "entry 4 is not what was written" in said.out and "Nothing was repaired" in said.out
    assert working("audit", "verify", "--json").json[0]["findings"][0]["seq"] == 4


def test_a_cut_off_end_is_found_by_the_heads_beside_the_file(working: Run, folder: Path) -> None:
    assert heads.read(folder), "the engine noted its head when it stopped"
    attack(folder / "workspace.db", lambda conn: conn.execute("DELETE FROM audit WHERE seq > 5"))
    said = working("audit", "verify")
    assert said.code == 1 and "the end is cut off" in said.out


def test_policy_check_needs_no_workspace(run: Run, tmp_path: Path) -> None:
    cases, tools, policy = tmp_path / "cases.jsonl", tmp_path / "tools.yaml", tmp_path / "policy.yaml"
    cases.write_text(
        '{"case_id": "a", "suite": "s", "agent_actions": [{"tool": "note"},'
        ' {"tool": "send", "args": {"to": "x@y.example"}}]}\n'
    )
    tools.write_text("s:\n  note: {effect: internal}\n  send: {effect: external, reversibility: irreversible}\n")
    case, totals = run("policy", "check", cases, "--tools", tools).json
    assert [action["verdict"] for action in case["actions"]] == ["ACT", "ASK"] and totals["total"]["verdicts"] == {
        "ACT": 1,
        "ASK": 1,
    }
    policy.write_text(
        "level: 1\nguardrails:\n  - {name: never, when: \"tool == 'send'\", then: refuse, because: never send}\n"
    )
    (totals,) = run("policy", "check", cases, "--tools", tools, "--policy", policy, "--totals").json
    assert totals["total"]["verdicts"] == {"RECOMMEND": 1, "REFUSE": 1}
    policy.write_text('guardrails:\n  - name: never\n    when: "tool =="\n    then: ask\n    because: never send\n')
    said = run("policy", "check", cases, "--policy", policy)
    assert said.code == 2 and f"{policy}:3" in said.err
    cases.write_text("{}\n")
    said = run("policy", "check", cases)
    assert said.code == 2 and f"{cases}:1" in said.err
    tools.write_text("s:\n  note: {efect: internal}\n")
    said = run("policy", "check", cases, "--tools", tools)
    assert said.code == 2 and f"{tools}:2" in said.err and "efect" in said.err


def test_policy_check_states_which_share_of_harmless_writes_is_free(run: Run, tmp_path: Path) -> None:
    cases, tools = tmp_path / "cases.jsonl", tmp_path / "tools.yaml"
    tools.write_text(
        "s:\n  look: {effect: read}\n  note: {effect: internal}\n"
        "  send: {effect: external, reversibility: irreversible}\n"
    )
    made = {
        "m/s/user_task_0/none/none": ["look", "note", "send"],
        "m/s/user_task_1/none/none": ["look"],
        "m/s/injection_task_0/none/none": ["send"],
        "m/s/user_task_0/direct/injection_task_0": ["note"],
        "of our own": ["note"],
    }
    lines = (
        json.dumps({"case_id": name, "suite": "s", "attack": "x", "agent_actions": [{"tool": tool} for tool in called]})
        for name, called in made.items()
    )
    cases.write_text("\n".join(lines))
    (said,) = run("policy", "check", cases, "--tools", tools, "--totals").json
    assert said["total"]["free_writes"] == {
        "with_injection_tasks": {"cases": 4, "writes": 4, "free": 2, "share": 0.5},
        "without_injection_tasks": {"cases": 3, "writes": 3, "free": 2, "share": 0.667},
    }
    words = ("policy", "check", cases, "--tools", tools, "--totals", "--attacked", "m/*", "--injection-tasks", "of*")
    (said,) = run(*words).json
    assert said["total"]["free_writes"] == {
        "with_injection_tasks": {"cases": 1, "writes": 1, "free": 1, "share": 1.0},
        "without_injection_tasks": {"cases": 0, "writes": 0, "free": 0, "share": None},
    }


def test_policy_check_names_the_reads_whose_trust_acts_outside_rest_on(run: Run, tmp_path: Path) -> None:
    cases, tools, policy = tmp_path / "cases.jsonl", tmp_path / "tools.yaml", tmp_path / "policy.yaml"
    tools.write_text(
        "s:\n  list: {effect: read}\n  mails: {effect: read, untrusted: true}\n  note: {effect: internal}\n"
        "  send: {effect: external, reversibility: irreversible}\n"
        "  fetch: {effect: read, egress: true, destinations: [url]}\n"
    )
    called = (
        ["list", "list", "send", "send"],
        ["send"],
        ["note", "list"],
        ["mails", "list", "send"],
        ["mails", "fetch"],
    )
    args = {"url": "https://docs.tile.example/"}
    cases.write_text(
        "\n".join(
            json.dumps(
                {"case_id": f"{place}", "suite": "s", "agent_actions": [{"tool": tool, "args": args} for tool in each]}
            )
            for place, each in enumerate(called)
        )
    )
    policy.write_text("class_ceilings: off\ntrust: {egress: [docs.tile.example]}\n")
    (said,) = run("policy", "check", cases, "--tools", tools, "--policy", policy, "--totals").json
    assert said["total"]["outside_alone"] == {"calls": 4, "after_trusted": {"s:list": 2}}
    (said,) = run("policy", "check", cases, "--tools", tools, "--totals").json
    assert said["total"]["outside_alone"] == {"calls": 0, "after_trusted": {}}


def test_damage_is_told_without_a_traceback(working: Run, folder: Path) -> None:
    (folder / "workspace.db").write_bytes(b"nonsense" * 1000)
    for words in (["status"], ["engine", "--once"], ["audit", "verify"], ["init"]):
        said = working(*words)
        assert said.code == 3 and "damaged" in said.err and "Traceback" not in said.err


@pytest.mark.slow
def test_as_a_program_of_its_own(tmp_path: Path) -> None:
    def program(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from opsconsole.app.cli import main; main()", *words, "-w", str(tmp_path / "w")],
            capture_output=True, text=True, check=False,
            cwd=Path(__file__).parents[3],
        )  # fmt: skip

    assert program("status").returncode == 2
    assert program("init").returncode == 0
    done = program("status", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["events"] == 0
    assert program("nonsense").returncode == 2
