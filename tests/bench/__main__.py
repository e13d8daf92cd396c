"""`python -m tests.bench [names]`: figures as JSON lines. Without names all are run."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench import agents, engine, evidence, feed, insights, jobj, mail, policy, shadow, triage, window

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
_ALL = (agents, engine, evidence, feed, insights, jobj, mail, policy, shadow, triage, window)
BENCHES = {bench.__name__.rpartition(".")[2]: bench.run for bench in _ALL}


def figures(names: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the figures of the named benches."""
    for name in names or BENCHES:
        began = time.perf_counter()
        yield from BENCHES[name](DATA)
        yield {"bench": f"{name}_took", "seconds": round(time.perf_counter() - began, 1)}


if __name__ == "__main__":
    unknown = [name for name in sys.argv[1:] if name not in BENCHES]
    if unknown:
        sys.exit(f"There is no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}.")
    for figure in figures(sys.argv[1:]):
        print(json.dumps(figure, ensure_ascii=False), flush=True)
