"""Kills the engine for real, everywhere, and looks at what an outside system was really asked to do.

`dev.py test --full` is the long run: every named fault point at its first, middle and last passing in every mode, and
200 random kills a mode. In every run each point is met once, those around a call in every mode. A failure names its
seed and kills; `OPSCONSOLE_CRASH_SEED` and `OPSCONSOLE_CRASH_CASE` repeat it.
"""

import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.crash.driver import Case, Kill, Tally, random_plan, survey
from tests.crash.processes import OutsideProcess, Workers
from tests.support.storms import IS_FULL

pytestmark = [
    pytest.mark.crash,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork"),
]
MODES = ("honour", "lookup", "neither")
SEED = os.environ.get("OPSCONSOLE_CRASH_SEED", "slotwise")
ONLY = os.environ.get("OPSCONSOLE_CRASH_CASE")
RANDOM_KILLS = 200 if IS_FULL else 6
SIZES = {"mixed": 40, "sample": 48} if IS_FULL else {"mixed": 10, "sample": 16}
OF_A_CALL = ("connector.", "effect", "undo")
"""Points whose outcome hangs on what the outside system can do."""
SMALL = 6
"""Events that walk every path of the mixed job once."""
OFFSET_S = (datetime(2026, 11, 23, 15, 30, tzinfo=UTC) - datetime.now(UTC)).total_seconds()
"""So that the sample meets no quiet hours."""


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers() as started:
        yield started


def _case(folder: Path, workers: Workers, outside: OutsideProcess, name: str, **options: object) -> Case:
    return Case(folder, workers, outside, **{"job": "mixed", "count": SMALL, "name": name, **options})  # type: ignore[arg-type]


def _carry_out(case: Case, kills: list[Kill], tally: Tally) -> int:
    began = time.monotonic()
    verdict, died = case.carry_out(kills)
    tally.add(verdict, died, time.monotonic() - began)
    told = f"seed {SEED}, {tally.job}, {tally.mode}, case {case.job.case}: {kills}"
    assert verdict.is_ok, case.told(f"{told}\n{verdict}\n")
    return died


@pytest.mark.parametrize("mode", MODES)
def test_killed_at_every_named_point(
    mode: str, tmp_path: Path, workers: Workers, capsys: pytest.CaptureFixture[str]
) -> None:
    tally = Tally("mixed", mode)
    with OutsideProcess(tmp_path / "deeds.jsonl", mode) as outside:
        reached, _ = survey(_case(tmp_path, workers, outside, "survey"))
        chosen = [name for name in sorted(reached) if IS_FULL or mode == MODES[0] or name.startswith(OF_A_CALL)]
        for kills in _first_kills(chosen):
            died = _carry_out(_case(tmp_path, workers, outside, f"p{tally.cases}"), kills, tally)
            for kill in kills if died < len(kills) else []:  # the first death took the way to the second
                alone = _case(tmp_path, workers, outside, f"p{tally.cases}")
                assert _carry_out(alone, [kill], tally) == 1, f"{kill} was not reached"
        for fault, count in sorted(reached.items()) if IS_FULL else []:
            for at in sorted({(count + 1) // 2, count} - {1}):
                case = _case(tmp_path, workers, outside, f"p{tally.cases}")
                _carry_out(case, [Kill(f"{fault}:{at}")], tally)
    with capsys.disabled():
        print(f"\n{tally.line(f'{len(chosen)} of {len(reached)} named points')}")


def _first_kills(points: list[str]) -> list[list[Kill]]:
    """Before a commit and after it go into one case: what was not committed is mostly reached again after it."""
    pairs = {name.removesuffix(".before_commit").removesuffix(".after_commit") for name in points}
    found: list[list[Kill]] = []
    for name in sorted(pairs):
        places = [f"{name}{end}:1" for end in (".before_commit", ".after_commit", "") if f"{name}{end}" in points]
        found.append([Kill(place) for place in places])
    return found


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("job", ["mixed", "sample"])
def test_killed_at_random(
    job: str, mode: str, tmp_path: Path, workers: Workers, capsys: pytest.CaptureFixture[str]
) -> None:
    options = {"job": job, "count": SIZES[job], "offset_s": OFFSET_S if job == "sample" else 0.0}
    wanted = RANDOM_KILLS if IS_FULL or job == "mixed" else RANDOM_KILLS // 3
    tally = Tally(job, mode)
    with OutsideProcess(tmp_path / "deeds.jsonl", mode) as outside:
        reached, seconds = survey(_case(tmp_path, workers, outside, "survey", **options))
        number = 0 if ONLY is None else int(ONLY.removeprefix("r"))
        while tally.kills < wanted:
            plan = random_plan(SEED, number, points=reached.total(), seconds=seconds)
            case = _case(tmp_path, workers, outside, plan.name, has_inner_person=plan.has_inner_person, **options)
            _carry_out(case, list(plan.kills), tally)
            number += 1
            if ONLY is not None:
                break
    with capsys.disabled():
        print(f"\n{tally.line('random')}")


@pytest.mark.parametrize("mode", MODES)
def test_killed_while_a_call_is_on_its_way(mode: str, tmp_path: Path, workers: Workers) -> None:
    """The outside system acts only after the caller's death and, for all that can be seen, after the restart."""
    tally = Tally("slow", mode)
    with OutsideProcess(tmp_path / "deeds.jsonl", mode) as outside:
        for number in range(20 if IS_FULL else 2):
            case = _case(tmp_path, workers, outside, f"w{number}", job="slow", count=1)
            assert _carry_out(case, [Kill(while_pending=True)], tally) == 1
    assert tally.unknown_waiting == (tally.cases if mode == "neither" else 0)


def test_a_person_settles_what_is_unknown(tmp_path: Path, workers: Workers, capsys: pytest.CaptureFixture[str]) -> None:
    """They look outside: was it done, they say so; was it not, the agent does it anew. Nothing is doubled."""
    tally = Tally("mixed", "neither")
    with OutsideProcess(tmp_path / "deeds.jsonl", "neither") as outside:
        for number in range(20 if IS_FULL else 4):
            point = ("connector.before_call", "connector.after_call")[number % 2]
            kills = [Kill(f"{point}:{3 + number}"), Kill(f"{point}:2"), Kill(f"*:{20 + 3 * number}")]
            case = _case(tmp_path, workers, outside, f"s{number}", has_inner_person=False, settles=True)
            _carry_out(case, kills, tally)
            assert tally.unknown_waiting == 0
            assert case.deeds() == case.job.expected()
    with capsys.disabled():
        print(f"\n{tally.line('settled by a person')}")
