"""From repeated corrections to a proposed change, its backtest, and a new version that a person takes."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from opsconsole.app.cli import app
from opsconsole.app.session import opened
from opsconsole.store.queries.views import feed


def said(folder: Path, *words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, [*words, "-w", str(folder)])
    assert (done.exit_code == 0) is (code == 0), f"{done.output} {done.exception}"
    return done.output if code == 0 else f"{done.exception}"


def lines(folder: Path, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said(folder, *words, "--json").splitlines()]


def test_what_people_correct_again_and_again_becomes_a_version(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    assert CliRunner().invoke(app, ["demo", "--headless", "-w", str(folder)]).exit_code == 0
    said(folder, "shadow", "lessons", "helpdesk")
    every = lines(folder, "shadow", "pairs", "--agent", "helpdesk")
    pay = [pair for pair in every if pair["category"] == "payroll_expenses"]
    for pair in pay[:2]:
        said(folder, "shadow", "judge", f"{pair['id']}", "human", "--category", "access_request")
    assert lines(folder, "shadow", "lessons", "helpdesk") == []
    said(folder, "shadow", "judge", f"{pay[2]['id']}", "human", "--category", "access_request")
    (lesson,) = lines(folder, "shadow", "lessons", "helpdesk")
    assert sorted(lesson["pairs"]) == sorted(pair["id"] for pair in pay[:3]) and "Access" in lesson["why"]
    added = [line for line in lesson["diff"].splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert len(added) >= 3 and pay[0]["title"] in lesson["diff"]
    assert not [line for line in lesson["diff"].splitlines() if line.startswith("-") and not line.startswith("---")]
    backtest = lesson["backtest"]
    assert (backtest["events"], backtest["left_out"]) == (3, 3), "what it was learnt from says nothing of it"
    assert "version 2 is in use" in said(folder, "shadow", "learn", "helpdesk", lesson["id"])
    assert pay[0]["title"] in said(folder, "agents", "show", "helpdesk", "--source")
    assert "has no lesson" in said(folder, "shadow", "learn", "helpdesk", lesson["id"], code=1)
    with opened(folder) as session:
        kinds = [entry for entry in feed.audit_tail(session.kernel.reader, limit=5) if entry["kind"] == "lesson.taken"]
        assert kinds[0]["lesson"] == lesson["id"] and kinds[0]["actor"].startswith("person:")


def test_without_corrections_nothing_is_proposed(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    assert CliRunner().invoke(app, ["demo", "--headless", "-w", str(folder)]).exit_code == 0
    assert "Nothing to learn yet" in said(folder, "shadow", "lessons", "helpdesk")
    assert "No agent nobody is in use" in said(folder, "shadow", "lessons", "nobody", code=1)
