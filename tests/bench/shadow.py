"""The past worked at scale: `shadow run` as its own process over mailboxes and a table of tickets, and the gate's odds.

Mails are questions of BANKING77, put into the folder of their category, and between them real mails repeated under new
ids. Peak memory is the process's own; "import" and "work" are separate processes. The odds are of 10,000 sequences.
"""

import csv
import gzip
import json
import os
import random
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from opsconsole.policy.trials import TO_LIMITED, EvidenceThreshold
from tests.support.gatesim import Opened, coverage, simulated
from tests.support.mail.mailboxes import OWN, START, Sorted, write_mailbox, write_tickets

SIZES = (1_000, 10_000)
REAL = 10
"""One in so many mails is a real one."""
SEQUENCES = 10_000
TICKETS = ("ticket id", "subject", "description", "queue", "status", "requester email", "created at")


def run(data_dir: Path) -> Iterator[dict[str, Any]]:
    """Yield the figures; those of real data are left out where it is not there."""
    rows = _questions(data_dir / "banking77_train.csv.gz")
    if rows:
        real = _real(data_dir / "mail" / "spamassassin_dev.tar.gz")
        for count in SIZES:
            yield _measure("mails", count, rows, real)
        yield _measure("tickets", SIZES[-1], rows, [])
    else:
        yield {"bench": "shadow_run", "skipped": "banking77_train.csv.gz is not there"}
    yield from _odds()


def _questions(file: Path) -> list[tuple[str, str]]:
    if not file.exists():
        return []
    with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
        rows = [(row["text"], _slug(row["category"])) for row in csv.DictReader(stream)]
    random.Random(1).shuffle(rows)
    return rows


def _slug(name: str) -> str:
    return name.lower().replace("?", "")


def _real(file: Path) -> list[bytes]:
    if not file.exists():
        return []
    with tarfile.open(file) as archive:
        found = [archive.extractfile(getmember) for getmember in archive.getmembers() if getmember.isfile()]
        return [file.read() for file in found if file is not None]


def _measure(kind: str, count: int, rows: Sequence[tuple[str, str]], real: Sequence[bytes]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = _tickets(folder, count, rows) if kind == "tickets" else _mailbox(folder, count, rows, real)
        _agent(folder / "agent.json", kind, rows, has_real=bool(real) and kind == "mails")
        place = ("-w", str(folder / "workspace"))
        _child("init", *place)
        _child("agents", "apply", "--without-evidence=a test", str(folder / "agent.json"), *place)
        import_s, import_mib, _ = _child("import", str(source), "--own", OWN, *place)
        work_s, work_mib, said = _child("shadow", "run", "sorter", "--json", *place)
        done = json.loads(said)
        size = sum(path.stat().st_size for path in (folder / "workspace").rglob("*") if path.is_file())
        return {
            "bench": "shadow_run",
            "what": kind,
            "events": done["done"],
            "pairs": done["pairs"],
            "agreed": round(done["agreed"] / done["pairs"], 3),
            "import_s": round(import_s, 1),
            "import_peak_mib": import_mib,
            "work_s": round(work_s, 1),
            "events_per_s": round(done["done"] / work_s),
            "ms_per_event": round(1e3 * work_s / done["done"], 2),
            "work_peak_mib": work_mib,
            "workspace_mib": size // 2**20,
        }


def _child(*words: str) -> tuple[float, int, str]:
    """Run a command; give its seconds, its peak memory in MiB, and what it said."""
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen([sys.executable, "-m", "opsconsole", *words], stdout=out)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise RuntimeError(f"{' '.join(words[:2])} ended with {process.returncode}")
        out.seek(0)
        return time.perf_counter() - began, used.ru_maxrss // 1024, out.read()


def _mailbox(folder: Path, count: int, rows: Sequence[tuple[str, str]], real: Sequence[bytes]) -> Path:
    box = folder / "box"
    every = REAL if real else count + 1
    mails = [
        Sorted(
            number,
            "INBOX" if number % 17 == 0 else rows[number % len(rows)][1],
            rows[number % len(rows)][0],
            START + timedelta(minutes=7 * number),
            answer="Thank you, we look at it." if number % 5 == 0 else "",
        )
        for number in range(count)
        if number % every
    ]
    write_mailbox(box, mails)
    with (box / "real.mbox").open("wb") as file:
        for number in range(0, count, every) if real else ():
            file.write(_renamed(real[number // every % len(real)], number))
    return box


def _renamed(raw: bytes, number: int) -> bytes:
    """Return a real mail under a new id and at a new time, as an mbox holds it."""
    at = START + timedelta(minutes=7 * number)
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    kept = b"\n".join(
        line
        for line in head.split(b"\n")
        if not line.lower().startswith((b"message-id:", b"date:", b"from ", b"in-reply-to:", b"references:"))
    )
    text = body.replace(b"\nFrom ", b"\n>From ")
    top = f"From someone {at:%a %b %d %H:%M:%S %Y}\nMessage-ID: <r{number}@real.example>\n"
    date = f"Date: {at:%a, %d %b %Y %H:%M:%S +0000}\n"
    return top.encode() + date.encode() + kept + b"\n\n" + text + b"\n\n"


def _tickets(folder: Path, count: int, rows: Sequence[tuple[str, str]]) -> Path:
    made: list[tuple[str, ...]] = []
    for number in range(count):
        text, category = rows[number % len(rows)]
        at = (START + timedelta(minutes=7 * number)).isoformat()
        made.append((f"T{number}", text[:60], text, category, "closed", f"c{number % 997}@customer.example", at))
    return write_tickets(folder / "tickets.csv", made, TICKETS)


def _agent(file: Path, kind: str, rows: Sequence[tuple[str, str]], *, has_real: bool) -> None:
    examples: dict[str, list[str]] = {}
    for text, category in rows:
        examples.setdefault(category, []).append(text)
    categories = [
        {"id": name, "name": name, "examples": some[:2], "steps": _steps(kind, name)}
        for name, some in sorted(examples.items())
    ]
    if has_real:
        categories.append({"id": "real", "name": "real", "criteria": "lists", "steps": _steps(kind, "real")})
    kinds = ["ticket.created"] if kind == "tickets" else ["mail.received"]
    body = {
        "agent": "sorter",
        "name": "Sorter",
        "subscribes": [{"kinds": kinds}],
        "stage": {"default": "shadow"},
        "playbook": {"purpose": "sorts", "categories": categories},
    }
    file.write_text(json.dumps(body))


def _steps(kind: str, name: str) -> list[dict[str, Any]]:
    if kind == "tickets":
        look = {"look_up": "desk.find_tickets", "with": {"email": "{{ event.sender }}"}, "as": "others"}
        return [look, {"do": "desk.update_ticket", "with": {"id": "{{ event.fields.ticket_id }}", "queue": name}}]
    return [{"look_up": "desk.thread", "as": "thread"}, {"do": "desk.move_mail", "with": {"folder": name}}]


def _odds() -> Iterator[dict[str, Any]]:
    accuracy = EvidenceThreshold(TO_LIMITED.accuracy, 0.5)
    yield _told("accuracy", simulated(SEQUENCES, accuracy, accuracy=accuracy.accuracy), "accuracy")
    severe = EvidenceThreshold(0.5, TO_LIMITED.not_severe)
    found = simulated(SEQUENCES // 5, severe, accuracy=severe.not_severe, severe=1.0, length=120, seed=2)
    yield _told("not_severe", found, "not_severe")
    lowest = min((coverage(share / 100, total), share, total) for total in (5, 28, 90) for share in range(50, 100))
    yield {"bench": "exact_interval", "lowest_coverage": round(lowest[0], 4), "at": lowest[1] / 100, "of": lowest[2]}


def _told(test: str, found: Opened, name: str) -> dict[str, Any]:
    share, bounds = found.share(name)
    return {
        "bench": "false_openings",
        "test": test,
        "cohorts": found.cohorts,
        "looks": found.looks,
        "opened": round(share, 4),
        "interval_95": [round(bounds.low, 4), round(bounds.high, 4)],
        "whole_gate": round(found.both / found.cohorts, 4),
    }
