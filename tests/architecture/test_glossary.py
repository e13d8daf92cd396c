"""One word, one thing: each word of the glossary is defined where it says, and nowhere else means something else."""

import ast
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import ROOT, python_files, shown

PAGE = ROOT / "packaging" / "ARCHITECTURE.md"
GONE = {
    "Deed", "Unreal", "UnrealRow", "Cell", "Replay", "PairVerdict", "ModelAnswer", "NoAnswerError", "OverflowError_",
    "EnvironmentError_",
}  # fmt: skip
"""Words that meant two things, or said nothing to whoever came new."""


def words() -> dict[str, str]:
    """Return the glossary: word → `module:name`."""
    rows = re.findall(r"^\| ([a-z ]+) \| [^|]+ \| `([a-z.]+:\w+)` \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return dict(rows)


def test_every_word_is_defined_where_the_glossary_says() -> None:
    found = words()
    assert len(found) >= 30
    for word, place in found.items():
        module, _, name = place.partition(":")
        assert hasattr(importlib.import_module(f"opsconsole.{module}"), name), f"{word}: {place} is not there"


def test_a_class_named_by_a_word_is_the_only_one_of_its_name() -> None:
    meant = {place.partition(":")[2]: word for word, place in words().items() if place.partition(":")[2][0].isupper()}
    places: dict[str, list[str]] = defaultdict(list)
    for path in python_files("opsconsole"):
        for name in _classes(path):
            if name in meant:
                places[name].append(shown(path))
    twice = {name: where for name, where in places.items() if len(where) > 1}
    assert not twice, f"one word, one thing; rename all but one: {twice}"


def test_words_that_meant_several_things_are_gone() -> None:
    back = [f"{shown(path)}: {name}" for path in python_files("opsconsole") for name in _classes(path) if name in GONE]
    assert not back


def test_no_error_ends_in_an_underscore() -> None:
    odd = [
        f"{shown(path)}: {name}" for path in python_files("opsconsole") for name in _classes(path) if name[-1] == "_"
    ]
    assert not odd


def test_every_folder_and_file_the_page_names_is_there() -> None:
    named = re.findall(r"`((?:\w+/)+(?:\w+\.py)?)(?::\w+)?`", PAGE.read_text(encoding="utf-8"))
    rooms = ("", "opsconsole/", "opsconsole/engine/", "opsconsole/engine/evidence/")
    lost = [place for place in named if not any((ROOT / room / place).exists() for room in rooms)]
    assert named and not lost


def _classes(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.ClassDef):
            yield node.name
