"""agents apply: all files or none, and what the new version may do that the one before might not."""

from pathlib import Path
from typing import Any

import pytest

from opsconsole.engine.agents import versions as agentversions
from opsconsole.engine.agents.file import AgentFile
from tests.support.shell import AGENT, Run

CAREFUL = AGENT.replace(
    "stage: {default: full}\nautonomy: {default: 3}",
    "stage: {default: full, categories: {mail_received: limited}}\nautonomy: {default: 3, actions: {desk.reply: 2}}",
)


@pytest.fixture
def file(run: Run, tmp_path: Path) -> Path:
    run("init")
    return tmp_path / "mira.yaml"


def write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def test_what_is_raised_comes_first_also_where_a_line_only_went_away(run: Run, file: Path) -> None:
    """The level was lowered in the window meanwhile; the file still has the higher one."""
    assert "raises" not in run("agents", "apply", "--without-evidence=a test", write(file, CAREFUL)).out, (
        "the first has none before it"
    )
    said = run("agents", "apply", "--without-evidence=a test", write(file, AGENT.replace("Answers.", "Answers all.")))
    assert said.out.splitlines()[:4] == [
        "mira: version 2 is in use.",
        "  raises: stage · categories · mail received: limited → full",
        "  raises: autonomy · actions · Reply: 2 with approval → 3 alone",
        "  playbook · purpose: Answers. → Answers all.",
    ]
    lowered = run("agents", "apply", "--without-evidence=a test", write(file, CAREFUL)).out
    assert "autonomy · actions · Reply: 2 with approval (new)" in lowered and "raises" not in lowered
    assert (
        "  raises: autonomy · actions · Reply" in run("agents", "restore", "mira", "2", "--without-evidence=a test").out
    )


def test_what_differs_is_there_for_programs(run: Run, file: Path) -> None:
    (first,) = run("agents", "apply", "--without-evidence=a test", write(file, CAREFUL), "--json").json
    assert (first["version"], first["before"], first["differences"], first["raises"]) == (1, None, [], [])
    assert first["live_without_evidence"] == ["A mail", "A mail · Create ticket"]
    (row,) = run("agents", "apply", "--without-evidence=a test", write(file, AGENT), "--json").json
    assert (row["agent"], row["version"], row["is_new"], row["before"]) == ("mira", 2, True, 1)
    assert {"place": "autonomy · actions · Reply", "was": "2 with approval", "now": "3 alone"} in row["raises"]
    assert {"place": "autonomy · actions · Reply", "was": "2 with approval", "now": ""} in row["differences"]
    (same,) = run("agents", "apply", "--without-evidence=a test", write(file, AGENT), "--json").json
    assert (same["is_new"], same["differences"]) == (False, [])


def test_a_file_made_from_another_version_is_refused_where_that_is_asked_for(run: Run, file: Path) -> None:
    run("agents", "apply", "--without-evidence=a test", write(file, AGENT))
    shown = run("agents", "show", "mira", "--source")
    assert shown.out == AGENT, "not a sign more than the file has"
    assert "version 1 of mira" in shown.err and "--seen 1" in shown.err
    run("agents", "apply", "--without-evidence=a test", write(file, CAREFUL))
    stale = run(
        "agents", "apply", "--without-evidence=a test", write(file, AGENT.replace("Answers.", "Helps.")), "--seen", "1"
    )
    assert stale.code == 2 and "version 2 of mira came into use meanwhile" in stale.err
    assert "agents diff mira 1 2" in stale.err
    assert run("agents", "apply", "--without-evidence=a test", file, "--seen", "7").code == 2
    assert len(run("agents", "versions", "mira", "--json").json) == 2
    assert "version 3 is in use" in run("agents", "apply", "--without-evidence=a test", file, "--seen", "2").out
    write(file, AGENT.replace("agent: mira", "agent: nora"))
    unknown = run("agents", "apply", "--without-evidence=a test", file, "--seen", "1")
    assert unknown.code == 2 and "no nora is in use" in unknown.err and "None" not in unknown.err


def test_all_are_put_in_use_or_none(run: Run, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(file, AGENT)
    other = write(tmp_path / "nora.yaml", AGENT.replace("agent: mira", "agent: nora"))
    apply = agentversions.apply

    def broken(tx: Any, agent: AgentFile, registry: Any, **more: Any) -> Any:
        if agent.spec.agent == "nora":
            raise KeyboardInterrupt
        return apply(tx, agent, registry, **more)

    with monkeypatch.context() as patch:
        patch.setattr(agentversions, "apply", broken)
        assert run("agents", "apply", "--without-evidence=a test", file, other).code == 130
    assert run("agents", "list", "--json").json == []
    twice = run("agents", "apply", "--without-evidence=a test", file, write(tmp_path / "copy.yaml", AGENT))
    assert twice.code == 2 and "are both of the agent mira" in twice.err
    assert run("agents", "apply", "--without-evidence=a test", file, other, "--seen", "1").code == 2
    assert run("agents", "apply", "--without-evidence=a test", file, other).code == 0


def test_a_stage_that_opens_nothing_or_too_much_is_told(run: Run, file: Path) -> None:
    limited = AGENT.replace("stage: {default: full}", "stage: {default: limited}")
    note = "Note: stage: `default: limited` names no category, so by itself it opens nothing; name one or two"
    made = run("agents", "apply", "--without-evidence=a test", write(file, limited))
    assert note in made.out and "Live without the evidence" not in made.out
    assert note in run("agents", "show", "mira").out and note[6:] in run("agents", "lint", file).out
    named = "stage: {default: full}\ndeployments: [{connection: desk, stage: limited, categories: [mail_received]}]"
    said = run(
        "agents", "apply", "--without-evidence=a test", write(file, AGENT.replace("stage: {default: full}", named))
    )
    assert "raises: stage · default: limited → full" in said.out and "Note" not in said.out
    assert "Deployment: limited at most on desk, only mail_received" in run("agents", "show", "mira").out
    more = "".join(f"    - {{id: c{at}, name: C{at}}}\n" for at in range(3))
    three = "stage: {categories: {c0: limited, c1: limited, c2: limited}}"
    text = AGENT.replace("  categories:\n", f"  categories:\n{more}").replace("stage: {default: full}", three)
    refused = run("agents", "apply", "--without-evidence=a test", write(file, text))
    assert refused.code == 2 and "mira.yaml:4: limited is one or two categories: these are 3" in refused.err
    assert run("agents", "lint", file).code == 2
