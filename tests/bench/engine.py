"""Speed of the engine: governed runs, idle cost, approval to connector, parked approvals, bytes a run."""

import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from opsconsole.app.session import opened, playbook_brain
from opsconsole.domain.agent import AgentSpec
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.engine.commands import approvals as commands
from opsconsole.engine.engine import Engine
from opsconsole.engine.systemclock import SystemClock
from opsconsole.store import audit
from opsconsole.store import workspace as workspaces
from opsconsole.store.queries import approvals
from opsconsole.store.transaction import Transaction
from opsconsole.store.workspace import Workspace
from tests.support.rig import agent, desk_only, mail

_TOPICS = {
    "billing": (
        "The invoice shows a wrong amount",
        "We were charged twice this month",
        "Please resend the bill for March",
    ),
    "bug": ("The calendar does not load any more", "An error appears when I save", "The page stays white after login"),
    "how_to": ("How can I export all appointments", "Where do I change the opening hours", "How do I add a colleague"),
    "cancel": (
        "We want to end our contract",
        "Please cancel the subscription",
        "How do we leave at the end of the year",
    ),
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
    rule = {
        "name": "no-secret",
        "when": "args.title.contains('secret')",
        "then": "ask",
        "because": "a secret",
        "actions": ["desk.create_ticket"],
    }
    return agent(
        "clerk",
        guardrails=[rule],
        budgets={"actions_per_day": 10_000_000},
        playbook={"purpose": "bench", "threshold": 0.0, "categories": categories},
    )


def _size(place: Workspace) -> int:
    return place.database.path.stat().st_size


def events(count: int, first: int = 0) -> list[Any]:
    """Mails of the four topics from many people."""
    texts = [text for some in _TOPICS.values() for text in some]
    return [
        mail(
            first + number,
            title=texts[number % len(texts)],
            sender=f"p{number % 97}@harbour.example",
            text=f"Hello, {texts[number % len(texts)].lower()}, case {number}. Please look. Regards, P{number}",
            occurred_at=SystemClock().now(),
        )
        for number in range(count)
    ]


async def _throughput(count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("OPSCONSOLE_BENCH_DIR")) as folder:
        place = workspaces.create(Path(folder), at=SystemClock().now(), actor="bench")
        reader = place.database.reader()
        async with Engine(place, desk_only, playbook_brain(reader)) as engine:
            now = engine.clock.now()
            await engine.writer.write(
                lambda tx: apply_agent(tx, AgentFile(clerk(), ""), engine.registry, actor="bench", now=now),
                name="agent.apply",
            )
            await asyncio.gather(*(engine.take("desk", event) for event in events(50, 1_000_000)))
            await engine.settle()
            size = _size(place)
            began, cpu, jobs, groups = (
                time.perf_counter(),
                time.process_time(),
                engine.writer.jobs,
                engine.writer.groups,
            )
            await asyncio.gather(*(engine.take("desk", event) for event in events(count)))
            await engine.settle()
            wall, used = time.perf_counter() - began, time.process_time() - cpu
            done = reader.execute("SELECT count(*) FROM run WHERE state = 'done'").fetchone()[0]
            assert done == count + 50, f"{done} of {count + 50} runs done"
            writes, commits = engine.writer.jobs - jobs, engine.writer.groups - groups
        place.database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        grown = _size(place) - size
        reader.close()
        place.close()
    return {
        "runs_per_s": round(count / wall, 1),
        "cpu_ms_per_run": round(1000 * used / count, 2),
        "writes_per_run": round(writes / count, 1),
        "commits_per_run": round(commits / count, 2),
        "database_bytes_per_run": grown // count,
        "runs": count,
    }


def _cpu_s(pid: int) -> float:
    """CPU seconds of a process so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _another_process(parked: int, asked: int, idle_s: float) -> Iterator[dict[str, Any]]:
    """Approve from this process what an engine in another one parked."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workspaces.create(folder, at=SystemClock().now(), actor="bench").close()
        command = [sys.executable, "-m", "tests.bench.child", name, str(parked)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            try:
                assert child.stdout.readline() == "ready\n"
                began = _cpu_s(child.pid)
                threading.Event().wait(idle_s)
                used = _cpu_s(child.pid) - began
                yield {
                    "bench": "idle",
                    "parked_approvals": parked,
                    "cpu_percent": round(100 * used / idle_s, 2),
                    "memory_mb": round(_memory_mb(child.pid)),
                    "budget": "<= 0.5 % CPU",
                }
                yield _latency(folder, child.stdout, asked)
            finally:
                child.terminate()


def _latency(folder: Path, told: Any, asked: int) -> dict[str, Any]:
    delays: list[float] = []
    with opened(folder) as session:
        pauses = random.Random(1)
        for approval in approvals.waiting_approvals(session.kernel.reader, limit=asked):
            threading.Event().wait(pauses.uniform(0.0, 0.3))
            session.write(
                lambda tx, n=approval.id: commands.approve(session.kernel, tx, n, actor="bench"), name="decision"
            )
            committed = time.time()
            action, called = told.readline().split()
            assert action == approval.action_id
            delays.append((float(called) - committed) * 1000)
    return {
        "bench": "approval_to_connector",
        "budget": "<= 50 ms median",
        "median_ms": round(statistics.median(delays), 1),
        "p95_ms": round(sorted(delays)[int(len(delays) * 0.95)], 1),
        "approvals": len(delays),
    }


def _verification(entries: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        place = workspaces.create(Path(name), at=SystemClock().now(), actor="bench")
        now = SystemClock().now()

        def job(tx: Transaction) -> None:
            for number in range(entries):
                tx.audit(
                    "action.ruled",
                    at=now,
                    actor="agent:clerk",
                    run=number,
                    action=f"{number}/0.0",
                    tool="desk.reply",
                    digest="0" * 64,
                    verdict="ASK",
                    reasons=["class_irreversible: desk.reply cannot be undone"],
                )

        place.database.write(job)
        reader = place.database.reader()
        began, cpu = time.perf_counter(), time.process_time()
        report = audit.verify(reader)
        wall, used = time.perf_counter() - began, time.process_time() - cpu
        assert report.is_ok
        reader.close()
        place.close()
    return {
        "bench": "audit_verify",
        "budget": ">= 100,000 entries/s",
        "entries_per_s": round(report.entries / wall),
        "entries_per_cpu_s": round(report.entries / used),
        "entries": report.entries,
    }


def run(data_dir: Path) -> Iterator[dict[str, Any]]:
    """Yield the figures; `data_dir` is not needed."""
    yield {"bench": "governed_runs", "budget": ">= 200 runs/s", **asyncio.run(_throughput(1000))}
    yield from _another_process(parked=1000, asked=40, idle_s=10.0)
    yield _verification(200_000)
