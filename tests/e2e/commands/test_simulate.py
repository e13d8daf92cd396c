"""policy simulate and policy coverage: one call rule by rule, every tool with the rules that look at it."""

import json
from pathlib import Path

from tests.support.shell import AGENT, Run, write_mail

RAIL = "guardrails:\n  - {name: no-iban, when: \"args.text.contains('IBAN')\", then: refuse, because: never an IBAN}\n"


def begun(run: Run, tmp_path: Path, text: str = AGENT) -> str:
    """Put an agent in use, let it work a mail; give its action."""
    run("init")
    path = tmp_path / "mira.yaml"
    path.write_text(text, encoding="utf-8")
    assert run("agents", "apply", "--without-evidence=a test", path).code == 0
    assert run("import", "--work", write_mail(tmp_path, 1, "Question")).code == 0
    assert run("engine", "--once").code == 0
    return str(run("runs", "show", "1", "--json").json[0]["actions"][0]["id"])


def said(text: str) -> str:
    return json.dumps({"to": "ann@harbour.example", "text": text})


def test_an_action_of_the_past_is_gone_through_as_then_and_as_now(run: Run, tmp_path: Path) -> None:
    action = begun(run, tmp_path)
    (then,) = run("policy", "simulate", action, "--json").json
    assert then["circumstances"] == "then" and then["is_as_then"] is True
    rules = {rule["rule"]: rule for rule in then["rules"]}
    assert rules["Pause"]["says"] is None and rules["Pause"]["text"] == "nothing that it needs is paused"
    path = tmp_path / "mira.yaml"
    path.write_text(AGENT.replace("default: 3", "default: 1"), encoding="utf-8")
    assert run("agents", "apply", "--without-evidence=a test", path).code == 0
    assert run("policy", "simulate", action, "--json").json[0]["verdict"] == then["verdict"]
    (now,) = run("policy", "simulate", action, "--as-now", "--json").json
    assert now["verdict"] == "RECOMMEND" and now["is_as_then"] is False
    words = run("policy", "simulate", action, "--as-now").out
    assert "The gate: recommends (" in words and "* decides" in words


def test_a_call_that_is_typed_in_is_answered_and_nothing_is_done(run: Run, tmp_path: Path) -> None:
    begun(run, tmp_path, AGENT + RAIL)
    before = run("audit", "tail", "-n", "1000", "--json").json
    call = ["policy", "simulate", "--agent", "mira", "--tool", "desk.reply", "--category", "mail_received", "--json"]
    (refused,) = run(*call, "--args", said("Our IBAN is")).json
    rail = next(rule for rule in refused["rules"] if rule["rule"] == "Guardrail no-iban")
    assert refused["verdict"] == "REFUSE" and rail["says"] == "REFUSE" and rail["is_binding"]
    (freely,) = run(*call, "--args", said("Hello"), "--freely").json
    origin = next(rule for rule in freely["rules"] if rule["rule"] == "Text from outside")
    assert origin["says"] == "ASK"
    (trusted,) = run(*call, "--args", said("Hello"), "--freely", "--trusted").json
    assert next(rule for rule in trusted["rules"] if rule["rule"] == "Text from outside")["says"] is None
    assert run("pause", "agent:mira").code == 0
    (paused,) = run(*call, "--args", said("Hello")).json
    assert paused["hold_until"] is not None
    assert len(run("audit", "tail", "-n", "1000", "--json").json) == len(before) + 1, "the pause alone"


def test_what_cannot_be_simulated_is_told(run: Run, tmp_path: Path) -> None:
    begun(run, tmp_path)
    assert "Give an action of the past" in run("policy", "simulate").err
    assert "There is no action nothing" in run("policy", "simulate", "nothing").err
    typed = ["policy", "simulate", "--tool", "desk.reply", "--agent"]
    assert "There is no agent nobody in use" in run(*typed, "nobody").err
    assert "not JSON" in run(*typed, "mira", "--args", "{").err
    assert "a JSON object" in run(*typed, "mira", "--args", "[]").err
    assert "cannot be read from" in run(*typed, "mira", "--args", "@nowhere.json").err
    assert "cannot take these arguments" in run(*typed, "mira", "--args", '{"txt": "Hello"}').err
    assert (
        "There is no event 77"
        in run(*typed, "mira", "--args", '{"to": "a@b.example", "text": "Hello"}', "--event", "77").err
    )


def test_every_tool_is_listed_with_what_looks_at_it(run: Run, tmp_path: Path) -> None:
    begun(run, tmp_path, AGENT + RAIL)
    rows = run("policy", "coverage", "--json").json
    by_tool = {row["tool"]: row for row in rows if row["agent"] == "mira"}
    assert by_tool["desk.reply"]["guardrails"] == ["no-iban"]
    assert "it cannot be undone" in by_tool["desk.reply"]["gate"] and not by_tool["desk.reply"]["is_unguarded"]
    assert any(row["agent"] is None for row in rows), "tools that nobody uses are there too"
    assert run("policy", "coverage", "--unguarded", "--json").json == []
    assert "Nothing runs unguarded." in run("policy", "coverage").out
    path = tmp_path / "mira.yaml"
    path.write_text(AGENT.replace("autonomy: {default: 3}", "autonomy: {default: 3, actions: {desk.tag_mail: 3}}"))
    assert run("agents", "apply", "--without-evidence=a test", path).code == 0
    bare = run("policy", "coverage", "--unguarded", "--json", "--agent", "mira").json
    assert [(row["tool"], row["most"]) for row in bare] == [("desk.create_ticket", "alone"), ("desk.tag_mail", "alone")]
    assert "2 run unguarded." in run("policy", "coverage", "--agent", "mira").out


def test_a_misspelt_agent_is_told_and_not_called_guarded(run: Run, tmp_path: Path) -> None:
    begun(run, tmp_path)
    for more in ([], ["--json"]):
        told = run("policy", "coverage", "--agent", "nobody", *more)
        assert told.code == 2 and "No agent nobody is in use" in told.err and "unguarded" not in told.out
