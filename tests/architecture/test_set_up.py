"""The set-up's own promises: it parses on old Pythons, and the locks fit each other."""

import ast
import re
from pathlib import Path

from tests.architecture.tree import ROOT


def test_dev_py_parses_on_old_pythons() -> None:
    ast.parse((ROOT / "packaging" / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 8))


def test_locks_agree_and_every_part_has_hashes() -> None:
    run = _locked(ROOT / "packaging" / "requirements.lock")
    dev = _locked(ROOT / "packaging" / "requirements-dev.lock")
    assert run
    assert run.items() <= dev.items()


def _locked(lock: Path) -> dict[str, str]:
    """Versions by name. Each entry must carry a hash, or it would not be installed as locked."""
    entries = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8"))
    parts = [entry for entry in entries if not entry.startswith("#")]
    bare = [part for part in parts if "--hash=sha256:" not in part]
    assert not bare
    return {part.split("==")[0]: part.split("==")[1].split()[0] for part in parts}
