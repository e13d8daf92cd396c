"""Rooms by subject: no folder that nobody can overlook, and no two packages that need each other."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import ROOT, python_files, shown

MOST_FILES_A_FOLDER = 20


def test_no_folder_has_more_python_files_than_one_overlooks() -> None:
    folders = Counter(shown(path.parent) for path in python_files("opsconsole", "tests", "packaging"))
    crowded = {folder: files for folder, files in folders.items() if files > MOST_FILES_A_FOLDER}
    assert not crowded, f"make rooms by subject, at most {MOST_FILES_A_FOLDER} files each: {crowded}"


def test_every_folder_of_the_program_says_what_it_is_for() -> None:
    folders = {path.parent for path in python_files("opsconsole")}
    silent = [shown(folder) for folder in folders if not (folder / "__init__.py").is_file()]
    assert not silent, f"a package without __init__.py: {silent}"


def test_no_two_rooms_need_each_other() -> None:
    """The same is a contract of import-linter; here it holds for tests and for where the linter is not installed."""
    for folder in {path.parent for path in python_files("opsconsole", "tests")}:
        assert (circle := _circle(_needs(folder))) == [], f"{shown(folder)}: {' → '.join(circle)}"


def _needs(folder: Path) -> dict[str, set[str]]:
    """Return, for each room of a folder (a file or a folder below it), which others of them it imports."""
    prefix = f"{shown(folder).replace('/', '.')}."
    needs: dict[str, set[str]] = defaultdict(set)
    for path in python_files(shown(folder)):
        own = path.relative_to(folder).parts[0].removesuffix(".py")
        for module in _imported(path):
            if module.startswith(prefix) and (room := module.removeprefix(prefix).split(".")[0]) != own:
                needs[own].add(room)
    rooms = {child.stem for child in folder.iterdir()}
    return {room: {other for other in others if other in rooms} for room, others in needs.items()}


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _circle(needs: dict[str, set[str]]) -> list[str]:
    """Return rooms that need each other in a ring, the first one twice; empty where there is no ring."""
    done: set[str] = set()

    def walk(room: str, way: list[str]) -> list[str]:
        if room in way:
            return [*way[way.index(room) :], room]
        if room in done:
            return []
        done.add(room)
        rings = (walk(other, [*way, room]) for other in sorted(needs.get(room, set[str]())))
        return next(filter(None, rings), list[str]())

    return next(filter(None, (walk(room, []) for room in sorted(needs))), list[str]())


def test_a_ring_of_rooms_is_found() -> None:
    assert _circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert _circle({"a": {"b", "c"}, "b": {"c"}}) == []
    assert ROOT.is_dir()
