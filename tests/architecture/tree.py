"""The project's own files, as the architecture tests see them. Needs no git: a copied folder works too."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What .gitignore leaves out, and git itself.
_NOT_OURS = frozenset({
    "__pycache__", ".git", ".venv", ".tools", ".pytest_cache", ".ruff_cache", ".hypothesis",
    ".import_linter_cache", "dist",
})  # fmt: skip


def python_files(*folders: str) -> list[Path]:
    """All Python files below these folders of the checkout, in a steady order."""
    return sorted(path for folder in folders for path in _files(ROOT / folder) if path.suffix == ".py")


def all_files() -> list[Path]:
    """Every file that is, or could be, committed."""
    return sorted(_files(ROOT))


def shown(path: Path) -> str:
    """A path as people read it, from the top of the checkout."""
    return path.relative_to(ROOT).as_posix()


def _files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.name in _NOT_OURS or path.suffix == ".pyc":
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        elif path.is_file():
            yield path
