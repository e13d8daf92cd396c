"""mutmut with breaks of our choice: run in a copy of the tree by `mutation.py`, with the Python of `.venv`.

mutmut makes the mutants, forks a process for each, and runs only the tests that reach its function. Its list of breaks
is replaced in part: see `breaks.py`.
"""

import sys
from collections import Counter

import breaks
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from mutmut import __main__ as mutmut
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files


def _tell() -> None:
    """Print the survivors as diffs, then the score of each file."""
    scores: list[str] = []
    total: Counter[str] = Counter()
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        states = {name: status_by_exit_code[code] for name, code in data.exit_code_by_key.items()}
        for name, state in states.items():
            if state not in ("killed", "timeout"):
                changed = [line for line in get_diff_for_mutant(name, path=path).splitlines()[3:] if line[:1] in "+-"]
                print("\n".join([f"\n{state}: {name}", *changed]))
        if states:
            counts = Counter(states.values())
            total += counts
            scores.append(_score(str(path), counts))
    print("\n== of the mutants were noticed")
    print("\n".join([*scores, _score("all", total)]))


def _score(name: str, counts: Counter[str]) -> str:
    noticed = counts["killed"] + counts["timeout"]
    return f"  {100 * noticed / max(1, counts.total()):5.1f} %  {noticed:4} of {counts.total():4}  {name}"


def _run(processes: str) -> None:
    """Make the mutants in this folder and try those that were not tried yet."""
    breaks.choose()
    hypothesis_settings.register_profile(
        "mutation",
        derandomize=True,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    mutmut.cli(["run", "--max-children", processes], standalone_mode=False)


if __name__ == "__main__":
    if sys.argv[1] == "run":
        _run(sys.argv[2])
    else:
        _tell()
