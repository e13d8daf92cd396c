"""What must hold after the last restart, whatever was killed before: the journal against the outside system's file."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from opsconsole.store import audit, heads
from opsconsole.store import workspace as workspaces
from opsconsole.store.database import audit_triggers
from opsconsole.store.queries import runs
from opsconsole.store.rows import Reader
from tests.crash.jobs import Job


@dataclass(slots=True)
class Verdict:
    """What was found in one workspace."""

    lost: list[str] = field(default_factory=list[str])
    """Marks of deeds that are told as done, or should be, and are not."""
    doubled: list[str] = field(default_factory=list[str])
    unknown: int = 0
    """Effects in doubt that wait for a person."""
    is_audit_ok: bool = True
    findings: list[str] = field(default_factory=list[str])

    @property
    def is_ok(self) -> bool:
        return self.is_audit_ok and not (self.lost or self.doubled or self.findings)


def check(folder: Path, job: Job, deeds: Counter[str]) -> Verdict:
    """Compare a workspace where all is finished with what was done outside."""
    workspace = workspaces.open_(folder)
    reader = workspace.database.reader()
    try:
        workspace.database.check()
        verdict = Verdict()
        report = audit.verify(reader, noted=heads.read(folder), triggers=audit_triggers())
        verdict.is_audit_ok = report.is_ok
        verdict.findings += [finding.what for finding in report.findings]
        waiting = _runs(reader, job, verdict)
        _effects(reader, job, verdict)
        _deeds(reader, job, deeds, verdict)
        _expected(job, deeds, verdict, waiting)
        if not waiting:
            verdict.findings += job.findings(reader)
        return verdict
    finally:
        reader.close()
        workspace.close()


def _runs(reader: Reader, job: Job, verdict: Verdict) -> set[str]:
    """Every event was taken and its runs are done, but for those in doubt; give the events of these."""
    taken = {row[0] for row in reader.execute("SELECT external_id FROM event")}
    verdict.findings += [
        f"event {event.external_id} was lost" for event in job.events(reader) if event.external_id not in taken
    ]
    rows = reader.execute(
        "SELECT r.id, r.state, v.external_id, r.outcome, (SELECT count(*) FROM approval p JOIN action a"
        " ON a.id = p.action_id WHERE a.run_id = r.id AND p.state = 'waiting' AND p.kind = 'unknown')"
        " FROM run r JOIN event v ON v.id = r.event_id"
    ).fetchall()
    is_in_doubt = {row[2] for row in rows if row[1] == "waiting" and row[4]}
    for run, state, event, outcome, asked in rows:
        if not (state == "done" or (state == "waiting" and asked)):
            verdict.findings.append(f"run {run} of {event} is {state}: {outcome}")
    return is_in_doubt


def _effects(reader: Reader, job: Job, verdict: Verdict) -> None:
    for state, count in reader.execute("SELECT state, count(*) FROM effect GROUP BY state").fetchall():
        if state in ("sending", "prepared"):
            verdict.findings.append(f"{count} effects are still {state}")
        if state == "unknown":
            verdict.unknown = count
            if job.mode != "neither":
                verdict.findings.append(f"{count} effects are unknown, though the system could be asked")
    unasked = reader.execute(
        "SELECT e.action_id FROM effect e WHERE e.state = 'unknown' AND NOT EXISTS (SELECT 1 FROM approval p"
        " WHERE p.action_id = e.action_id AND p.state = 'waiting' AND p.kind = 'unknown')"
    ).fetchall()
    verdict.findings += [f"nobody is asked about the unknown effect of {row[0]}" for row in unasked]
    shadow = reader.execute(
        "SELECT e.action_id FROM effect e JOIN action a ON a.id = e.action_id"
        " WHERE a.state IN ('simulated', 'recommended', 'proposed')"
    ).fetchall()
    verdict.findings += [f"{row[0]} was not to be done and has an effect" for row in shadow]


def _deeds(reader: Reader, job: Job, deeds: Counter[str], verdict: Verdict) -> None:
    states: dict[str, list[str]] = {}
    for action_id, state in reader.execute("SELECT action_id, state FROM effect").fetchall():
        action = runs.action(reader, action_id)
        assert action is not None
        mark = job.mark(action.tool, action.id, action.args)
        if mark is not None:
            states.setdefault(mark, []).append(state)
    for mark, told in states.items():
        is_there = deeds[mark] > 0
        if "done" in told and not is_there:
            verdict.lost.append(mark)
        if is_there and not {"done", "unknown"} & set(told):
            verdict.findings.append(f"{mark} was done, and is told as {', '.join(told)}")
    verdict.doubled += [mark for mark, count in deeds.items() if count > 1]
    verdict.findings += [
        f"{mark} was done, and the journal knows nothing of it" for mark in deeds if mark not in states
    ]


def _expected(job: Job, deeds: Counter[str], verdict: Verdict, waiting: set[str]) -> None:
    if (expected := job.expected()) is None:
        return
    verdict.findings += [f"{mark} was done, and nobody wanted it" for mark in deeds if mark not in expected]
    for mark in expected:
        if deeds[mark] == 0 and mark.partition("/")[0] not in waiting:
            verdict.lost.append(mark)
