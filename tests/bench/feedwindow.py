"""The feed panel in a process of its own, scrolled by hand while a second process writes. Started by the feed bench."""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from opsconsole.store.queries.views.eventlist import Filter
from opsconsole.ui.panels.feed.panel import FeedPanel
from tests.bench.feed import add
from tests.support.files import raw
from tests.ui.stage import Stage, play, until

FRAMES = 900
RATE = 100


def tell(**facts: Any) -> None:
    """Give a figure."""
    print(json.dumps(facts), flush=True)


def memory_mb() -> float:
    """Return the resident memory of this process now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


async def scroll(panel: FeedPanel, name: str) -> None:
    """Scroll for some seconds; tell the CPU of the window's thread, frame by frame."""
    bar, used = panel.view.verticalScrollBar(), list[float]()
    bar.setValue(4000)
    whole = time.process_time()
    for frame in range(FRAMES):
        began = time.thread_time()
        bar.setValue(bar.value() + (61 if frame % 300 < 200 else -83))
        panel.view.viewport().repaint()
        await asyncio.sleep(1 / 60)
        used.append((time.thread_time() - began) * 1000)
    used.sort()
    tell(
        bench=f"feed_scroll_{name}",
        cpu_ms_median=round(statistics.median(used), 2),
        cpu_ms_p99=round(used[int(len(used) * 0.99)], 2),
        cpu_ms_max=round(used[-1], 2),
        process_cpu_ms_per_frame=round((time.process_time() - whole) * 1000 / FRAMES, 2),
        rows=len(panel.model.ids),
        rss_mb=memory_mb(),
    )


async def jump(panel: FeedPanel) -> None:
    """Jump to the middle and to other far places; tell the CPU until the rows are painted."""
    bar, used, waits = panel.view.verticalScrollBar(), list[float](), list[float]()
    for part in (0.5, 0.25, 0.75, 0.4, 0.6, 0.55, 0.1, 0.9):
        began, clock = time.thread_time(), time.perf_counter()
        bar.setValue(int(bar.maximum() * part))
        line = bar.value() // panel.view.height_px + 1
        panel.view.viewport().repaint()
        await until(lambda line=line: panel.model.row_at(line) is not None)
        panel.view.viewport().repaint()
        used.append((time.thread_time() - began) * 1000)
        waits.append((time.perf_counter() - clock) * 1000)
    tell(
        bench="feed_jump", cpu_ms_to_middle=round(used[0], 1), cpu_ms_median=round(statistics.median(used), 1),
        wait_ms_median=round(statistics.median(waits), 1), rss_mb=memory_mb(),
    )  # fmt: skip


async def scene(stage: Stage) -> None:
    """Open, scroll, filter and search, jump."""
    tell(bench="feed_before", rss_mb=memory_mb())
    began = time.perf_counter()
    stage.backend.start()
    panel = stage.show(FeedPanel, 1200, 800)
    stage.backend.changed.connect(panel.refresh)
    await until(lambda: panel.model.ids and panel.model.row_at(0) is not None, seconds=60)
    tell(bench="feed_open", ms=round((time.perf_counter() - began) * 1000), rows=len(panel.model.ids))
    await asyncio.sleep(1)
    await jump(panel)
    writer = subprocess.Popen(  # noqa: ASYNC220 - starts in a blink, outside what is measured
        [sys.executable, "-m", "tests.bench.feedwindow", "write", str(stage.backend.folder)]
    )
    try:
        await asyncio.sleep(1)
        await scroll(panel, "all")
        for name, wanted in (
            ("filtered", Filter(agent="mira", category="billing", text="refund")),
            ("searched", Filter(text="refund ord")),
        ):
            began = time.perf_counter()
            shown = panel.model.ids
            panel.filters.choose(wanted)
            await until(lambda shown=shown: panel.model.ids is not shown, seconds=60)
            await until(lambda: panel.model.row_at(0) is not None, seconds=60)
            tell(bench=f"feed_{name}", ms=round((time.perf_counter() - began) * 1000), rows=len(panel.model.ids))
            await scroll(panel, name)
    finally:
        writer.terminate()
        writer.wait()


def write(folder: Path) -> None:
    """Write a hundred events a second until ended."""
    with raw(folder / "workspace.db") as conn:
        conn.execute("PRAGMA busy_timeout = 5000")
        (last,) = conn.execute("SELECT max(id) FROM event").fetchone()
        due = time.monotonic()
        while True:
            conn.execute("BEGIN IMMEDIATE")
            add(conn, last + 1, RATE // 20)
            for topic in ("events", "runs"):
                conn.execute(
                    "INSERT INTO change (topic, count) VALUES (?, 1)"
                    " ON CONFLICT (topic) DO UPDATE SET count = count + 1",
                    (topic,),
                )
            conn.execute("COMMIT")
            last += RATE // 20
            due += 0.05
            time.sleep(max(0, due - time.monotonic()))  # noqa: TID251 - the pace is the point


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]))
    else:
        play(Path(sys.argv[1]), QApplication([]), scene)
