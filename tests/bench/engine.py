"""Speed of the engine: governed runs, idle cost, approval to connector, parked approvals, bytes a run."""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from opsconsole.app.session import playbook_brain
from opsconsole.domain.agent import AgentSpec
from opsconsole.engine.engine import Engine, SystemClock
from opsconsole.store import workspace as workspaces
from tests.support.rig import agent, call, desk_only, mail, rig

_TOPICS = {
    "billing": ("The invoice shows a wrong amount", "We were charged twice this month", "Please resend the bill for March"),
    "bug": ("The calendar does not load any more", "An error appears when I save", "The page stays white after login"),
    "how_to": ("How can I export all appointments", "Where do I change the opening hours", "How do I add a colleague"),
    "cancel": ("We want to end our contract", "Please cancel the subscription", "How do we leave at the end of the year"),
}


def clerk() -> AgentSpec:
    """An agent with a look-up, a ticket and a tag in each category, fully autonomous."""
    steps = [
        {"look_up": "desk.find_contact", "with": {"email": "{{ event.sender }}"}, "as": "contact"},
        {
            "do": "desk.create_ticket",
            "with": {"title": "{{ event.title }}", "queue": "{{ category }}", "requester_email": "{{ event.sender }}"},
            "as": "ticket",
        },
        {"do": "desk.tag_mail", "with": {"tag": "{{ category }}"}, "when": "ticket.ok"},
    ]
    categories = [
        {"id": name, "name": name, "examples": list(examples), "steps": steps} for name, examples in _TOPICS.items()
    ]
    rule = {"name": "no-secret", "when": "args.title.contains('secret')", "then": "ask", "because": "a secret", "actions": ["desk.create_ticket"]}
    return agent(
        "clerk", guardrails=[rule], budgets={"actions_per_day": 10_000_000},
        playbook={"purpose": "bench", "threshold": 0.0, "categories": categories},
    )  # fmt: skip


def events(count: int, first: int = 0) -> list[Any]:
    """Mails of the four topics from many people."""
    texts = [text for some in _TOPICS.values() for text in some]
    return [
        mail(
            first + number, title=texts[number % len(texts)], sender=f"p{number % 97}@harbour.example",
            text=f"Hello, {texts[number % len(texts)].lower()}, case {number}. Could you look into it? Kind regards, P{number}",
            occurred_at=SystemClock().now(),
        )
        for number in range(count)
    ]  # fmt: skip


async def _throughput(count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("OPSCONSOLE_BENCH_DIR")) as folder:
        place = workspaces.create(Path(folder), at=SystemClock().now(), actor="bench")
        reader = place.database.reader()
        async with Engine(place, desk_only, playbook_brain(reader)) as engine:
            from opsconsole.engine.agentfile import AgentFile, apply_agent

            now = engine.clock.now()
            await engine.writer.write(
                lambda tx: apply_agent(tx, AgentFile(clerk(), ""), engine.registry, actor="bench", now=now), name="agent.apply"
            )
            await asyncio.gather(*(engine.take("desk", one) for one in events(50, 1_000_000)))
            await engine.settle()
            size = Path(folder, "workspace.db").stat().st_size
            began, cpu, jobs, groups = time.perf_counter(), time.process_time(), engine.writer.jobs, engine.writer.groups
            await asyncio.gather(*(engine.take("desk", one) for one in events(count)))
            await engine.settle()
            wall, used = time.perf_counter() - began, time.process_time() - cpu
            done = reader.execute("SELECT count(*) FROM run WHERE state = 'done'").fetchone()[0]
            assert done == count + 50, f"{done} of {count + 50} runs done"
            await engine.writer.write(lambda tx: None, name="bench")
            engine.reader.execute("SELECT 1")
            writes, commits = engine.writer.jobs - jobs, engine.writer.groups - groups
        place.database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        grown = Path(folder, "workspace.db").stat().st_size - size
        reader.close()
        place.close()
    return {
        "runs_per_s": round(count / wall, 1), "cpu_ms_per_run": round(1000 * used / count, 2), "writes_per_run": round(writes / count, 1),
        "commits_per_run": round(commits / count, 2), "database_bytes_per_run": grown // count, "runs": count,
    }  # fmt: skip


def run(data_dir: Path) -> Iterator[dict[str, Any]]:
    """Give the figures."""
    yield {"bench": "governed_runs", "budget": ">= 200 runs/s", **asyncio.run(_throughput(1000))}


if __name__ == "__main__":
    for figure in run(Path()):
        print(figure)
