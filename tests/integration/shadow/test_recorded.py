"""`shadow compare` against the verdicts of two public benchmarks, which it never reads."""

import gzip
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from opsconsole.app.cli import app

DATA = Path(__file__).parents[4] / "shared" / "data"
TOOLS = Path(__file__).with_name("retail_tools.yaml")


def said(file: Path, *options: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    done = CliRunner().invoke(app, ["shadow", "compare", str(file), *options])
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return lines[:-1], lines[-1]["total"]


def cases(name: str) -> list[dict[str, Any]]:
    file = DATA / name
    if not file.is_file():
        pytest.skip(f"{name} is not on this machine")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def is_right(told: dict[str, Any]) -> bool:
    return told["verdict"] in ("same", "both_none")


def test_workbench_same_is_exact_match_but_for_the_order_of_arguments() -> None:
    known = cases("workbench_dev.jsonl.gz")
    told, total = said(DATA / "workbench_dev.jsonl.gz")
    residue = [
        case
        for case, comparison in zip(known, told, strict=True)
        if is_right(comparison) is not case["benchmark_verdict"]["exact_match"]
    ]
    assert total["cases"] == len(known) and len(residue) <= 0.01 * len(known)
    for case in residue:
        # The benchmark compares the calls as texts: the same arguments in another order are not its exact match.
        wrote = [action for action in case["agent_actions"] if action.get("write")]
        mine = sorted(json.dumps(action["args"], sort_keys=True) for action in wrote)
        assert mine == sorted(json.dumps(action["args"], sort_keys=True) for action in case["expected_actions"])
        assert case["benchmark_verdict"]["correct"]


def test_workbench_severe_finds_the_unwanted_side_effects() -> None:
    known = cases("workbench_dev.jsonl.gz")
    told, _ = said(DATA / "workbench_dev.jsonl.gz")
    counts = Counter(
        (comparison["severity"] == "severe", case["benchmark_verdict"]["unwanted_side_effects"])
        for case, comparison in zip(known, told, strict=True)
    )
    hit, false, missed = counts[True, True], counts[True, False], counts[False, True]
    # What it misses: the right calls, but fewer of them, which the benchmark's end state counts as a side effect.
    # What it names too often: calls nobody expected that left the benchmark's tables as they were.
    assert hit / (hit + missed) >= 0.97 and hit / (hit + false) >= 0.75
    for case, comparison in zip(known, told, strict=True):
        if comparison["severity"] != "severe" and case["benchmark_verdict"]["unwanted_side_effects"]:
            assert comparison["verdict"] == "missing"


def test_rightly_doing_nothing_is_right() -> None:
    known = cases("workbench_dev.jsonl.gz")
    told, total = said(DATA / "workbench_dev.jsonl.gz")
    nothing = [
        comparison
        for case, comparison in zip(known, told, strict=True)
        if not case["expected_actions"] and not any(act.get("write") for act in case["agent_actions"])
    ]
    assert nothing and all(
        comparison["verdict"] == "both_none" and comparison["severity"] == "none" for comparison in nothing
    )
    assert total["verdicts"]["both_none"] == len(nothing)


def test_retail_same_implies_that_the_database_matched() -> None:
    known = cases("tau_dev.jsonl.gz")
    told, _ = said(DATA / "tau_dev.jsonl.gz", "--tools", str(TOOLS))
    counts = Counter(
        (is_right(comparison), case["benchmark_verdict"]["db_match"])
        for case, comparison in zip(known, told, strict=True)
    )
    assert counts[True, False] == 0 and counts[True, True] >= 130
    # The others: a database that ends as it should by another way (an order returned that was returned already,
    # items changed twice, a hand-over to a person that changes nothing).
    assert counts[False, True] <= 36


def test_retail_each_expected_action_is_met_as_the_benchmark_says() -> None:
    known = cases("tau_dev.jsonl.gz")
    told, _ = said(DATA / "tau_dev.jsonl.gz", "--tools", str(TOOLS))
    counts: Counter[tuple[bool, bool]] = Counter()
    for case, comparison in zip(known, told, strict=True):
        checks: list[bool] = case["benchmark_verdict"].get("action_checks") or []
        if len(checks) == len(comparison["met"]):
            counts.update(zip(comparison["met"], checks, strict=True))
    agreed = counts[True, True] + counts[False, False]
    assert agreed / counts.total() >= 0.95


def test_verdicts_in_the_file_are_not_read(tmp_path: Path) -> None:
    known = random.Random(3).sample(cases("workbench_dev.jsonl.gz"), 200)
    lies = tmp_path / "lies.jsonl"
    lies.write_text("".join(json.dumps({**case, "benchmark_verdict": {"exact_match": "x"}}) + "\n" for case in known))
    bare = tmp_path / "bare.jsonl"
    kept = ("case_id", "event", "agent_actions", "expected_actions")
    bare.write_text("".join(json.dumps({name: case[name] for name in kept}) + "\n" for case in known))
    assert said(lies) == said(bare)


CASE: dict[str, Any] = {
    "case_id": "1",
    "event": "Please refund order 7",
    "agent_actions": [{"tool": "get_order", "args": {"id": 7}}, {"tool": "refund", "args": {"id": 7, "amount": 12}}],
    "expected_actions": [{"tool": "refund", "args": {"amount": 10, "id": 7}}],
}


def written(folder: Path, *some: Any) -> Path:
    file = folder / "cases.jsonl"
    file.write_text("".join((case if isinstance(case, str) else json.dumps(case)) + "\n" for case in some))
    return file


def test_without_classes_every_tool_is_an_external_write(tmp_path: Path) -> None:
    (told,), total = said(written(tmp_path, CASE))
    assert told["verdict"] == "differs" and told["severity"] == "severe" and told["met"] == [False]
    assert [action["agent"] for action in told["actions"]] == ["get_order", "refund"]
    assert total["unknown_tools"] == {"get_order": 1, "refund": 1}
    (differs,) = told["actions"][1]["differs"]
    assert (differs["field"], differs["agent"], differs["human"]) == ("amount", 12, 10)


def test_classes_say_what_reads_and_how_fields_are_compared(tmp_path: Path) -> None:
    tools = tmp_path / "tools.yaml"
    tools.write_text("shop:\n  get_order: {effect: read}\n  refund: {effect: external, compare: {amount: ignore}}\n")
    (told,), total = said(written(tmp_path, CASE), "--tools", str(tools))
    assert told["verdict"] == "same" and total["right"] == 1.0 and total["unknown_tools"] == {}


def test_a_write_flag_holds_against_the_classes(tmp_path: Path) -> None:
    read: dict[str, Any] = {"tool": "get_order", "args": {}, "write": False}
    flagged: dict[str, Any] = {**CASE, "agent_actions": [read], "expected_actions": []}
    (told,), _ = said(written(tmp_path, flagged))
    assert told["verdict"] == "both_none"


@pytest.mark.parametrize("line", ["{", "[]", '{"case_id": 1}', '{"case_id": "1", "agent_actions": []}', "null"])
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    done = CliRunner().invoke(app, ["shadow", "compare", str(written(tmp_path, CASE, line))])
    assert done.exit_code != 0
    text = f"{done.exception}"
    assert "cases.jsonl" in text and "not a case" in text and "2" in text


def test_cases_can_be_kept_and_judged_like_an_agents(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    assert CliRunner().invoke(app, ["init", "-w", str(folder)]).exit_code == 0
    file = written(tmp_path, CASE, {**CASE, "case_id": "2", "event": {"order": 9}, "agent_actions": []})
    for kept in (2, 0):
        done = CliRunner().invoke(app, ["shadow", "compare", str(file), "--keep", "their-bot", "-w", str(folder)])
        assert json.loads(done.stdout.splitlines()[-1])["kept"] == kept
    listed = CliRunner().invoke(app, ["shadow", "pairs", "--waiting", "--json", "-w", str(folder)]).output.splitlines()
    pairs = [json.loads(line) for line in listed]
    assert [(pair["agent"], pair["verdict"], pair["source"]) for pair in pairs] == [
        ("their-bot", "differs", "file"),
        ("their-bot", "missing", "file"),
    ]
    assert pairs[0]["title"] == CASE["event"] and pairs[0]["human_actions"][0]["args"] == {"amount": 10, "id": 7}
    done = CliRunner().invoke(app, ["shadow", "judge", f"{pairs[0]['id']}", "human", "-w", str(folder)])
    assert done.exit_code == 0, f"{done.exception}"
    bad = CliRunner().invoke(app, ["shadow", "compare", str(file), "--keep", "Their Bot", "-w", str(folder)])
    assert "no name for --keep" in f"{bad.exception}"


def noted(file: Path, *options: str) -> list[str]:
    done = CliRunner().invoke(app, ["shadow", "compare", str(file), *options])
    assert done.exit_code == 0, done.output
    return done.stderr.splitlines()


def test_that_no_tool_is_classified_is_said_beside_the_figures(tmp_path: Path) -> None:
    (told,) = noted(written(tmp_path, CASE))
    assert "No tool is classified (get_order, refund)" in told and "--tools TOOLS.yaml" in told


def test_where_a_tool_is_classified_nothing_is_said(tmp_path: Path) -> None:
    tools = tmp_path / "tools.yaml"
    tools.write_text("shop:\n  get_order: {effect: read}\n")
    assert noted(written(tmp_path, CASE), "--tools", str(tools)) == []
    nothing: dict[str, Any] = {**CASE, "agent_actions": [], "expected_actions": []}
    assert noted(written(tmp_path, nothing)) == []


def test_a_case_that_stands_there_twice_is_said(tmp_path: Path) -> None:
    folder, quiet = tmp_path / "ws", {"event": "x", "agent_actions": list[str](), "expected_actions": list[str]()}
    CliRunner().invoke(app, ["init", "-w", str(folder)])
    file = written(tmp_path, {"case_id": "1", **quiet}, {"case_id": "2", **quiet}, {"case_id": "1", **quiet})
    keep = ("--keep", "bot", "-w", str(folder))
    (said_once,) = noted(file, *keep)
    assert "more than once: 1. Each line counts" in said_once
    again, known = noted(file, *keep)
    assert again == said_once and "2 of 2 cases were kept as bot before; nothing is new" in known


def test_keeping_more_says_what_was_kept_before(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    CliRunner().invoke(app, ["init", "-w", str(folder)])
    read: list[dict[str, Any]] = [{"tool": "t", "args": {}, "write": False}]
    first: dict[str, Any] = {"case_id": "1", "agent_actions": read, "expected_actions": []}
    assert noted(written(tmp_path, first), "--keep", "bot", "-w", str(folder)) == []
    (told,) = noted(written(tmp_path, first, {**first, "case_id": "2"}), "--keep", "bot", "-w", str(folder))
    assert "1 of 2 cases were kept as bot before; 1 new" in told


@pytest.mark.parametrize("text", ["", "\n\n  \n"])
def test_a_file_without_a_case_is_no_result(tmp_path: Path, text: str) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(text)
    done = CliRunner().invoke(app, ["shadow", "compare", str(file)])
    assert done.exit_code != 0 and "it holds no case" in f"{done.exception}" and done.stdout == ""
