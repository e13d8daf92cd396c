"""Job J: a webhook in, three turns of a model, a look-up and a ticket by HTTP, every step on disk before the next.

The engine runs in a process of its own; this one plays the sender, the model and the ticket system.
"""

import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from opsconsole.domain.errors import ConnectorError
from opsconsole.doubles.modelendpoint import Reply, Request, ScriptedEndpoint, call, ends, says
from opsconsole.net.client import HttpClient
from opsconsole.net.client import Request as HttpRequest
from tests.support.ports import free_port

IDEAL_S = 0.9
"""Three turns of 0.3 s."""
RUNS = 400
PEER = "OPSCONSOLE_PEER_PYTHON"
"""Python of an environment that can run `peer_langgraph.py`."""
_EVENT = re.compile(r"EVT-\w+")


class World:
    """Everything around the engine. Knows when an event's last turn was asked for."""

    def __init__(self) -> None:
        self.latency_s = 0.0
        self.tickets: dict[str, int] = {}
        self.over: dict[str, asyncio.Event] = {}

    def answer(self, request: Request) -> Reply:
        """Play the model and the ticket system, told apart by what is asked."""
        if "messages" in request:
            return self._think(request)
        if "email" in request:
            return _said({"email": request["email"], "name": "Ann", "tier": "gold"})
        self.tickets[request["title"]] = self.tickets.get(request["title"], 0) + 1
        return _said({"ticket_id": f"T-{len(self.tickets)}"})

    def _think(self, request: Request) -> Reply:
        turns = sum(message["role"] == "tool" for message in request["messages"])
        found = _EVENT.search(request["messages"][1]["content"])
        event = found[0] if found else ""
        if turns == 0:
            reply = says(None, call("crm_lookup", {"email": "ann@example.com"}))
        elif turns == 1:
            made = {"queue": "billing", "title": f"{event}: refund", "priority": "high"}
            reply = says(None, call("create_ticket", made))
        else:
            reply = ends("billing")
            asyncio.get_running_loop().call_later(self.latency_s, self.over[event].set)
        return Reply(body=reply.body, delay_s=self.latency_s)


def _said(value: Any) -> Reply:
    return Reply(body=json.dumps(value).encode())


async def _post(client: HttpClient, url: str, world: World, event: str) -> None:
    world.over[event] = asyncio.Event()
    text = "Hello, I was charged twice for order 1234, please refund. " * 8
    body = {"from": "ann@example.com", "subject": f"{event} double charge", "body": text}
    request = HttpRequest("POST", url, {"content-type": "application/json"}, json.dumps(body).encode())
    answer = await client.send(request, timeout_s=60)
    assert answer.status < 300, answer
    await asyncio.wait_for(world.over[event].wait(), 60)


async def _closed_loop(client: HttpClient, url: str, world: World, *, clients: int, count: int, mark: str) -> float:
    left = [f"EVT-{mark}{number}" for number in range(count)]
    began = time.perf_counter()

    async def post_all() -> None:
        while left:
            await _post(client, url, world, left.pop())

    await asyncio.gather(*(post_all() for _ in range(clients)))
    return time.perf_counter() - began


def _used_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_mib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


async def _measure(name: str, pid: int, url: str, world: World) -> list[dict[str, Any]]:
    client, found = HttpClient(), list[dict[str, Any]]()
    world.latency_s = 0.0
    try:
        await _closed_loop(client, url, world, clients=10, count=60, mark=f"{name}warm")
        used = _used_s(pid)
        took = await _closed_loop(client, url, world, clients=10, count=RUNS, mark=f"{name}ten")
        cpu = 1000 * (_used_s(pid) - used) / RUNS
        facts = {"runs_per_s": round(RUNS / took, 1), "cpu_ms_per_run": round(cpu, 2), "clients": 10}
        found.append({"bench": f"job_j {name}", "budget": "<= 7 ms CPU a run, a third of langgraph", **facts})
        world.latency_s = IDEAL_S / 3
        marks = [f"{name}b{at}x" for at in range(5)]
        bursts = [await _closed_loop(client, url, world, clients=100, count=100, mark=mark) for mark in marks]
        ratios = sorted(burst / IDEAL_S for burst in bursts)
        facts = {"wall_to_ideal_median": round(statistics.median(ratios), 2), "best": round(ratios[0], 2)}
        found.append({"bench": f"job_j_burst {name}", "budget": "<= 1.6", "events": 100, **facts})
        assert all(count == 1 for count in world.tickets.values())
        found.append({"bench": f"job_j_memory {name}", "budget": "<= 150 MiB", "peak_rss_mib": _peak_mib(pid)})
    finally:
        await client.close()
    return found


async def _ours(folder: Path, port: int, base: str) -> list[str]:
    made = [sys.executable, "-m", "tests.support.jobj", str(folder), "--hook", str(port), "--base", base]
    await (await asyncio.create_subprocess_exec(*made, stdout=subprocess.DEVNULL)).wait()
    return [sys.executable, "-m", "opsconsole", "engine", "-w", str(folder)]


async def _langgraph(folder: Path, port: int, base: str) -> list[str]:
    program = str(Path(__file__).with_name("peer_langgraph.py"))
    return [os.environ[PEER], program, str(port), base, str(folder.with_suffix(".db"))]


async def _race(
    folder: Path, name: str, command: Callable[[Path, int, str], Awaitable[list[str]]]
) -> list[dict[str, Any]]:
    world, port = World(), free_port()
    async with ScriptedEndpoint(world.answer) as endpoint:
        started = await command(folder, port, endpoint.base_url.removesuffix("/v1"))
        peer = await asyncio.create_subprocess_exec(*started, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            await _until_ready(f"http://127.0.0.1:{port}/health")
            return await _measure(name, peer.pid, f"http://127.0.0.1:{port}/hook", world)
        finally:
            peer.terminate()
            await peer.wait()


async def _until_ready(url: str) -> None:
    client = HttpClient()
    try:
        async with asyncio.timeout(60):
            while not await _answers(client, url):  # noqa: ASYNC110 - another process; nobody rings
                await asyncio.sleep(0.05)
    finally:
        await client.close()


async def _answers(client: HttpClient, url: str) -> bool:
    try:
        return (await client.send(HttpRequest("GET", url), timeout_s=2)).status == 200
    except ConnectorError:
        return False


def run(data_dir: Path) -> Iterator[dict[str, Any]]:
    """Yield the figures, ours and in the same round a peer's where there is one; `data_dir` is not needed."""
    racers = [("ours", _ours)]
    if os.environ.get(PEER):
        racers = [("ours", _ours), ("langgraph", _langgraph)] * 2
    with tempfile.TemporaryDirectory(dir=os.environ.get("OPSCONSOLE_BENCH_DIR")) as folder:
        for number, (name, command) in enumerate(racers):
            yield from asyncio.run(_race(Path(folder) / f"w{number}", f"{name}{number}", command))
