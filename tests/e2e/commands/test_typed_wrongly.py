"""What is typed wrongly is said in words of the person, with what would be right."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from opsconsole.app import cli
from opsconsole.app.plainerrors import LAST
from tests.architecture.tree import python_files
from tests.support.shell import AGENT, Run

ROOT = Path(__file__).parents[3]
MACHINERY = ("Value error", "unable to parse", "Input should", "%Y", "[Errno", "Traceback")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("shadow", "judge", "1", "humans"), "'humans' is not one of 'agent', 'human', 'both', 'neither', 'unsure'"),
        (("shadow", "pairs", "--verdict", "sam"), "'sam' is not one of 'same', 'differs'"),
        (("shadow", "show", "first"), "must be a whole number, such as 12, not 'first'"),
        (("feed", "--limit", "0"), "must be 1 or more, not '0'"),
        (("shadow", "run", "mira", "--cap", "much"), "must be a number, such as 0.5, not 'much'"),
        (("shadow", "run", "mira", "--since", "yesterday"), "'yesterday' is no date; write it like 2026-03-31"),
        (("shadow", "run", "mira", "--since", "31.3.2026"), "'31.3.2026' is no date; write it like 2026-03-31"),
        (("shadow", "backtest", "x.yaml", "--since", "2026-02-30"), "'2026-02-30' is no date"),
        (("shadow", "compare", "missing.jsonl"), "missing.jsonl: there is no such file"),
        (("policy", "check", "missing.jsonl"), "missing.jsonl: there is no such file"),
        (("cases", "import", "mira", "missing.csv"), "missing.csv: there is no such file"),
        (("agents", "diff", "mira", "9" * 20), f"'{'9' * 20}' is larger than any number that there is here"),
        (("runs", "show", "9" * 5000), "must be a whole number"),
        (("shadow", "pairs", "--limit", "9" * 9), "must be 1,000,000 or less, not '999999999'"),
        (("shadow", "run", "mira", "--cap", "inf"), "must be 1,000,000,000 or less, not 'inf'"),
        (("policy", "simulate", "--agent", "mira", "--tool", "desk.reply", "--args", "@deep"), "nested too deep"),
        (("policy", "simulate", "--agent", "mira", "--tool", "desk.reply", "--args", "@long"), "are longer than"),
        (("policy", "simulate", "--agent", "mira", "--tool", "desk.reply", "--args", "@."), "this is a folder"),
        (("cases", "import", "mira", "long"), "long:1: a line of more than 10 MB is no case"),
        (("shadow", "act", "7", "desk.move_mail", "folder=Billing"), "opsconsole feed` lists them by number"),
    ],
)
def test_a_wrong_word_is_answered_in_words(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    run("init")
    (tmp_path / "mira.yaml").write_text(AGENT)
    (tmp_path / "deep").write_text("[" * 100_000)
    (tmp_path / "long").write_bytes(bytes(10_000_001))
    run("agents", "apply", "--without-evidence=a test", "mira.yaml")
    said = run(*words)
    assert said.code == 2 and said.out == ""
    assert says in said.err and not any(text in said.err for text in MACHINERY), said.err


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("veto_s: 0", "veto_s: soon", "approvals.veto_s: must be a number, such as 0.5, not 'soon'"),
        (
            "default: full",
            "default: ful",
            "must be one of shadow, limited, expanded, full, not 'ful'; did you mean full?",
        ),
        ("[{kinds: [mail.received]}]", "mail.received", "subscribes: must be a list"),
        ("name: Mira", "name: 5", "name: must be a text, not 5; put it in quotes"),
    ],
)
def test_a_wrong_value_in_an_agents_file_is_said_in_words(
    run: Run, tmp_path: Path, old: str, new: str, says: str
) -> None:
    run("init")
    assert AGENT.count(old) == 1
    (tmp_path / "mira.yaml").write_text(AGENT.replace(old, new))
    said = run("agents", "apply", "--without-evidence=a test", tmp_path / "mira.yaml")
    assert said.code == 2 and says in said.err and not any(text in said.err for text in MACHINERY), said.err


def test_every_number_has_limits_within_what_can_be_stored() -> None:
    numbers = [
        (" ".join(words), parameter)
        for words, parameter in _parameters(get_command(cli.app), [])
        if re.search(r"\b(int|float)\b", str(parameter.type_descriptor.annotation))
    ]
    assert len(numbers) > 30
    loose = [(words, each.name) for words, each in numbers if each.min is None or not (each.max or LAST + 1) <= LAST]
    assert not loose, "give them min and max"


def _parameters(command: Any, words: list[str]) -> Iterator[tuple[list[str], Any]]:
    for name, inner in getattr(command, "commands", {}).items():
        yield from _parameters(inner, [*words, name])
    if not hasattr(command, "commands"):
        yield from ((words, each) for each in command.params)


def test_every_command_that_a_text_names_exists() -> None:
    """`shadow act --help` once sent people to a command that there never was."""
    named = [
        (path.name, found.split())
        for path in [*python_files("opsconsole"), ROOT / "README.md", *(ROOT / "resources" / "examples").glob("*.yaml")]
        for found in re.findall(r"`opsconsole ([a-z][a-z -]*)", path.read_text(encoding="utf-8"))
    ]
    assert len(named) > 50
    unknown = [(name, words) for name, words in named if not _exists(get_command(cli.app), words)]
    assert not unknown


def _exists(command: Any, words: list[str]) -> bool:
    there = getattr(command, "commands", None)
    if there is None or not words or words[0].startswith("-"):
        return True
    return words[0] in there and _exists(there[words[0]], words[1:])
