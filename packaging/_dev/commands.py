"""The commands of `dev.py` and what each one starts."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from . import (
    checks,
    environment,
    locks,
    mutation,
    nodeparts,
    notices,
    report,
    sbom,
    settings,
    surroundings,
    system,
)

USAGE = """\
python3 packaging/dev.py run [options]    get ready if needed, then open the window on the sample
python3 packaging/dev.py test [options]   all checks and tests, as CI runs them; options go to pytest
python3 packaging/dev.py test --full      the same with every storm at its full length: hours, before a release
python3 packaging/dev.py check [options]  the fast ones of them, for while you work
python3 packaging/dev.py fix              let ruff repair and lay out the code
python3 packaging/dev.py bench [names]    measure
python3 packaging/dev.py mutate PATHS     break the code in many small ways; which breaks does no test notice?
python3 packaging/dev.py shots [folder [panel]]  pictures of every panel or one, both themes, also empty and in error
python3 packaging/dev.py lock [--upgrade] choose the parts' versions after a change of pyproject.toml
python3 packaging/dev.py notices          third-party notices anew, after the parts have changed
python3 packaging/dev.py sbom [file]      the list of parts for whoever has to know them (CycloneDX 1.6)
python3 packaging/dev.py setup            only get .venv ready, with the developers' tools
"""

FULL = "--full"


def main(arguments: Sequence[str]) -> int:
    """Run the command named first in `arguments` and return its exit code."""
    name, *rest = arguments or ["help"]
    command = _COMMANDS.get(name)
    if command is None:
        print(USAGE, end="")
        return 0 if name in ("help", "-h", "--help") else 2
    try:
        return command(rest)
    except report.SetupError as problem:
        report.say(f"\nopsconsole: {problem}\n\nWhat to do: {problem.advice}")
        if problem.details:
            report.say(f"\n{problem.details}")
    except OSError as problem:
        where = f" ({problem.filename})" if problem.filename else ""
        report.say(f"\nopsconsole: {problem.strerror or problem}{where}")
        advice = f"make sure that {settings.ROOT} may be written and its disk is not full; then try again."
        report.say(f"\nWhat to do: {advice}")
    except KeyboardInterrupt:
        report.say("\nopsconsole: stopped. The same command takes it up again.")
        return 130
    return 1


def _run(rest: Sequence[str]) -> int:
    environment.ensure("run")
    return _become([str(settings.program("opsconsole")), "demo", *rest])


def _test(rest: Sequence[str]) -> int:
    environment.ensure("dev")
    nodeparts.ensure()
    system.test_servers(env=surroundings.for_setup())
    options = [option for option in rest if option != FULL]
    if len(options) < len(rest):
        os.environ["OPSCONSOLE_CRASH"] = "full"
    return checks.run(fast=False, pytest_options=options)


def _check(rest: Sequence[str]) -> int:
    environment.ensure("dev")
    return checks.run(fast=True, pytest_options=rest)


def _fix(_rest: Sequence[str]) -> int:
    environment.ensure("dev")
    return checks.fix()


def _bench(rest: Sequence[str]) -> int:
    environment.ensure("dev")
    return _become([str(settings.VENV_PYTHON), "-m", "tests.bench", *rest])


def _mutate(rest: Sequence[str]) -> int:
    environment.ensure("dev")
    return mutation.run(rest)


def _shots(rest: Sequence[str]) -> int:
    environment.ensure("dev")
    return _become([str(settings.VENV_PYTHON), "-m", "tests.shots", *rest])


def _lock(rest: Sequence[str]) -> int:
    locks.make(upgrade="--upgrade" in rest)
    return 0


def _notices(_rest: Sequence[str]) -> int:
    environment.ensure("dev")
    notices.make()
    return 0


def _sbom(rest: Sequence[str]) -> int:
    environment.ensure("dev")
    sbom.make(Path(rest[0]).resolve() if rest else sbom.DEFAULT)
    return 0


def _setup(_rest: Sequence[str]) -> int:
    environment.ensure("dev")
    return 0


def _become(command: list[str]) -> int:
    """Start the program in this one's place, so that signals and the exit code are its own."""
    env = surroundings.for_programs()
    if not settings.IS_WINDOWS:
        sys.stdout.flush()
        sys.stderr.flush()
        os.execve(command[0], command, env)
    with subprocess.Popen(command, env=env) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue  # The program got it too, and ends in its own way.


_COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "run": _run,
    "test": _test,
    "check": _check,
    "fix": _fix,
    "bench": _bench,
    "mutate": _mutate,
    "shots": _shots,
    "lock": _lock,
    "notices": _notices,
    "sbom": _sbom,
    "setup": _setup,
}
