"""The demonstration, as a person starts it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def opsconsole(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own with an empty home."""
    environment = {**os.environ, "HOME": str(home), "XDG_DATA_HOME": "", "LOCALAPPDATA": str(home)}
    command = [sys.executable, "-c", "from opsconsole.app.cli import main; main()", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)


@pytest.mark.slow
def test_the_demonstration_shows_all_five_rulings_and_may_be_run_again(tmp_path: Path) -> None:
    first = opsconsole("demo", "--headless", "--json", home=tmp_path)
    assert first.returncode == 0, first.stderr
    facts = json.loads(first.stdout)
    rulings = {name for agent in facts["agents"] for name in agent["verdicts"]}
    assert rulings == {"REFUSE", "SIMULATE", "RECOMMEND", "ASK", "ACT"}
    assert facts["events"] >= 280 and facts["audit"]["ok"] and len(facts["agents"]) == 5
    assert facts["refused"] and all(refusal["why"] for refusal in facts["refused"])
    assert facts["waiting"]["action"] and facts["waiting"]["question"]
    again = opsconsole("demo", "--headless", home=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "what you decided stays" in again.stdout and "What was refused, and why" in again.stdout
    status = opsconsole("status", "--json", "-w", facts["workspace"], home=tmp_path)
    assert json.loads(status.stdout)["events"] == facts["events"]
