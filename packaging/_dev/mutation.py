"""`mutate`: break the code of a file or folder in many small ways, and tell which breaks no test notices.

The work is done on a copy in `.tools/mutation/`, so that the work tree is never changed; what was tried there is
kept, and only what changed since is tried again. Why so, and what it found: packaging/decisions/012-mutation.md.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from . import report, settings, surroundings

_CORE = ("tests/unit/engine", "tests/integration/engine")
_GATE = (
    *_CORE,
    "tests/e2e/test_holds.py",
    "tests/e2e/test_firmness.py",
    "tests/e2e/test_effect_life.py",
    "tests/e2e/test_decisions.py",
    "tests/e2e/test_questions.py",
    "tests/e2e/test_repairs.py",
    "tests/e2e/test_engine.py",
    "tests/e2e/test_forgery.py",
    "tests/e2e/test_recommendations.py",
)
_SHADOW = (
    "tests/integration/shadow/test_replay.py",
    "tests/e2e/shadow/test_pairs.py",
    "tests/e2e/shadow/test_honest.py",
    "tests/e2e/shadow/test_report.py",
)
TESTS: dict[str, tuple[str, ...]] = {
    "opsconsole/connectors/files": ("tests/unit/connectors",),
    "opsconsole/domain": ("tests/unit/domain", "tests/unit/policy"),
    "opsconsole/engine": _GATE,
    "opsconsole/engine/gate": _CORE,
    "opsconsole/engine/effects": (
        "tests/e2e/test_takeback.py",
        *_CORE,
        "tests/e2e/test_effect_life.py",
        "tests/e2e/test_firmness.py",
        "tests/e2e/test_forgery.py",
        "tests/e2e/test_holds.py",
        "tests/e2e/test_repairs.py",
    ),
    "opsconsole/engine/pairs": _SHADOW,
    "opsconsole/engine/past": _SHADOW,
    "opsconsole/engine/evidence": _SHADOW,
    "opsconsole/policy": ("tests/unit/policy",),
    "opsconsole/policy/evidence.py": ("tests/unit/policy/test_evidence.py",),
    "opsconsole/store": ("tests/unit/store", *_GATE),
    "opsconsole/store/audit.py": (
        "tests/unit/store/test_audit.py",
        "tests/unit/store/test_crosscheck.py",
        "tests/unit/store/test_crosscheck_pairs.py",
        "tests/unit/store/test_schema.py",
        "tests/unit/store/test_writer.py",
    ),
    "opsconsole/store/queries/pairs.py": _SHADOW,
}
"""Where the tests of a room are; of these only those that reach a function are run for it. The longest path counts."""

_COPIED = ("opsconsole", "tests", "packaging", "resources", "README.md")
# Lines of the log are for developers, and fault points for crash tests; a text with a space in it is left alone anyway.
_CONFIG = """
[tool.mutmut]
source_paths = ["opsconsole"]
only_mutate = {only}
also_copy = ["packaging", "resources", "README.md"]
do_not_mutate_patterns = ['^\\s*_log\\.', '^\\s*faults\\.reach\\(']
pytest_add_cli_args = [
    "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning", "--hypothesis-profile=mutation"
]
pytest_add_cli_args_test_selection = {tests}
use_git_change_detection = false
timeout_multiplier = 3.0
timeout_constant = 20.0
"""


def run(paths: Sequence[str]) -> int:
    """Mutate the files or folders and print what survived.

    Raises:
        report.SetupError: a path is none of ours, no tests are known for it, or this system cannot fork.
    """
    if settings.IS_WINDOWS:
        raise report.SetupError("Mutants are tried in forked processes, which Windows has not.", "Use Linux or macOS.")
    if not paths:
        raise report.SetupError("What is to be mutated?", "Name a file or folder: `mutate opsconsole/policy`.")
    places = [(settings.ROOT / path).relative_to(settings.ROOT).as_posix() for path in paths]
    for place in places:
        if not (settings.ROOT / place).exists() or not tests_for(place):
            known = ", ".join(TESTS)
            raise report.SetupError(f"{place}: not there, or no tests are named for it.", f"Known are: {known}.")
    more = f"+and-{len(places) - 1}-more" if places[1:] else ""
    copy = settings.TOOLS / "mutation" / f"{places[0].replace('/', '+')}{more}"
    _bring_up_to_date(copy, places)
    return _try_all(copy, places)


def tests_for(path: str) -> tuple[str, ...]:
    """Where the tests of a path are; empty where none are known."""
    rooms = [room for room in TESTS if path == room or path.startswith(f"{room}/")]
    return TESTS[max(rooms, key=len)] if rooms else ()


def _try_all(copy: Path, places: Sequence[str]) -> int:
    log = copy / "run.log"
    shown = log.relative_to(settings.ROOT)
    report.say(f"opsconsole: mutating {', '.join(places)}; `tail -f {shown}` shows how far it is")
    script = [str(settings.VENV_PYTHON), str(Path(__file__).with_name("mutators.py"))]
    env = surroundings.for_programs()
    with log.open("w", encoding="utf-8") as file:
        code = subprocess.run(
            [*script, "run", str(os.cpu_count() or 1)], cwd=copy, env=env, stdout=file, stderr=file, check=False
        ).returncode
    if code:
        advice = "Do its tests pass without any break? The last lines of that file say why."
        raise report.SetupError(f"mutmut ended with {code}; see {shown}.", advice)
    return subprocess.run([*script, "tell"], cwd=copy, env=env, check=False).returncode


def _bring_up_to_date(copy: Path, places: Sequence[str]) -> None:
    """Copy the tree, and say what is to be tried; what mutmut made before (`mutants/`) stays."""
    copy.mkdir(parents=True, exist_ok=True)
    for name in _COPIED:
        source, target = settings.ROOT / name, copy / name
        if source.is_file():
            shutil.copy2(source, target)
            continue
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("tests", "packaging", "resources"):
        shutil.rmtree(copy / "mutants" / name, ignore_errors=True)
    only = [f"{place}/*.py" if (settings.ROOT / place).is_dir() else place for place in places]
    tests = list(dict.fromkeys(folder for place in places for folder in tests_for(place)))
    text = settings.PYPROJECT.read_text(encoding="utf-8") + _CONFIG.format(only=only, tests=tests)
    (copy / "pyproject.toml").write_text(text, encoding="utf-8")
