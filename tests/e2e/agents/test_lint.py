"""agents lint: what a file says that does nothing, each with what to do; one wrong file hides no other."""

from pathlib import Path

import pytest

from tests.support.shell import AGENT, Run

SUBSCRIBES = "subscribes: [{kinds: [mail.received]}]"
RAIL = "- {name: %s, when: %s, then: refuse, because: %s, actions: [%s]}"


def with_rails(*rails: str) -> str:
    return AGENT.replace("playbook:", "\n  ".join(["guardrails:", *rails]) + "\nplaybook:")


def with_more(text: str) -> str:
    return AGENT.replace("playbook:", f"{text}\nplaybook:")


FOUND = {
    "no event": (AGENT.replace(SUBSCRIBES, "subscribes: []"), "subscribes", "no event ever reaches this agent"),
    "no kind": (
        AGENT.replace(SUBSCRIBES, "subscribes: [{kinds: []}]"),
        "subscribes.0.kinds",
        "names no kinds of events",
    ),
    "no scope": (with_more("scope: []"), "scope", "no category ever goes live"),
    "quiet for nothing": (
        with_more('quiet_hours: [{from: "20:00", to: "07:00", actions: []}]'),
        "quiet_hours.0.actions",
        "nothing waits. Leave actions out to mean all",
    ),
    "quiet all day": (
        with_more('quiet_hours: [{from: "20:00", to: "20:00"}]'),
        "quiet_hours.0.to",
        "begin and end at 20:00: they last all day",
    ),
    "no reason": (
        with_more('raised: [{action: desk.reply, ceiling: first_contact, reason: "          "}]'),
        "raised.0.reason",
        "the reason why “Reply” is raised past its ceiling is blank",
    ),
    "no because": (
        with_rails(RAIL % ("a", "'true'", "'     '", "desk.reply")),
        "guardrails.0.because",
        "the because of guardrail a is blank",
    ),
    "no purpose": (AGENT.replace("purpose: Answers.", 'purpose: " "'), "playbook.purpose", "its purpose is blank"),
    "one name": (
        with_rails(RAIL % ("a", "'true'", "never so", "desk.reply"), RAIL % ("a", "'true'", "nor so", "desk.reply")),
        "guardrails.1.name",
        "two guardrails are called a",
    ),
    "no such argument": (
        with_rails(RAIL % ("a", "args.foldr == 'x'", "never there", "desk.move_mail")),
        "guardrails.0.when",
        "looks at args.foldr, which none of its tools takes; did you mean args.folder?",
    ),
    "an argument of another tool": (
        with_rails(RAIL % ("a", "args.text == 'x'", "never there", "desk.move_mail")),
        "guardrails.0.when",
        "looks at args.text, which none of its tools takes; there is folder",
    ),
    "no such argument in brackets": (
        with_rails(RAIL % ("a", "\"has(args.text) && args['txt'] == 'x'\"", "never that", "desk.reply")),
        "guardrails.0.when",
        "looks at args.txt, which none of its tools takes; did you mean args.text?",
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_does_nothing_is_told_with_its_place(run: Run, tmp_path: Path, name: str) -> None:
    text, place, says = FOUND[name]
    assert text != AGENT
    run("init")
    file = tmp_path / "mira.yaml"
    file.write_text(text, encoding="utf-8")
    said = run("agents", "lint", file, "--json")
    assert said.code == 0, said.err
    (row,) = [row for row in said.json if row["place"] == place]
    assert says in row["text"] and row["kind"] == "warn" and row["file"] == str(file)


@pytest.mark.parametrize(
    "text",
    [
        with_rails(RAIL % ("a", "args.folder == 'x'", "never there", '"desk.*"')),
        with_rails(RAIL % ("a", "args.queue == 'x'", "never there", "")),
        with_rails(RAIL % ("a", "event.fields.foldr == 'x'", "never there", "desk.reply")),
        with_more('quiet_hours: [{from: "20:00", to: "07:00"}]'),
    ],
)
def test_what_one_of_the_tools_takes_is_nothing_to_say(run: Run, tmp_path: Path, text: str) -> None:
    run("init")
    file = tmp_path / "mira.yaml"
    file.write_text(text, encoding="utf-8")
    assert run("agents", "lint", file).out == "mira: nothing to say.\n"


def test_one_wrong_file_hides_no_other(run: Run, tmp_path: Path) -> None:
    run("init")
    wrong, good = tmp_path / "wrong.yaml", tmp_path / "good.yaml"
    wrong.write_text(AGENT.replace("desk.reply", "desk.rply"), encoding="utf-8")
    good.write_text(AGENT.replace("purpose: Answers.", 'purpose: " "'), encoding="utf-8")
    missing = tmp_path / "missing.yaml"
    said = run("agents", "lint", wrong, missing, good)
    assert said.code == 2 and "did you mean desk.reply" in said.err and "there is no such file" in said.err
    assert "its purpose is blank" in said.out
    rows = run("agents", "lint", wrong, missing, good, "--json").json
    assert [(row["kind"], row["file"]) for row in rows] == [
        ("error", str(wrong)), ("error", str(missing)), ("warn", str(good)),
    ]  # fmt: skip
    assert rows[0]["line"] == 15 and "did you mean desk.reply" in rows[0]["text"]
