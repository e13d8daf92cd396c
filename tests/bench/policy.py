"""Speed of the gate: recorded actions past every rule."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from opsconsole.domain.enums import Level
from opsconsole.engine.past.policycheck import PolicyFile, Totals, check, read_cases, read_tools


def run(data_dir: Path) -> Iterator[dict[str, Any]]:
    """Yield the figures; nothing where the recorded cases are not there."""
    file = data_dir / "agentdojo_dev.jsonl.gz"
    if not file.exists():
        yield {"bench": "policy_check", "skipped": f"{file.name} is not there"}
        return
    tools, totals, now = read_tools(data_dir / "agentdojo_tools.yaml"), Totals(), datetime.now(UTC)
    cases = list(read_cases(file))
    began = time.process_time()
    for case in cases:
        check(case, tools, PolicyFile(), level=Level.AUTONOMOUS, now=now, totals=totals)
    used = time.process_time() - began
    yield {
        "bench": "policy_check",
        "actions": totals.actions,
        "us_cpu_per_action": round(1e6 * used / totals.actions, 1),
        "verdicts": dict(totals.verdicts),
        "free_writes": totals.to_json()["free_writes"],
    }
