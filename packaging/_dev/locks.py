"""The lock files: made by uv from pyproject.toml, exact versions with hashes, and no host name in them."""

import hashlib
import json
import re
import tomllib
from pathlib import Path

from . import installer, report, settings, surroundings

_HEADER = "# Made by `python3 packaging/dev.py lock` from pyproject.toml; not edited by hand. Made from: "


def is_current() -> bool:
    """Whether the locks were made from what pyproject.toml asks for now."""
    return all(lock.read_text(encoding="utf-8").startswith(_header()) for lock in settings.LOCKS.values())


def make(*, upgrade: bool) -> None:
    """Remake both locks: versions stay where they still fit, unless `upgrade`.

    Raises:
        report.SetupError: uv could not resolve them.
    """
    settings.TOOLS.mkdir(exist_ok=True)
    report.start_log()
    env = surroundings.for_setup()
    uv = installer.find_or_fetch(env)
    compile_ = [
        uv,
        "pip",
        "compile",
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--no-header",
    ]
    compile_ += [
        "--no-annotate",
        "--no-emit-index-url",
        "--no-emit-find-links",
        *(["--upgrade"] if upgrade else []),
    ]
    dev, run = settings.LOCKS["dev"], settings.LOCKS["run"]
    everything = [*compile_, "--group", "dev"]
    only_run = [*compile_, "--constraint", str(dev)]
    try:
        report.run(
            "choosing versions of all parts and tools",
            [*everything, "pyproject.toml", "-o", str(dev)],
            env=env,
        )
        report.run("choosing the same ones for running", [*only_run, "pyproject.toml", "-o", str(run)], env=env)
    except report.CommandError as problem:
        raise report.as_setup_error("Making the lock files", problem) from problem
    for lock in (dev, run):
        _finish(lock)
    report.say("opsconsole: the lock files are up to date; commit them together with pyproject.toml, and with what")
    report.say("`python3 packaging/dev.py notices` makes of them")


def _finish(lock: Path) -> None:
    lines = lock.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#")) + "\n"
    if "://" in text or re.search(r"^\s*(-i|-f|--index|--extra-index|--find-links)", text, re.MULTILINE):
        raise report.SetupError(f"{lock.name} names a host or an index.", "Take that index out of your settings.")
    lock.write_text(_header() + "\n" + text, encoding="utf-8", newline="\n")


def _header() -> str:
    pyproject = tomllib.loads(settings.PYPROJECT.read_text(encoding="utf-8"))
    project = pyproject["project"]
    asked = [
        project["dependencies"],
        project.get("optional-dependencies"),
        pyproject.get("dependency-groups"),
    ]
    text = json.dumps([*asked, project["requires-python"]], sort_keys=True)
    return _HEADER + hashlib.sha256(text.encode()).hexdigest()[:16]
