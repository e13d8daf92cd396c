"""Plans the kills of a case, carries them out, lets the worker finish, and has the outcome checked."""

import contextlib
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from opsconsole.domain.errors import NotFoundError, WorkspaceError
from tests.crash.checks import Verdict, check
from tests.crash.jobs import Job
from tests.crash.person import Person
from tests.crash.processes import OutsideProcess, Workers
from tests.crash.worker import JOBS

KILLED = -9
TRIES = 3
"""Undisturbed starts that a case gets to finish; one should do."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One death: at a fault point (`name:3`), or from outside: after so many seconds, or while a deed is under way."""

    fault: str = ""
    after_s: float | None = None
    while_pending: bool = False


@dataclass(slots=True)
class Tally:
    """What became of all cases of one mode."""

    job: str
    mode: str
    cases: int = 0
    kills: int = 0
    lost: int = 0
    doubled: int = 0
    unknown_waiting: int = 0
    is_audit_ok: bool = True
    seconds: float = 0.0

    def add(self, verdict: Verdict, kills: int, seconds: float) -> None:
        self.cases += 1
        self.kills += kills
        self.lost += len(verdict.lost)
        self.doubled += len(verdict.doubled)
        self.unknown_waiting += verdict.unknown
        self.is_audit_ok &= verdict.is_audit_ok
        self.seconds = round(self.seconds + seconds, 1)

    def line(self, what: str) -> str:
        """Return the summary in one line."""
        return json.dumps({"crash": what, **asdict(self)})


class Case:
    """One workspace with its worker, killed as planned."""

    def __init__(
        self, folder: Path, workers: Workers, outside: OutsideProcess, *, job: str, name: str, count: int,
        offset_s: float = 0.0, has_inner_person: bool = True, settles: bool = False,
    ) -> None:  # fmt: skip
        self.folder = folder / name
        self.log = folder / f"{name}.log"
        self.job: Job = JOBS[job](case=name, count=count, port=outside.port, mode=outside.mode, offset_s=offset_s)
        self._workers = workers
        self._outside = outside
        self._since = outside.size()
        self._has_inner_person = has_inner_person
        self._settles = settles
        self._person: Person | None = None
        self.arguments = [
            "--workspace", str(self.folder), "--job", job, "--case", name, "--port", str(outside.port),
            "--mode", outside.mode, "--events", str(count), "--offset-s", str(offset_s),
        ]  # fmt: skip
        if not has_inner_person:
            self.arguments.append("--no-person")

    def deeds(self) -> Counter[str]:
        """Count what was done outside for this case."""
        return self._outside.deeds(self._since)

    def start(self, kill: Kill | None = None, env: dict[str, str] | None = None) -> int:
        """Start the worker once; give how it ended."""
        faults = {"OPSCONSOLE_FAULT": kill.fault if kill else "", "OPSCONSOLE_FAULT_LOG": "", **(env or {})}
        meanwhile = None if self._has_inner_person and not self._settles else self._decide
        after_s = kill.after_s if kill else None
        when = self._is_pending if kill and kill.while_pending else None
        return self._workers.run(
            self.arguments, log=self.log, env=faults, kill_after_s=after_s, kill_when=when, meanwhile=meanwhile
        )

    def _is_pending(self) -> bool:
        return self._outside.pending() > 0

    def carry_out(self, kills: Sequence[Kill]) -> tuple[Verdict, int]:
        """Kill as planned, finish, check; give what was found and how many died."""
        try:
            died = 0
            for kill in kills:
                code = self.start(kill)
                assert code in (0, KILLED), self.told(f"{kill}: ended with {code}")
                died += code == KILLED
            self._finish()
            self._outside.wait_for_pending()
            return check(self.folder, self.job, self.deeds()), died
        finally:
            if self._person is not None:
                self._person.__exit__()

    def _finish(self) -> None:
        for _ in range(TRIES):
            code = self.start()
            assert code == 0, self.told(f"without a fault: ended with {code}")
            if not self._settles or not self._has_doubts():
                return
            self._decide()
        raise AssertionError(self.told("there are still doubts"))

    def _has_doubts(self) -> bool:
        assert self._person is not None
        row = self._person.reader.execute("SELECT count(*) FROM effect WHERE state = 'unknown'").fetchone()
        return bool(row[0])

    def _decide(self) -> None:
        """Be the person, from this process."""
        if self._person is None:
            with contextlib.suppress(NotFoundError, WorkspaceError):
                self._person = Person(self.folder, self.job, look=self.deeds if self._settles else None)
        if self._person is not None:
            self._person.round()

    def told(self, what: str) -> str:
        """Return a failure with what the worker said."""
        said = self.log.read_text(encoding="utf-8")[-3000:] if self.log.exists() else ""
        return f"{what}\n{said}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a random case does; the same for the same seed."""

    name: str
    kills: tuple[Kill, ...]
    has_inner_person: bool


def random_plan(seed: str, number: int, *, points: int, seconds: float) -> Plan:
    """Draw a case: a first death anywhere, and for some a second and third, soon after the restart."""
    rng = random.Random(f"{seed}:{number}")
    is_at_a_point = rng.random() < 0.75
    kills = [Kill(f"*:{rng.randint(1, points)}") if is_at_a_point else Kill(after_s=rng.uniform(0.0, seconds))]
    while rng.random() < 0.4 and len(kills) < 4:
        soon = Kill(f"*:{rng.randint(1, 80)}")
        kills.append(soon if rng.random() < 0.75 else Kill(after_s=rng.uniform(0.0, 0.15)))
    return Plan(f"r{number}", tuple(kills), rng.random() < 0.6)


def survey(case: Case) -> tuple[Counter[str], float]:
    """Work a case undisturbed; give how often each fault point is reached, and the seconds it took."""
    log = case.folder.with_suffix(".points")
    began = time.monotonic()
    code = case.start(env={"OPSCONSOLE_FAULT_LOG": str(log)})
    assert code == 0, case.told(f"undisturbed: ended with {code}")
    return Counter(log.read_text(encoding="utf-8").split()), time.monotonic() - began
