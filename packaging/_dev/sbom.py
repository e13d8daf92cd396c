"""The software bill of materials: CycloneDX 1.6 as JSON, of the parts as the lock installs them on this system."""

import shutil
from pathlib import Path

from . import installer, report, settings, surroundings

DEFAULT = settings.ROOT / "dist" / "opsconsole.cdx.json"


def make(file: Path) -> None:
    """Write the list of parts, with licences and with what needs what, into `file`; cyclonedx-py validates it.

    Raises:
        report.SetupError: the parts could not be installed, or the list is not valid.
    """
    report.start_log()
    env = surroundings.for_setup()
    uv = installer.find_or_fetch(env)
    place = settings.TOOLS / "sbom"
    lock = str(settings.LOCKS["run"])
    options = ["--sv", "1.6", "--of", "JSON", "--output-reproducible", "--mc-type", "application", "--validate"]
    file.parent.mkdir(parents=True, exist_ok=True)
    # Apart from `.venv`: there the developers' tools would be counted in.
    venv = [uv, "venv", "--no-project", "--clear", "--python", settings.PYTHON, str(place)]
    sync = [uv, "pip", "sync", "--python", str(place), "--require-hashes", "--only-binary", ":all:", lock]
    listing = [str(settings.program("cyclonedx-py")), "environment", "--pyproject", str(settings.PYPROJECT), *options]
    try:
        report.run("making an environment of the locked parts alone", venv, env=env)
        report.run("installing them", sync, env=env)
        report.run("listing them", [*listing, "-o", str(file), str(place)], env=env)
    except report.CommandError as problem:
        raise report.as_setup_error("Making the list of parts", problem) from problem
    finally:
        shutil.rmtree(place, ignore_errors=True)
    report.say(f"opsconsole: the list of parts is in {file}")
