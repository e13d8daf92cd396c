"""A changed agent on the sample's record: beside the version in use, and without a trace."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from opsconsole.app.cli import app
from opsconsole.app.place import resources
from opsconsole.doubles.modelendpoint import Reply, Request, call, ends, says
from tests.support.dump import dump
from tests.support.http.served import good, served

AGENT = resources() / "sample" / "agents" / "helpdesk.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("sample") / "ws"
    assert CliRunner().invoke(app, ["demo", "--headless", "-w", str(place)]).exit_code == 0
    return place


def tried(folder: Path, file: Path, *words: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    done = CliRunner().invoke(app, ["shadow", "backtest", str(file), "--json", *words, "-w", str(folder)])
    assert done.exit_code == 0, f"{done.output} {done.exception}"
    lines = [json.loads(line) for line in done.output.splitlines()]
    return lines[:-1], lines[-1]["total"]


def changed(tmp_path: Path, was: str, now: str) -> Path:
    text = AGENT.read_text(encoding="utf-8")
    assert was in text
    file = tmp_path / "helpdesk.yaml"
    file.write_text(text.replace(was, now), encoding="utf-8")
    return file


def test_the_version_in_use_does_again_what_the_record_says(folder: Path) -> None:
    events, total = tried(folder, AGENT)
    assert [event["in_use"]["verdict"] for event in events] == [event["recorded"] for event in events]
    assert all(event["in_use"] == event["changed"] for event in events) and total["off_record"] == 0
    assert total["recorded_right"] == total["in_use_right"] == total["changed_right"] == 4
    assert (total["better"], total["worse"], total["cost_changed"]) == (0, 0, 0.0)


def test_a_change_shows_what_gets_better_and_what_worse(folder: Path, tmp_path: Path) -> None:
    _, total = tried(folder, changed(tmp_path, "People/Pay", "People/Letters"))
    assert (total["better"], total["worse"]) == (1, 4)
    low, high = total["difference_95"]
    assert low < -3 / 6 < high
    said = (
        CliRunner()
        .invoke(app, ["shadow", "backtest", str(changed(tmp_path, "People/Pay", "X")), "-w", str(folder)])
        .output
    )
    assert "4 worse" in said and "Nothing was done" in said


def test_it_leaves_no_trace(folder: Path, tmp_path: Path) -> None:
    before = list(dump(folder / "workspace.db"))
    tried(folder, changed(tmp_path, "People/Pay", "Y"))
    assert before == list(dump(folder / "workspace.db"))


def test_what_the_record_does_not_hold_is_marked(folder: Path, tmp_path: Path) -> None:
    look = "steps:\n          - look_up: desk.find_company\n            with: {name: Nobody}\n            as: nobody\n"
    text = AGENT.read_text(encoding="utf-8")
    place = text.index("steps:", text.index("payroll_expenses", text.index("categories:", text.index("playbook:"))))
    indent = " " * (place - text.rindex("\n", 0, place) - 1)
    step = look.replace("\n          - ", f"\n{indent}  - ").replace("\n            ", f"\n{indent}    ")
    file = tmp_path / "helpdesk.yaml"
    file.write_text(text[:place] + step + text[place + len("steps:\n") :], encoding="utf-8")
    _, total = tried(folder, file)
    assert total["off_record"] == total["events"] == 6


def test_an_agent_that_is_not_in_use_is_refused(folder: Path, tmp_path: Path) -> None:
    text = AGENT.read_text(encoding="utf-8").replace("agent: helpdesk", "agent: nobody", 1)
    file = tmp_path / "nobody.yaml"
    file.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["shadow", "backtest", str(file), "-w", str(folder)])
    assert done.exit_code != 0 and "No agent nobody is in use" in f"{done.exception}"


def test_a_changed_policy_shows_in_what_its_rules_would_say(folder: Path, tmp_path: Path) -> None:
    text = AGENT.read_text(encoding="utf-8")
    rail = "guardrails:\n  - name: no_moves\n    actions: [desk.move_mail]\n    when: 'true'\n    then: refuse\n"
    assert "guardrails:\n" in text
    file = tmp_path / "helpdesk.yaml"
    file.write_text(text.replace("guardrails:\n", f"{rail}    because: nothing moves\n", 1), encoding="utf-8")
    events, total = tried(folder, file)
    moves = sum(event["in_use"]["right"] and not event["changed"]["right"] for event in events)
    assert total["rules_in_use"]["refuse"] == 0 < total["rules_changed"]["refuse"] and moves == total["worse"] > 0
    said = CliRunner().invoke(app, ["shadow", "backtest", str(file), "-w", str(folder)]).output
    assert f"refused {total['rules_changed']['refuse']}" in said


def files_it(request: Request) -> Reply:
    """Move every mail to one folder, then end; a trial of the connection is met as well."""
    names = {tool["function"]["name"] for tool in request.get("tools") or ()}
    if not any("move_mail" in name for name in names):
        return good(request)
    if any(message["role"] == "tool" for message in request["messages"]):
        return ends("payroll_expenses")
    told = call("triage", {"category": "payroll_expenses", "confidence": 0.9, "evidence": []})
    return says(None, told, call("move_mail", {"folder": "People/Pay"}, identity="call_2"))


def test_a_model_instead_of_the_playbook_is_tried_under_a_cap(folder: Path, tmp_path: Path) -> None:
    text = AGENT.read_text(encoding="utf-8")
    file = tmp_path / "helpdesk.yaml"
    file.write_text(f"{text}\nbrain: model\n", encoding="utf-8")
    words = ("shadow", "backtest", str(file), "--json")
    refused = CliRunner().invoke(app, [*words, "-w", str(folder)])
    assert refused.exit_code != 0 and "say how much at most" in f"{refused.exception}"
    with served(files_it) as endpoint:
        where = ("--url", endpoint.base_url, "--model", "fake", "--price-in", "1", "--price-out", "5")
        done = CliRunner().invoke(app, ["connect", "model", "main", *where, "-w", str(folder)])
        assert done.exit_code == 0, done.output
        before = len(endpoint.requests)
        events, total = tried(folder, file, "--cap", "5")
        assert len(endpoint.requests) >= before + len(events) == before + 6 and not total["stopped"]
        assert total["cost_in_use"] == 0 < total["cost_changed"]
        assert {event["changed"]["category"] for event in events} == {"payroll_expenses"}
        each = total["cost_changed"] / 6
        _, some = tried(folder, file, "--cap", f"{2.5 * each:f}")
        assert some["events"] == 2 and "cap" in some["stopped"] and some["cost_changed"] <= 2.5 * each
        _, none = tried(folder, file, "--cap", "0")
        assert none["events"] == 0 and "cap" in none["stopped"]


def test_a_file_that_says_the_same_is_told_to_be_the_same(folder: Path) -> None:
    said = CliRunner().invoke(app, ["shadow", "backtest", str(AGENT), "-w", str(folder)]).output
    assert "says the same as the version in use" in said and "0 better, 0 worse" in said
