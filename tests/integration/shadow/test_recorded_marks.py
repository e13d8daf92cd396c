"""Recorded decisions of other systems: what failed, which tools a pattern means, and JSON where one asks for it."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from opsconsole.app.cli import app

PAY = {"tool": "pay_invoice", "args": {"number": 12}}


def lines(*words: str) -> list[dict[str, Any]]:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def recorded(folder: Path, *cases: dict[str, Any]) -> str:
    path = folder / "cases.jsonl"
    path.write_text("\n".join(json.dumps({"case_id": f"c{n}", "suite": "shop", **c}) for n, c in enumerate(cases)))
    return str(path)


@pytest.mark.parametrize("mark", [{"failed": True}, {"error": "card declined"}], ids=["failed", "an error"])
def test_a_call_that_failed_is_no_deed(tmp_path: Path, mark: dict[str, Any]) -> None:
    file = recorded(
        tmp_path,
        {"agent_actions": [PAY | mark], "expected_actions": []},
        {"agent_actions": [PAY | mark, PAY], "expected_actions": [PAY]},
        {"agent_actions": [PAY | mark], "expected_actions": [PAY]},
    )
    *told, total = lines("shadow", "compare", file)
    assert [case["verdict"] for case in told] == ["both_none", "same", "missing"]
    assert [case["met"] for case in told] == [[], [True], [False]] and total["total"]["failed_calls"] == 3


@pytest.mark.parametrize("mark", [{"failed": False}, {"error": None}, {"error": ""}])
def test_a_call_that_did_not_fail_is_one(tmp_path: Path, mark: dict[str, Any]) -> None:
    file = recorded(tmp_path, {"agent_actions": [PAY | mark], "expected_actions": []})
    assert lines("shadow", "compare", file)[0]["severity"] == "severe"


def test_patterns_of_tools_hold_in_both_commands_and_the_nearest_wins(tmp_path: Path) -> None:
    tools = tmp_path / "tools.yaml"
    tools.write_text(
        "shop:\n  get_*: {effect: read}\n  get_and_*: {effect: external}\n  get_and_keep: {effect: internal}\n"
    )
    calls: list[dict[str, Any]] = [
        {"tool": name, "args": {}} for name in ("get_order", "get_and_send", "get_and_keep", "forget_order")
    ]
    file = recorded(tmp_path, {"agent_actions": calls, "expected_actions": []})
    case, total = lines("policy", "check", file, "--tools", str(tools))
    effects = [action["effect"] for action in case["actions"]]
    assert effects == ["read", "external", "internal", "external"]
    assert total["total"]["unknown_tools"] == {"shop:forget_order": 1}
    case, total = lines("shadow", "compare", file, "--tools", str(tools))
    assert [action["agent"] for action in case["actions"]] == ["get_and_send", "get_and_keep", "forget_order"]
    assert total["total"]["unknown_tools"] == {"forget_order": 1}


@pytest.mark.parametrize("command", [("policy", "check"), ("shadow", "compare")])
def test_json_can_be_asked_for(tmp_path: Path, command: tuple[str, str]) -> None:
    file = recorded(tmp_path, {"agent_actions": [PAY], "expected_actions": [PAY]})
    assert lines(*command, file, "--json") == lines(*command, file)
